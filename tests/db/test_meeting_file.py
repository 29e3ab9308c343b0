"""Meetings from an iCalendar file: what it would change, and the change."""

import copy
import datetime

import pytest
from makers import (
    days_ago,
    make_agreement,
    make_body,
    make_meeting,
    make_register,
    make_risk,
    make_user,
)

from registers.administration.file_plan import PlanOutdated
from registers.administration.meeting_file import import_meetings, plan_meetings, read
from registers.models import Meeting
from registers.spreadsheet import CannotRead

pytestmark = pytest.mark.django_db
SOON = days_ago(-40)


@pytest.fixture(scope="module")
def module_records(module_db):
    register = make_register()
    make_risk(register, on=days_ago(100))
    return make_body(register, name="Audit Committee"), make_user()


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def body(records):
    return records[0]


@pytest.fixture
def by(records):
    return records[1]


def event(*lines, title="Audit Committee", on=SOON, uid="one@council", start=None):
    start = start or f"DTSTART;VALUE=DATE:{on:%Y%m%d}"
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", start, *lines, "END:VEVENT"]
    )


def file_of(*events):
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])
    return text.encode()


def plan(body, *events):
    return plan_meetings(body.organisation, read("meetings.ics", file_of(*events)))


def bring_in(body, by, *events):
    table = read("meetings.ics", file_of(*events))
    state = plan_meetings(body.organisation, table).state
    return import_meetings(body.organisation, table, by=by, state=state)


def test_an_event_becomes_a_meeting_with_time_and_place(body, by):
    start = f"DTSTART:{SOON:%Y%m%d}T173000"
    bring_in(body, by, event("LOCATION:Room 1", "URL:https://example.org/a", start=start))
    meeting = Meeting.objects.get()
    assert (meeting.on, meeting.starts_at) == (SOON, datetime.time(17, 30))
    assert (meeting.place, meeting.link) == ("Room 1", "https://example.org/a")


def test_a_moment_in_summer_is_read_in_the_time_of_london(body):
    row = read("a.ics", file_of(event(start="DTSTART:20270601T230000Z"))).rows[0]
    assert (row.values["on"], row.values["starts_at"]) == ("2027-06-02", "00:00")


def test_the_same_file_twice_adds_nothing(body, by):
    bring_in(body, by, event())
    assert not plan(body, event()).writes


def test_an_event_that_moved_moves_its_meeting(body, by):
    bring_in(body, by, event())
    bring_in(body, by, event(on=days_ago(-50)))
    meeting = Meeting.objects.get()
    assert (meeting.on, meeting.moved_from) == (days_ago(-50), SOON)


def test_a_meeting_that_was_typed_is_recognised_by_its_day(body, by):
    meeting = make_meeting(body, SOON, place="Room 2")
    bring_in(body, by, event())
    meeting.refresh_from_db()
    assert (meeting.uid, meeting.place) == ("one@council", "Room 2")
    assert Meeting.objects.count() == 1


def test_a_cancelled_event_cancels_its_meeting(body, by):
    bring_in(body, by, event())
    bring_in(body, by, event("STATUS:CANCELLED"))
    assert Meeting.objects.get().is_cancelled


def test_a_cancelled_event_that_was_never_here_adds_nothing(body):
    assert not plan(body, event("STATUS:CANCELLED")).writes


def test_a_meeting_with_a_decision_is_not_moved(body):
    register = body.registers.get()
    make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    Meeting.objects.update(uid="one@council")
    assert "keeps its day" in plan(body, event()).unread[0].reason


def test_an_event_without_a_body_is_named(body):
    unread = plan(body, event(title="Coffee morning")).unread
    assert [row.reason for row in unread] == ["Its title has the name of no body here."]


def test_the_longest_name_of_a_body_decides(body):
    other = make_body(body.registers.get(), name="Audit Committee Panel")
    planned = plan(body, event(title="AUDIT COMMITTEE PANEL (hybrid)")).added
    assert [row.values["body"] for row in planned] == [other.pk]


def test_an_event_that_repeats_is_a_meeting_for_each_day(body, by):
    rule = event("RRULE:FREQ=MONTHLY;COUNT=3", f"EXDATE;VALUE=DATE:{SOON:%Y%m%d}")
    bring_in(body, by, rule)
    assert Meeting.objects.count() == 2
    assert not plan(body, rule).writes


def test_a_rule_that_never_comes_true_gives_no_meeting():
    never = event("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert len(read("meetings.ics", file_of(event(uid="other"), never)).rows) == 1


def test_an_event_without_end_is_read_for_two_years(body):
    table = read("meetings.ics", file_of(event("RRULE:FREQ=MONTHLY")))
    assert 20 < len(table.rows) < 26


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"PK\x03\x04",
        b"<html>",
        file_of(),
        file_of(event("RRULE:FREQ=SECONDLY")),
        file_of(event("RRULE:FREQ=NEVER")),
        file_of(event("RRULE:FREQ=DAILY;COUNT=3")),
        file_of(event("RRULE:FREQ=WEEKLY;BYMONTHDAY=13")),
        file_of(*[event("RRULE:FREQ=YEARLY")] * 101),
        file_of(event(start="DTSTART:yesterday")),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_in_words(content):
    with pytest.raises(CannotRead):
        read("meetings.ics", content)


@pytest.mark.parametrize("day", ["00010101", "99991231"])
def test_a_day_far_away_is_named(day, body):
    unread = plan(body, event(start=f"DTSTART;VALUE=DATE:{day}")).unread
    assert "more than 20 years away" in unread[0].reason


def test_what_the_file_leaves_out_is_named(body):
    make_meeting(body, days_ago(-60))
    assert len(plan(body, event()).missing) == 1


def test_a_plan_that_changed_meanwhile_is_not_written(body, by):
    table = read("meetings.ics", file_of(event()))
    state = plan_meetings(body.organisation, table).state
    make_meeting(body, SOON)
    with pytest.raises(PlanOutdated):
        import_meetings(body.organisation, table, by=by, state=state)
