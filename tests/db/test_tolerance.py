"""Tolerance by scheme, organisation and category, and the numbers that follow from it."""

import datetime
import html
import re

import pytest
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

from registers.models import Appetite, Position, Role, Tolerances
from registers.phrases import above_in_words, tolerated_in_words
from registers.scoring import Tolerance

pytestmark = pytest.mark.django_db


# The pure part: the default scheme's bands are Low, Moderate, High, Severe, and High is the most it
# tolerates.


def tolerance_of(**statements):
    """A Tolerance by the default scheme. everywhere: for all categories without their own."""
    general = {"": statements.pop("everywhere")} if "everywhere" in statements else {}
    return Tolerance.from_statements(preset().rules, {**general, **statements})


@pytest.mark.parametrize(
    ("statements", "category", "label"),
    [
        ({}, "", "High"),
        ({}, "financial", "High"),
        ({"financial": "low"}, "financial", "Low"),
        ({"financial": "low"}, "legal", "High"),
        ({"financial": "low"}, "", "High"),
        ({"everywhere": "moderate"}, "legal", "Moderate"),
        ({"everywhere": "moderate"}, "", "Moderate"),
        ({"everywhere": "moderate", "financial": "severe"}, "financial", "Severe"),
        ({"everywhere": "moderate", "financial": "high"}, "financial", "High"),
    ],
)
def test_a_category_goes_by_its_own_tolerance_then_the_general_one_then_the_schemes(
    statements, category, label
):
    assert tolerance_of(**statements).of(category).label == label


@pytest.mark.parametrize(
    ("band", "category", "is_above"),
    [
        ("low", "legal", False),
        ("moderate", "legal", False),
        ("high", "legal", True),
        ("high", "people", False),
        ("severe", "people", True),
        ("high", "", False),
        ("severe", "project", False),
    ],
)
def test_a_band_is_above_the_tolerance_of_its_category(band, category, is_above):
    assert tolerance_of(legal="moderate", project="severe").is_above(band, category) is is_above


def test_a_tolerance_equal_to_the_general_one_is_no_exception():
    assert tolerance_of(everywhere="moderate", legal="moderate", people="low").by_category == {
        "people": "low"
    }


def test_a_band_that_the_scheme_lacks_is_refused():
    with pytest.raises(KeyError):
        tolerance_of(legal="amber")


@pytest.mark.parametrize(
    ("statements", "above", "tolerated"),
    [
        ({}, "Severe", "High"),
        ({"everywhere": "moderate"}, "Severe or High", "Moderate"),
        (
            {"financial": "low"},
            "Severe; Moderate or higher for financial",
            "High, and Low for financial",
        ),
        (
            {"legal": "moderate", "financial": "moderate", "people": "low"},
            "Severe; Moderate or higher for people; High or higher for legal and financial",
            "High, and Low for people, and Moderate for legal and financial",
        ),
        (
            {"project": "severe"},
            "Severe; no band for project or programme",
            "High, and Severe for project or programme",
        ),
        ({"everywhere": "severe"}, "no band", "Severe"),
        (
            {"everywhere": "moderate", "legal": "high"},
            "Severe or High; Severe for legal",
            "Moderate, and High for legal",
        ),
    ],
)
def test_phrases_name_the_bands_above_and_within(statements, above, tolerated):
    assert (
        above_in_words(tolerance_of(**statements)),
        tolerated_in_words(tolerance_of(**statements)),
    ) == (
        above,
        tolerated,
    )


# On a day


@pytest.fixture
def register():
    return make_register(make_organisation(), slug="ours")


def test_without_a_statement_the_scheme_decides(register):
    assert Tolerances.of(register).on(days_ago(0)).of("legal").slug == "high"


def test_a_statement_holds_from_its_day(register):
    make_appetite(register.organisation, "legal", "low", on=days_ago(10))
    tolerances = Tolerances.of(register)
    assert [tolerances.on(days_ago(ago)).of("legal").slug for ago in (11, 10, 0)] == [
        "high",
        "low",
        "low",
    ]


def test_the_later_of_two_holds_and_of_two_on_one_day_the_one_made_last(register):
    make_appetite(register.organisation, "legal", "low", on=days_ago(10))
    make_appetite(register.organisation, "legal", "severe", on=days_ago(10))
    make_appetite(register.organisation, "legal", "moderate", on=days_ago(20))
    assert Tolerances.of(register).on(days_ago(0)).of("legal").slug == "severe"


def test_a_late_review_leaves_the_statement_standing(register):
    make_appetite(register.organisation, "legal", "low", on=days_ago(100), review_by=days_ago(50))
    assert Tolerances.of(register).on(days_ago(0)).of("legal").slug == "low"


def test_a_statement_for_another_scheme_or_organisation_decides_nothing(register):
    three = preset("five-by-five-three-bands")
    make_appetite(register.organisation, "legal", three.rules.bands[0].slug, scheme=three)
    make_appetite(make_organisation(), "legal", "low")
    assert Tolerances.of(register).on(days_ago(0)).by_category == {}


