"""Whole pounds: what is read as an amount and what is not."""

import pytest

from registers.pounds import MOST, in_pounds, parse_pounds


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("1200000", 1_200_000),
        ("£1,200,000", 1_200_000),
        (" £ 1,200,000.00 ", 1_200_000),
        ("0", 0),
        ("007", 7),
        ("999,999,999,999", MOST),
    ],
)
def test_an_amount_is_read(text, pounds):
    assert parse_pounds(text) == pounds


@pytest.mark.parametrize(
    "text",
    ["", "abc", "-5", "1e30", "12,00", "1.5", "£1.2m", "1\x00", "١٢", str(MOST + 1), "9" * 5000],
)
def test_any_other_text_is_none(text):
    assert parse_pounds(text) is None


def test_an_amount_is_shown_with_its_sign_and_separators():
    assert (in_pounds(1_200_000), in_pounds(0), in_pounds(None)) == ("£1,200,000", "£0", "")
