"""Before a meeting: what was asked last time, what changed, and what to look at first."""

import re
from html import unescape

import pytest
from access_table import signed_in
from django.urls import reverse
from django.utils.html import escape
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_body,
    make_meeting,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_put_question,
    make_question,
    make_register,
    make_risk,
)
from query_counts import queries_for

from registers.models import Body, Insight

pytestmark = pytest.mark.django_db


class Records:
    """A committee that met 40 days ago and meets in 30, and a register that it oversees."""

    def __init__(self):
        self.organisation = make_organisation(slug="southmoor")
        self.register = make_register(self.organisation, name="Corporate register")
        self.member = make_member(self.register)
        self.manager = make_person(self.organisation, "manager")
        self.body = Body.objects.get(seats__user=self.member)
        self.previous = make_meeting(self.body, days_ago(40))
        self.meeting = make_meeting(self.body, days_ago(-30))
        self.risk = make_risk(self.register, title="Reserves run out", on=days_ago(100))
        self.rated = make_risk(
            self.register, title="The roof leaks", on=days_ago(100), assessed=(2, 2)
        )
        self.post = make_post(self.organisation)

    def ask(self, **fields):
        return make_put_question(
            self.previous, self.register, **{"by": self.member, "post": self.post, **fields}
        )


@pytest.fixture(scope="module")
def module_records(module_db):
    return Records()


def address(meeting):
    return reverse("meeting_before", args=[meeting.pk])


def page(reader, meeting):
    return " ".join(signed_in(reader).get(address(meeting)).text.split())


def test_a_question_that_is_not_answered_says_so_and_that_its_risk_is_not_rated(records):
    records.ask(risk=records.risk)
    text = page(records.member, records.meeting)
    assert "Not answered" in text
    assert f"{records.risk.reference} is <strong>not rated</strong>" in text


def test_an_answer_is_read_where_it_was_asked(records):
    records.ask().answer(by=records.manager, wording="The auditor does.", is_published=False)
    assert "The auditor does." in page(records.member, records.meeting)


def test_the_latest_answer_is_read(records):
    question = records.ask()
    for wording in ("Nobody does.", "The auditor does."):
        question.answer(by=records.manager, wording=wording, is_published=False)
    text = page(records.member, records.meeting)
    assert "The auditor does." in text
    assert "Nobody does." not in text


def test_a_question_about_an_exempt_risk_is_read_by_whoever_sees_it(records):
    fields = {"exempt_ground": "1", "exempt_interest": "It names a family."}
    exempt = make_risk(records.register, title="A case", is_exempt=True, **fields)
    records.ask(risk=exempt, wording="Why is the case late?", by=records.manager)
    clerk = make_person(records.organisation, "clerk")
    assert "Why is the case late?" in page(records.member, records.meeting)
    assert "Why is the case late?" not in page(clerk, records.meeting)


def test_changes_are_counted_since_the_last_meeting_of_the_body(records):
    make_assessment(records.rated, (5, 5), on=days_ago(10))
    text = page(records.member, records.meeting)
    assert "Rose above tolerance" in text
    assert "The roof leaks" in text


def test_what_changed_before_the_last_meeting_is_left_out(records):
    make_assessment(records.rated, (5, 5), on=days_ago(60))
    assert "No risk is new, rose or fell." in page(records.member, records.meeting)


@pytest.mark.parametrize(("turn", "meeting"), [(1, "previous"), (2, "meeting")])
def test_each_meeting_has_the_next_insight_with_its_question(records, turn, meeting):
    insight = Insight.objects.get(number=turn)
    text = page(records.member, getattr(records, meeting))
    assert f"An insight to ask about: {insight.title}" in text
    assert escape(insight.question) in text


def test_a_number_of_the_insight_leads_to_as_many_rows_of_the_same_day(records):
    make_meeting(records.body, days_ago(80))
    make_agreement(records.register, by=records.manager, on=days_ago(50))
    make_risk(records.register, title="Newer", on=days_ago(10))
    client = signed_in(records.member)
    text = client.get(address(records.meeting)).text
    links = re.findall(r'data-count="(\d+)"\s+href="([^"]*insights[^"]*)#rows"', text)
    counts = [client.get(unescape(href)).context["page"].paginator.count for _, href in links]
    assert [int(count) for count, _ in links] == counts != []


def test_a_first_meeting_says_that_it_is_the_first(records):
    assert "This is the first meeting" in page(records.member, records.previous)


def test_nobody_reads_the_list_of_another(records):
    make_question(records.register, "Who told us first?", by=records.member)
    assert "Who told us first?" in page(records.member, records.meeting)
    assert "Who told us first?" not in page(records.manager, records.meeting)


def test_a_register_of_another_organisation_is_not_shown(records):
    other = make_register(make_organisation(), name="Theirs")
    records.meeting.registers.add(other)
    assert "Theirs" not in page(records.member, records.meeting)


def test_a_meeting_that_was_is_read_as_of_its_day(records):
    make_assessment(records.rated, (5, 5), on=days_ago(10))
    later = make_meeting(make_body(records.register, name=records.body.name), days_ago(20))
    assert "Rose above tolerance" not in page(records.member, later)


def test_many_questions_take_as_many_queries_as_two(records):
    client, url = signed_in(records.member), address(records.meeting)
    for _ in range(2):
        records.ask(risk=records.risk)
        make_question(records.register, f"Why {records.ask().pk}?", by=records.member)
    fewest = queries_for(client, [url])
    for _ in range(4):
        records.ask(risk=records.risk)
        make_question(records.register, f"Why {records.ask().pk}?", by=records.member)
    assert queries_for(client, [url]) == fewest


def test_a_suggested_question_is_kept_from_the_page_and_leads_back(records):
    make_assessment(records.rated, (5, 5), on=days_ago(10))
    client, url = signed_in(records.member), address(records.meeting)
    priority = client.get(url).context["parts"][0]["risks"][0]
    fields = {"text": priority.question, "risk": "1", "to_meeting": records.meeting.pk}
    fields["token"] = ""
    answer = client.post(reverse("question_list", args=[records.register.slug]), fields)
    assert (answer.status_code, answer.get("Location")) == (302, url)


def test_a_suggested_question_can_be_kept_and_the_list_is_linked(records):
    make_assessment(records.rated, (5, 5), on=days_ago(10))
    text = page(records.member, records.meeting)
    path = reverse("question_list", args=[records.register.slug])
    assert (f'href="{path}"' in text, "Keep this question" in text) == (True, True)


def test_a_risk_that_was_never_within_tolerance_is_not_asked_to_come_back(records):
    make_risk(records.register, title="The bank fails", on=days_ago(5), assessed=(5, 5))
    text = page(records.member, records.meeting)
    assert "What would bring it within what we tolerate, and by when?" in text
    assert "bring it back within" not in text
