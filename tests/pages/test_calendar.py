"""The calendar of deadlines: who may read its secret address, and its contents."""

import datetime
import hashlib
import logging
import uuid
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar
from makers import (
    days_ago,
    make_action,
    make_appetite,
    make_assurance,
    make_body,
    make_committee_action,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
    seal_rows,
)

from failing_well.logs import WithoutSecrets
from registers.models import AuditEntry, CalendarKey, Risk, Role
from registers.reminders.calendar import LIMIT, calendar_of
from registers.tasks.task import Task

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register, an officer and their post."""
    council = make_organisation("Northmoor Council")
    officer = make_person(council)
    return SimpleNamespace(
        register=make_register(council, slug="ours", prefix="CORP", name="Corporate register"),
        officer=officer,
        post=make_post(council, holder=officer),
    )


@pytest.fixture
def post(records):
    return records.post


@pytest.fixture(scope="module")
def signed_in(module_records):
    client = Client()
    client.force_login(module_records.officer)
    return client


def feed(secret):
    """What somebody who is not signed in is answered."""
    return Client().get(f"/calendar/{secret}.ics")


def events(secret):
    return Calendar.from_ical(feed(secret).content).walk("VEVENT")


def summaries(secret):
    return [str(event["summary"]) for event in events(secret)]


# The key


def test_the_secret_is_long_and_only_its_digest_is_stored(officer):
    secret = CalendarKey.make(by=officer)
    key = CalendarKey.objects.get()
    assert len(secret) == 43 and key.digest == hashlib.sha256(secret.encode()).hexdigest()


def test_every_key_is_different(officer):
    token = uuid.uuid4()
    assert len({CalendarKey.make(by=p, token=token) for p in (officer, make_user())}) == 2
    assert len({CalendarKey.make(by=officer) for _ in range(3)}) == 3


def test_another_installation_makes_other_keys(officer, settings):
    token = uuid.uuid4()
    first = CalendarKey.make(by=officer, token=token)
    settings.SECRET_KEY = "another"
    assert CalendarKey.make(by=officer, token=token) != first


def test_a_new_key_ends_the_one_before(officer):
    first, second = CalendarKey.make(by=officer), CalendarKey.make(by=officer)
    assert (feed(first).status_code, feed(second).status_code) == (404, 200)


def test_another_persons_key_stays(officer, register):
    other = CalendarKey.make(by=make_person(register.organisation))
    CalendarKey.make(by=officer)
    CalendarKey.revoke(by=officer)
    assert feed(other).status_code == 200


def test_a_person_has_one_key_in_use(officer):
    CalendarKey.make(by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarKey.objects.create(user=officer, digest="another")


def test_making_and_ending_a_key_is_in_the_audit_trail_of_the_installation(officer):
    secret = CalendarKey.make(by=officer)
    CalendarKey.revoke(by=officer)
    entries = AuditEntry.objects.filter(by=officer, chain__organisation=None)
    assert [entry.verb for entry in entries] == ["calendar.made", "calendar.revoked"]
    assert secret not in str([(entry.facts, entry.text.content) for entry in entries])
    seal_rows()
    call_command("verify_audit", verbosity=0)


# Who reads it


def test_the_secret_address_needs_no_sign_in(officer):
    answer = feed(CalendarKey.make(by=officer))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert (answer["Cache-Control"], answer.cookies) == ("private, no-store", {})


def same_as_unknown(secret):
    answer, unknown = feed(secret), feed("x" * 43)
    return (answer.status_code, answer.content) == (
        404,
        unknown.content,
    ) and answer.headers == unknown.headers


def test_a_revoked_secret_is_like_none(officer):
    secret = CalendarKey.make(by=officer)
    CalendarKey.revoke(by=officer)
    assert same_as_unknown(secret)


def test_the_secret_of_an_inactive_person_is_like_none(officer):
    secret = CalendarKey.make(by=officer)
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    assert same_as_unknown(secret)


def test_the_secret_of_a_person_without_a_role_is_not_found(officer):
    secret = CalendarKey.make(by=officer)
    officer.memberships.update(until=days_ago(1))
    assert same_as_unknown(secret)


def test_the_digest_is_no_secret(officer):
    CalendarKey.make(by=officer)
    assert same_as_unknown(CalendarKey.objects.get().digest)


def test_a_person_who_may_only_read_has_an_empty_calendar(officer, register, post):
    make_risk(register, owner=post, next_review_on=days_ago(1))
    secret = CalendarKey.make(by=officer)
    officer.memberships.update(role=Role.MEMBER)
    assert summaries(secret) == []


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(officer, method):
    secret = CalendarKey.make(by=officer)
    assert getattr(Client(enforce_csrf_checks=True), method)(
        f"/calendar/{secret}.ics"
    ).status_code in (403, 405)


@pytest.mark.parametrize(
    "line",
    [
        "Internal Server Error: /calendar/%s.ics",
        "Forbidden (CSRF cookie not set.): /calendar/%s.ics",
    ],
)
def test_the_secret_is_not_logged(officer, line):
    secret = CalendarKey.make(by=officer)
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, line, (secret,), None)
    formatted = WithoutSecrets("{message}", style="{").format(record)
    assert secret not in formatted and "/calendar/***.ics" in formatted


def test_the_log_formatter_removes_secrets():
    formatters = {
        type(h.formatter) for name in ("", "django") for h in logging.getLogger(name).handlers
    }
    assert WithoutSecrets in formatters


# What it says


def test_each_kind_is_named(register, post):
    manager = make_person(register.organisation, Role.MANAGER)
    managers_post = make_post(register.organisation, holder=manager)
    risk = make_risk(
        register,
        **{
            "title": "Requests for records",
            "owner": managers_post,
            "on": days_ago(30),
            "next_review_on": days_ago(-1),
        },
        **{
            "response": Risk.Response.TOLERATE,
            "response_reason": "So.",
            "tolerated_until": days_ago(-2),
        },
    )
    make_action(risk, owner=managers_post, due_on=days_ago(-3), title="Write it down")
    make_assurance(risk, on=days_ago(20), expires_on=days_ago(-4))
    make_appetite(register.organisation, "financial", review_by=days_ago(-5))
    assert summaries(CalendarKey.make(by=manager)) == [
        "Review CORP-001: Requests for records",
        "Tolerance of CORP-001 ends: Requests for records",
        "Action for CORP-001: Write it down",
        "Assurance of CORP-001 runs out, line 3: internal audit: Requests for records",
        "Review the appetite: Financial",
    ]


def test_an_exempt_risk_appears_only_by_its_reference(register, officer, post):
    make_risk(register, owner=post, title="Quokka", is_exempt=True, next_review_on=days_ago(-1))
    secret = CalendarKey.make(by=officer)
    assert summaries(secret) == ["Review CORP-001 (exempt)"]
    assert b"Quokka" not in feed(secret).content


def test_a_risk_exempt_for_the_reader_is_left_out(register, officer, post):
    risk = make_risk(register)
    make_action(risk, owner=post, due_on=days_ago(-3))
    secret = CalendarKey.make(by=officer)
    assert len(summaries(secret)) == 1
    make_revision(risk, is_exempt=True)
    assert summaries(secret) == []


def test_an_event_is_a_whole_day_that_blocks_no_time(register, officer, post):
    make_risk(register, owner=post, next_review_on=days_ago(-1))
    (event,) = events(CalendarKey.make(by=officer))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (days_ago(-1), days_ago(-2))
    assert (str(event["transp"]), str(event["class"]), "dtstamp" in event) == (
        "TRANSPARENT",
        "PRIVATE",
        True,
    )


def test_an_event_links_to_the_page_that_finishes_it(register, officer, post, settings):
    settings.SITE_URL = "https://register.example.org"
    make_risk(register, owner=post, next_review_on=days_ago(-1))
    (event,) = events(CalendarKey.make(by=officer))
    assert str(event["url"]) == "https://register.example.org/registers/ours/risks/1/review/"


def test_an_event_keeps_its_uid_when_its_day_changes(register, officer, post):
    risk = make_risk(register, owner=post, next_review_on=days_ago(-1))
    secret = CalendarKey.make(by=officer)
    before = [str(event["uid"]) for event in events(secret)]
    make_revision(risk, next_review_on=days_ago(-40))
    (event,) = events(secret)
    assert ([str(event["uid"])], event.decoded("dtstart")) == (before, days_ago(-40))


def test_it_reaches_from_three_months_back_to_a_year_ahead(register, officer, post):
    risk = make_risk(register, owner=post)
    for ahead in (-91, -90, 365, 366):
        make_action(risk, owner=post, on=days_ago(100), due_on=days_ago(-ahead))
    days = [event.decoded("dtstart") for event in events(CalendarKey.make(by=officer))]
    assert days == [days_ago(90), days_ago(-365)]


def test_it_has_all_kinds_whatever_is_chosen_by_mail(register, officer, post, signed_in):
    make_risk(register, owner=post, next_review_on=days_ago(-1))
    signed_in.post("/reminders/", {})
    assert len(events(CalendarKey.make(by=officer))) == 1


def test_many_rows_take_as_many_queries_as_one(register, officer, post):
    secret, costs = CalendarKey.make(by=officer), []
    for count in (1, 2):
        for _ in range(count):
            make_action(
                make_risk(register, owner=post, next_review_on=days_ago(-1)),
                owner=post,
                due_on=days_ago(-3),
            )
        with CaptureQueriesContext(connection) as queries:
            texts = summaries(secret)
        costs.append((len(queries), len(texts)))
    assert costs == [(8, 2), (8, 6)]


def test_a_calendar_has_at_most_five_hundred_events(register, officer, post, monkeypatch):
    monkeypatch.setattr("registers.views.reminders.LIMIT", 3)
    for ahead in (5, 1, 4, 2):
        make_risk(register, owner=post, title=f"In {ahead}", next_review_on=days_ago(-ahead))
    texts = summaries(CalendarKey.make(by=officer))
    assert ([text[-4:] for text in texts], LIMIT) == (["In 1", "In 2", "In 4"], 500)


@pytest.mark.parametrize(
    "title",
    [
        "Comma, semicolon; back\\slash",
        "Zwei\nZeilen",
        "👩🏽‍🚒 " * 40,
        "הסיכון של מועצת העיר " * 9,
        "END:VEVENT",
    ],
)
def test_any_title_is_read_back_unchanged(title):
    due = Task(
        *("review", datetime.date(2026, 3, 31), "Review CORP-001", title),
        *("/", "review-1", "Register", 1),
    )
    text = calendar_of([due], site="https://r.example.org", created_at=timezone.now())
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["summary"]) == "Review CORP-001: " + " ".join(title.split())
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))


def test_an_empty_calendar_is_a_calendar(officer):
    (calendar,) = Calendar.from_ical(feed(CalendarKey.make(by=officer)).content).walk("VCALENDAR")
    assert (str(calendar["version"]), calendar.subcomponents) == ("2.0", [])


def test_calendars_are_refreshed_every_six_hours(officer):
    lines = feed(CalendarKey.make(by=officer)).text.split("\r\n")
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"} <= set(lines)


# The pages


def secret_on(answer):
    """The secret on the page that shows an address."""
    return answer.text.partition("/calendar/")[2].partition(".ics")[0]


def test_the_address_is_shown_once_and_works(signed_in, settings):
    answer = signed_in.post("/reminders/calendar/", {"token": str(uuid.uuid4())})
    assert f"{settings.SITE_URL}/calendar/" in answer.text and answer["Cache-Control"] == "no-store"
    assert feed(secret_on(answer)).status_code == 200
    assert (
        secret_on(answer)
        not in signed_in.get("/reminders/").text + signed_in.get("/reminders/calendar/").text
    )


def test_the_form_sent_twice_shows_one_address(signed_in):
    token = str(uuid.uuid4())
    first, second = (
        secret_on(signed_in.post("/reminders/calendar/", {"token": token})) for _ in range(2)
    )
    assert (first == second, feed(second).status_code) == (True, 200)


def test_the_form_of_an_address_that_has_ended_makes_another(signed_in, officer):
    token = str(uuid.uuid4())
    first = secret_on(signed_in.post("/reminders/calendar/", {"token": token}))
    CalendarKey.revoke(by=officer)
    second = secret_on(signed_in.post("/reminders/calendar/", {"token": token}))
    assert (feed(first).status_code, feed(second).status_code) == (404, 200)


def test_the_page_warns_that_the_old_address_stops(signed_in, officer):
    assert "stops at once" not in signed_in.get("/reminders/calendar/").text
    CalendarKey.make(by=officer)
    assert "stops at once" in signed_in.get("/reminders/calendar/").text


def test_a_person_stops_their_calendar(signed_in, officer):
    secret = CalendarKey.make(by=officer)
    assert "Stop your calendar?" in signed_in.get("/reminders/calendar/stop/").text
    answer = signed_in.post("/reminders/calendar/stop/", follow=True)
    assert (
        "Its address no longer works" in answer.text
        and "Create an address for your calendar" in answer.text
    )
    assert feed(secret).status_code == 404


def test_a_person_without_a_role_can_still_stop_their_calendar(signed_in, officer):
    secret = CalendarKey.make(by=officer)
    officer.memberships.all().delete()
    assert "Stop the calendar" in signed_in.get("/reminders/").text
    signed_in.post("/reminders/calendar/stop/")
    assert CalendarKey.reader_of(secret) is None


def test_stopping_a_stopped_calendar_says_so(signed_in):
    assert "there is nothing to stop" in signed_in.get("/reminders/calendar/stop/").text
    assert signed_in.post("/reminders/calendar/stop/").status_code == 302


def test_an_action_of_a_committee_is_in_the_calendar_of_its_owner(records):
    meeting = make_meeting(make_body(records.register), days_ago(15))
    action = make_committee_action(
        meeting, by=records.officer, post=records.post, due_on=days_ago(-6), wording="Count them"
    )
    secret = CalendarKey.make(by=records.officer)
    assert summaries(secret) == [f"Committee action {action}: Count them"]