def test_a_statement_recorded_after_an_agreement_does_not_count_in_it(register):
    before = timezone.now()
    make_appetite(register.organisation, "legal", "low", on=days_ago(10))
    tolerances = Tolerances.of(register)
    assert (
        tolerances.on(days_ago(0), before).by_category,
        tolerances.on(days_ago(0)).by_category,
    ) == (
        {},
        {"legal": "low"},
    )


def test_the_statements_of_many_registers_are_one_query(register, django_assert_num_queries):
    registers = [make_register(make_organisation()) for _ in range(3)]
    make_appetite(registers[1].organisation, "legal", "low")
    with django_assert_num_queries(1):
        tolerances = Tolerances.across([register, *registers])
        slugs = [
            tolerances[r.pk].on(days_ago(ago)).of("legal").slug
            for r in (register, *registers)
            for ago in (0, 1)
        ]
    assert slugs == ["high", "high", "high", "high", "low", "high", "high", "high"]


def test_a_statement_holds_for_the_registers_of_its_own_scheme_alone(register):
    """Two registers of one organisation, read together, each by its scheme."""
    other = make_register(register.organisation, preset("four-by-four"))
    make_appetite(register.organisation, "legal", "low")
    make_appetite(register.organisation, "people", "low", scheme=other.scheme)
    tolerances = Tolerances.across([register, other])
    by_category = [tolerances[each.pk].on(days_ago(0)).by_category for each in (register, other)]
    assert by_category == [{"legal": "low"}, {"people": "low"}]


def test_the_query_and_the_rule_agree_which_risks_are_above(register):
    for category in ("", "legal", "project", "people"):
        for ratings in ((1, 1), (2, 2), (3, 3), (5, 5), None):
            make_risk(register, category=category, assessed=ratings)
    for statements in (
        {},
        {"everywhere": "low"},
        {"legal": "low"},
        {"everywhere": "severe", "legal": "high", "people": "low"},
    ):
        tolerance = tolerance_of(**statements)
        rows = Position.objects.as_at(days_ago(0))
        above = set(rows.above_tolerance(register.scheme, tolerance).values_list("pk", flat=True))
        assert above == {
            row.pk for row in rows if row.band and tolerance.is_above(row.band, row.category)
        }, statements


def test_a_rating_by_another_scheme_is_never_above(register):
    make_risk(register, category="legal", assessed=(5, 5))
    register.scheme = preset("four-by-four")
    register.save()
    make_appetite(
        register.organisation, "legal", register.scheme.rules.bands[0].slug, scheme=register.scheme
    )
    tolerance = Tolerances.of(register).on(days_ago(0))
    assert not Position.objects.above_tolerance(register.scheme, tolerance).exists()


# The pages


@pytest.fixture
def manager(register):
    client = Client()
    client.force_login(make_person(register.organisation, Role.MANAGER))
    return client


def on(ago):
    """Of a day, and written down on it."""
    return {"on": days_ago(ago), "recorded_at": timezone.now() - datetime.timedelta(days=ago)}


@pytest.fixture
def history(register):
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


@pytest.mark.parametrize(("ago", "count"), ABOVE)
def test_the_list_follows_the_tolerance_of_its_day(history, manager, ago, count):
    assert total_at(manager, f"band=above-tolerance&as_at={days_ago(ago)}") == count


@pytest.mark.parametrize(("ago", "count"), ABOVE)
def test_the_dashboard_follows_the_tolerance_of_its_day(history, manager, ago, count):
    text = page(manager, f"/registers/ours/dashboard/?as_at={days_ago(ago)}")
    word = ("None", "One", "Two", "Three")[count]
    assert f"{word} of 4 risks {'is' if count == 1 else 'are'} above tolerance" in text


def test_the_dashboard_says_which_bands_are_above(history, manager):
    text = page(manager, "/registers/ours/dashboard/")
    assert "are above tolerance (Severe; Moderate or higher for legal)" in text
    assert "Above tolerance: Severe; Moderate or higher for legal." in text


def test_the_dashboard_says_when_the_tolerance_differed_on_the_comparison_date(history, manager):
    text = page(manager, f"/registers/ours/dashboard/?since={days_ago(100)}")
    assert f"three more than on {days_ago(100):%-d %B %Y}. " in text
    assert "What is tolerated was another then: above it was no band." in text


def test_the_dashboard_says_nothing_where_the_tolerance_was_the_same(history, manager):
    assert "What is tolerated" not in page(
        manager, f"/registers/ours/dashboard/?since={days_ago(30)}"
    ).replace("What is tolerated, and who said so", "")


