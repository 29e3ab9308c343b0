"""Who sees an exempt risk by role, by a seat on a body, and by need to know."""

import copy
from types import SimpleNamespace

import pytest
from django.db.models import Value
from makers import (
    days_ago,
    make_body,
    make_grant,
    make_membership,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_seat,
)

from registers.models import NeedToKnow, Risk, Role, User
from registers.permissions import (
    can_be_worked_on_by,
    counts_everything,
    positions_for,
    risks_for,
    would_see_exempt,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def module_records(module_db):
    """A person of each role; two exempt risks of our register, and one of another of ours."""
    organisation = make_organisation()
    register, other = make_register(organisation), make_register(organisation)
    return SimpleNamespace(
        organisation=organisation,
        register=register,
        other=other,
        people={role: make_person(organisation, role) for role in Role},
        risk=make_risk(register, is_exempt=True),
        sibling=make_risk(register, is_exempt=True),
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def body(records):
    return make_body(records.register)


def sight(person, records):
    """(whether the person sees the risk, whether its sibling too), by each way to ask.

    Each way is asked as a new request asks it. All must agree.
    """
    register, risks = records.register, (records.risk, records.sibling)
    lists = (
        set(risks_for(reread(person), register)),
        {row.risk for row in positions_for(reread(person), register, days_ago(0))},
        {risk for risk in risks if would_see_exempt(reread(person), risk)},
    )
    answers = {tuple(risk in rows for risk in risks) for rows in lists}
    assert len(answers) == 1
    (answer,) = answers
    return answer


def reread(person):
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize("role", Role)
def test_which_roles_see_every_exempt_risk(records, role):
    """An officer sees those of their own alone, a member those of their body."""
    sees_none = {Role.MEMBER, Role.OFFICER, Role.CLERK, Role.PEER, Role.ADMINISTRATOR}
    assert sight(records.people[role], records) == ((role not in sees_none,) * 2)


SEATS = {
    "without an end": ({}, True),
    "from today": ({"from_day": days_ago(0)}, True),
    "until today": ({"until": days_ago(0)}, True),
    "until yesterday": ({"until": days_ago(1)}, False),
    "from tomorrow": ({"from_day": days_ago(-1)}, False),
}


@pytest.mark.parametrize("name", SEATS)
def test_a_member_sees_the_exempt_risks_of_the_registers_that_their_body_oversees(
    records, body, name
):
    fields, sees = SEATS[name]
    make_seat(body, records.people[Role.MEMBER], **fields)
    assert sight(records.people[Role.MEMBER], records) == (sees, sees)


def test_a_seat_on_a_body_that_oversees_another_register_shows_nothing(records):
    member = records.people[Role.MEMBER]
    make_body(records.other, members=[member])
    assert sight(member, records) == (False, False)


def test_a_seat_on_a_body_of_another_organisation_shows_nothing(records):
    """Not even where that body names our register among those that it oversees."""
    member = records.people[Role.MEMBER]
    neighbours_body = make_body(make_register(), members=[member])
    neighbours_body.registers.add(records.register)
    assert sight(member, records) == (False, False)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CLERK, Role.PEER, Role.ADMINISTRATOR])
def test_a_seat_alone_shows_nothing_to_somebody_who_is_no_member(records, body, role):
    make_seat(body, records.people[role])
    assert sight(records.people[role], records) == (False, False)


def test_a_seat_shows_nothing_once_the_membership_has_ended(records, body):
    member = records.people[Role.MEMBER]
    make_membership(member, records.organisation, Role.CLERK)
    make_seat(body, member)
    member.memberships.filter(role=Role.MEMBER).update(until=days_ago(1))
    assert sight(member, records) == (False, False)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.CLERK, Role.PEER])
def test_a_grant_of_a_register_shows_all_its_exempt_risks(records, role):
    make_grant(records.register, records.people[role])
    assert sight(records.people[role], records) == (True, True)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.CLERK, Role.PEER])
