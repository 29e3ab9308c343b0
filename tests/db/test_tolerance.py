"""Tolerance by scheme, organisation and category, and the numbers that follow from it."""

import pytest
from django.utils import timezone
from makers import (
    days_ago,
    make_appetite,
    make_organisation,
    make_register,
    make_risk,
    preset,
)

from registers.models import Position, Tolerances
from registers.phrases.bands import above_in_words, tolerated_in_words
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
            "Severe; for financial risks: Moderate or higher",
            "High, and Low for financial",
        ),
        (
            {"legal": "moderate", "financial": "moderate", "people": "low"},
            "Severe; for people risks: Moderate or higher; "
            "for legal and financial risks: High or higher",
            "High, and Low for people, and Moderate for legal and financial",
        ),
        (
            {"project": "severe"},
            "Severe; for project or programme risks: no band",
            "High, and Severe for project or programme",
        ),
        ({"everywhere": "severe"}, "no band", "Severe"),
        (
            {"everywhere": "moderate", "legal": "high"},
            "Severe or High; for legal risks: Severe",
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
