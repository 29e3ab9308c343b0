"""Questions about an indicator or a part of a paper: who asks, answers and never learns."""

import copy
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_meeting,
    make_organisation,
    make_paper,
    make_person,
    make_post,
    make_put_question,
    make_register,
    make_risk,
    make_seat,
    publish_paper,
)

from registers.forms.meeting_questions import RecordForm
from registers.forms.question_subjects import find_subject
from registers.indicators import INDICATORS
from registers.meetings.record import record_of
from registers.meetings.year_report import year_report_of
from registers.models import CalendarKey, Declaration, GatheredQuestion, Question, TaskKind
from registers.permissions import put_questions_for
from registers.tasks.task_list import tasks_due

pytestmark = pytest.mark.django_db
CANARY = "Why would the claim cost a quagga?"


@pytest.fixture(scope="module")
def module_council(module_db):
    """A published paper with a Part B, for a meeting in a week of a committee of one member."""
    organisation = make_organisation()
    register = make_register(organisation, slug="ours", prefix="CORP")
    people = {
        role: make_person(organisation, role)
        for role in ("member", "officer", "manager", "clerk", "internal-auditor")
    }
    make_risk(register, assessed=(5, 5), on=days_ago(300), title="A claim", is_exempt=True)
    body = make_body(register)
    make_seat(body, people["member"])
    earlier, meeting = make_meeting(body, days_ago(5)), make_meeting(body, days_ago(-6))
    paper = make_paper(register, by=people["manager"], meeting=meeting)
    publish_paper(paper, by=people["manager"])
    post = make_post(organisation, title="Head of claims", holder=people["officer"])
    return SimpleNamespace(
        organisation=organisation,
        register=register,
        people=people,
        body=body,
        earlier=earlier,
        meeting=meeting,
        paper=paper,
        post=post,
    )


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def client_of(council, name):
    client = Client()
    client.force_login(council.people[name])
    return client


def put(council, part="B", meeting=None, **fields):
    about = {"paper": council.paper, "paper_part": part, "post": council.post, "wording": CANARY}
    fields = {"by": council.people["member"], **about, **fields}
    return make_put_question(meeting or council.meeting, council.register, **fields)


def readers(council):
    return {
        name
        for name, person in council.people.items()
        if put_questions_for(person, council.organisation).exists()
    }


def gather(council, subject):
    data = {"text": "What would change your mind?", "subject": subject}
    address = f"{reverse('question_list', args=['ours'])}?subject={subject}"
    return client_of(council, "member").post(address, data)


def test_a_question_about_a_part_b_exists_only_for_who_sees_every_exempt_risk(council):
    put(council)
    assert readers(council) == {"member", "manager", "internal-auditor"}


def test_a_question_about_a_part_a_is_read_by_officers_too(council):
    put(council, part="A")
    assert readers(council) == {"member", "manager", "internal-auditor", "officer", "clerk"}


def test_whom_an_interest_excludes_reads_no_question_about_the_part_b(council):
    put(council)
    member, meeting = council.people["member"], council.meeting
    about = {"register": council.register, "has_left_room": True, "kind": "pecuniary"}
    Declaration.declare(meeting, by=member, person=member, **about)
    council.people["member"] = type(member).objects.get(pk=member.pk)
    assert readers(council) == {"manager", "internal-auditor"}


def test_it_is_a_task_of_the_manager_where_the_holder_may_not_read_the_part(council):
    put(council, answer_by=days_ago(-3))
    people = (council.people[name] for name in ("officer", "manager"))
    days = [len(tasks_due(person, days_ago(0), [TaskKind.QUESTION])) for person in people]
    assert days == [0, 1]


def test_mail_and_calendar_do_not_quote_a_question_about_a_part_b(council):
    put(council, answer_by=days_ago(-3))
    call_command("send_reminders", stdout=StringIO())
    secrets = [CalendarKey.make(by=council.people[name]) for name in ("manager", "officer")]
    feeds = [Client().get(f"/calendar/{secret}.ics").content.decode() for secret in secrets]
    bodies = [f"{message.subject} {message.body}" for message in mail.outbox]
    assert "Answer a question" in feeds[0] and any("Answer a question" in text for text in bodies)
    assert "quagga" not in "".join([*feeds, *bodies])


