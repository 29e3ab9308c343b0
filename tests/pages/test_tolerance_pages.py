"""Tolerance on the pages: each day by what was tolerated on it, and as agreed."""

import datetime
import html
import re

import pytest
from dashboard_pages import counts_behind, numbers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    day,
    days_ago,
    make_agreement,
    make_appetite,
    make_assessment,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    preset,
)
from query_counts import queries_for

from registers.models import Appetite, Role

pytestmark = pytest.mark.django_db


def on(ago):
    """Of a day, and written down on it."""
    return {"on": days_ago(ago), "recorded_at": timezone.now() - datetime.timedelta(days=ago)}


@pytest.fixture(scope="module")
def module_records(module_db):
    """A manager, and a register with a history."""
    register = make_register(make_organisation(), slug="ours")
    return make_person(register.organisation, Role.MANAGER), make_history(register)


@pytest.fixture
def history(records):
    return records[1]


@pytest.fixture
def manager(records):
    client = Client()
    client.force_login(records[0])
    return client


@pytest.fixture
def register():
    """A register without risks, and nothing stated in its organisation."""
    return make_register(make_organisation(), slug="plain")


@pytest.fixture
def plain_manager(register):
    client = Client()
    client.force_login(make_person(register.organisation, Role.MANAGER))
    return client


def make_history(register):
    """Four risks, Moderate, High, High and Severe, of which a Moderate and a High one are legal.
    The tolerance of legal risks fell to Low 50 days ago; the general one rose to Severe, and is
    High again since 40 days ago.
    """
    organisation = register.organisation
    for category, ratings in (
        ("legal", (2, 2)),
        ("legal", (3, 3)),
        ("people", (3, 3)),
        ("", (5, 5)),
    ):
        make_risk(
            register, title=f"{category} {ratings}", category=category, assessed=ratings, **on(200)
        )
    make_appetite(organisation, "", "severe", **on(150))
    make_appetite(organisation, "legal", "low", **on(50))
    make_appetite(organisation, "", "high", **on(40))
    return register


ABOVE = [(180, 1), (150, 0), (51, 0), (50, 2), (41, 2), (40, 3), (0, 3)]


def page(client, address):
    return " ".join(html.unescape(client.get(address).text).split())


def total_at(client, query):
    return int(re.search(r'data-total="(\d+)"', client.get(f"/registers/ours/?{query}").text)[1])


def test_the_list_follows_the_tolerance_of_its_day(history, manager, records):
    address = "/registers/ours/?band=above-tolerance&as_at="
    counts = {f"{address}{days_ago(ago)}": str(count) for ago, count in ABOVE}
    assert counts_behind(counts, [history], manager, records[0]) == counts


@pytest.mark.parametrize(("ago", "count"), [(51, 0), (50, 2), (40, 3)])
def test_the_dashboard_follows_the_tolerance_of_its_day(history, manager, ago, count):
    text = page(manager, f"/registers/ours/dashboard/?as_at={days_ago(ago)}")
    word = ("None", "One", "Two", "Three")[count]
    assert f"{word} of 4 risks {'is' if count == 1 else 'are'} above tolerance" in text


def test_the_dashboard_says_which_bands_are_above(history, manager):
    text = page(manager, "/registers/ours/dashboard/")
    assert "are above tolerance (Severe; for legal risks: Moderate or higher)" in text
    assert "Above tolerance: Severe; for legal risks: Moderate or higher." in text


def test_the_dashboard_says_when_the_tolerance_differed_on_the_comparison_date(history, manager):
    text = page(manager, f"/registers/ours/dashboard/?since={days_ago(100)}")
    assert f"three more than on {days_ago(100):%-d %B %Y}. " in text
    day = f"{days_ago(100):%-d %B %Y}"
    assert f"The tolerance was different on {day}: above it was no band." in text


def test_the_dashboard_says_nothing_where_the_tolerance_was_the_same(history, manager):
    assert "What is tolerated" not in page(
        manager, f"/registers/ours/dashboard/?since={days_ago(30)}"
    ).replace("What is tolerated, and who said so", "")


def test_the_count_over_time_uses_the_tolerance_of_each_day(register, plain_manager):
    """Legal risks were tolerated up to High until 2026-05-01, then up to Low."""
    make_risk(register, category="legal", assessed=(2, 2), on=day("2025-01-01"))
    make_risk(register, category="people", assessed=(2, 2), on=day("2025-01-01"))
    make_appetite(register.organisation, "legal", "low", on=day("2026-05-01"))
    text = page(plain_manager, "/registers/plain/dashboard/?as_at=2026-07-15")
    assert "Above tolerance: none on 30 Sep 2024, one on 15 Jul 2026." in text
    text = page(plain_manager, "/registers/plain/dashboard/?as_at=2026-04-15")
    assert "Above tolerance: none on 30 Jun 2024, none on 15 Apr 2026." in text


def test_a_card_counts_by_the_tolerance_of_today(history, manager):
    assert re.search(
        r'band=above-tolerance" data-count="3">3 above tolerance', manager.get("/").text
    )


