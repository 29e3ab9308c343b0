"""The matrix as drawn: the line of tolerance, earlier counts and arrows."""

import pytest
from makers import scheme_data

from registers.dashboard.matrix import Arrow, arrows_into, build_matrix
from registers.movement import OTHER_SCHEME, UNSCORED, RiskPoint
from registers.scoring import Scheme, Tolerance

pytestmark = pytest.mark.django_db


def draw_cells(counts=None, before=None, **tolerated):
    """(likelihood, impact) -> the cell, of the default scheme: Low 1-3, Moderate 4-6, High 8-12,
    Severe 15-25.
    """
    rules = Scheme.from_data(**scheme_data())
    matrix = build_matrix(
        rules,
        Tolerance.from_statements(rules, tolerated),
        counts or {},
        before,
        lambda **pair: str(pair),
    )
    cells = {
        (c["likelihood"].value, c["impact"].value): c
        for row in matrix["rows"]
        for c in row["cells"]
    }
    return cells, matrix


def test_the_line_runs_where_high_touches_severe():
    cells, _ = draw_cells()
    line = {pair: cell["edges"] for pair, cell in cells.items() if cell["edges"]}
    assert line == {
        (5, 2): ["right"],
        (4, 3): ["right", "top"],
        (3, 4): ["right", "top"],
        (2, 5): ["top"],
    }


def test_the_line_follows_the_tolerance_of_the_organisation():
    cells, _ = draw_cells(**{"": "low"})
    assert cells[1, 3]["edges"] == ["right", "top"] and cells[4, 3]["edges"] == []


def test_where_everything_is_tolerated_there_is_no_line():
    cells, matrix = draw_cells(**{"": "severe"})
    assert not matrix["has_line"] and not any(cell["edges"] for cell in cells.values())


def test_a_cell_shows_its_earlier_count_where_it_differs():
    cells, _ = draw_cells({(5, 5): 2, (1, 1): 3}, {(5, 5): 1, (1, 1): 3, (2, 2): 4})
    previous_counts = {
        pair: cell["previous_count"]
        for pair, cell in cells.items()
        if cell["previous_count"] is not None
    }
    assert previous_counts == {(5, 5): 1, (2, 2): 4}


def test_without_a_comparison_date_no_cell_shows_an_earlier_count():
    cells, _ = draw_cells({(5, 5): 2})
    assert all(cell["previous_count"] is None for cell in cells.values())


# Arrows, by hand-worked examples: risks 1 to 7, each (likelihood, impact) before and after.


def points_of(**pairs):
    """A risk point for each pair, by the number of its risk: r3=(4, 5)."""
    return [
        RiskPoint(10 * int(name[1:]), int(name[1:]), "high", *pair) for name, pair in pairs.items()
    ]


def test_arrows_count_the_risks_from_each_side():
    """To (4, 4): two from below and left, one from straight above; to (2, 2): one from the right.
    One stayed.
    """
    earlier = points_of(r1=(3, 3), r2=(2, 1), r3=(5, 4), r4=(2, 5), r5=(1, 1))
    points = points_of(r1=(4, 4), r2=(4, 4), r3=(4, 4), r4=(2, 2), r5=(1, 1))
    assert arrows_into(points, earlier) == {
        (4, 4): [Arrow(2, (1, 1)), Arrow(1, (-1, 0))],
        (2, 2): [Arrow(1, (0, -1))],
    }


@pytest.mark.parametrize(
    ("before", "after", "glyph", "words"),
    [
        ((2, 3), (3, 3), "↑", "1 from a lower likelihood"),
        ((2, 3), (1, 3), "↓", "1 from a higher likelihood"),
        ((2, 3), (2, 5), "→", "1 from a lower impact"),
        ((2, 3), (2, 1), "←", "1 from a higher impact"),
        ((2, 3), (5, 4), "↗", "1 from a lower likelihood and a lower impact"),
        ((2, 3), (1, 2), "↙", "1 from a higher likelihood and a higher impact"),
        ((2, 3), (3, 2), "↖", "1 from a lower likelihood and a higher impact"),
        ((2, 3), (1, 4), "↘", "1 from a higher likelihood and a lower impact"),
    ],
)
def test_an_arrow_points_as_the_matrix_is_drawn(before, after, glyph, words):
    [[arrow]] = arrows_into(points_of(r1=after), points_of(r1=before)).values()
    assert (arrow.glyph, arrow.words) == (glyph, words)


@pytest.mark.parametrize("band", [UNSCORED, OTHER_SCHEME])
def test_a_new_closed_or_unrated_risk_has_no_arrow(band):
    assert arrows_into(points_of(r1=(2, 2)), points_of(r2=(1, 1))) == {}
    assert arrows_into([RiskPoint(1, 1, band, 4, 4)], points_of(r1=(1, 1))) == {}
    assert arrows_into(points_of(r1=(4, 4)), [RiskPoint(1, 1, band, 1, 1)]) == {}
