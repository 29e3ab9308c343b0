"""Agreed and today: whose position a page shows, where today differs, and how one is recorded."""

import copy
import re

import pytest
from dashboard_pages import counts_behind, numbers
from django.test import Client
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_body,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_user,
)
from query_counts import queries_for
from recorded_risks import make_recorded_risk

from registers.models import Body, Role
from registers.phrases.register import reported_in_words
from registers.services import supersede

pytestmark = pytest.mark.django_db

PLACES = ["", "risks/1/", "dashboard/"]
TODAY = days_ago(0).isoformat()
SINCE = f"Now Severe, since {days_ago(4):%-d %B}"


@pytest.fixture(scope="module")
def module_council(module_db):
    """A register that the member's committee was given; a risk has risen since, and cabinet was
    given that.
    """
    register = make_register(make_organisation(), slug="ours")
    people = {
        role: make_person(register.organisation, role)
        for role in (Role.MEMBER, Role.OFFICER, Role.MANAGER, Role.PEER)
    }
    clients = {role: Client() for role in people}
    for role, client in clients.items():
        client.force_login(people[role])
    risen = make_recorded_risk(register, (2, 2), title="Reserves run out")
    make_recorded_risk(register, (3, 4), title="Unmoved")
    exempt = make_recorded_risk(register, (2, 2), title="A claim", is_exempt=True)
    committee = make_body(register, name="Audit Committee", members=[people[Role.MEMBER]])
    make_agreement(register, body=committee, on=days_ago(10))
    for risk in (risen, exempt):
        make_assessment(risk, (5, 5), on=days_ago(4))
    make_agreement(register, body="Cabinet", on=days_ago(2))
    make_risk(register, title="Newer", assessed=(5, 5), on=days_ago(1))
    return register, people, clients


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


@pytest.fixture
def read(council):
    *_, clients = council

    def read(role, place, **query):
        answer = clients[role].get(f"/registers/ours/{place}", query)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())

    return read


@pytest.mark.parametrize("place", PLACES)
def test_a_member_opens_on_what_their_own_body_was_given(read, place):
    text = read(Role.MEMBER, place)
    assert "As reported to the Audit Committee: position at" in text and "10 days ago" in text
    assert "Cabinet has received a later position" in text


@pytest.mark.parametrize("place", PLACES)
def test_where_today_differs_the_figure_says_so(read, place):
    assert SINCE in read(Role.MEMBER, place)


def test_a_risk_says_on_which_side_of_tolerance_it_is_today(read):
    assert f"{SINCE}, above tolerance" in read(Role.MEMBER, "risks/1/")


@pytest.mark.parametrize("place", PLACES)
def test_todays_position_has_no_such_mark(read, place):
    assert [
        SINCE in read(role, place, **query)
        for role, query in ((Role.OFFICER, {}), (Role.MEMBER, {"as_at": TODAY}))
    ] == [False, False]


def test_a_reader_is_told_nothing_of_a_risk_that_they_may_not_see(council, read):
    committees = council[0].agreements.get(on=days_ago(10)).pk
    texts = {role: read(role, "", agreed=committees) for role in (Role.MEMBER, Role.PEER)}
    assert {role: text.count(SINCE) for role, text in texts.items()} == {
        Role.MEMBER: 2,
        Role.PEER: 1,
    }


def test_home_counts_the_position_that_the_register_opens_on(council):
    register, people, clients = council
    page = clients[Role.MEMBER].get("/").text
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "as reported to the Audit Committee 3 risks on the register" in text
    assert "Today: 4 risks" in text and ", 2 in another band" in text
    links = numbers(page)
    assert links and counts_behind(links, [register], clients[Role.MEMBER], people[Role.MEMBER])


