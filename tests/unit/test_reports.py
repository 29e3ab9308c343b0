"""What is counted from frames, by hand-worked examples, and that Plotly accepts the charts."""

import datetime
import json

import pandas as pd
import plotly.graph_objects as go
import pytest

from registers.charts import BAND_COLOURS, stacked_bars
from registers.dashboard import trends
from registers.movement import OTHER_SCHEME, RiskPoint, movements_between
from registers.phrases.numbers import count_history_in_words, more_or_fewer, number_in_words
from registers.scoring import Band, Scheme

RANKS = {"low": 0, "moderate": 1, "high": 2, "severe": 3}


def risk_points(**bands):
    """As period_comparison reads them: risk r1 has pk 11, and so on."""
    return [RiskPoint(10 + int(risk[1:]), int(risk[1:]), band) for risk, band in bands.items()]


def moves(positions, earlier):
    moved = movements_between(positions, earlier, RANKS)
    assert len({movement.risk for movement in moved}) == len(moved)
    return {movement.risk: movement.kind for movement in moved}


def test_each_risk_makes_one_move():
    """r1 low to high: up. r2 severe to high: down. r3 the same. r4 was not there: new. r5 is not
    any more: left. r6 had no band: scored.
    """
    earlier = risk_points(r1="low", r2="severe", r3="high", r5="low", r6="")
    positions = risk_points(r1="high", r2="high", r3="high", r4="low", r6="moderate")
    assert moves(positions, earlier) == {
        1: "up",
        2: "down",
        3: "unchanged",
        4: "new",
        5: "left",
        6: "scored",
    }


def test_a_move_says_which_band_it_came_from():
    moved = movements_between(risk_points(r1="high", r2="low"), risk_points(r1="severe"), RANKS)
    assert [movement.band_before for movement in moved] == ["severe", None]


def test_a_risk_that_left_is_named_by_its_earlier_position():
    assert movements_between([], risk_points(r3="low"), RANKS) == [(3, 13, "left", "low")]


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([5, 9, 9, 7], "five on Mon, nine on Wed, seven on Thu"),
        ([5, 6, 6, 7], "five on Mon, seven on Thu"),
        ([9, 6, 9, 7], "nine on Mon, seven on Thu"),
        ([4], "four on Mon"),
        ([5, None], "five on Mon, no risk was rated on Tue"),
    ],
)
def test_the_history_of_a_count_names_a_peak_that_neither_end_is(counts, words):
    assert count_history_in_words(counts, ["Mon", "Tue", "Wed", "Thu"][: len(counts)]) == words


def test_all_moves_but_left_add_up_to_the_risks_now():
    earlier, positions = risk_points(r1="low", r2="low"), risk_points(r1="high", r3="", r4="severe")
    assert sum(move != "left" for move in moves(positions, earlier).values()) == len(positions)


def test_an_unrelated_risk_changes_no_other_ones_move():
    earlier, positions = risk_points(r1="low"), risk_points(r1="high")
    assert (
        moves(risk_points(r1="high", r9="low"), risk_points(r1="low", r9="low"))[1]
        == moves(positions, earlier)[1]
    )


def test_two_ratings_by_another_scheme_have_not_moved():
    other = OTHER_SCHEME
    assert moves(risk_points(r1=other), risk_points(r1=other)) == {1: "unchanged"}


def test_nothing_moves_where_there_is_nothing():
    assert moves(risk_points(), risk_points()) == {}


def test_counts_on_a_day_are_starts_less_ends():
    """Low: one from 1 March, a second from 1 May, one ends on 1 May. So 0, 1, 1 at the ends of the
    three days.
    """
    changes = [("2026-03-01", "low", 1), ("2026-05-01", "low", 1), ("2026-05-01", "low", -1)]
    band_changes = pd.DataFrame(changes, columns=["day", "band", "change"])
    days = [datetime.date(2026, 2, 28), datetime.date(2026, 3, 1), datetime.date(2026, 6, 30)]
    assert trends.counts_on(band_changes, days, ["low", "high"]).to_numpy().tolist() == [
        [0, 0],
        [1, 0],
        [1, 0],
    ]


