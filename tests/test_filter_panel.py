"""The list's filters take one line: what is chosen is said, and the rest is folded."""

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
    """Its words and its markup, as a list that asks for something shows it."""
    make_risk(make_register(organisation, slug="ours"), assessed=(3, 3))
    client = Client()
    client.force_login(make_person(organisation, Role.MANAGER))

    def page_form(**query):
        page = client.get("/registers/ours/", query).text
        return re.search(r"<form[^>]*app-filter--folded.*?</form>", page, re.DOTALL)[0]

    return page_form


def summary_text(form):
    words = re.search(r"<strong>Only: (.*?)\.</strong>", form)
    return words and html.unescape(words[1])


def test_a_list_of_all_says_of_nothing_that_it_is_chosen(form):
    assert summary_text(form()) is None and "Clear filters" not in form()


def test_what_is_chosen_is_said_without_opening_anything(form, organisation):
    children = make_directorate(organisation, "Children")
    head = make_post(organisation, "Head of care")
    assert summary_text(form(band="above-tolerance")) == "band Above tolerance"
    assert (
        summary_text(form(directorate=children.pk, q="reserves"))
        == "search reserves; directorate Children"
    )
    assert summary_text(form(owner=head.pk, stuck="yes")).startswith("owner Head of care")
    assert summary_text(form(owner="none")) == "owner not decided yet"


def test_how_it_is_sorted_is_no_choice_of_risks(form):
    assert summary_text(form(sort="title")) is None


def test_the_search_stands_open_and_the_rest_is_folded(form):
    line, fold = form().split("<details")
    assert (
        'name="q"' in line
        and 'name="band"' not in line
        and 'name="band"' in fold
        and " open" not in fold[:60]
    )


def test_what_else_is_in_the_address_stays(form):
    page = form(as_at="2026-01-05", band="severe")
    assert '<input type="hidden" name="as_at" value="2026-01-05">' in page
    assert "?as_at=2026-01-05&amp;" in re.search(r'href="([^"]*)">Clear filters', page)[1]
