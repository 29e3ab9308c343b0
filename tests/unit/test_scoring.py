import copy

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from makers import make_scheme, preset, scheme_data

from registers.scoring import Placing, RatingOutsideScheme, Scheme, find_problems

# (levels on a side, lowest and highest score of each band, lowest band first), as the published
# schemes say
PUBLISHED = {
    "five-by-five": (5, {"low": (1, 3), "moderate": (4, 6), "high": (8, 12), "severe": (15, 25)}),
    "five-by-five-three-bands": (5, {"low": (1, 6), "medium": (8, 15), "high": (16, 25)}),
    "four-by-four": (4, {"low": (1, 4), "medium": (6, 9), "high": (12, 16)}),
}


@pytest.fixture
def data(db):
    return scheme_data()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", PUBLISHED)
def test_a_preset_bands_every_cell_as_published(slug):
    size, ranges = PUBLISHED[slug]
    rules = preset(slug).rules
    banded = {
        (likelihood, impact): rules.place(likelihood, impact).band.slug
        for likelihood in range(1, size + 1)
        for impact in range(1, size + 1)
    }
    by_score = {
        (likelihood, impact): next(
            b for b, (low, high) in ranges.items() if low <= likelihood * impact <= high
        )
        for likelihood, impact in banded
    }
    assert banded == by_score


@pytest.mark.django_db
@pytest.mark.parametrize("slug", PUBLISHED)
def test_a_preset_names_its_bands_lowest_first(slug):
    assert [band.slug for band in preset(slug).rules.bands] == list(PUBLISHED[slug][1])


@pytest.mark.django_db
@pytest.mark.parametrize("slug", PUBLISHED)
def test_a_preset_is_sound(slug):
    assert find_problems(preset(slug).rules) == []


@pytest.mark.django_db
@pytest.mark.parametrize("slug", PUBLISHED)
def test_a_preset_escalates_only_bands_above_tolerance(slug):
    rules = preset(slug).rules
    assert rules.is_above_tolerance(rules.escalation)


@pytest.mark.django_db
def test_bands_above_tolerance_are_listed_lowest_first(data):
    rules = Scheme.from_data(**{**data, "tolerance": "low"})
    assert [band.slug for band in rules.above_tolerance] == ["moderate", "high", "severe"]


@pytest.mark.django_db
def test_a_score_is_likelihood_times_impact():
    rules = preset().rules
    assert rules.place(3, 5) == Placing(15, rules.band("severe"))


@pytest.mark.django_db
def test_the_matrix_is_drawn_from_the_highest_likelihood_and_the_lowest_impact():
    rows = [[placing.score for _, placing in cells] for _, cells in preset().rules.matrix]
    assert (rows[0], rows[-1]) == ([5, 10, 15, 20, 25], [1, 2, 3, 4, 5])


@pytest.mark.django_db
@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (6, 1), (1, 6), (-1, 3), (3, None), ("3", 3)])
def test_a_rating_that_the_scheme_lacks_is_refused(pair):
    with pytest.raises(RatingOutsideScheme):
        preset().rules.place(*pair)


@pytest.mark.django_db
def test_a_band_that_the_scheme_lacks_is_not_found():
    with pytest.raises(KeyError):
        preset().rules.band("medium")


def data_with(data, path, value):
    data = copy.deepcopy(data)
    *way, last = path
    place = data
    for step in way:
        place = place[step]
    place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["bands", 1, "slug"], "low", "at least two bands with names of their own"),
        (["likelihood", 2, "value"], 7, "levels of likelihood must count up from 1"),
        (["impact", 0, "value"], 0, "levels of impact must count up from 1"),
        (["cells", 4], ["moderate", "high", "severe", "severe"], "one row for each likelihood"),
        (["cells", 0, 0], "purple", "bands that the scheme does not have: purple"),
        (["tolerance"], "purple", "tolerance band is not one"),
        (["escalation"], "", "escalation band is not one"),
        (["bands", 0, "review_days"], 0, "number of days until its next review"),
        (["bands", 0, "review_days"], 10**9, "number of days until its next review"),
        (["bands", 0, "review_days"], float("nan"), "number of days until its next review"),
        (["bands", 0, "label"], 5, "needs a label"),
        (["impact", 0, "label"], " ", "needs a label"),
        (["impact", 0, "value"], 1.0, "levels of impact are whole numbers"),
        (
            ["likelihood"],
            [{"value": n, "label": "x"} for n in range(1, 201)],
            "whole numbers, 10 at most",
        ),
        (["cells", 2, 3], "low", "band falls as a rating rises from likelihood 2, impact 4"),
        (["cells", 1, 1], "severe", "lowest band touches the highest at likelihood 1, impact 1"),
    ],
)
def test_a_problem_of_a_scheme_is_named(data, path, value, problem):
    assert problem in "\n".join(find_problems(Scheme.from_data(**data_with(data, path, value))))


