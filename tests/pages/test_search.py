"""The search across all registers and the library: what it finds, and for whom it finds nothing."""

import html
import logging
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    make_agreement,
    make_assessment,
    make_member,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
)
from query_counts import queries_for

from failing_well.logs import WithoutSecrets
from registers.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def module_records(module_db):
    """Two registers of one organisation and one of another, with a word on a risk of each."""
    organisation, neighbour = make_organisation("Northmoor"), make_organisation("Eastvale")
    corporate = make_register(organisation, slug="corporate", name="Corporate", prefix="CORP")
    schools = make_register(organisation, slug="schools", name="Schools", prefix="SCH")
    manager = make_person(organisation, Role.MANAGER)
    risks = [
        make_risk(corporate, title="A lighthouse fails", assessed=(3, 3), by=manager),
        make_risk(corporate, title="CORP-001 is mentioned", assessed=(5, 5), by=manager),
        make_risk(schools, title="No lighthouse teacher", by=manager),
        make_risk(make_register(neighbour, slug="theirs", prefix="CORP"), title="Their lighthouse"),
        make_risk(corporate, title="Lighthouse draft", status="draft", by=manager),
    ]
    people = {Role.OFFICER: make_person(organisation), Role.MEMBER: make_member(corporate)}
    people |= {Role.MANAGER: manager, Role.PEER: make_person(organisation, Role.PEER)}
    return SimpleNamespace(corporate=corporate, risks=risks, people=people)


@pytest.fixture
def hits_of(records):
    """The titles of the risks that a person finds, in order."""

    def search(role, words):
        client = Client()
        client.force_login(records.people[role])
        page = client.get("/search/", {"q": words}).text
        links = re.findall(r'href="/registers/\w+/risks/\d+/">\S+ ([^<]*)</a>', page)
        return [html.unescape(" ".join(title.split())) for title in links]

    return search


def excerpts_on(page):
    """The excerpts of a page: what is marked in brackets."""
    excerpts = re.findall(r'<span class="app-excerpt">(.*?)</span>\s*(?:</li>|</td>)', page, re.S)
    marked = (re.sub(r"</?mark>", "|", excerpt) for excerpt in excerpts)
    return [html.unescape(" ".join(re.sub("<[^>]*>", "", row).split())) for row in marked]


@pytest.fixture
def found_by(records):
    """The excerpts of the risks that a person finds in the list of the register."""

    def search(role, words, **query):
        client = Client()
        client.force_login(records.people[role])
        return excerpts_on(client.get("/registers/corporate/", {"q": words, **query}).text)

    return search


def test_the_words_are_shown_where_they_stand_in_the_list_and_in_the_search(
    client, records, found_by
):
    make_revision(records.risks[0], cause="A <b>keeper</b> & nobody else.")
    client.force_login(records.people[Role.OFFICER])
    page = client.get("/search/", {"q": "KEEPER lighthouse"}).text
    assert "&lt;b&gt;<mark>keeper</mark>&lt;/b&gt; &amp; nobody" in page
    assert excerpts_on(page) == ["Cause: A <b>|keeper|</b> & nobody else."]
    assert found_by(Role.OFFICER, "keeper") == excerpts_on(page)


def test_words_of_the_title_alone_need_no_excerpt(found_by):
    assert found_by(Role.OFFICER, "lighthouse") == []


def test_an_excerpt_is_of_the_position_that_the_reader_opens_on(records, found_by):
    make_revision(records.risks[0], cause="The keeper sleeps.")
    make_agreement(records.corporate)
    make_revision(records.risks[0], cause="The keeper was woken.")
    assert [found_by(role, "keeper") for role in (Role.MEMBER, Role.OFFICER)] == [
        ["Cause: The |keeper| sleeps."],
        ["Cause: The |keeper| was woken."],
    ]


def test_a_search_says_how_many_it_found(client, records):
    client.force_login(records.people[Role.PEER])
    text = " ".join(re.sub("<[^>]*>", "", client.get("/search/", {"q": "lighthouse"}).text).split())
    assert "2 risks and 0 results in the library" in text
    listed = client.get("/registers/corporate/", {"q": "lighthouse"}).text
    assert "Filtered by search: lighthouse.</strong> 1 risk." in listed


