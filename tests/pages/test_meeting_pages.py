"""Meetings on their pages: who adds, moves and cancels them, and what a reader sees."""

import datetime

import pytest
from access_table import signed_in
from django.urls import reverse
from makers import (
    days_ago,
    make_agreement,
    make_body,
    make_election,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
)
from query_counts import queries_for

from registers.forms.meetings import MeetingForm, NewMeetingForm, TimeOfDayField
from registers.forms.record_state import state_of
from registers.models import AuditEntry, LateItem, Meeting

pytestmark = pytest.mark.django_db
TOKEN = "6f1f7a0c-1d0d-4a52-9b0e-0e6b3a1f6a11"


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation(slug="southmoor")
    clerk = make_person(organisation, "clerk")
    register = make_register(organisation, name="Corporate")
    make_risk(register, on=days_ago(100))
    body = make_body(register, name="Audit Committee")
    return organisation, clerk, register, body


@pytest.fixture
def organisation(records):
    return records[0]


@pytest.fixture
def client(records):
    return signed_in(records[1])


@pytest.fixture
def register(records):
    return records[2]


@pytest.fixture
def body(records):
    return records[3]


@pytest.fixture
def meeting(body):
    return make_meeting(body, days_ago(-40))


def date_parts(day, name="on"):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def new_meeting(body, **fields):
    return {"body": body.pk, "token": TOKEN, **date_parts(days_ago(-40)), **fields}


def add(client, **fields):
    return client.post(reverse("meeting_new", args=["southmoor"]), fields)


def edit_fields(meeting, **fields):
    state = state_of(meeting, MeetingForm.STATE)
    registers = [row.pk for row in meeting.registers.all()]
    day = date_parts(fields.pop("on", meeting.on))
    return {**day, "clear_days": 5, "registers": registers, "state": state, **fields}


def edit(client, meeting, **fields):
    return client.post(reverse("meeting_edit", args=[meeting.pk]), edit_fields(meeting, **fields))


def test_a_meeting_takes_registers_and_notice_from_its_body(client, body, register):
    body.clear_days = 7
    body.save()
    add(client, **new_meeting(body, starts_at="6.30pm"))
    meeting = Meeting.objects.get()
    assert (meeting.clear_days, meeting.starts_at) == (7, datetime.time(18, 30))
    assert [*meeting.registers.all()] == [register]


def test_a_form_sent_twice_adds_one_meeting(client, body):
    for _ in range(2):
        add(client, **new_meeting(body))
    assert Meeting.objects.count() == 1


def test_two_meetings_on_one_day_are_two(client, body):
    add(client, **new_meeting(body))
    add(client, **new_meeting(body, token="", title="Extraordinary meeting"))
    assert Meeting.objects.count() == 2


def test_a_form_sent_again_for_another_body_adds_another_meeting(client, body, register):
    other = make_body(register, name="Cabinet")
    for row in (body, other):
        add(client, **new_meeting(row))
    assert {meeting.body for meeting in Meeting.objects.all()} == {body, other}


def test_the_days_of_a_series_are_checked_first(client, body):
    answer = add(client, **new_meeting(body, every="3", count="4"))
    assert "Check the days of the meetings" in answer.text
    assert not Meeting.objects.exists()


def test_a_series_sent_twice_is_added_once(client, body):
    for _ in range(2):
        add(client, **new_meeting(body, every="3", count="4", confirmed="yes"))
    assert Meeting.objects.count() == 4
    assert AuditEntry.objects.filter(verb="meeting.added").count() == 4


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"every": "3"}, "Enter how many meetings there are in all"),
        ({"count": "3"}, "Select how often the meeting repeats"),
        ({"every": "3", "count": "25"}, "There must be between 1 and 24 meetings"),
        ({"starts_at": "half past"}, "Enter a time such as 10am, 6:30pm or 18:30"),
        ({"link": "javascript:alert(1)"}, "Enter the address of the online meeting"),
        ({"link": "nowhere"}, "Enter the address of the online meeting"),
        (date_parts(datetime.date(9999, 12, 31)), "or earlier: check the year"),
    ],
)
def test_a_new_meeting_is_refused_in_words(fields, error, organisation, body):
    form = NewMeetingForm(new_meeting(body, **fields), organisation=organisation)
    assert error in str(form.errors)


def test_a_body_of_another_organisation_is_refused(organisation):
    body = make_body(make_register(make_organisation()))
    form = NewMeetingForm(new_meeting(body), organisation=organisation)
    assert form.errors["body"] == ["Select which body meets"]


@pytest.mark.parametrize("text", ["10am", "10 AM", "10.00", "10:00", "10.00am"])
def test_a_time_is_read_as_people_write_it(text):
    assert TimeOfDayField().clean(text) == datetime.time(10)


def test_a_moved_meeting_says_from_which_day(client, meeting):
    announced = meeting.on
    edit(client, meeting, on=days_ago(-50))
    meeting.refresh_from_db()
    edit(client, meeting, on=days_ago(-60))
    meeting.refresh_from_db()
    assert (meeting.on, meeting.moved_from) == (days_ago(-60), announced)


