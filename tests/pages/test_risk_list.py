"""The list of risks: its rows, filters and order."""

import html
import re

import pytest
from dashboard_pages import positions_behind
from makers import (
    days_ago,
    failure_type,
    make_post,
    make_revision,
    make_risk,
)

pytestmark = pytest.mark.django_db


def titles_on(page):
    """Titles of the risks that a list shows, in order."""
    titles = re.findall(r'app-risks__title"><a class="govuk-link" href="[^"]*">([^<]*)</a>', page)
    return [html.unescape(title) for title in titles]


def total_of(page):
    return int(re.search(r'data-total="(\d+)"', page)[1])


@pytest.fixture(scope="module")
def three(module_records):
    """Five risks that differ in all that a list can be narrowed or sorted by."""
    register, organisation = module_records.register, module_records.organisation
    treasurer, nurse = (make_post(organisation, title) for title in ("Treasurer", "Chief nurse"))
    kinds = {slug: failure_type(slug) for slug in ("financial", "governance", "external")}
    return {
        "post": nurse,
        "Bins": make_risk(
            register,
            title="Bins",
            cause="The depot floods.",
            owner=treasurer,
            primary_failure_type=kinds["financial"],
            other_failure_types=[kinds["governance"]],
            assessed=(5, 5),
            on=days_ago(50),
        ),
        "Apples": make_risk(
            register,
            title="Apples",
            owner=nurse,
            primary_failure_type=kinds["governance"],
            assessed=(1, 2),
            on=days_ago(100),
        ),
        "Cellar": make_risk(register, title="Cellar", owner=nurse, on=days_ago(10)),
        "Dock": make_revision(
            make_risk(register, title="Dock", owner=treasurer, assessed=(3, 3), on=days_ago(10)),
            status="closed",
        ).risk,
        "Estate": make_revision(
            make_risk(register, title="Estate", owner=treasurer, assessed=(2, 4), on=days_ago(30)),
            status="happened",
        ).risk,
    }


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", "Apples Bins Cellar Estate"),
        ("failure_type=governance", "Apples Bins"),  # as the main one or as another
        ("main_type=governance", "Apples"),
        ("failure_type=external", ""),
        ("failure_type=not-decided", "Cellar Estate"),
        ("main_type=not-decided", "Cellar Estate"),
        ("band=severe", "Bins"),
        ("band=not-scored", "Cellar"),
        ("status=all", "Apples Bins Cellar Dock Estate"),
        ("status=open", "Apples Bins Cellar"),
        ("status=closed", "Dock"),
        ("status=happened", "Estate"),
        ("status=draft", ""),
        ("likelihood=5", "Bins"),
        ("likelihood=1&impact=2", "Apples"),
        ("likelihood=1&impact=5", ""),
        ("q=apples", "Apples"),
        ("q=DEPOT", "Bins"),
        ("q=depot+floods", "Bins"),
        ("q=depot+apples", ""),
        ("q=c-002", "Apples"),
        ("q=%25", ""),
        ("q=%27+OR+1%3D1+--", ""),
        ("q=", "Apples Bins Cellar Estate"),
        ("band=severe&main_type=governance", ""),
    ],
)
def test_the_list_holds(officer, register, three, query, titles):
    positions = positions_behind(f"/registers/ours/?{query}", register, officer)
    assert sorted(position.revision.title for position in positions) == titles.split()


def test_the_page_shows_what_the_list_holds_and_how_many(reader, three):
    page = reader.get("/registers/ours/?failure_type=governance").text
    assert (sorted(titles_on(page)), total_of(page)) == (["Apples", "Bins"], 2)


def test_the_list_filters_by_owner(reader, three):
    page = reader.get(f"/registers/ours/?owner={three['post'].pk}").text
    assert sorted(titles_on(page)) == ["Apples", "Cellar"]


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("", "Bins Estate Apples Cellar"),
        ("score", "Bins Estate Apples Cellar"),
        ("reference", "Bins Apples Cellar Estate"),
        ("title", "Apples Bins Cellar Estate"),
        ("owner", "Apples Cellar Bins Estate"),
    ],
)
def test_the_list_is_sorted_by(reader, three, sort, titles):
    assert titles_on(reader.get(f"/registers/ours/?sort={sort}").text) == titles.split()


def test_unassessed_risks_come_first_then_the_longest_unassessed(reader, three):
    assert titles_on(reader.get("/registers/ours/?sort=assessed").text) == [
        "Cellar",
        "Apples",
        "Bins",
        "Estate",
    ]


def test_the_filters_show_their_values(reader, three):
    page = reader.get("/registers/ours/?band=severe&q=bins").text
    assert ('<option value="severe" selected>' in page, 'value="bins"' in page) == (True, True)


def test_filters_keep_the_day(reader, three):
    page = reader.get(f"/registers/ours/?as_at={days_ago(5)}").text
    assert f'<input type="hidden" name="as_at" value="{days_ago(5)}">' in page
