"""Pages as agreed: they name the agreement, and their links and numbers stay with it."""

import re
import uuid

import pytest
from dashboard_pages import counts_behind, numbers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_body,
    make_person,
    make_register,
    make_risk,
)
from recorded_risks import make_recorded_risk

from registers.models import Role

pytestmark = pytest.mark.django_db


def scores(positions):
    return {position.number: position.score for position in positions}


@pytest.fixture(scope="module")
def module_records(module_db):
    """A manager, an agreed register of theirs, its agreement, and a client of the manager."""
    register = make_register(slug="ours")
    manager = make_person(register.organisation, Role.MANAGER)
    client = Client()
    client.force_login(manager)
    return manager, register, agree_and_change(register), client


@pytest.fixture
def reader(records):
    return records[3]


@pytest.fixture(scope="module")
def agreed_pages(module_records):
    """place -> the text of its page as agreed."""
    *_, agreement, client = module_records
    return {
        place: client.get(f"/registers/ours/{place}?agreed={agreement.pk}").text
        for place in EVERYWHERE
    }


@pytest.fixture(scope="module")
def agreements_page(module_records):
    return module_records[3].get("/registers/ours/agreements/").text


@pytest.fixture
def register(records):
    return records[1]


@pytest.fixture
def agreed(records):
    return records[2]


@pytest.fixture
def plain_register(register):
    """Another register of the organisation: nobody has agreed it, and it is empty."""
    return make_register(register.organisation, slug="plain")


def agree_and_change(register):
    """An agreement of ten days ago; since then risks went up, down, were closed and added."""
    up = make_recorded_risk(register, (3, 4), title="Upward")
    down = make_recorded_risk(register, (5, 5), title="Downward")
    make_recorded_risk(register, (1, 1), title="Unmoved")
    closed = make_recorded_risk(register, (2, 2), title="Gone")
    agreement = make_agreement(register, on=days_ago(10), note="Minute 14")
    make_assessment(up, (5, 5), on=days_ago(20))
    make_assessment(down, (1, 1))
    closed.refresh_from_db()
    closed.close(by=closed.raised_by, version=closed.version, reason="Over.")
    make_risk(register, title="Newcomer")
    return agreement


EVERYWHERE = ["", "dashboard/", "risks/1/", "risks/1/history/"]
everywhere = pytest.mark.parametrize("place", EVERYWHERE)


@everywhere
def test_an_agreed_page_names_the_agreement(agreed_pages, place):
    text = agreed_pages[place]
    assert "As reported to the Audit and governance committee: position at" in text


@everywhere
def test_nonsense_is_refused(reader, place):
    values = ["x", "0", "-1", "1.5", " 1", "٣", "9" * 30, "1\x00"]
    answers = {v: reader.get(f"/registers/ours/{place}", {"agreed": v}).status_code for v in values}
    assert answers == dict.fromkeys(values, 400)


@everywhere
def test_agreed_and_as_at_do_not_go_together(reader, agreed, place):
    assert (
        reader.get(f"/registers/ours/{place}?agreed={agreed.pk}&as_at={days_ago(10)}").status_code
        == 400
    )


@everywhere
def test_an_agreement_of_another_register_is_not_found(reader, plain_register, agreed, place):
    other = make_agreement(plain_register)
    answers = [
        reader.get(f"/registers/ours/{place}?agreed={pk}").status_code for pk in (other.pk, 10**17)
    ]
    assert answers == [404, 404]


@everywhere
def test_links_of_an_agreed_page_stay_as_agreed(agreed_pages, agreed, place):
    text = agreed_pages[place]
    links = re.findall(
        r'<a class="govuk-(?:link|breadcrumbs__link)" href="(/registers/ours/[^"]*)"(?!>See today)',
        text,
    )
    lists = tuple(
        f"/registers/ours/{place}/"
        for place in ("agreements", "actions", "escalations", "worklist")
    )
    files = tuple(
        f"/registers/ours/{file}"
        for file in ("import/", "export.json", "open-data.", "information-request/")
    )
    exceptions = ("/registers/ours/risks/new/", *lists, *files)
    assert [
        a
        for a in links
        if f"agreed={agreed.pk}" not in a and not a.startswith(exceptions) and "as_at=" not in a
    ] == []


def test_the_list_is_as_agreed(reader, agreed):
    text = reader.get(f"/registers/ours/?agreed={agreed.pk}&sort=reference").text
    assert re.findall(r'app-score">(\d+)<', text) == ["12", "25", "1", "4"]


def test_the_list_filters_as_agreed(reader, agreed):
    assert 'data-total="1"' in reader.get(f"/registers/ours/?agreed={agreed.pk}&band=severe").text


def test_a_risk_page_is_as_agreed(agreed_pages):
    text = agreed_pages["risks/1/"]
    assert ("3 x 4 = 12" in text, "5 x 5 = 25" in text) == (True, False)


def test_a_history_is_as_recorded_by_the_agreement(agreed_pages):
    text = agreed_pages["risks/1/history/"]
    assert text.count('class="app-history__entry"') == 1


def test_a_risk_not_yet_recorded_shows_nothing(reader, agreed):
    assert "This risk was not on" in reader.get(f"/registers/ours/risks/5/?agreed={agreed.pk}").text


def test_the_dashboard_counts_as_agreed(agreed_pages):
    text = agreed_pages["dashboard/"]
    assert "One of 4 risks is above tolerance" in text


def test_every_number_on_the_dashboard_as_agreed_links_to_as_many_risks(reader, agreed, records):
    text = reader.get(f"/registers/ours/dashboard/?agreed={agreed.pk}&more=order&more=ways").text
    links = numbers(text)
    assert counts_behind(links, [agreed.register], reader, records[0]) == links
    assert any("agreed=" in href for href in links)