def test_a_meeting_moved_back_was_not_moved(client, meeting):
    announced = meeting.on
    for day in (days_ago(-50), announced):
        edit(client, meeting, on=day)
        meeting.refresh_from_db()
    assert meeting.moved_from is None


def test_a_meeting_with_a_decision_keeps_its_day(client, register, body):
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    answer = edit(client, agreement.meeting, on=days_ago(2))
    assert "A decision of this meeting is recorded, so its day cannot change" in answer.text


def test_the_second_of_two_clerks_sees_the_change_of_the_first(client, meeting):
    fields = edit_fields(meeting, place="Room 2")
    edit(client, meeting, place="Room 1")
    answer = client.post(reverse("meeting_edit", args=[meeting.pk]), fields)
    assert (answer.status_code, Meeting.objects.get().place) == (409, "Room 1")


def test_papers_are_not_due_after_the_meeting(client, meeting):
    answer = edit(client, meeting, **date_parts(days_ago(-41), "papers_due"))
    assert "Papers must be due on or before the day of the meeting" in answer.text


def test_a_cancelled_meeting_says_why(client, meeting):
    client.post(reverse("meeting_cancel", args=[meeting.pk]), {"reason": "No quorum."})
    assert "No quorum." in client.get(meeting.get_absolute_url()).text


def test_cancelling_a_meeting_with_a_decision_is_answered_409(client, register, body):
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    address = reverse("meeting_cancel", args=[agreement.meeting.pk])
    answer = client.post(address, {"reason": "A mistake."})
    assert answer.status_code == 409
    assert "a decision of this meeting is recorded" in answer.text


def test_a_late_item_sent_twice_is_recorded_once(client, meeting):
    fields = {"title": "Ransomware", "reason": "It cannot wait.", "token": TOKEN}
    for _ in range(2):
        client.post(reverse("late_item_new", args=[meeting.pk]), fields)
    assert LateItem.objects.get().reason == "It cannot wait."


def test_an_officer_attends_and_no_longer_does(client, meeting, organisation):
    post = make_post(organisation)
    address = reverse("meeting_officers", args=[meeting.pk])
    client.post(address, {"post": post.pk})
    assert [*meeting.attending.all()] == [post]
    client.post(reverse("meeting_officer_remove", args=[meeting.pk, post.pk]))
    assert not meeting.attending.exists()


def test_a_post_of_another_organisation_does_not_attend(client, meeting):
    post = make_post(make_organisation())
    answer = client.post(reverse("meeting_officers", args=[meeting.pk]), {"post": post.pk})
    assert "Select a post" in answer.text


def test_a_meeting_before_an_election_is_flagged(client, meeting, organisation):
    make_election(organisation, from_day=days_ago(-33), until=days_ago(-35))
    assert "Pre-election period." in client.get(meeting.get_absolute_url()).text


def test_an_election_long_after_the_meeting_flags_nothing(client, meeting, organisation):
    make_election(organisation, from_day=days_ago(-41), until=days_ago(-60))
    assert "Pre-election period." not in client.get(meeting.get_absolute_url()).text


def test_an_election_does_not_end_before_it_begins(client, organisation):
    days = date_parts(days_ago(-9), "from_day") | date_parts(days_ago(-8), "until")
    address = reverse("pre_election_new", args=["southmoor"])
    answer = client.post(address, {"name": "By-election", **days})
    assert "The last day must be on or after the first day" in answer.text


def test_a_meeting_that_was_leads_to_its_decision(client, register, body):
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    page = client.get(agreement.meeting.get_absolute_url())
    assert f"{reverse('dashboard', args=[register.slug])}?agreed={agreement.pk}" in page.text


def test_the_form_of_an_agreement_begins_with_the_meeting(organisation, register, body):
    meeting = make_meeting(body, days_ago(3))
    manager = signed_in(make_person(organisation, "manager"))
    address = f"{reverse('agreement_new', args=[register.slug])}?meeting={meeting.pk}"
    form = manager.get(address).context["form"]
    assert (form["body"].initial, form["met_on"].initial) == (body.pk, days_ago(3))


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "\u0663"])
def test_an_address_without_such_a_meeting_begins_with_today(number, organisation, register):
    manager = signed_in(make_person(organisation, "manager"))
    address = f"{reverse('agreement_new', args=[register.slug])}?meeting={number}"
    assert manager.get(address).context["form"]["met_on"].initial == days_ago(0)


def test_meetings_of_another_organisation_are_not_listed(client, meeting):
    make_meeting(make_body(make_register(make_organisation()), name="Trust board"), days_ago(-4))
    page = client.get(reverse("meeting_list")).text
    assert "Audit Committee" in page
    assert "Trust board" not in page


def test_a_list_of_many_meetings_makes_as_many_queries(client, body):
    def count():
        return queries_for(client, [reverse("meeting_list")])

    for days in (-10, 10):
        make_meeting(body, days_ago(days))
    fewest = count()
    for days in (-30, -20, 20, 30):
        make_meeting(body, days_ago(days))
    assert count() == fewest