def test_a_scheme_needs_a_row_for_each_likelihood(data):
    data["cells"].pop()
    assert find_problems(Scheme.from_data(**data)) == [
        "The matrix needs one row for each likelihood and one column for each impact."
    ]


def test_a_scheme_needs_two_bands(data):
    data.update(bands=data["bands"][:1], cells=[["low"] * 5] * 5, tolerance="low", escalation="low")
    assert find_problems(Scheme.from_data(**data)) == [
        "A scheme needs at least two bands with names of their own."
    ]


def test_the_lowest_band_may_not_touch_the_highest_at_a_corner(data):
    low_then_severe = [
        ["low", "low", "low", "low", "low"],
        ["low", "severe", "severe", "severe", "severe"],
    ]
    data["cells"] = [low_then_severe[0], *[low_then_severe[1]] * 4]
    assert "The lowest band touches the highest at likelihood 1, impact 1." in find_problems(
        Scheme.from_data(**data)
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "parts", [{"cells": None}, {"bands": [{"slug": "low"}]}, {"likelihood": "five"}]
)
def test_an_incomplete_scheme_is_not_stored(parts):
    with pytest.raises(ValidationError, match="not complete"):
        make_scheme(**parts)


@pytest.mark.django_db
def test_a_broken_scheme_is_not_stored():
    with pytest.raises(ValidationError, match="tolerance band"):
        make_scheme(tolerance="purple")


@st.composite
def schemes(draw):
    """Any matrix of two to five levels a side and two to four bands, sound or not."""
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    names = [f"band-{n}" for n in range(draw(st.integers(2, 4)))]
    cutoffs = sorted(
        draw(
            st.lists(
                st.integers(2, rows + columns), min_size=len(names) - 1, max_size=len(names) - 1
            )
        )
    )
    noise = draw(st.lists(st.integers(-1, 1), min_size=rows * columns, max_size=rows * columns))
    cells = [
        [
            names[
                min(
                    len(names) - 1,
                    max(0, sum(r + c + noise[r * columns + c] >= cut for cut in cutoffs)),
                )
            ]
            for c in range(columns)
        ]
        for r in range(rows)
    ]
    return Scheme.from_data(
        likelihood=[{"value": n, "label": str(n)} for n in range(1, rows + 1)],
        impact=[{"value": n, "label": str(n)} for n in range(1, columns + 1)],
        bands=[{"slug": name, "label": name, "review_days": 30} for name in names],
        cells=cells,
        tolerance=names[0],
        escalation=names[-1],
    )


@given(schemes(), st.data())
def test_a_scheme_is_sound_only_if_no_band_falls_as_a_rating_rises(scheme, data):
    likelihoods, impacts = (
        st.sampled_from(range(1, len(side) + 1)) for side in (scheme.likelihood, scheme.impact)
    )
    low_l, high_l = sorted((data.draw(likelihoods), data.draw(likelihoods)))
    low_i, high_i = sorted((data.draw(impacts), data.draw(impacts)))
    if scheme.place(low_l, low_i).band.rank > scheme.place(high_l, high_i).band.rank:
        assert any("falls" in problem for problem in find_problems(scheme))


@given(schemes())
def test_a_sound_scheme_keeps_the_lowest_band_apart_from_the_highest(scheme):
    if len(scheme.bands) > 2 and not find_problems(scheme):
        top = len(scheme.bands) - 1
        ranks = {
            (a.value, b.value): scheme.place(a.value, b.value).band.rank
            for a in scheme.likelihood
            for b in scheme.impact
        }
        for (a, b), rank in ranks.items():
            if rank == 0:
                around = {ranks.get((a + i, b + j)) for i in (-1, 0, 1) for j in (-1, 0, 1)}
                assert top not in around
