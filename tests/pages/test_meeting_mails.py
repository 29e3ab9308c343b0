"""The mail in the week before a meeting, once for each person and meeting."""

from io import StringIO
from types import SimpleNamespace

import pytest
from access_table import signed_in
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_meeting,
    make_organisation,
    make_person,
    make_put_question,
    make_register,
    make_risk,
)

from registers.models import MeetingMail, ReminderChoice, ReminderKind, Role
from registers.reminders.meeting_mail import body_of

pytestmark = pytest.mark.django_db
EXEMPT = {"is_exempt": True, "exempt_ground": "1", "exempt_interest": "It names a family."}


@pytest.fixture(scope="module")
def module_records(module_db):
    """A committee of one member, which met a month ago and meets again in a week."""
    organisation = make_organisation("Southmoor Council", slug="southmoor")
    register = make_register(organisation)
    member = make_person(organisation, Role.MEMBER, name="Ade Okoro", email="ade@south.example")
    body = make_body(register, name="Audit Committee", members=[member])
    previous, meeting = make_meeting(body, days_ago(30)), make_meeting(body, days_ago(-7))
    manager = make_person(organisation, Role.MANAGER)
    return SimpleNamespace(
        organisation=organisation,
        register=register,
        member=member,
        body=body,
        previous=previous,
        meeting=meeting,
        manager=manager,
    )


def send(**options):
    output = StringIO()
    call_command("send_reminders", stdout=output, **options)
    return output.getvalue()


def recipients():
    return [message.to[0] for message in mail.outbox]


def test_a_member_is_written_to_a_week_ahead(records):
    assert "Before meetings: 1 sent." in send()
    (message,) = mail.outbox
    assert message.to == ["ade@south.example"]
    assert message.subject.startswith("Before your meeting: Audit Committee, ")
    assert reverse("meeting_before", args=[records.meeting.pk]) in message.body


def test_once_for_a_person_and_meeting(records):
    send()
    send()
    assert recipients() == ["ade@south.example"]


@pytest.mark.parametrize("days", [8, 0, -1])
def test_not_earlier_and_not_from_the_day_on(records, days):
    type(records.meeting).objects.filter(pk=records.meeting.pk).update(on=days_ago(-days))
    send()
    assert recipients() == []


def test_a_run_that_was_missed_is_made_up_for(records):
    type(records.meeting).objects.filter(pk=records.meeting.pk).update(on=days_ago(-2))
    send()
    assert recipients() == ["ade@south.example"]


def test_a_cancelled_meeting_is_not_announced(records):
    records.meeting.cancel(by=records.manager, reason="No business.")
    send()
    assert recipients() == []


def test_who_wants_no_such_mail_gets_none(records):
    ReminderChoice.choose(by=records.member, kinds=[ReminderKind.REVIEW])
    assert "1 wanting none" in send()
    assert recipients() == []


def test_who_has_left_the_body_or_the_organisation_gets_none(records):
    other = make_person(records.organisation, Role.MEMBER)
    make_body(records.register, name="Audit Committee", members=[other])
    records.body.seats.filter(user=other).update(until=days_ago(-1))
    records.member.memberships.update(until=days_ago(1))
    send()
    assert recipients() == []


def test_a_dry_run_says_who_and_claims_nothing(records):
    assert "ade@south.example: Before your meeting" in send(dry_run=True)
    assert (recipients(), MeetingMail.objects.count()) == ([], 0)


def test_the_mail_counts_the_questions_of_the_meeting_before(records):
    for wording in ("Who checks?", "By when?"):
        question = make_put_question(
            records.previous, records.register, by=records.member, wording=wording
        )
    question.answer(by=records.manager, wording="In May.", is_published=False)
    send()
    (message,) = [row for row in mail.outbox if row.to == ["ade@south.example"]]
    text = " ".join(message.body.split())
    assert "Two questions were on the agenda" in text and "One is not answered yet." in text


def test_an_exempt_risk_that_the_member_may_not_see_is_not_counted(records):
    risk = make_risk(make_register(records.organisation, name="Other"), **EXEMPT)
    make_put_question(
        records.previous, risk.register, by=records.manager, risk=risk, wording="A quokka?"
    )
    send()
    assert "quokka" not in mail.outbox[0].body and "agenda" not in mail.outbox[0].body


def test_a_place_cannot_pretend_to_be_another_line(records):
    records.meeting.place = "Room 1\n\nOverdue"
    text = body_of(records.meeting, name="Ade", site="https://site.example", choices="/reminders/")
    assert "Overdue" not in text.splitlines()


# The choice


def test_a_member_can_stop_the_mail(records):
    client = signed_in(records.member)
    page = client.get("/reminders/").text
    assert page.count('name="kinds"') == 1 and "Meetings of your bodies" in page
    client.post("/reminders/", {})
    send()
    assert recipients() == []


def test_a_member_cannot_choose_what_is_for_officers(records):
    answer = signed_in(records.member).post("/reminders/", {"kinds": ["review"]})
    assert "There is a problem" in answer.text
