"""Bodies: which agreement a reader goes by, and bodies of the agreements there were before."""

import datetime
import uuid

import pytest
from audit_check import verify
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_body,
    make_organisation,
    make_person,
    make_register,
    make_seat,
    make_user,
    seal_rows,
)
from recorded_risks import make_recorded_risk

from registers.agreement_bodies import match_bodies
from registers.models import (
    Agreement,
    Body,
    BodyKind,
    InvalidTransition,
    Meeting,
    Role,
    Seat,
    Supersession,
)
from registers.models.body import kind_by_name, name_in_sentence
from registers.permissions import mark_visibility, readers_agreement
from registers.services import agree, supersede

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register()


@pytest.fixture
def member(register):
    return make_person(register.organisation, Role.MEMBER)


@pytest.fixture
def committee(register, member):
    return make_body(register, name="Committee", members=[member])


def body_gone_by(reader, register):
    readers = readers_agreement(reader, register)
    return readers and (readers.agreement.body_name, readers.is_own)


# The agreement that a reader goes by


def test_a_member_goes_by_their_own_body(register, member, committee):
    make_agreement(register, body=committee, on=days_ago(9))
    later = make_agreement(register, body="Cabinet", on=days_ago(2))
    readers = readers_agreement(member, register)
    assert (readers.agreement.body, readers.is_own, readers.later) == (committee, True, later)


def test_of_several_bodies_the_one_that_agreed_last_counts(register, member, committee):
    board = make_body(register, name="Board", members=[member])
    make_agreement(register, body=board, on=days_ago(2))
    make_agreement(register, body=committee, on=days_ago(9))
    assert body_gone_by(member, register) == ("Board", True)


def test_without_a_body_of_their_own_the_last_agreement_of_any_counts(register):
    make_agreement(register, body="Cabinet", on=days_ago(9))
    make_agreement(register, body="Board", on=days_ago(2))
    reader = make_person(register.organisation, Role.MEMBER)
    assert body_gone_by(reader, register) == ("Board", False)


@pytest.mark.parametrize(
    "seat", [{"until": days_ago(1)}, {"from_day": days_ago(-1)}], ids=["ended", "not begun"]
)
def test_a_seat_counts_on_its_days_alone(register, seat):
    reader = make_person(register.organisation, Role.MEMBER)
    body = make_body(register, name="Committee")
    make_seat(body, reader, **seat)
    make_agreement(register, body=body, on=days_ago(9))
    make_agreement(register, body="Cabinet", on=days_ago(2))
    assert body_gone_by(reader, register) == ("Cabinet", False)


def test_a_body_that_oversees_the_register_no_more_does_not_count(register, member, committee):
    make_agreement(register, body=committee, on=days_ago(9))
    make_agreement(register, body="Cabinet", on=days_ago(2))
    committee.registers.clear()
    assert body_gone_by(member, register) == ("Cabinet", False)


def test_a_superseded_agreement_is_nobodys_latest(register, member, committee):
    make_agreement(register, body=committee, on=days_ago(9))
    wrong = make_agreement(register, body=committee, on=days_ago(2))
    supersede(agreement=wrong, by=make_user(), reason="Another register.")
    assert readers_agreement(member, register).agreement.on == days_ago(9)


def test_marks_are_seen_as_the_readers_own_body_was_given_them(register, member, committee):
    agreement = make_agreement(register, body=committee, on=days_ago(9))
    make_agreement(register, body="Cabinet", on=days_ago(2))
    cut_off = mark_visibility(member, [register], days_ago(0))[register]
    assert (cut_off.day, cut_off.recorded_by) == (agreement.on, agreement.recorded_by)


# What an agreement keeps


def test_an_agreement_keeps_what_was_recorded_by_the_end_of_its_data_date(register):
    risk = make_recorded_risk(register, (3, 4))
    make_assessment(risk, (5, 5), on=days_ago(15), recorded_at=instant(5))
    agreement = make_agreement(register, on=days_ago(10), met_on=days_ago(2))
    assert agreement.positions.get().score == 12


def instant(ago):
    return datetime.datetime.combine(days_ago(ago), datetime.time(10), datetime.UTC)