def test_pages_of_who_may_not_read_the_part_have_no_trace_of_its_question(council):
    question = put(council, meeting=council.earlier)
    paths = [
        council.meeting.get_absolute_url(),
        reverse("meeting_before", args=[council.meeting.pk]),
        reverse("question_year", args=[council.body.pk, council.meeting.on.year]),
    ]
    client = client_of(council, "clerk")
    assert not any("quagga" in client.get(path).text for path in paths)
    detail = reverse("question_detail", args=[question.meeting_id, question.pk])
    assert client.get(detail).status_code == 404
    assert "quagga" in client_of(council, "member").get(paths[1]).text


def test_minutes_and_the_report_of_the_year_leave_it_out(council):
    put(council, meeting=council.earlier).answer(
        by=council.people["manager"], wording="A quagga.", is_published=True
    )
    record = record_of(council.people["manager"], council.earlier)
    assert (len(record.questions), record.without_exempt().questions) == (1, [])
    year = council.earlier.on.year - (council.earlier.on.month < 5)
    assert year_report_of(council.people["manager"], council.body, year).question_count == 0


@pytest.mark.parametrize(
    "subject", ["paper-{}-A", "paper-{}-B", "indicator-above", "indicator-rq5-slippage"]
)
def test_a_member_gathers_a_question_and_puts_it_with_what_it_is_about(council, subject):
    subject = subject.format(council.paper.pk)
    answer = gather(council, subject)
    row = GatheredQuestion.objects.get()
    assert answer.url == row.subject_path
    path = reverse("question_put", args=["ours", row.pk])
    data = {"meeting": council.meeting.pk, "post": council.post.pk, "wording": row.text}
    assert client_of(council, "member").post(path, data).status_code == 302
    assert Question.objects.get().subject_fields == row.subject_fields


def test_pages_offer_to_ask_about_what_they_show(council):
    client, answers = client_of(council, "member"), []
    for path in (
        reverse("dashboard", args=["ours"]),
        f"{reverse('worklist', args=['ours'])}?check=rq5-slippage",
        f"{council.paper.get_absolute_url()}?part=B",
    ):
        answers.append(client.get(path).text)
    subjects = ("indicator-bands", "indicator-rq5-slippage", f"paper-{council.paper.pk}-B")
    for text, subject in zip(answers, subjects, strict=True):
        assert f"?subject={subject}#own" in text
    page = client.get(f"{reverse('question_list', args=['ours'])}?subject={subjects[2]}").text
    assert "Risk report, Part B" in page and f'name="subject" value="{subjects[2]}"' in page


def test_what_a_reader_may_not_ask_about_is_refused(council):
    draft = make_paper(council.register, by=council.people["manager"], meeting=council.meeting)
    other = make_paper(make_register(council.organisation), by=council.people["manager"])
    publish_paper(other, by=council.people["manager"])
    subjects = {
        "clerk": [f"paper-{council.paper.pk}-B"],
        "manager": [f"paper-{draft.pk}-A"],
        "member": [
            *(f"paper-{pk}-A" for pk in (draft.pk, other.pk, 0, "9" * 18)),
            f"paper-{council.paper.pk}-C",
            *("indicator-", "indicator-position", "indicator-above\0", "\U0001f600", "x" * 20_000),
        ],
    }
    for name, values in subjects.items():
        for value in values:
            with pytest.raises(ValidationError):
                find_subject(council.people[name], council.register, value)


def test_a_question_about_what_is_gone_is_not_kept_without_it(council):
    assert "cannot read what this question is about" in gather(council, "paper-999-B").text
    assert not GatheredQuestion.objects.exists()


def test_the_clerk_records_a_question_about_a_paper_of_the_meeting(council):
    data = {
        "asker": "A member of the public",
        "wording": "Who pays?",
        "register": council.register.pk,
        "post": council.post.pk,
        "subject": f"paper-{council.paper.pk}-A",
    }
    form = RecordForm(data, meeting=council.meeting, user=council.people["clerk"])
    assert form.is_valid() and form.arguments["paper"] == council.paper
    form = RecordForm(
        data | {"subject": f"paper-{council.paper.pk}-B"},
        meeting=council.meeting,
        user=council.people["clerk"],
    )
    assert list(form.errors) == ["subject"]


def test_each_indicator_fits_its_columns():
    assert all(len(slug) <= 40 and 0 < len(title) <= 100 for slug, title in INDICATORS.items())


def test_the_agenda_has_the_papers_that_the_reader_may_read(council):
    make_paper(
        council.register, by=council.people["manager"], meeting=council.meeting, title="A draft"
    )
    agendas = [
        record_of(council.people[name], council.meeting).agenda for name in ("member", "officer")
    ]
    titles = [[paper.title for item in agenda for paper in item.papers] for agenda in agendas]
    assert titles == [["Risk report"], ["Risk report", "A draft"]]
