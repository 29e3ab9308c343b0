"""Whole pounds as people type and read them."""

import re

MOST = 999_999_999_999
# With a thousands separator in its places or none, and no pence.
AMOUNT = re.compile(r"£? ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.00?)?", re.ASCII)


def in_pounds(value: int | None) -> str:
    """£1,200,000; "" for none."""
    return "" if value is None else f"£{value:,}"


FORM_OF_AMOUNT = f"whole pounds up to {in_pounds(MOST)}, for example {in_pounds(1_200_000)}"


def parse_pounds(text: str) -> int | None:
    """The pounds in "£1,200,000" or "1200000"; None for any other text and for more than MOST."""
    match = AMOUNT.fullmatch(" ".join(text.split()))
    digits = match[1].replace(",", "").lstrip("0") if match else ""
    if not match or len(digits) > len(str(MOST)):
        return None
    return int(digits or 0)
