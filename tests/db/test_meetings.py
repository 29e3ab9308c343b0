"""Meetings: of which day an agreement is, and with which day a reader compares."""

import copy
import datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from makers import (
    days_ago,
    make_agreement,
    make_body,
    make_meeting,
    make_member,
    make_person,
    make_register,
    make_risk,
    make_seat,
    make_user,
)

from registers.agreement_meetings import match_meetings
from registers.models import Agreement, AuditEntry, Body, InvalidTransition, Meeting
from registers.models.meeting import clear_days_of
from registers.permissions import previous_meeting_day
from registers.services import supersede

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    register = make_register()
    make_risk(register, on=days_ago(200))
    member = make_member(register)
    return register, member, Body.objects.get(seats__user=member)


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def register(records):
    return records[0]


@pytest.fixture
def member(records):
    return records[1]


@pytest.fixture
def body(records):
    return records[2]


def test_an_agreement_is_of_the_meeting_of_its_day(register, body):
    meeting = make_meeting(body, days_ago(3))
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    assert agreement.meeting == meeting


def test_an_agreement_of_a_day_without_a_meeting_gets_one(register, body):
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    assert (agreement.meeting.body, agreement.meeting.on) == (body, days_ago(3))
    assert AuditEntry.objects.filter(verb="meeting.added").count() == 1


def test_a_cancelled_meeting_decides_nothing(register, body):
    meeting = make_meeting(body, days_ago(3))
    meeting.cancel(by=make_user(), reason="No quorum.")
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    assert agreement.meeting != meeting


def test_a_meeting_with_a_decision_is_not_cancelled(register, body):
    agreement = make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    with pytest.raises(InvalidTransition):
        agreement.meeting.cancel(by=make_user(), reason="A mistake.")


def test_a_second_cancellation_keeps_the_first_reason(body):
    meeting = make_meeting(body, days_ago(-3))
    meeting.cancel(by=make_user(), reason="No quorum.")
    Meeting.objects.get(pk=meeting.pk).cancel(by=make_user(), reason="Snow.")
    assert Meeting.objects.get(pk=meeting.pk).cancellation_reason == "No quorum."


def test_earlier_agreements_of_a_day_get_one_meeting(register, body):
    for _ in range(2):
        make_agreement(register, body=body, on=days_ago(9), met_on=days_ago(3))
    QuerySet(Agreement).update(meeting=None)
    Meeting.objects.all().delete()
    match_meetings()
    match_meetings()
    meeting = Meeting.objects.get()
    assert (meeting.body, meeting.on, meeting.agreements.count()) == (body, days_ago(3), 2)


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({}, 5),
        ({"nation": "wales"}, 3),
        ({"nation": "scotland"}, 3),
        ({"sector": "nhs"}, 3),
    ],
)
def test_the_usual_notice_follows_the_nation_and_the_sector(fields, days, body):
    vars(body.organisation).update(fields)
    assert clear_days_of(body) == days


def test_a_body_may_have_a_notice_of_its_own(body):
    body.clear_days = 0
    assert clear_days_of(body) == 0


def test_a_meeting_is_not_cancelled_without_a_reason(body):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_meeting(body, days_ago(3), cancelled_on=days_ago(4))


def compared_day(user, register, day=None, agreement=None):
    return previous_meeting_day(user, register, day or days_ago(0), agreement)


def test_a_reader_compares_with_the_last_meeting_of_their_body(register, member, body):
    for days in (40, 20, 0, -20):
        make_meeting(body, days_ago(days))
    assert compared_day(member, register) == days_ago(20)


def test_a_meeting_that_was_given_the_register_counts_as_of_the_data_date(register, member, body):
    make_agreement(register, body=body, on=days_ago(30), met_on=days_ago(20))
    assert compared_day(member, register) == days_ago(30)


def test_a_superseded_agreement_leaves_the_day_of_the_meeting(register, member, body):
    agreement = make_agreement(register, body=body, on=days_ago(30), met_on=days_ago(20))
    supersede(agreement=agreement, by=make_user(), reason="Not so.", replacement=None)
    assert compared_day(member, register) == days_ago(20)


def test_a_cancelled_meeting_is_no_comparison(register, member, body):
    make_meeting(body, days_ago(20)).cancel(by=make_user(), reason="Snow.")
    assert compared_day(member, register) is None


def test_meetings_of_other_bodies_are_no_comparison(register, member):
    make_meeting(make_body(register, name="Cabinet"), days_ago(20))
    assert compared_day(member, register) is None


def test_a_body_that_does_not_oversee_the_register_is_no_comparison(register, member):
    other = make_register(register.organisation)
    board = make_body(other, name="Partnership board", members=[member])
    make_meeting(board, days_ago(20))
    assert compared_day(member, register) is None


def test_a_past_day_compares_with_the_meeting_before_it(register, member, body):
    for days in (40, 20):
        make_meeting(body, days_ago(days))
    assert compared_day(member, register, days_ago(20)) == days_ago(40)


def test_an_agreed_position_compares_with_the_meeting_before_of_the_same_body(register, body):
    make_agreement(register, body="Cabinet", on=days_ago(25), met_on=days_ago(24))
    make_meeting(body, days_ago(50))
    agreement = make_agreement(register, body=body, on=days_ago(20), met_on=days_ago(10))
    assert compared_day(make_user(), register, days_ago(20), agreement) == days_ago(50)


def test_a_first_agreement_of_a_body_compares_with_that_of_another(register, body):
    make_agreement(register, body="Cabinet", on=days_ago(30), met_on=days_ago(24))
    agreement = make_agreement(register, body=body, on=days_ago(20), met_on=days_ago(10))
    assert compared_day(make_user(), register, days_ago(20), agreement) == days_ago(30)


def test_the_day_compared_with_is_read_by_one_query(
    register, member, body, django_assert_num_queries
):
    make_meeting(body, days_ago(20))
    with django_assert_num_queries(1):
        compared_day(member, register)


def test_a_seat_that_ended_gives_no_comparison(register, body):
    former = make_person(register.organisation, "member")
    make_seat(body, former, from_day=days_ago(90), until=days_ago(1))
    make_meeting(body, days_ago(20))
    assert compared_day(former, register) is None


def test_a_meeting_says_its_time_in_words(body):
    meeting = make_meeting(body, days_ago(-3), starts_at=datetime.time(18, 30))
    assert meeting.time_in_words == "6:30pm"
