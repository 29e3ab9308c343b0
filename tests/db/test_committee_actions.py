"""Actions of a committee: their numbers, their days, and what becomes of them."""

import copy
import datetime
import uuid
from types import SimpleNamespace

import pytest
from django.utils import timezone
from makers import (
    day,
    days_ago,
    make_body,
    make_committee_action,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_register,
)

from registers.meetings.committee_actions import actions_before
from registers.models import (
    CommitteeAction,
    DuplicateSubmission,
    EditConflict,
    InvalidTransition,
    MinutesApproval,
)
from registers.models.committee_action import first_day_of_year, municipal_year, year_in_words

pytestmark = pytest.mark.django_db
TOKEN = uuid.UUID("6f1f7a0c-1d0d-4a52-9b0e-0e6b3a1f6a11")


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation()
    register = make_register(organisation)
    body = make_body(register)
    return SimpleNamespace(
        organisation=organisation,
        body=body,
        clerk=make_person(organisation, "clerk"),
        post=make_post(organisation),
        meeting=make_meeting(body, days_ago(20)),
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def record(records, **fields):
    meeting = fields.pop("meeting", records.meeting)
    return make_committee_action(meeting, by=records.clerk, **{"post": records.post, **fields})


def test_actions_are_numbered_within_the_year_of_their_body(records):
    numbers = [record(records).number for _ in range(2)]
    cabinet = make_body(records.body.registers.get(), name="Cabinet")
    other = make_meeting(cabinet, day("2026-06-01"))
    assert (numbers, record(records, meeting=other).reference) == ([1, 2], "2026/27-01")


@pytest.mark.parametrize(
    ("text", "year"), [("2026-04-30", 2025), ("2026-05-01", 2026), ("2027-01-31", 2026)]
)
def test_a_municipal_year_begins_in_may(text, year, records):
    assert municipal_year(records.organisation, day(text)) == year


@pytest.mark.parametrize(("text", "year"), [("2026-05-18", 2025), ("2026-05-19", 2026)])
def test_a_marked_annual_meeting_begins_the_year(text, year, records):
    make_meeting(records.body, day("2026-05-19"), is_annual=True)
    assert municipal_year(records.organisation, day(text)) == year


def test_an_annual_meeting_that_is_cancelled_begins_no_year(records):
    annual = make_meeting(records.body, day("2026-05-19"), is_annual=True)
    annual.cancel(by=records.clerk, reason="Snow.")
    assert first_day_of_year(records.organisation, 2026) == day("2026-05-01")


def test_an_nhs_body_counts_by_its_financial_year(records):
    records.organisation.sector, records.organisation.year_starts_in = "nhs", 4
    assert municipal_year(records.organisation, day("2026-04-01")) == 2026


@pytest.mark.parametrize(
    ("year", "words"), [(2026, "2026/27"), (1999, "1999/00"), (2009, "2009/10")]
)
def test_a_year_in_words(year, words):
    assert year_in_words(year) == words


def test_the_first_due_day_stays(records):
    action = record(records, due_on=days_ago(5))
    action.revise(by=records.clerk, version=1, due_on=days_ago(-5), reason="Not ready.")
    latest = action.latest
    assert (latest.original_due_on, latest.due_on, latest.redated) == (days_ago(5), days_ago(-5), 1)


def test_a_first_due_day_is_no_change_of_it(records):
    action = record(records)
    action.revise(by=records.clerk, version=1, due_on=days_ago(-5))
    assert (action.latest.original_due_on, action.latest.redated) == (days_ago(-5), 0)


def test_a_form_sent_twice_records_one_action(records):
    first, second = (record(records, token=TOKEN) for _ in range(2))
    assert first == second and CommitteeAction.objects.count() == 1


def test_a_form_sent_again_with_other_words_is_a_conflict(records):
    record(records, token=TOKEN)
    with pytest.raises(DuplicateSubmission):
        record(records, token=TOKEN, wording="Bring something else")


def test_two_people_cannot_undo_each_others_change(records):
    action = record(records)
    action.revise(by=records.clerk, version=1, wording="Bring the plan in May")
    with pytest.raises(EditConflict):
        action.revise(by=records.clerk, version=1, wording="Bring the plan in June")


def test_an_action_that_is_done_has_its_evidence(records):
    action = record(records)
    action.complete(by=records.clerk, version=1, done_on=days_ago(1), evidence="Minute 4.")
    assert (action.latest.status, action.latest.evidence) == ("done", "Minute 4.")


def test_what_is_done_cannot_be_cancelled(records):
    action = record(records)
    action.complete(by=records.clerk, version=1, done_on=days_ago(1), evidence="Minute 4.")
    with pytest.raises(InvalidTransition):
        action.cancel(by=records.clerk, version=2, reason="Not needed.")


def test_a_reopened_action_keeps_its_history(records):
    action = record(records)
    action.cancel(by=records.clerk, version=1, reason="Not needed.")
    action.reopen(by=records.clerk, version=2, reason="It is needed.")
    statuses = action.revisions.values_list("status", flat=True)
    assert [*statuses] == ["open", "cancelled", "open"]


def test_an_action_is_carried_over_to_each_later_meeting(records):
    record(records)
    make_meeting(records.body, days_ago(10))
    (row,) = actions_before(records.clerk, make_meeting(records.body, timezone.localdate()))
    assert row.carried_over == 2


def test_what_was_done_before_a_meeting_is_not_carried_over(records):
    action = record(records)
    timing = {"effective_on": days_ago(12), "done_on": days_ago(12)}
    action.complete(by=records.clerk, version=1, evidence="Minute 4.", **timing)
    assert actions_before(records.clerk, make_meeting(records.body, days_ago(10))) == []


def test_a_post_of_another_organisation_is_refused(records):
    with pytest.raises(ValueError, match="is not of"):
        record(records, post=make_post(make_organisation()))


def test_a_cancelled_meeting_records_nothing(records):
    records.meeting.cancel(by=records.clerk, reason="Snow.")
    with pytest.raises(InvalidTransition, match="cancelled"):
        record(records)


def test_approved_minutes_take_no_further_action(records):
    later = make_meeting(records.body, days_ago(10))
    MinutesApproval.record(records.meeting, by=records.clerk, approving_meeting=later)
    with pytest.raises(InvalidTransition, match="approved"):
        record(records)


def test_minutes_are_not_approved_by_an_earlier_meeting(records):
    earlier = make_meeting(records.body, days_ago(30))
    with pytest.raises(InvalidTransition, match="no later meeting"):
        MinutesApproval.record(records.meeting, by=records.clerk, approving_meeting=earlier)


def test_an_action_is_recorded_on_the_day_it_was_agreed(records):
    with pytest.raises(ValueError, match="in the future"):
        record(records, effective_on=timezone.localdate() + datetime.timedelta(days=1))
