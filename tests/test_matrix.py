"""The matrix as it is drawn: the line of what is let stand, and what stood in each cell before."""

import pytest
from makers import scheme_data

from registers.reports.matrix import matrix_of
from registers.scoring import Scheme, Tolerance

pytestmark = pytest.mark.django_db


def drawn(counts=None, before=None, **tolerated):
    """(likelihood, impact) -> the cell, of the default scheme: Low 1-3, Moderate 4-6, High 8-12, Severe 15-25."""
    rules = Scheme.from_data(**scheme_data())
    matrix = matrix_of(rules, Tolerance.stated(rules, tolerated), counts or {}, before, lambda **pair: str(pair))
    cells = {(c["likelihood"].value, c["impact"].value): c for row in matrix["rows"] for c in row["cells"]}
    return cells, matrix


def test_the_line_runs_where_high_touches_severe():
    cells, _ = drawn()
    line = {pair: cell["edges"] for pair, cell in cells.items() if cell["edges"]}
    assert line == {(5, 2): ["right"], (4, 3): ["right", "top"], (3, 4): ["right", "top"], (2, 5): ["top"]}


def test_the_line_follows_what_the_organisation_tolerates():
    cells, _ = drawn(**{"": "low"})
    assert cells[1, 3]["edges"] == ["right", "top"] and cells[4, 3]["edges"] == []


def test_where_everything_is_tolerated_there_is_no_line():
    cells, matrix = drawn(**{"": "severe"})
    assert not matrix["has_line"] and not any(cell["edges"] for cell in cells.values())


def test_what_stood_in_a_cell_before_is_said_where_it_was_another_number():
    cells, _ = drawn({(5, 5): 2, (1, 1): 3}, {(5, 5): 1, (1, 1): 3, (2, 2): 4})
    said = {pair: cell["total_then"] for pair, cell in cells.items() if cell["total_then"] is not None}
    assert said == {(5, 5): 1, (2, 2): 4}


def test_nothing_is_said_of_a_day_that_is_not_compared_with():
    cells, _ = drawn({(5, 5): 2})
    assert all(cell["total_then"] is None for cell in cells.values())
