"""Confirm by the texts of a column what its heading says, or take it for something else."""

import re

from registers.import_fields import BY_NAME, NOTE, Sort
from registers.imports import heading_words, parse_date, parse_list, parse_rating
from registers.imports.detect_columns import (
    ARROWS,
    UNKNOWN_KIND,
    ColumnProfile,
    detect_rating,
    normalise_heading,
)
from registers.imports.detect_portfolio import is_lead_member
from registers.pounds import parse_pounds

COLOURS = frozenset(
    "red amber green yellow black blue orange brown white r a g amber/red amber/green".split()
)
RESPONSES = frozenset(
    "treat tolerate transfer terminate treated tolerated transferred terminated accept accepted "
    "reduce reduced avoid avoided mitigate mitigated share shared".split()
)
RATING_AFTER = {"controls": "current", "actions": "target"}  # and the rating that stands after them
_LIST_WORDS = re.compile(r"\b(?:controls?|mitigations?|mitigating|actions?|further|planned)\b")
_RANKING = re.compile(r"\brank\w*|\bpriority order|\border of priority|^priority$")
TEXTS = ("title", "statement", "event", "cause", "consequence", "objective", "portfolio")


def confirm_target(target: str, column: ColumnProfile, heading: str = "") -> str:
    """The target, or another that the contents suggest.

    A column called "Impact" that holds sentences is a consequence; a column of numbers is neither
    controls nor actions, and one that counts the risks from 1 is no score.
    """
    if not column.texts:
        return target
    if column.share(ARROWS.fullmatch) > 0.8 or _is_ranking(column, heading):
        return NOTE
    if target == "consequence" and column.share(_is_level) == 1:
        return _as_rating(re.sub(r"consequences?", "impact", normalise_heading(heading))) or NOTE
    if target in RATING_AFTER and column.share(parse_list.is_no_item) == 1:
        return _rating_after(target, column, heading)
    part = target.split("@")[0].rsplit(".", 1)[-1]
    if part in ("likelihood", "impact") and column.width > 40:
        return "consequence" if part == "impact" and "@" not in target else NOTE
    if part in ("score", "band") and (column.width > 40 or column.days > 0.8):
        return NOTE
    if _lacks_its_sort(target, column):
        return NOTE
    if target == "owner" and column.share(is_lead_member) > 0.5:
        return "portfolio"
    return _confirm_by_words(target, column)


def _lacks_its_sort(target, column):
    """Whether a column of days, amounts or posts holds none of them."""
    sort = BY_NAME[target].sort if target in BY_NAME else None
    if sort is Sort.DAY:
        return column.days == 0 and not column.share(parse_date.means_no_day)
    if sort is Sort.POUNDS:
        return all(parse_pounds(text) is None for text in column.texts)
    return sort is Sort.POST and column.width > 90


def _confirm_by_words(target, column):
    words = {parse_rating.normalise_word(text) for text in column.texts}
    if target == "status" and len(words & RESPONSES) * 2 > len(words):
        return "response"
    if target == "status" and words <= COLOURS:
        return NOTE
    if target == "response" and column.width > 40:
        return "actions"
    if target in ("category", "proximity", "status") and column.width > 60:
        return NOTE
    if target == "reference" and column.width > 30:
        return NOTE
    if target in TEXTS and column.share(str.isdecimal) == 1:
        return "reference" if target == "title" else NOTE
    if target == "title" and column.share(lambda text: len(text) > parse_list.TITLE) > 0.5:
        return "statement"
    return target


def _is_ranking(column, heading):
    """Whether it puts the rows in order: a number for each, under a heading that says so."""
    numbers = [int(text) for text in column.texts if text.isdecimal() and len(text) < 6]
    is_order = len(numbers) == len(column.texts) == len(set(numbers)) > 1
    return is_order and bool(_RANKING.search(heading_words.plain_heading(heading).casefold()))


def _rating_after(target, column, heading):
    """What a column of numbers under a heading of controls or actions is: a rating, or a note.

    "Controls: score" is the score with those controls.
    """
    rating = _as_rating(_LIST_WORDS.sub(" ", normalise_heading(heading)))
    if not rating or column.share(parse_rating.numbers_in) <= 0.5:
        return NOTE
    return rating.replace(f"{UNKNOWN_KIND}.", f"{RATING_AFTER[target]}.")


def _as_rating(form):
    """The rating that a heading names, "" for none."""
    forms = (form, *heading_words.readings(form))
    return next((name for text in forms if (name := detect_rating(text))), "")


def _is_level(text):
    return bool(parse_rating.LEVEL.fullmatch(text.casefold())) and len(text) < 20