OPEN = ["A lighthouse fails", "No lighthouse teacher"]


def test_risks_of_every_register_of_the_reader_are_found_and_of_no_other(hits_of):
    assert sorted(hits_of(Role.PEER, "LIGHTHOUSE")) == OPEN


def test_a_reference_leads_to_its_risk_before_all_others(hits_of):
    assert hits_of(Role.MANAGER, "corp-001") == ["A lighthouse fails", "CORP-001 is mentioned"]


def test_a_draft_is_found_by_those_who_edit_alone(hits_of):
    assert [
        "Lighthouse draft" in hits_of(role, "lighthouse") for role in (Role.OFFICER, Role.PEER)
    ] == [
        True,
        False,
    ]


@pytest.mark.parametrize("words", ["lighthouse", "CORP-001"])
def test_an_exempt_risk_is_not_found_by_whom_it_is_kept_from(records, hits_of, words):
    make_revision(records.risks[0], is_exempt=True)
    hits = {role: "A lighthouse fails" in hits_of(role, words) for role in records.people}
    assert hits == {"officer": False, "member": True, "manager": True, "peer": False}


def test_a_search_that_finds_an_exempt_risk_alone_reads_as_one_that_finds_nothing(records):
    make_revision(records.risks[0], is_exempt=True, title="Zinc")
    client = Client()
    client.force_login(records.people[Role.PEER])
    pages = [client.get("/search/", {"q": word}).text for word in ("Zinc", "Zonc")]
    token = re.compile(r'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"')
    assert token.sub("", pages[0]).replace("Zinc", "Zonc") == token.sub("", pages[1])


def test_who_opens_on_what_was_agreed_finds_its_words_and_no_later_ones(records, hits_of):
    make_agreement(records.corporate)
    make_revision(records.risks[0], title="A harbour fails")
    make_assessment(records.risks[1], (1, 1), rationale="Because of the tide.")
    words = ("harbour", "lighthouse fails", "tide")
    assert {role: [hits_of(role, word) for word in words] for role in ("member", "officer")} == {
        "member": [[], ["A lighthouse fails"], []],
        "officer": [["A harbour fails"], [], ["CORP-001 is mentioned"]],
    }


def test_the_library_is_searched_as_well(client, records):
    client.force_login(records.people[Role.MEMBER])
    page = client.get("/search/", {"q": "Doncaster"}).text
    assert "/library/case-studies/doncaster/" in page


@pytest.mark.parametrize("words", ["x" * 201, "x" * 100_000])
def test_words_that_cannot_be_searched_for_get_an_error(client, records, words):
    client.force_login(records.people[Role.MEMBER])
    answer = client.get("/search/", {"q": words})
    assert (answer.status_code, "There is a problem" in answer.text) == (200, True)


@pytest.mark.parametrize(
    "words", ["", " ", "%", "' OR 1=1 --", "CORP-999999999", "CORP-9999999999"]
)
def test_words_that_are_nowhere_find_nothing(hits_of, words):
    assert hits_of(Role.MANAGER, words) == []


def test_a_search_makes_as_many_queries_for_more_hits(client, records):
    client.force_login(records.people[Role.MEMBER])
    paths = ["/search/?q=lighthouse", "/registers/corporate/?q=lighthouse"]
    before = queries_for(client, paths)
    for _ in range(2):
        make_risk(records.corporate, title="One more lighthouse", cause="A lighthouse")
    assert queries_for(client, paths, is_warm=True) == before


def test_a_log_does_not_hold_what_somebody_searched_for():
    line = (
        "GET /registers/ours/?band=high&q=claim+of+Mrs+X&page=2 "
        '"/accounts/login/?next=/search/%3Fq%3Dclaim" failed'
    )
    record = logging.LogRecord("django", logging.ERROR, "", 0, line, (), None)
    formatted = WithoutSecrets("{message}", style="{").format(record)
    assert ("claim" in formatted, "band=high" in formatted, "page=2" in formatted) == (
        False,
        True,
        True,
    )
