"""Bodies and who sits on them, as an organisation's administrator looks after them."""

import pytest
from access_table import signed_in
from django.db import IntegrityError, transaction
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_membership,
    make_organisation,
    make_person,
    make_register,
    make_seat,
)
from query_counts import queries_for

from registers.forms.record_state import state_of
from registers.models import AuditEntry, Seat

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY, TOMORROW = days_ago(0), days_ago(1), days_ago(-1)


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation(slug="southmoor")
    administrator = make_person(organisation, "administrator")
    register = make_register(organisation, name="Corporate")
    member = make_person(organisation, "member", name="Ade Okoro")
    body = make_body(register, name="Audit committee", members=[member])
    other = make_person(organisation, "member", name="Bea Lund")
    return organisation, administrator, body, member, other


@pytest.fixture
def client(records):
    return signed_in(records[1])


@pytest.fixture
def body(records):
    return records[2]


@pytest.fixture
def member(records):
    return records[3]


@pytest.fixture
def other(records):
    return records[4]


def address(name, *keys):
    return reverse(name, args=["southmoor", *keys])


def add_seat(client, body, person, **fields):
    fields = {"capacity": "member", "is_voting": "on", "from_day": str(TODAY)} | fields
    return client.post(address("body_seat_new", body.pk), {"person": person.pk, **fields})


def change_seat(client, seat, **fields):
    fields = {"capacity": "member", "is_voting": "on"} | fields
    fields |= {"state": state_of(seat, ("capacity", "is_voting", "until"))}
    return client.post(address("body_seat_edit", seat.body_id, seat.pk), fields)


def test_a_body_is_added_once_for_a_form_sent_twice(client, records):
    for _ in range(2):
        answer = client.post(address("body_new"), {"name": "Cabinet", "kind": "cabinet"})
    assert "There is already a body with this name" in answer.text
    assert records[0].bodies.filter(name="Cabinet").count() == 1


def test_a_body_oversees_registers_of_its_organisation_only(client, body):
    register = make_register(make_organisation())
    state = state_of(body, ("name", "kind", "registers"))
    fields = {"name": body.name, "kind": "committee", "state": state, "registers": register.pk}
    assert (
        "Select registers from the list" in client.post(address("body_edit", body.pk), fields).text
    )


def test_an_independent_member_sits_without_a_vote(client, body, other):
    add_seat(client, body, other, capacity="independent", is_voting="")
    seat = body.seats.get(user=other)
    assert (seat.capacity, seat.is_voting) == ("independent", False)
    assert AuditEntry.objects.filter(verb="seat.added").count() == 1


def test_a_substitute_needs_a_last_day(client, body, other):
    answer = add_seat(client, body, other, capacity="substitute")
    assert "Enter the last day of a substitute" in answer.text


def test_a_substitute_sits_for_one_day(client, body, other):
    add_seat(client, body, other, capacity="substitute", until=str(TODAY))
    assert [seat.until for seat in body.seats.active().filter(user=other)] == [TODAY]


def test_the_database_keeps_a_substitute_without_an_end_out(body, other):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_seat(body, other, capacity="substitute")


def test_nobody_sits_twice_on_one_day(client, body, member):
    answer = add_seat(client, body, member, until=str(TOMORROW))
    assert "This person already sits on the body on some of these days" in answer.text


def test_a_stranger_is_no_choice_for_a_seat(client, body):
    answer = add_seat(client, body, make_person(make_organisation()))
    assert "Select a person" in answer.text


def test_a_seat_ends_on_a_day(client, body, member):
    change_seat(client, body.seats.get(user=member), until=str(YESTERDAY))
    assert not body.seats.active().exists()


def test_a_seat_does_not_end_before_it_begins(client, body, member):
    answer = change_seat(client, body.seats.get(user=member), until=str(days_ago(500)))
    assert "The last day must be on or after the first day" in answer.text


def test_the_chair_is_handed_over(client, body, member, other):
    Seat.objects.filter(user=member).update(is_chair=True)
    seat = make_seat(body, other)
    client.post(address("body_chair", body.pk), {"chair": seat.pk})
    assert list(body.seats.filter(is_chair=True).values_list("user", flat=True)) == [other.pk]
    assert AuditEntry.objects.filter(verb="seat.changed").count() == 2


def test_a_substitute_is_no_choice_for_the_chair(client, body, other):
    seat = make_seat(body, other, capacity="substitute", until=TOMORROW)
    answer = client.post(address("body_chair", body.pk), {"chair": seat.pk})
    assert "Select one of the members" in answer.text


def test_the_chair_does_not_become_a_substitute(client, body, member):
    Seat.objects.filter(user=member).update(is_chair=True)
    seat = body.seats.get(user=member)
    answer = change_seat(client, seat, capacity="substitute", until=str(TODAY))
    assert "The chair cannot be a substitute" in answer.text


def test_a_body_without_members_says_so(client, body):
    body.seats.all().delete()
    assert "No members" in client.get(address("body_list")).text
    overview = client.get(address("organisation_detail")).text
    assert "Audit committee has no members." in overview


def test_a_register_without_a_body_is_missing_one(client, body):
    body.registers.clear()
    assert "No body oversees Corporate." in client.get(address("organisation_detail")).text


def test_the_overview_costs_as_many_queries_for_three_bodies_as_for_one(client, body, other):
    paths = [address(name) for name in ("organisation_detail", "body_list")]
    before = queries_for(client, paths)
    for name in ("Cabinet", "Board"):
        make_body(make_register(body.organisation), name=name, members=[other])
    assert queries_for(client, paths) == before


def test_a_new_body_leads_to_its_members(client):
    data = {"name": "Cabinet", "kind": "cabinet"}
    page = client.post(address("body_new"), data, follow=True)
    body = page.context["body"]
    assert (body.name, address("body_seat_new", body.pk) in page.text) == ("Cabinet", True)


def test_the_only_register_is_offered_to_a_new_body(client):
    assert "checked" in client.get(address("body_new")).text


def test_who_may_run_meetings_adds_one_from_the_body(records, client, body):
    link = f"{address('meeting_new')}?body={body.pk}"
    assert link not in client.get(address("body_detail", body.pk)).text
    make_membership(records[1], records[0], "clerk")
    assert link in client.get(address("body_detail", body.pk)).text
