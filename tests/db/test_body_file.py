"""Bodies and who sits on them from a file: what it adds, changes and leaves alone."""

import copy
import datetime

import pytest
from makers import make_body, make_organisation, make_person, make_register, make_seat

from registers.administration.body_file import HEADINGS, REQUIRED, import_bodies, plan_bodies
from registers.administration.file_table import read_table
from registers.imports.upload import read_sheets
from registers.models import Seat

pytestmark = pytest.mark.django_db
COLUMNS = "Committee,Kind,Member email,Capacity,Chair,From,Until"


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation()
    ade = make_person(organisation, "member", name="Ade Okoro", email="ade@southmoor.example")
    bea = make_person(organisation, "member", name="Bea Lund", email="bea@southmoor.example")
    body = make_body(make_register(organisation), name="Audit committee", members=[ade])
    return organisation, ade, bea, body


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def organisation(records):
    return records[0]


@pytest.fixture
def ade(records):
    return records[1]


@pytest.fixture
def bea(records):
    return records[2]


@pytest.fixture
def body(records):
    return records[3]


def read(*rows):
    content = "\n".join([COLUMNS, *rows]).encode()
    return read_table(read_sheets("bodies.csv", content), HEADINGS, REQUIRED)


def plan(organisation, *rows):
    return plan_bodies(organisation, read(*rows))


def take(organisation, *rows):
    state = plan(organisation, *rows).state
    return import_bodies(organisation, read(*rows), by=make_person(organisation), state=state)


SEAT = "The audit committee,,bea@southmoor.example,lay member,,01/05/2026,"


def test_a_member_gets_a_seat_on_the_body_of_that_name(organisation, bea, body):
    take(organisation, SEAT)
    seat = body.seats.get(user=bea)
    assert (seat.capacity, seat.from_day) == ("independent", datetime.date(2026, 5, 1))


def test_the_same_file_again_changes_nothing(organisation):
    rows = [
        SEAT,
        "Audit committee,,ade@southmoor.example,member,yes,,",
        "Cabinet,,bea@southmoor.example,,chair,01/05/2026,",
        "Planning panel,,,,,,",
    ]
    take(organisation, *rows)
    again = plan(organisation, *rows)
    assert (again.writes, len(again.unchanged)) == (False, 4)


def test_a_new_body_has_the_kind_that_its_name_tells(organisation):
    take(organisation, "Planning panel,,,,,,")
    assert organisation.bodies.get(name="Planning panel").kind == "committee"


def test_a_substitute_sits_for_a_day(organisation, bea, body):
    take(organisation, "Audit committee,,bea@southmoor.example,Substitute,,1/6/2026,1/6/2026")
    seat = body.seats.get(user=bea)
    assert (seat.capacity, seat.until) == ("substitute", datetime.date(2026, 6, 1))


def test_a_seat_ends_by_its_last_day(organisation, ade, body):
    take(organisation, "Audit committee,,ade@southmoor.example,,,,31/12/2030")
    assert body.seats.get(user=ade).until == datetime.date(2030, 12, 31)


def test_the_chair_is_handed_over_by_a_file(organisation, ade, bea, body):
    Seat.objects.filter(user=ade).update(is_chair=True)
    (row,) = plan(organisation, "Audit committee,,bea@southmoor.example,,yes,,").added
    assert row.note == "Ade Okoro no longer chairs the body."
    take(organisation, "Audit committee,,bea@southmoor.example,,yes,,")
    assert body.seats.get(is_chair=True).user == bea


def test_two_chairs_of_a_body_are_both_left_out(organisation):
    rows = [f"Audit committee,,{name}@southmoor.example,,yes,," for name in ("ade", "bea")]
    assert [row.number for row in plan(organisation, *rows).unread] == [2, 3]


def test_people_and_bodies_that_are_not_in_the_file_stay(organisation, body):
    make_body(body.registers.get(), name="Cabinet")
    planned = plan(organisation, SEAT)
    assert planned.missing == ["Ade Okoro, Audit committee", "Cabinet"]
    take(organisation, SEAT)
    assert body.seats.active().count() == 2


def test_an_unknown_member_is_listed_and_gets_no_seat(organisation):
    planned = plan(organisation, "Audit committee,,kit@elsewhere.example,,,,")
    assert (planned.unknown, planned.writes) == (["kit@elsewhere.example"], False)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,bea@southmoor.example,,,,", "It has no name of a body."),
        ("=A1,,,,,,", "The name of the body begins like a formula."),
        ("Cabinet,quango,,,,,", "We do not know the kind “quango”."),
        ("Cabinet,,bea@southmoor.example,observer,,,", "We do not know the capacity “observer”."),
        ("Cabinet,,bea@southmoor.example,substitute,,,", "A substitute needs a last day"),
        (
            "Cabinet,,bea@southmoor.example,substitute,yes,,1/6/2030",
            "A substitute cannot be the chair.",
        ),
        ("Cabinet,,bea@southmoor.example,,,2/6/2026,1/6/2026", "Its last day is before its first."),
        ("Cabinet,,bea@southmoor.example,,,,1/6/2020", "It ended already and has no first day."),
    ],
)
def test_a_row_that_is_not_understood_says_why(organisation, row, reason):
    (planned,) = plan(organisation, row).unread
    assert reason in planned.reason


def test_rows_about_one_person_on_one_day_contradict_each_other(organisation):
    rows = [SEAT, "Audit committee,,bea@southmoor.example,member,,01/05/2026,"]
    assert len(plan(organisation, *rows).unread) == 2


def test_a_file_does_not_give_somebody_two_seats_on_one_day(organisation, body, bea):
    make_seat(body, bea, from_day=datetime.date(2025, 1, 1), until=datetime.date(2025, 6, 30))
    make_seat(body, bea, from_day=datetime.date(2026, 1, 1))
    row = "Audit committee,,bea@southmoor.example,,,01/03/2025,01/03/2026"
    assert "Several seats" in plan(organisation, row).unread[0].reason