def test_a_history_without_a_change_counts_nothing():
    band_changes = pd.DataFrame([], columns=["day", "band", "change"])
    assert trends.counts_on(
        band_changes, [datetime.date(2026, 6, 30)], ["low"]
    ).to_numpy().tolist() == [[0]]


def bands_of(count):
    return [Band(f"band-{rank}", f"Band {rank}", 30, rank, count) for rank in range(count)]


def rules_of(*bands):
    """bands: (slug, label), lowest first."""
    rows = [Band(*names, 30, rank, len(bands)) for rank, names in enumerate(bands)]
    return Scheme((), (), tuple(rows), (), bands[0][0], bands[-1][0])


LOW, HIGH, SEVERE = ("low", "Low"), ("high", "High"), ("severe", "Severe")
MEDIUM, MIDDLE = ("moderate", "Medium"), ("moderate", "Middle")


@pytest.mark.parametrize(
    ("earlier", "later", "merged"),
    [
        ([LOW, HIGH], [LOW, HIGH], [LOW, HIGH]),
        ([LOW, HIGH], [LOW, MEDIUM, HIGH, SEVERE], [LOW, MEDIUM, HIGH, SEVERE]),
        ([LOW, MIDDLE, HIGH, SEVERE], [LOW, MEDIUM, HIGH], [LOW, MIDDLE, MEDIUM, HIGH, SEVERE]),
    ],
)
def test_bands_of_two_schemes_stand_once_each_in_the_order_of_both(earlier, later, merged):
    bands = trends.merge_bands([rules_of(*earlier), rules_of(*later)])
    assert [(band.slug, band.label) for band in bands] == merged
    assert {band.of for band in bands if (band.slug, band.label) in later} == {len(later)}


@pytest.mark.parametrize("bands", BAND_COLOURS)
@pytest.mark.parametrize("sideways", [False, True])
def test_plotly_accepts_the_bars(bands, sideways):
    labels = [*(f"Band {n}" for n in range(bands)), "Not scored", "To re-assess"]
    counts = [[*range(len(labels))], [*range(len(labels))]]
    figure = json.loads(
        json.dumps(
            stacked_bars(counts, ["A", "B"], labels, bands=bands_of(bands), sideways=sideways)
        )
    )
    checked = go.Figure(figure)
    assert [bar.name for bar in checked.data] == labels
    assert checked.to_plotly_json() == {**figure, "layout": checked.layout.to_plotly_json()}
    assert go.Layout(figure["layout"]).to_plotly_json() == figure["layout"]


def test_a_chart_holds_the_numbers_of_its_table():
    figure = stacked_bars([[3, 0, 2]], ["June"], ["Low", "High", "Not scored"], bands=bands_of(2))
    assert [bar["y"] for bar in figure["data"]] == [[3], [0], [2]]


@pytest.mark.parametrize(("n", "words"), [(0, "none"), (9, "nine"), (10, "10"), (1234, "1,234")])
def test_small_numbers_are_words(n, words):
    assert number_in_words(n) == words


CHANGES = [(0, "as many as on"), (1, "one more than on"), (-12, "12 fewer than on")]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_a_change_in_words(change, words):
    assert more_or_fewer(change, datetime.date(2026, 6, 30)) == f"{words} 30 June 2026"


@pytest.mark.parametrize(
    ("counts", "step"), [([[1, 0], [0, 0]], 1), ([[3, 2], [0, 1]], 1), ([[4, 2], [0, 0]], None)]
)
@pytest.mark.parametrize("sideways", [False, True])
def test_an_axis_of_few_risks_counts_in_whole_risks(counts, step, sideways):
    names, labels = ["Mon", "Tue"], ["Low", "High"]
    figure = stacked_bars(counts, names, labels, bands=bands_of(2), sideways=sideways)
    assert figure["layout"]["xaxis" if sideways else "yaxis"].get("dtick") == step