def test_each_register_on_the_home_page_has_its_own_tolerance(history, manager):
    """Of one organisation, and rated under another scheme, for which nothing is stated."""
    other = make_register(history.organisation, preset("four-by-four"), slug="other")
    make_risk(other, category="legal", assessed=(1, 1))
    assert "none above tolerance" in manager.get("/").text


def test_an_agreement_keeps_the_tolerance_recorded_before_it(history, manager):
    agreement = make_agreement(history, on=days_ago(45))
    make_appetite(history.organisation, "people", "low", on=days_ago(46))  # and written down today
    text = page(manager, "/registers/ours/agreements/")
    assert "2 above tolerance</a> (no band; for legal risks: Moderate or higher)" in text
    agreed = page(manager, f"/registers/ours/dashboard/?agreed={agreement.pk}")
    assert (
        "Two of 4 risks are above tolerance (no band; for legal risks: Moderate or higher)"
        in agreed
    )
    assert total_at(manager, f"band=above-tolerance&as_at={days_ago(45)}") == 3


def test_every_number_leads_to_as_many_risks(history, manager, records):
    agreement = make_agreement(history, on=days_ago(45))
    days = [f"as_at={days_ago(ago)}" for ago in (0, 100)]
    addresses = [f"/registers/ours/dashboard/?{q}" for q in (f"agreed={agreement.pk}", *days)]
    for address in ["/", "/registers/ours/agreements/", *addresses]:
        links = numbers(manager.get(address).text)
        assert links and counts_behind(links, [history], manager, records[0]) == links, address


def test_an_exempt_risk_is_not_counted_above_tolerance_for_whoever_may_not_see_it(history):
    make_risk(history, category="legal", assessed=(2, 2), is_exempt=True)
    peer = Client()
    peer.force_login(make_person(history.organisation, Role.PEER))
    assert total_at(peer, "band=above-tolerance") == 3


def test_a_category_that_was_changed_counts_from_its_day(history, manager):
    risk = history.risks.get(latest__title="people (3, 3)")
    make_revision(risk, category="legal", on=days_ago(20))
    counts = [total_at(manager, f"band=above-tolerance&as_at={days_ago(ago)}") for ago in (21, 20)]
    assert counts == [3, 4]


def test_a_risk_says_which_tolerance_holds_for_it_and_why(history, manager):
    make_appetite(
        history.organisation, "legal", "moderate", on=days_ago(5), approved_by="Full council"
    )
    on = f"{days_ago(5):%-d %B %Y}"
    text = page(manager, "/registers/ours/risks/2/")
    assert (
        "<strong>Above tolerance.</strong> Tolerance for legal risks: Moderate, "
        f"approved by Full council on {on}." in text
    )
    assert "Within tolerance. Tolerance for legal risks: Moderate" in page(
        manager, "/registers/ours/risks/1/"
    )


def test_a_risk_as_at_a_day_says_the_tolerance_of_that_day(history, manager):
    text = page(manager, f"/registers/ours/risks/1/?as_at={days_ago(60)}")
    assert "Within tolerance. Tolerance for categories without their own: Severe" in text


def test_a_risk_without_any_statement_says_that_the_scheme_decides(register, plain_manager):
    make_risk(register, category="legal", assessed=(5, 5))
    text = page(plain_manager, "/registers/plain/risks/1/")
    assert "Tolerance: High, set by the scoring scheme. Severe is above it." in text


def test_a_risk_without_a_rating_is_neither_above_nor_within(register, plain_manager):
    make_risk(register, category="legal")
    text = page(plain_manager, "/registers/plain/risks/1/")
    assert (
        "Tolerance: High, set by the scoring scheme." in text,
        "bove tolerance" in text,
        "Within" in text,
    ) == (
        True,
        False,
        False,
    )


def test_the_assessment_form_names_the_bands_above_tolerance(history, manager):
    text = page(manager, "/registers/ours/risks/1/assess/")
    assert "Above tolerance: Severe; for legal risks: Moderate or higher." in text


# Query counts


def test_a_page_makes_as_many_queries_for_three_statements_as_for_one(register, plain_manager):
    pages = ("?band=above-tolerance", "dashboard/", "settings/")
    addresses = ["/", *(f"/registers/plain/{page}" for page in pages)]

    def grow(*categories):
        for number, category in enumerate(categories):
            make_risk(register, category=category, assessed=(3, 3), on=days_ago(60))
            make_appetite(register.organisation, category, "low", on=days_ago(number))

    grow("legal")
    baseline = queries_for(plain_manager, addresses)
    grow("legal", "people")
    assert queries_for(plain_manager, addresses) == baseline


def test_a_list_without_the_filter_reads_no_statement(register, plain_manager):
    make_assessment(make_risk(register))
    with CaptureQueriesContext(connection) as queries:
        plain_manager.get("/registers/plain/")
    assert not [q for q in queries if Appetite._meta.db_table in q["sql"]]
