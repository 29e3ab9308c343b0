"""The day of which a past register speaks, as its file says it."""

import datetime

import pytest
from spreadsheets import make_reference_data, sheet_of

from registers.imports.mapping import guess_plan
from registers.imports.propose_day import propose_day

TODAY = datetime.date(2026, 6, 10)
HEADINGS = ["Ref", "Risk title", "Risk owner", "Current likelihood", "Current impact"]
ROW = ["A1", "Flood", "Head of Legal", 3, 4]


def proposed(file_name, *above):
    sheet = sheet_of(*above, HEADINGS, ROW)
    day = propose_day(file_name, sheet, guess_plan(sheet, make_reference_data()), TODAY)
    return day and day[0].isoformat()


@pytest.mark.parametrize(
    ("file_name", "day"),
    [
        ("Risk register 30 June 2024.xlsx", "2024-06-30"),
        ("Corporate_Risk_Register_Q1_2024-25.xlsx", "2024-06-30"),
        ("2024-25 Q4 register.csv", "2025-03-31"),
        ("register-2024-06-30.csv", "2024-06-30"),
        ("RR_20240630.xlsx", "2024-06-30"),
        ("Register 30.06.24 v2.xlsx", "2024-06-30"),
        ("Register March 2025.xlsx", "2025-03-31"),
        ("Register 31 December 2026.xlsx", None),
        ("Register 31 February 2025.xlsx", None),
        ("Register v12.3.xlsx", None),
        ("Register 2024.xlsx", None),
        ("risks.csv", None),
    ],
)
def test_a_day_in_the_name_of_the_file(file_name, day):
    assert proposed(file_name) == day


def test_a_cell_above_the_table_comes_before_the_name():
    above = ["Corporate risk register, as at 30 June 2024"]
    assert proposed("Register March 2025.xlsx", above) == "2024-06-30"


def test_another_day_above_the_table_says_nothing():
    assert proposed("risks.csv", ["Approved by committee on 3 May 2024"]) is None
