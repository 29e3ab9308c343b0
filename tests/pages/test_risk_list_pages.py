"""A list of risks comes in pages."""

import html
import re

import pytest
from makers import (
    days_ago,
    make_risk,
)

pytestmark = pytest.mark.django_db


def titles_on(page):
    """Titles of the risks that a list shows, in order."""
    titles = re.findall(r'app-risks__title"><a class="govuk-link" href="[^"]*">([^<]*)</a>', page)
    return [html.unescape(title) for title in titles]


def total_of(page):
    return int(re.search(r'data-total="(\d+)"', page)[1])


@pytest.fixture(scope="module", autouse=True)
def many_risks(module_records):
    for n in range(27):
        make_risk(module_records.register, title=f"Risk {n:03d}", assessed=(3, 3))


def test_a_list_comes_in_pages(reader):
    pages = [
        titles_on(reader.get(f"/registers/ours/?sort=reference&page={n}").text) for n in (1, 2)
    ]
    assert [len(page) for page in pages] == [25, 2] and len({*pages[0], *pages[1]}) == 27


def test_a_link_to_the_next_page_keeps_the_rest_of_the_address(reader):
    page = reader.get(f"/registers/ours/?sort=title&band=high&as_at={days_ago(0)}").text
    link = html.unescape(re.search(r'href="([^"]*)" rel="next"', page)[1])
    assert titles_on(reader.get(f"/registers/ours/{link}").text) == ["Risk 025", "Risk 026"]


@pytest.mark.parametrize("number", [3, 1000, 9_999_999])
def test_a_page_beyond_the_last_says_so(reader, number):
    answer = reader.get(f"/registers/ours/?page={number}")
    assert (answer.status_code, total_of(answer.text), "fewer pages" in answer.text) == (
        200,
        27,
        True,
    )