@pytest.mark.parametrize("query", ["", f"?as_at={TODAY}"])
def test_home_list_and_dashboard_agree_in_both_positions(council, query):
    register, people, clients = council
    client = clients[Role.MEMBER]
    page = client.get(f"/registers/ours/dashboard/{query}").text
    links = numbers(page)
    assert counts_behind(links, [register], client, people[Role.MEMBER]) == links
    total = client.get(f"/registers/ours/{query}").text.split('data-total="')[1].split('"')[0]
    assert total == ("4" if query else "3")


def test_a_dashboard_of_today_compares_with_the_readers_own_body(read):
    day = f"{days_ago(10):%-d %B %Y}"
    assert f"What changed since {day}" in read(Role.MEMBER, "dashboard/", as_at=TODAY)
    assert f"What changed since {day}" not in read(Role.MANAGER, "dashboard/")


def test_pages_as_agreed_take_as_many_queries_where_more_differs(council):
    register, _, clients = council
    paths = ["/", "/registers/ours/", "/registers/ours/dashboard/"]
    few = queries_for(clients[Role.MEMBER], paths)
    make_assessment(register.risks.get(number=2), (5, 5), on=days_ago(1))
    make_agreement(register, body="Board", on=days_ago(1))
    assert queries_for(clients[Role.MEMBER], paths) == few


# Recording one


NEW = "/registers/ours/agreements/new/"


def answers(register, **fields):
    return {
        "body": Body.objects.get(registers=register, name="Cabinet").pk,
        "decision": "approved",
        "on": days_ago(3).isoformat(),
        "met_on": days_ago(1).isoformat(),
        **fields,
    }


def test_answers_are_checked_before_anything_is_kept(council):
    register, _, clients = council
    count = register.agreements.count()
    page = clients[Role.MANAGER].post(NEW, answers(register))
    assert ("Check your answers" in page.text, register.agreements.count()) == (True, count)
    assert "3 risks on the register, 0 above tolerance" in " ".join(page.text.split())
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    clients[Role.MANAGER].post(NEW, {**hidden, "change": "yes"})
    assert register.agreements.count() == count
    clients[Role.MANAGER].post(NEW, {**hidden, "confirmed": "yes"})
    row = register.agreements.order_by("pk").last()
    assert (row.body_name, row.decision, row.on, row.met_on) == (
        "Cabinet",
        "approved",
        days_ago(3),
        days_ago(1),
    )


@pytest.mark.parametrize("course", ["withdraw", "replace"])
def test_an_agreement_recorded_in_error_is_superseded(council, course):
    register, _, clients = council
    wrong = register.agreements.get(body_name="Cabinet")
    address = f"/registers/ours/agreements/{wrong.pk}/supersede/"
    form = answers(register, course=course, reason="The <b>wrong</b> register.")
    assert "Check your answers" in clients[Role.MANAGER].post(address, form).text
    assert register.agreements.in_force().count() == 2
    clients[Role.MANAGER].post(address, form | {"confirmed": "yes"})
    assert register.agreements.in_force().count() == (1 if course == "withdraw" else 2)
    text = clients[Role.MANAGER].get("/registers/ours/agreements/").text
    assert (
        "The &lt;b&gt;wrong&lt;/b&gt; register." in text
        and ("Withdrawn" if course == "withdraw" else "Superseded") in text
    )
    again = clients[Role.MANAGER].post(address, form | {"confirmed": "yes"})
    assert (again.status_code, "superseded already" in again.text) == (409, True)


def test_a_superseded_position_says_so(council, read):
    register = council[0]
    wrong = register.agreements.get(body_name="Cabinet")
    supersede(agreement=wrong, by=make_user(), reason="Wrong.")
    assert "this agreement was recorded in error" in read(Role.MEMBER, "", agreed=wrong.pk)
    assert "has received a later position" not in read(Role.MEMBER, "")
    wrong.refresh_from_db()
    assert reported_in_words(wrong).endswith("(superseded)")


def test_without_a_body_the_form_says_who_adds_one(council):
    register, _, clients = council
    make_register(register.organisation, slug="unseen")
    text = clients[Role.MANAGER].get("/registers/unseen/agreements/new/").text
    assert "No body oversees this register yet" in text