def test_a_grant_of_a_risk_shows_that_risk_alone(records, role):
    make_grant(records.register, records.people[role], risk=records.risk)
    assert sight(records.people[role], records) == (True, False)


def test_a_grant_of_another_register_shows_nothing(records):
    make_grant(records.other, records.people[Role.CLERK])
    assert sight(records.people[Role.CLERK], records) == (False, False)


def test_a_grant_shows_an_administrator_nothing(records):
    administrator = records.people[Role.ADMINISTRATOR]
    make_grant(records.register, administrator)
    make_grant(records.register, administrator, risk=records.risk)
    assert sight(administrator, records) == (False, False)


def test_a_grant_shows_nothing_to_a_stranger(records):
    stranger = make_person(make_organisation(), Role.MEMBER)
    make_grant(records.register, stranger)
    assert sight(stranger, records) == (False, False)


@pytest.mark.parametrize(("until", "sees"), [(0, True), (1, False)])
def test_a_grant_holds_to_its_last_day(records, until, sees):
    clerk = records.people[Role.CLERK]
    NeedToKnow.objects.create(
        organisation=records.organisation,
        register=records.register,
        user=clerk,
        reason="An inquiry.",
        effective_on=days_ago(30),
        until=days_ago(until),
        by=records.people[Role.MONITORING_OFFICER],
    )
    assert sight(clerk, records) == (sees, sees)


def test_a_withdrawn_grant_shows_nothing(records):
    clerk, by = records.people[Role.CLERK], records.people[Role.MONITORING_OFFICER]
    make_grant(records.register, clerk).withdraw(by=by, reason="The inquiry is over.")
    assert sight(clerk, records) == (False, False)


def test_a_grant_shows_no_draft(records):
    draft = make_risk(records.register, is_exempt=True, status="draft")
    make_grant(records.register, records.people[Role.CLERK], risk=draft)
    assert draft not in risks_for(records.people[Role.CLERK], records.register)


def test_a_number_is_whole_where_the_body_oversees_the_register(records, body):
    member = records.people[Role.MEMBER]
    make_seat(body, member)
    registers = (records.register, records.other)
    assert [counts_everything(reread(member), row) for row in registers] == [True, False]


def test_a_number_is_not_whole_where_one_risk_is_granted(records):
    clerk = records.people[Role.CLERK]
    make_grant(records.register, clerk, risk=records.risk)
    assert not counts_everything(reread(clerk), records.register)


def works_on(person, records):
    """Whether each risk counts as one that the person may see and edit, by the row's condition."""
    condition = can_be_worked_on_by("reader")
    rows = Risk.objects.filter(register=records.register).annotate(reader=Value(person.pk))
    editable = set(rows.annotate(is_editable=condition).filter(is_editable=True))
    return tuple(risk in editable for risk in (records.risk, records.sibling))


def test_a_granted_risk_counts_as_the_work_of_its_officer(records):
    officer = records.people[Role.OFFICER]
    make_grant(records.register, officer, risk=records.risk)
    assert works_on(officer, records) == (True, False)


def test_an_officer_who_is_a_member_too_works_on_what_their_body_oversees(records, body):
    officer = records.people[Role.OFFICER]
    make_seat(body, officer)
    assert works_on(officer, records) == (False, False)
    make_membership(officer, records.organisation, Role.MEMBER)
    assert works_on(officer, records) == (True, True)


@pytest.mark.parametrize(
    ("role", "is_granted"),
    [
        (Role.MANAGER, True),
        (Role.INTERNAL_AUDITOR, True),
        (Role.OFFICER, False),
        (Role.OFFICER, True),
        (Role.MEMBER, False),
        (Role.MEMBER, True),
    ],
)
def test_seats_grants_and_interests_take_a_query_beside_that_for_roles(
    records, body, role, is_granted, django_assert_num_queries
):
    make_seat(body, records.people[role])
    if is_granted:
        make_grant(records.other, records.people[role])
    person = reread(records.people[role])
    with django_assert_num_queries(2):
        for register in (records.register, records.other):
            counts_everything(person, register)
            risks_for(person, register)