def test_the_count_over_time_uses_the_tolerance_of_each_day(register, manager):
    """Legal risks were tolerated up to High until 2026-05-01, then up to Low."""
    make_risk(register, category="legal", assessed=(2, 2), on=day("2025-01-01"))
    make_risk(register, category="people", assessed=(2, 2), on=day("2025-01-01"))
    make_appetite(register.organisation, "legal", "low", on=day("2026-05-01"))
    text = page(manager, "/registers/ours/dashboard/?as_at=2026-07-15")
    assert "Above tolerance: none on 30 Sep 2024, one on 15 Jul 2026." in text
    text = page(manager, "/registers/ours/dashboard/?as_at=2026-04-15")
    assert "Above tolerance: none on 30 Jun 2024, none on 15 Apr 2026." in text


def test_a_card_counts_by_the_tolerance_of_today(history, manager):
    assert re.search(
        r'band=above-tolerance" data-count="3">3 above tolerance', manager.get("/").text
    )


def test_each_register_on_the_home_page_has_its_own_tolerance(history, manager):
    """Of one organisation, and rated by another scheme, for which nothing is stated."""
    other = make_register(history.organisation, preset("four-by-four"), slug="other")
    make_risk(other, category="legal", assessed=(1, 1))
    assert "none above tolerance" in manager.get("/").text


def test_an_agreement_keeps_the_tolerance_recorded_before_it(history, manager):
    agreement = make_agreement(history, on=days_ago(45))
    make_appetite(history.organisation, "people", "low", on=days_ago(46))  # and written down today
    text = page(manager, "/registers/ours/agreements/")
    assert "2 above tolerance</a> (no band; Moderate or higher for legal)" in text
    agreed = page(manager, f"/registers/ours/dashboard/?agreed={agreement.pk}")
    assert "Two of 4 risks are above tolerance (no band; Moderate or higher for legal)" in agreed
    assert total_at(manager, f"band=above-tolerance&as_at={days_ago(45)}") == 3


@pytest.mark.parametrize("ago", [0, 45, 100, 180])
def test_every_number_leads_to_as_many_risks(history, manager, ago):
    agreement = make_agreement(history, on=days_ago(45))
    addresses = ["/registers/ours/agreements/", f"/registers/ours/dashboard/?agreed={agreement.pk}"]
    addresses += [f"/registers/ours/dashboard/?as_at={days_ago(ago)}", "/"]
    for address in addresses:
        text = manager.get(address).text
        links = re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', text)
        carried = {html.unescape(href): int(count) for href, count in links}
        behind = {
            href: int(re.search(r'data-total="(\d+)"', manager.get(href).text)[1])
            for href in carried
        }
        assert carried and carried == behind, address


def test_an_exempt_risk_is_not_counted_above_tolerance_for_whoever_may_not_see_it(history):
    make_risk(history, category="legal", assessed=(2, 2), is_exempt=True)
    peer = Client()
    peer.force_login(make_person(history.organisation, Role.PEER))
    assert total_at(peer, "band=above-tolerance") == 3


def test_a_category_that_was_changed_counts_from_its_day(history, manager):
    risk = history.risks.get(title="people (3, 3)")
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
    assert (
        "Within tolerance. Tolerance for all risks whose category has none of its own: Severe"
        in text
    )


def test_a_risk_without_any_statement_says_that_the_scheme_decides(register, manager):
    make_risk(register, category="legal", assessed=(5, 5))
    text = page(manager, "/registers/ours/risks/1/")
    assert "Tolerance by the scheme: High. Nobody has stated another for legal risks." in text


def test_a_risk_without_a_rating_is_neither_above_nor_within(register, manager):
    make_risk(register, category="legal")
    text = page(manager, "/registers/ours/risks/1/")
    assert (
        "Tolerance by the scheme: High." in text,
        "bove tolerance" in text,
        "Within" in text,
    ) == (
        True,
        False,
        False,
    )


def test_the_assessment_form_names_the_bands_above_tolerance(history, manager):
    text = page(manager, "/registers/ours/risks/1/assess/")
    assert "Above tolerance: Severe; Moderate or higher for legal." in text


# Query counts


def queries_for(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/registers/ours/?band=above-tolerance",
        "/registers/ours/dashboard/",
        "/registers/ours/settings/",
    ],
)
def test_a_page_makes_as_many_queries_for_many_statements_as_for_one(register, manager, address):
    def grow(count):
        for number in range(count):
            category = ("legal", "people", "project", "financial")[number % 4]
            make_risk(register, category=category, assessed=(3, 3), on=days_ago(60))
            make_appetite(register.organisation, category, "low", on=days_ago(number))

    grow(1)
    baseline = queries_for(manager, address)
    grow(8)
    assert queries_for(manager, address) == baseline


def test_a_list_without_the_filter_reads_no_statement(register, manager):
    make_assessment(make_risk(register))
    with CaptureQueriesContext(connection) as queries:
        manager.get("/registers/ours/")
    assert not [q for q in queries if Appetite._meta.db_table in q["sql"]]