def test_a_body_of_another_register_cannot_agree_this_one(register):
    other = make_body(make_register(register.organisation))
    with pytest.raises(ValueError, match="does not oversee"):
        agree(register=register, by=make_user(), body=other, decision="noted", on=days_ago(1))


def test_a_body_cannot_meet_before_the_data_date(register):
    with pytest.raises(ValueError, match="cannot have seen"):
        make_agreement(register, on=days_ago(1), met_on=days_ago(2))


# Recorded in error


def right(register, **fields):
    return {"body": make_body(register), "decision": "noted", "on": days_ago(3), **fields}


def test_a_superseded_agreement_and_its_replacement_are_kept(register):
    wrong = make_agreement(register, on=days_ago(2))
    row = supersede(
        agreement=wrong, by=make_user(), reason="Wrong day.", replacement=right(register)
    )
    assert [*register.agreements.in_force()] == [row.replacement]
    assert [*register.agreements.order_by("pk")] == [wrong, row.replacement]
    seal_rows()
    assert verify() == ""


def test_the_same_token_supersedes_once(register):
    form = {
        "agreement": make_agreement(register),
        "by": make_user(),
        "reason": "Wrong.",
        "replacement": right(register),
        "token": uuid.uuid4(),
    }
    assert supersede(**form) == supersede(**form)
    assert (Supersession.objects.count(), Agreement.objects.count()) == (1, 2)


def test_an_agreement_is_superseded_once(register):
    agreement, by = make_agreement(register), make_user()
    supersede(agreement=agreement, by=by, reason="Wrong.")
    with pytest.raises(InvalidTransition):
        supersede(agreement=agreement, by=by, reason="Wrong again.")


# Bodies of the agreements there were


def test_each_name_of_an_earlier_agreement_becomes_one_body():
    organisation, neighbour = make_organisation(), make_organisation()
    corporate, service = make_register(organisation), make_register(organisation)
    foreign = make_register(neighbour)
    for register, name in (
        (corporate, "Audit Committee"),
        (service, "the audit  committee"),
        (corporate, "Cabinet"),
        (foreign, "Audit Committee"),
    ):
        make_agreement(register, body=name)
    QuerySet(Agreement).update(body=None, meeting=None)
    Meeting.objects.all().delete()
    Body.objects.all().delete()
    seal_rows()
    match_bodies()
    match_bodies()
    assert {
        (body.organisation, body.name.casefold(), body.kind, frozenset(body.registers.all()))
        for body in Body.objects.all()
    } == {
        (organisation, "audit committee", BodyKind.COMMITTEE, frozenset({corporate, service})),
        (organisation, "cabinet", BodyKind.CABINET, frozenset({corporate})),
        (neighbour, "audit committee", BodyKind.COMMITTEE, frozenset({foreign})),
    }
    assert not Agreement.objects.filter(body=None).exists()
    assert "is in no audit chain" not in verify()


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("Audit Committee", BodyKind.COMMITTEE, "the Audit Committee"),
        ("Corporate Management Team", BodyKind.TEAM, "the Corporate Management Team"),
        ("Trust Board", BodyKind.BOARD, "the Trust Board"),
        ("Cabinet", BodyKind.CABINET, "Cabinet"),
        ("Kay Lin", BodyKind.OTHER, "Kay Lin"),
        ("The Board", BodyKind.BOARD, "The Board"),
    ],
)
def test_the_name_of_a_body_tells_its_kind(name, kind, words):
    assert (kind_by_name(name), name_in_sentence(name)) == (kind, words)


# Seats


def test_a_seat_never_ends_before_it_begins(committee):
    with pytest.raises(IntegrityError, match="seat_does_not_end"), transaction.atomic():
        make_seat(committee, make_user(), from_day=days_ago(1), until=days_ago(2))


def test_a_body_has_one_chair(committee):
    make_seat(committee, make_user(), is_chair=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_seat(committee, make_user(), is_chair=True)


def test_nobody_of_another_organisation_takes_a_seat(committee):
    stranger = make_person(make_organisation(), Role.MEMBER)
    with pytest.raises(ValidationError, match="another organisation"):
        Seat(body=committee, user=stranger).clean()
