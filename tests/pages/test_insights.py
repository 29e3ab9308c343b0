"""The pages of the eight insights: numbers with their rows, walls, days."""

import copy
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_body,
    make_control,
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_review,
    make_revision,
    make_risk,
)

from registers.models import Role

pytestmark = pytest.mark.django_db

PAGES = ["", "8/"]
LINK = re.compile(r'data-count="(\d+)"\s+href="([^"]+)#rows"')


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register with something to read for each insight."""
    organisation = make_organisation("Southmoor Council")
    register = make_register(organisation, slug="southmoor")
    people = {role: make_person(organisation, role) for role in (Role.MANAGER, Role.OFFICER)}
    body = make_body(register)
    people[Role.MEMBER] = make_person(organisation, Role.MEMBER)
    vacant = make_post(organisation)
    for number in range(3):
        risk = make_risk(
            register, owner=vacant, assessed=(5, 5), on=days_ago(300), title=f"Stuck {number}"
        )
        make_review(risk, on=days_ago(200), asked_outside="The county council")
        make_action(risk, on=days_ago(150), kind="structural", title="Merge")
        make_control(risk, on=days_ago(150), owner=vacant)
        make_precedent(risk, on=days_ago(100))
        make_assessment(risk, (4, 4), perspective="peer", on=days_ago(90))
    for number in range(11):
        risk = make_risk(register, assessed=(5, 5), on=days_ago(300), title=f"Fallen {number}")
        make_assessment(risk, (1, 1), on=days_ago(60))
    back = make_risk(register, assessed=(5, 5), on=days_ago(500), title="Back again")
    make_assessment(back, (1, 1), on=days_ago(400))
    make_assessment(back, (5, 5), on=days_ago(30))
    make_assurance(back, on=days_ago(20), line=3)
    return SimpleNamespace(
        organisation=organisation, register=register, people=people, vacant=vacant, body=body
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def page_of(records, role, place="", **query):
    client = Client()
    client.force_login(records.people[role])
    return client.get(f"/registers/southmoor/insights/{place}", query)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER])
def test_each_number_leads_to_as_many_rows(records, role):
    client = Client()
    client.force_login(records.people[role])
    page = client.get("/registers/southmoor/insights/")
    indicators = [row for panel in page.context["panels"] for row in panel.indicators]
    assert all(row.count <= row.total for row in indicators)
    links = LINK.findall(page.text)
    assert len(links) == sum(bool(row.shown_rows) for row in indicators) > 8
    for count, href in links:
        rows = client.get(href.replace("&amp;", "&")).context["page"].paginator.count
        assert (href, rows) == (href, int(count))


def test_a_member_reads_nothing_of_who_told_us(records):
    risk = records.register.risks.first()
    make_revision(risk, told_by="press", told_on=days_ago(310))
    main = page_of(records, Role.MEMBER).text.partition("<main")[2]
    assert "who told us" not in main
    assert "who told us" in page_of(records, Role.MANAGER).text
    assert page_of(records, Role.MEMBER, "5/", show="front-line").status_code == 400


def test_an_exempt_risk_changes_nothing_for_who_may_not_see_it(records):
    before = {place: page_of(records, Role.OFFICER, place).text for place in PAGES}
    make_risk(
        records.register,
        owner=records.vacant,
        assessed=(5, 5),
        on=days_ago(300),
        is_exempt=True,
        title="The canary",
    )
    bare = re.compile(r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"')
    for place, text in before.items():
        assert bare.sub("", page_of(records, Role.OFFICER, place).text) == bare.sub("", text)
    assert "The canary" in page_of(records, Role.MANAGER, "8/", show="posts").text


def test_a_past_day_reads_as_it_was(records):
    text = page_of(records, Role.MANAGER, "8/", as_at=days_ago(45).isoformat()).text
    assert "None of 12 risks that came down" in text


def test_a_member_reads_what_their_body_was_given(records):
    make_agreement(records.register, by=records.people[Role.MANAGER], on=days_ago(10))
    risk = make_risk(records.register, assessed=(5, 5), owner=records.vacant, on=days_ago(9))
    assert risk.title in page_of(records, Role.MANAGER, "8/", show="posts").text
    assert risk.title not in page_of(records, Role.MEMBER, "8/", show="posts").text


@pytest.mark.parametrize(
    ("place", "query", "status"),
    [
        ("0/", {}, 404),
        ("9/", {}, 404),
        ("3/", {"show": "nonsense"}, 400),
        ("3/", {"show": "unassured", "page": "x"}, 400),
        ("3/", {"show": "unassured", "page": "99"}, 200),
        ("3/", {"as_at": "0001-01-01"}, 200),
        ("3/", {"as_at": "9999-12-31"}, 200),
        ("3/", {"as_at": "no day"}, 400),
    ],
)
def test_an_address_is_read_strictly(records, place, query, status):
    assert page_of(records, Role.MANAGER, place, **query).status_code == status


def test_a_register_without_risks_says_what_to_record(records):
    make_register(records.organisation, slug="bare")
    client = Client()
    client.force_login(records.people[Role.MANAGER])
    assert client.get("/registers/bare/insights/").text.count("Nothing to read yet") == 8