def test_agreements_are_listed_with_counts_and_links(reader, agreements_page):
    links = re.findall(r'href="([^"]*agreed=[^"]*)" data-count="(\d+)"', agreements_page)
    totals = [
        re.search(r'data-total="(\d+)"', reader.get(href.replace("&amp;", "&")).text)[1]
        for href, _ in links
    ]
    assert [count for _, count in links] == totals == ["4", "1"]


def test_the_agreements_count_the_changes_since(agreements_page):
    assert "Two risks have changed band since, one is new, one is closed." in agreements_page


def test_the_agreements_name_the_changed_risks(agreements_page):
    titles = [
        title
        for title in ("Upward", "Downward", "Newcomer", "Gone", "Unmoved")
        if title in agreements_page
    ]
    assert titles == ["Upward", "Downward", "Newcomer", "Gone"]


def test_the_agreements_say_when_nothing_has_changed(reader, plain_register):
    make_recorded_risk(plain_register)
    make_agreement(plain_register)
    assert "Nothing has changed since" in reader.get("/registers/plain/agreements/").text


def test_the_latest_agreement_comes_first(reader, plain_register):
    make_recorded_risk(plain_register)
    for ago, body in ((5, "Cabinet"), (2, "Committee"), (9, "Management team")):
        make_agreement(plain_register, on=days_ago(ago), body=body)
    assert re.findall(
        r'">(\w+(?: team)?): position at', reader.get("/registers/plain/agreements/").text
    ) == [
        "Committee",
        "Cabinet",
        "Management team",
    ]


def test_the_dashboard_mentions_the_latest_agreement(reader, agreed):
    text = reader.get("/registers/ours/dashboard/").text
    body, link = (
        "the Audit and governance committee",
        f'href="/registers/ours/dashboard/?agreed={agreed.pk}"',
    )
    assert f'Last reported to {body}: <a class="govuk-link" {link}' in text
    assert "Two risks have changed band since." in text


def test_a_dashboard_of_a_past_day_offers_agreements_only_for_comparison(reader, agreed):
    text = reader.get(f"/registers/ours/dashboard/?as_at={days_ago(3)}").text
    assert (
        "changed band since" not in text and "Audit and governance committee agreed <a" not in text
    )


def test_without_an_agreement_the_page_explains_what_one_is(reader, plain_register):
    assert "No agreements recorded" in reader.get("/registers/plain/agreements/").text


def test_a_page_takes_as_many_queries_for_three_agreements_as_for_one(reader, plain_register):
    def queries():
        counts = []
        for place in ("agreements/", "dashboard/"):
            with CaptureQueriesContext(connection) as context:
                assert reader.get(f"/registers/plain/{place}").status_code == 200
            counts.append(len(context))
        return counts

    make_assessment(make_recorded_risk(plain_register), (5, 5))
    make_agreement(plain_register, on=days_ago(3))
    few = queries()
    for ago in (4, 5):
        make_agreement(plain_register, on=days_ago(ago))
        make_assessment(make_recorded_risk(plain_register), (5, 5))
    assert queries() == few


# The form


def form(register, day, **fields):
    """What the check page sends to be recorded."""
    parts = {"on_0": day.day, "on_1": day.month, "on_2": day.year, "met_on": day.isoformat()}
    return {
        "body": make_body(register, name="Cabinet").pk,
        "decision": "approved",
        "note": "",
        "token": str(uuid.uuid4()),
        "confirmed": "yes",
        **parts,
        **fields,
    }


def test_the_form_records_an_agreement(reader, plain_register):
    make_recorded_risk(plain_register)
    reader.post("/registers/plain/agreements/new/", form(plain_register, days_ago(3)))
    assert (
        plain_register.agreements.get().body_name,
        scores(plain_register.agreements.get().positions),
    ) == (
        "Cabinet",
        {1: 12},
    )


def test_the_same_form_twice_makes_one_agreement(reader, plain_register):
    make_recorded_risk(plain_register)
    data = form(plain_register, days_ago(3))
    answers = [reader.post("/registers/plain/agreements/new/", data).status_code for _ in range(2)]
    assert (answers, plain_register.agreements.count()) == ([302, 302], 1)


@pytest.mark.parametrize(
    ("ago", "fields", "words"),
    [
        (-1, {}, "The day must be today or in the past"),
        (400, {}, "The register was empty on that day"),
        (3, {"body": ""}, "Select which body it was reported to"),
        (3, {"body": "999999"}, "Select one of the bodies that oversee this register"),
        (3, {"decision": "agreed"}, "Select what the body decided"),
        (3, {"met_on": days_ago(4).isoformat()}, "must be on or after the data date"),
        (3, {"on_1": "13"}, "must be a real date"),
    ],
)
def test_an_invalid_agreement_is_refused_with_a_message(reader, plain_register, ago, fields, words):
    make_recorded_risk(plain_register)
    answer = reader.post(
        "/registers/plain/agreements/new/", form(plain_register, days_ago(ago), **fields)
    )
    assert (answer.status_code, words in answer.text, plain_register.agreements.exists()) == (
        200,
        True,
        False,
    )


def test_words_of_an_agreement_do_not_become_markup(reader, plain_register):
    make_recorded_risk(plain_register)
    make_agreement(plain_register, body="<b>Cabinet</b>", note="<script>alert(1)</script>")
    pages = [
        reader.get(f"/registers/plain/{place}").text for place in ("agreements/", "dashboard/")
    ]
    assert not [text for text in pages if "<b>Cabinet" in text or "<script>alert" in text]
