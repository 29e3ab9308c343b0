"""A lead member or portfolio holder is never taken for the owner."""

import pytest
from spreadsheets import make_reference_data, sheet_of

from registers.imports.detect_columns import detect_target
from registers.imports.mapping import guess_plan


@pytest.mark.parametrize(
    "heading",
    [
        "Portfolio holder",
        "Portfolio Holder / Lead Member",
        "Lead Member",
        "Cabinet Member",
        "Executive Member",
        "Responsible councillor",
        "Cllr",
        "Risk owner (Portfolio Holder)",
        "Ownership: Lead Member",
        "Risk owner / lead member",
        "Aelod Arweiniol",
    ],
)
def test_a_heading_that_asks_for_a_politician_is_the_portfolio(heading):
    assert detect_target(heading) == "portfolio"


@pytest.mark.parametrize("heading", ["Risk owner", "Lead", "Lead officer", "Lead director"])
def test_a_heading_that_asks_for_an_officer_is_not(heading):
    assert detect_target(heading) != "portfolio"


@pytest.mark.parametrize("heading", ["Lead", "", "Who answers"])
def test_a_column_of_councillors_is_not_the_owner(heading):
    rows = [[f"R{n}", f"Flood number {n}", f"Cllr Jay {name}"] for n, name in enumerate("ABCDEF")]
    plan = guess_plan(sheet_of(["Ref", "Risk title", heading], *rows), make_reference_data())
    assert plan.columns[2] != "owner"


def test_the_owner_beside_a_portfolio_holder_is_the_owner():
    rows = [[f"Flood {n}", "Cllr Jay Ash", "Head of Legal"] for n in range(5)]
    headings = ["Risk title", "Portfolio holder", "Risk owner"]
    plan = guess_plan(sheet_of(headings, *rows), make_reference_data())
    assert plan.columns == ["title", "portfolio", "owner"]
