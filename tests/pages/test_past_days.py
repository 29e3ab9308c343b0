"""Pages as at a day, and the numbers that they link."""

import copy
import functools
import html
import re

import pytest
from dashboard_pages import counts_behind, numbers
from django.test import Client
from makers import (
    day,
    failure_type,
    make_assessment,
    make_revision,
    make_risk,
    preset,
)

from registers.models import ScoringScheme

pytestmark = pytest.mark.django_db


def titles_on(page):
    """Titles of the risks that a list shows, in order."""
    titles = re.findall(r'app-risks__title"><a class="govuk-link" href="[^"]*">([^<]*)</a>', page)
    return [html.unescape(title) for title in titles]


def total_of(page):
    return int(re.search(r'data-total="(\d+)"', page)[1])


@pytest.fixture(scope="module", autouse=True)
def history(module_records):
    """Three risks whose position changes: raised, judged again, closed, before and after 20 May
    2026.
    """
    register = module_records.register
    up = make_risk(
        register,
        title="Up",
        assessed=(2, 2),
        on=day("2026-01-15"),
        primary_failure_type=failure_type(),
    )
    make_assessment(up, (5, 5), on=day("2026-07-01"))
    closed = make_risk(register, title="Gone", assessed=(4, 4), on=day("2026-02-01"))
    make_revision(closed, status="closed", on=day("2026-08-01"))
    make_risk(
        register, title="Late", on=day("2026-09-15"), primary_failure_type=failure_type("financial")
    )
    renamed = make_risk(register, title="Old name", assessed=(3, 4), on=day("2026-01-20"))
    make_revision(renamed, title="New name", on=day("2026-06-01"))
    return up


@pytest.fixture(scope="module")
def module_reader(module_records, history):
    client = Client()
    client.force_login(module_records.officer)
    return client


@pytest.fixture
def reader(module_reader):
    return copy.deepcopy(module_reader)


@pytest.fixture(scope="module")
def pages_of(module_reader):
    """{place: its text as at that day}, read once."""

    @functools.cache
    def pages_of(as_at):
        answers = {
            place: module_reader.get(f"/registers/ours/{place}?as_at={as_at}") for place in PLACES
        }
        assert {answer.status_code for answer in answers.values()} == {200}
        return {place: answer.text for place, answer in answers.items()}

    return pages_of


PLACES = ["", "dashboard/", "risks/1/", "risks/1/history/"]
each_place = pytest.mark.parametrize("place", PLACES)


@pytest.mark.parametrize(
    ("as_at", "titles"),
    [
        ("", ["Up", "New name", "Late"]),
        ("2026-01-14", []),
        ("2026-01-15", ["Up"]),
        ("2026-05-20", ["Gone", "Old name", "Up"]),
        ("2026-07-31", ["Up", "Gone", "New name"]),
        ("2026-08-01", ["Up", "New name"]),
    ],
)
def test_the_list_as_at_a_day_holds_the_register_at_its_end(reader, as_at, titles):
    assert titles_on(reader.get(f"/registers/ours/?as_at={as_at}").text) == titles


@each_place
def test_a_page_about_a_past_day_says_which(pages_of, place):
    assert "As at 20 May 2026" in pages_of("2026-05-20")[place]


@each_place
def test_links_of_a_page_about_a_past_day_stay_on_it(pages_of, place):
    text = pages_of("2026-05-20")[place]
    links = re.findall(r'href="(/registers/ours/[^"]*)"(?!>See today)', text)
    lists = tuple(
        f"/registers/ours/{place}/"
        for place in ("agreements", "actions", "escalations", "worklist")
    )
    files = tuple(
        f"/registers/ours/{file}"
        for file in ("import/", "export.json", "open-data.", "information-request/")
    )
    elsewhere = ("/registers/ours/risks/new/", *lists, *files)
    astray = [link for link in links if "as_at=" not in link and not link.startswith(elsewhere)]
    assert links and astray == []


def test_a_risk_as_at_a_day_shows_its_earlier_text(reader):
    text = reader.get("/registers/ours/risks/4/?as_at=2026-05-20").text
    assert ("Old name" in text, "New name" in text) == (True, False)


def test_the_history_as_at_a_day_shows_nothing_later(reader):
    assert "New name" not in reader.get("/registers/ours/risks/4/history/?as_at=2026-05-20").text


def test_a_risk_as_at_a_day_shows_no_later_judgement(pages_of):
    assert "= 25" not in pages_of("2026-05-20")["risks/1/"]


@pytest.mark.parametrize("as_at", ["2999-01-01", "9999-12-31"])
@each_place
def test_a_future_day_is_answered_with_a_sentence(pages_of, place, as_at):
    assert "is in the future" in html.unescape(pages_of(as_at)[place])


@pytest.mark.parametrize("place", ["", "dashboard/", "risks/1/history/"])
def test_a_future_day_shows_no_risk(pages_of, place):
    text = pages_of("2999-01-01")[place]
    assert ("= 25" in text, titles_on(text)) == (False, [])


@pytest.mark.parametrize("as_at", ["0001-01-01", "2026-01-14"])
@each_place
def test_a_day_before_the_first_risk_is_answered_with_a_sentence(pages_of, place, as_at):
    assert re.search("[Nn]othing|No risks?|not yet|was not on", pages_of(as_at)[place])


def test_the_dashboard_compares_with_the_requested_day(reader):
    text = reader.get("/registers/ours/dashboard/?since=2026-05-20").text
    moved = "one new, one up a band or more, none down, one closed or taken off, one unchanged"
    assert f"Since 20 May 2026: {moved}" in text


def test_the_dashboard_compares_with_the_last_quarter_end_by_default(reader):
    assert "Since 31 March 2026" in reader.get("/registers/ours/dashboard/?as_at=2026-06-30").text


def test_the_sentence_above_tolerance_agrees_with_the_bands(reader, register):
    ScoringScheme.objects.filter(pk=register.scheme_id).update(tolerance="moderate")
    text = reader.get("/registers/ours/dashboard/?as_at=2026-07-15&since=2026-05-20").text
    assert (
        "Three of 3 risks are above tolerance (Severe or High), one more than on 20 May 2026."
        in text
    )


# Links of numbers


@pytest.mark.parametrize(
    "query",
    [
        "?as_at=2026-06-30",
        "?as_at=2026-05-20&since=2026-07-31",
        "?since=2026-07-31&more=order&more=ways",
        "?since=2999-01-01",
    ],
)
def test_every_number_on_the_dashboard_leads_to_as_many_risks(reader, register, officer, query):
    links = numbers(reader.get(f"/registers/ours/dashboard/{query}").text)
    assert links and counts_behind(links, [register], reader, officer) == links


@pytest.mark.parametrize("slug", ["five-by-five-three-bands", "four-by-four"])
def test_the_dashboard_counts_a_rating_by_an_earlier_scheme(reader, register, slug):
    """It keeps the band it was given until it is judged again; it is not lost from the numbers."""
    register.scheme = preset(slug)
    register.save()
    text = reader.get("/registers/ours/dashboard/").text
    table = re.search(r"app-bands.*?</table>", text, re.DOTALL)[0]
    counts = [int(n) for n in re.findall(r'data-count="(\d+)"', table)[::2]]
    assert sum(counts) == total_of(reader.get("/registers/ours/").text)
