"""Risks that a risk is related to: links with their bands, and nothing of what is hidden."""

import html
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_body,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    make_user,
)
from query_counts import queries_for

from registers.models import Risk, Role

pytestmark = pytest.mark.django_db


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def module_records(module_db):
    """OUR-001 names an open risk of another register, an exempt one, a draft and a stranger's."""
    organisation, other = make_organisation(), make_organisation()
    corporate = make_register(organisation, slug="ours", prefix="OUR")
    adults = make_register(organisation, slug="theirs", prefix="ADU-S")
    stranger = make_risk(make_register(other, prefix="FOX"), title="A stranger's risk")
    risk = make_risk(corporate, on=days_ago(30))
    related = {
        "open": make_risk(adults, title="Carers leave", assessed=(5, 5), on=days_ago(30)),
        "exempt": make_risk(corporate, title="A claim", is_exempt=True, on=days_ago(30)),
        "draft": make_risk(corporate, title="A thought", status="draft", on=days_ago(30)),
        "stranger": stranger,
    }
    hidden_too = make_risk(corporate, title="Another claim", is_exempt=True, on=days_ago(30))
    references = ", ".join(row.reference for row in related.values())
    make_revision(risk, related_risks=references)
    risk.refresh_from_db()
    people = {role: make_person(organisation, role) for role in Role}
    make_body(corporate, members=[people[Role.MEMBER]])
    clients = {role: client_of(person) for role, person in people.items()}
    return SimpleNamespace(
        risk=risk, clients=clients, references=references, hidden_too=hidden_too, **related
    )


def text_of(records, role, path="", risk=None):
    address = (risk or records.risk).get_absolute_url()
    return html.unescape(records.clients[role].get(f"{address}{path}").text)


def save(records, role, related, **fields):
    form = {"related": related, "version": records.risk.version, **fields}
    answer = records.clients[role].post(f"{records.risk.get_absolute_url()}related/", form)
    records.risk.refresh_from_db()
    return answer


HIDDEN = {
    **{role: {"draft", "stranger"} for role in Role},
    Role.CLERK: {"exempt", "draft", "stranger"},
    Role.PEER: {"exempt", "draft", "stranger"},
    Role.ADMINISTRATOR: {"exempt", "draft", "stranger"},
    Role.OFFICER: {"exempt", "stranger"},
    Role.MANAGER: {"stranger"},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["", "history/"])
def test_each_reader_is_told_of_those_that_they_may_see(records, role, path):
    text = text_of(records, role, path)
    shown = {
        name
        for name in ("open", "exempt", "draft", "stranger")
        if getattr(records, name).reference in text
    }
    assert shown == {"open", "exempt", "draft", "stranger"} - HIDDEN[role]


def test_a_related_risk_is_a_link_with_its_band(records):
    related = text_of(records, Role.MEMBER).partition('id="related"')[2].partition("</section>")[0]
    assert records.open.get_absolute_url() in related
    assert "Carers leave" in related and "Severe" in related


def test_the_other_risk_links_back(records):
    related = text_of(records, Role.MEMBER, risk=records.open).partition('id="related"')[2]
    assert records.risk.get_absolute_url() in related


def test_a_risk_related_to_nothing_that_the_reader_sees_has_no_heading(records):
    make_revision(records.risk, related_risks=records.exempt.reference)
    assert 'id="related"' not in text_of(records, Role.PEER)


def without_tokens(text):
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"', "", text)


@pytest.mark.parametrize("role", [Role.PEER, Role.OFFICER])
@pytest.mark.parametrize("place", ["history", "home"])
def test_that_only_a_hidden_risk_was_related_leaves_no_trace(records, role, place):
    def page():
        client = records.clients[role]
        address = {"history": f"{records.risk.get_absolute_url()}history/", "home": "/"}[place]
        return without_tokens(client.get(address).text)

    before = page()
    related = f"{records.risk.related_risks}, {records.hidden_too.reference}"
    make_revision(records.risk, related_risks=related, reason="The same claim.")
    assert page() == before


def test_who_sees_the_related_risk_reads_that_it_was_related(records):
    make_revision(records.risk, related_risks="OUR-002", reason="The same claim.")
    assert "The same claim." in text_of(records, Role.MANAGER, "history/")


def test_an_edit_of_more_than_a_hidden_risk_is_told_without_it(records):
    make_revision(records.risk, title="A new title", related_risks=records.exempt.reference)
    history = text_of(records, Role.PEER, "history/")
    assert ("A new title" in history, records.exempt.reference in history) == (True, False)
    news = records.clients[Role.PEER].get("/").text.partition('id="changed"')[2]
    assert records.risk.reference in news
    assert "related risks" not in news


def test_an_officer_changes_what_they_see_and_loses_nothing_else(records):
    form = records.clients[Role.OFFICER].get(f"{records.risk.get_absolute_url()}related/")
    assert form.context["form"]["related"].value() == "ADU-S-001, OUR-003"
    save(records, Role.OFFICER, "adu-s-1")
    assert records.risk.related_risks == "ADU-S-001, OUR-002, FOX-001"


@pytest.mark.parametrize(
    "typed", ["OUR-002", "OUR-099", "FOX-001", "nonsense", "OUR-001", "OUR-999999999", "ADU-S-1; 2"]
)
def test_what_an_officer_may_not_name_is_refused_in_one_way(records, typed):
    answer = save(records, Role.OFFICER, typed)
    assert answer.status_code == 200 and records.risk.related_risks == records.references
    words = "itself" if typed == "OUR-001" else "there is no such risk that you can see"
    assert words in html.unescape(answer.text)


def test_over_a_newer_version_it_is_a_conflict_that_names_no_hidden_risk(records):
    by = make_person(records.risk.register.organisation, Role.MANAGER)
    records.risk.revise(by=by, version=records.risk.version, related_risks="OUR-002")
    answer = save(records, Role.OFFICER, "ADU-S-001", version=records.risk.version - 1)
    assert (answer.status_code, "OUR-002" in answer.text) == (409, False)


def test_the_page_takes_as_many_queries_for_three_related_risks_as_for_one(records):
    page, member = records.open.get_absolute_url(), records.clients[Role.MEMBER]
    counts = []
    for number in (1, 2):
        for _ in range(number):
            other = make_risk(records.risk.register, assessed=(2, 2))
            make_revision(other, related_risks=records.open.reference)
        counts.append(queries_for(member, [page]))
    assert counts[0] == counts[1]


def test_a_copy_is_related_to_nothing(records):
    copy = records.risk.duplicate(by=make_user())
    assert Risk.objects.get(pk=copy.pk).related_risks == ""
