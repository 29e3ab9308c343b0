"""The library counts the risks that test a sign, for each reader those that they may see."""

import datetime
import html
import re
from types import SimpleNamespace

import pytest
from dashboard_pages import counts_behind, numbers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    failure_type,
    make_agreement,
    make_body,
    make_organisation,
    make_person,
    make_precedent,
    make_register,
    make_risk,
    make_user,
    sign,
)

from registers.models import Role

pytestmark = pytest.mark.django_db


def recorded_risk(register, **fields):
    """A risk of forty days ago, recorded then."""
    instant = timezone.now() - datetime.timedelta(days=40)
    return make_risk(register, on=days_ago(40), recorded_at=instant, **fields)


def words_of(answer):
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(text).split())


def agree(register, ago, **fields):
    """A body agreed the register so many days ago, recorded that evening."""
    return make_agreement(register, on=days_ago(ago), **fields)


def earlier_mark(risk, code="DON-W1", mark="relevant", *, ago=20, **fields):
    """A mark of so many days ago, recorded then."""
    instant = timezone.now() - datetime.timedelta(days=ago)
    return make_precedent(risk, code, mark, on=days_ago(ago), recorded_at=instant, **fields)


PAGES = {
    "type": "/library/failure-types/financial/",
    "case": "/library/case-studies/doncaster/",
    "insight": "/library/insights/{}/",
    "impact": "/library/impacts/harm-to-users/",
}


def address(page):
    return PAGES[page].format(sign("DON-W1").insights.first().number)


@pytest.fixture(scope="module")
def module_records(module_db):
    """A register, a person of each role, and a risk that tests a sign."""
    register = make_register(make_organisation(), slug="ours", name="Our register")
    people = {role: make_person(register.organisation, role) for role in Role}
    make_body(register, name="Scrutiny panel", members=[people[Role.MEMBER]])
    clients = {role: sign_in(person) for role, person in people.items()}
    risk = make_marked_risk(register)
    return SimpleNamespace(register=register, people=people, clients=clients, risk=risk)


def sign_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def pages(module_records):
    """(role, page) -> its text, as the module's records leave it."""
    clients = module_records.clients
    keys = [(role, "case") for role in Role] + [(role, page) for role in LINKED for page in PAGES]
    return {(role, page): clients[role].get(address(page)).text for role, page in set(keys)}


@pytest.fixture
def marked_risk(records):
    return records.risk


def make_marked_risk(register):
    """Two agreed risks that test DON-W1; a draft, a closed, an exempt risk and a later mark."""
    financial = {"primary_failure_type": failure_type("financial")}
    risks = [
        recorded_risk(register, assessed=(3, 4), title="Savings do not arrive", **financial),
        recorded_risk(register, assessed=(2, 2), **financial),
    ]
    risks += [recorded_risk(register, status="draft"), recorded_risk(register)]
    risks += [recorded_risk(register, title="Quokka", is_exempt=True, assessed=(5, 5))]
    for risk in risks:
        earlier_mark(risk, "DON-W1")
    risks[3].close(by=make_user(), version=1, reason="Over.")
    agree(register, 10)
    make_precedent(make_risk(register, assessed=(1, 1)), "DON-W1")
    return risks[0]


LINKED = [Role.OFFICER, Role.MEMBER, Role.PEER]
COUNTS = {
    **dict.fromkeys(Role, 3),
    Role.MANAGER: 4,
    **dict.fromkeys((Role.CLERK, Role.PEER, Role.ADMINISTRATOR), 2),
}


@pytest.mark.parametrize("role", COUNTS)
def test_a_case_counts_the_risks_that_each_reader_may_see(pages, role):
    assert set(numbers(pages[role, "case"]).values()) == {str(COUNTS[role])}


@pytest.mark.parametrize("role", LINKED)
@pytest.mark.parametrize("place", PAGES)
def test_every_number_of_the_library_leads_to_as_many_risks(records, pages, role, place):
    links = numbers(pages[role, place])
    assert links
    person, client = records.people[role], records.clients[role]
    assert counts_behind(links, [records.register], client, person) == links


def test_a_sign_names_the_risks_that_test_it(pages, marked_risk):
    case = pages[Role.OFFICER, "case"]
    entry = case.partition('id="DON-W1"')[2].partition("</article>")[0]
    assert f'href="{marked_risk.get_absolute_url()}"' in entry and marked_risk.title in entry


def test_an_exempt_risk_is_named_to_its_readers_only(pages):
    roles = {role for role in COUNTS if "Quokka" in pages[role, "case"]}
    assert roles == {*Role} - {Role.OFFICER, Role.CLERK, Role.PEER, Role.ADMINISTRATOR}


@pytest.fixture(scope="module")
def strangers(module_db):
    """Clients of a manager of another organisation, and of a person without a register."""
    manager = make_person(make_register(make_organisation()).organisation, Role.MANAGER)
    return sign_in(manager), sign_in(make_user(is_staff=True))


@pytest.mark.parametrize("place", PAGES)
def test_the_risks_of_another_organisation_are_counted_for_nobody_else(
    module_records, strangers, place
):
    answer = strangers[0].get(address(place))
    assert numbers(answer.text) == {} and "No risk that you can see" in words_of(answer)


@pytest.mark.parametrize("place", PAGES)
def test_a_reader_without_a_register_sees_no_risks(module_records, strangers, place):
    answer = strangers[1].get(address(place))
    assert answer.status_code == 200 and "Your risks" not in answer.text


def test_the_library_tells_readers_that_marks_are_left_out(pages):
    words = "they count as last reported to a body"
    readers = {role for role in COUNTS if words in pages[role, "case"]}
    assert readers == {*Role} - {Role.OFFICER, Role.MANAGER}


def test_a_case_costs_the_same_however_many_risks_test_its_signs(records, pages):
    """Not counted: what is asked for once a process, for which the pages were read before."""
    register = records.register

    def costs():
        counts = []
        for role in (Role.OFFICER, Role.MEMBER):
            with CaptureQueriesContext(connection) as queries:
                assert records.clients[role].get(address("case")).status_code == 200
            counts.append(len(queries))
        return counts

    before = costs()
    for code in ("DON-W1", "DON-W1", "DON-W2", "DON-W3"):
        earlier_mark(recorded_risk(register), code)
    other = make_register(register.organisation)
    earlier_mark(recorded_risk(other), "DON-W1")
    agree(other, 5)
    assert costs() == before
