"""People's names are for those who run a register: all others read the post, or the role."""

import copy
import html
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_body,
    make_control,
    make_escalation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_review,
    make_risk,
    make_seat,
    make_user,
)

from registers.models import Capacity, CheckWaiver, ProgressNote, Role
from registers.models.people import Sector
from registers.permissions import name_for

pytestmark = pytest.mark.django_db

AUTHORS = ("Aster Quill", "Bryony Quill", "Cyril Quill")


@pytest.fixture(scope="module")
def module_records(module_db):
    """A risk on which three people did whatever leaves a name, and a reader of each role."""
    organisation = make_organisation()
    above = make_register(organisation)
    register = make_register(organisation, slug="ours", parent=above)
    holder, colleague = (make_person(organisation, Role.OFFICER, name=name) for name in AUTHORS[:2])
    make_post(organisation, "Director of Places", holder=holder)
    manager = make_person(organisation, Role.MANAGER, name=AUTHORS[2])
    risk = make_risk(register, by=holder, on=days_ago(60))
    make_assessment(risk, (5, 5), by=colleague, on=days_ago(50))
    make_assessment(risk, (4, 5), perspective="peer", by=colleague, on=days_ago(45))
    make_review(risk, by=holder, on=days_ago(40), next_on=days_ago(-9))
    control = make_control(risk, by=colleague)
    action = make_action(risk, by=colleague)
    make_precedent(risk, "DON-W1", by=holder, on=days_ago(30))
    make_appetite(organisation, by=manager)
    ProgressNote.put(risk, by=holder, note="On plan.", effective_on=days_ago(20))
    waiver = {"check_name": "rq2-unscored", "reason": "It waits.", "until": days_ago(-30)}
    CheckWaiver.put(make_risk(register, by=holder, assessed=None), by=colleague, **waiver)
    make_escalation(risk, above, by=holder)
    make_agreement(register, by=manager)
    risk.refresh_from_db()
    return SimpleNamespace(
        organisation=organisation,
        risk=risk,
        control=control,
        action=action,
        readers={role: make_person(organisation, role, name="Reader Elm") for role in Role},
    )


def text_of(records, role, address):
    client = Client()
    client.force_login(records.readers[role])
    answer = client.get(address)
    return html.unescape(answer.text) if answer.status_code == 200 else ""


def addresses(records):
    names = (
        *("risk_list", "dashboard", "worklist", "action_list", "assurance_map"),
        *("escalation_list", "agreement_list", "register_settings", "question_list"),
    )
    page = records.risk.get_absolute_url()
    registers = [reverse(name, args=["ours"]) for name in names]
    records_of_risk = [
        f"{page}controls/{records.control.pk}/",
        f"{page}actions/{records.action.pk}/",
    ]
    return [
        "/",
        page,
        f"{page}history/",
        *records_of_risk,
        *registers,
        reverse("export_csv", args=["ours"]),
    ]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.PEER, Role.ADMINISTRATOR])
def test_no_page_names_a_person_to_whoever_runs_no_register(records, role):
    pages = {address: text_of(records, role, address) for address in addresses(records)}
    assert pages["/"] and pages[records.risk.get_absolute_url()]
    names = [(page, name) for page, text in pages.items() for name in AUTHORS if name in text]
    assert names == []


def test_a_member_reads_the_post_or_the_role(records):
    page = records.risk.get_absolute_url()
    risk, history = (text_of(records, Role.MEMBER, path) for path in (page, f"{page}history/"))
    assert "Reviewed by Director of Places." in risk
    assert "assessed by an officer" in history and "reviewed by Director of Places" in history


def test_a_managers_page_names_people_and_prints_posts(records):
    text = text_of(records, Role.MANAGER, records.risk.get_absolute_url())
    words = (
        '<span class="app-name">Aster Quill</span><span class="app-post">Director of Places</span>'
    )
    assert words in text and "Bryony Quill" in text


def test_whoever_has_no_role_there_is_nobody_known(records):
    reader = records.readers[Role.MEMBER]
    assert name_for(reader, make_user(), records.organisation).post == "somebody who has left"


def test_a_post_in_another_organisation_is_not_told(records):
    other = make_organisation()
    person = make_person(records.organisation, Role.OFFICER)
    make_post(other, "Spy", holder=person)
    reader = records.readers[Role.MEMBER]
    assert str(name_for(reader, person, records.organisation)) == "an officer"


def test_many_people_are_named_by_one_query(records):
    person = records.readers[Role.MEMBER]
    names = []
    for people in ([person], list(records.readers.values())):
        reader = copy.copy(person)
        with CaptureQueriesContext(connection) as queries:
            names += [name_for(reader, row, records.organisation) for row in people]
        assert len(queries) == 2  # and one for the reader's own roles
    assert len(names) == 1 + len(Role)


# Members of a body, by sector and capacity

MEMBERS = {
    Sector.COUNCIL: "a councillor",
    Sector.COMBINED_AUTHORITY: "a member",
    Sector.NHS: "a non-executive director",
    Sector.SCHOOL: "a trustee or governor",
    Sector.CHILDRENS_SERVICES: "a board member",
    Sector.POLICE: "a member",
    Sector.FIRE: "a member",
    Sector.HOUSING_ASSOCIATION: "a board member",
    Sector.OTHER: "a member",
}


def name_of_member(sector, *seats):
    """What a reader is told of a member with seats of these capacities and further fields."""
    organisation = make_organisation(sector=sector)
    register = make_register(organisation)
    member, reader = (make_person(organisation, Role.MEMBER) for _ in range(2))
    for number, (capacity, fields) in enumerate(seats):
        make_seat(make_body(register, name=f"Body {number}"), member, capacity=capacity, **fields)
    return str(name_for(reader, member, organisation))


def test_every_sector_has_a_word_for_its_members():
    assert {*MEMBERS} == {*Sector}


@pytest.mark.parametrize("sector", Sector)
def test_a_member_is_called_by_the_word_of_the_sector(sector):
    assert name_of_member(sector, (Capacity.MEMBER, {})) == MEMBERS[sector]


@pytest.mark.parametrize("sector", Sector)
def test_a_lay_member_is_called_independent_in_every_sector(sector):
    assert name_of_member(sector, (Capacity.INDEPENDENT, {})) == "an independent member"


@pytest.mark.parametrize(
    "seats",
    [
        [(Capacity.SUBSTITUTE, {"until": days_ago(-9)})],
        [(Capacity.MEMBER, {}), (Capacity.INDEPENDENT, {})],
        [],
    ],
    ids=["substitute", "member of one body, independent on another", "no seat"],
)
def test_anybody_else_with_the_role_is_a_councillor(seats):
    assert name_of_member(Sector.COUNCIL, *seats) == "a councillor"


def test_a_lay_member_whose_seat_has_ended_is_not_called_a_councillor():
    ended = {"until": days_ago(2)}
    name = name_of_member(Sector.COUNCIL, (Capacity.INDEPENDENT, ended))
    assert name == "an independent member"


def test_a_seat_in_another_organisation_decides_nothing():
    organisation, other = make_organisation(), make_organisation()
    member, reader = (make_person(organisation, Role.MEMBER) for _ in range(2))
    make_membership(member, other, Role.MEMBER)
    make_seat(make_body(make_register(other)), member, capacity=Capacity.INDEPENDENT)
    assert str(name_for(reader, member, organisation)) == "a councillor"
