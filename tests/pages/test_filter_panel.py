"""The list's filters in one line: a summary of those chosen, the rest collapsed."""

import html
import re

import pytest
from django.test import Client
from makers import (
    make_directorate,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
)

from registers.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def form(organisation):
    """A function that gives the markup of the filter form for a query."""
    make_risk(make_register(organisation, slug="ours"), assessed=(3, 3))
    client = Client()
    client.force_login(make_person(organisation, Role.MANAGER))

    def page_form(**query):
        page = client.get("/registers/ours/", query).text
        return re.search(r"<form[^>]*app-filter--folded.*?</form>", page, re.DOTALL)[0]

    return page_form


def summary_text(form):
    words = re.search(r"<strong>Filtered by (.*?)\.</strong>", form)
    return words and html.unescape(words[1])


def test_an_unfiltered_list_has_no_summary(form):
    assert summary_text(form()) is None and "Clear filters" not in form()


def test_the_summary_names_the_chosen_filters(form, organisation):
    children = make_directorate(organisation, "Children")
    head = make_post(organisation, "Head of care")
    assert summary_text(form(band="above-tolerance")) == "band: Above tolerance"
    assert (
        summary_text(form(directorate=children.pk, q="reserves"))
        == "search: reserves; directorate: Children"
    )
    assert summary_text(form(owner=head.pk, stuck="yes")).startswith("owner: Head of care")
    assert summary_text(form(owner="none")) == "owner: not decided yet"


def test_the_sort_order_is_not_in_the_summary(form):
    assert summary_text(form(sort="title")) is None


def test_the_search_is_open_and_other_filters_are_collapsed(form):
    line, fold = form().split("<details")
    assert (
        'name="q"' in line
        and 'name="band"' not in line
        and 'name="band"' in fold
        and " open" not in fold[:60]
    )


def test_other_parameters_of_the_address_stay(form):
    page = form(as_at="2026-01-05", band="severe")
    assert '<input type="hidden" name="as_at" value="2026-01-05">' in page
    assert "?as_at=2026-01-05&amp;" in re.search(r'href="([^"]*)">Clear filters', page)[1]
