"""Tell what a column is by those beside it: an action's owner and day, a product of two ratings."""

from itertools import combinations

from registers.import_fields import IGNORE, NOTE, REPORT_HEADINGS
from registers.imports.detect_columns import RATING_PARTS, is_export_heading, rating_part

REACH = 4  # columns that a product may stand from its factors
ENOUGH = 3  # rows that show a product


def assign_to_actions(headings: list[str], targets: list[str]) -> list[str]:
    """The owner and the day that stand beside actions belong to them, and not to the risk."""
    targets = list(targets)
    owners = [at for at, target in enumerate(targets) if target == "owner"]
    for at in owners[1:]:
        is_beside = {"actions", "action_due_on", "target_on"} & set(targets[max(0, at - 2) : at])
        if is_beside and "action_owner" not in targets and "risk" not in headings[at].casefold():
            targets[at] = "action_owner"
    for at, target in enumerate(targets):
        neighbours = {*targets[max(0, at - 1) : at], *targets[at + 1 : at + 2]}
        is_of_action = "action_owner" in neighbours or targets[max(0, at - 1)] == "actions"
        if (
            target == "target_on"
            and is_of_action
            and "action_due_on" not in targets
            and not is_export_heading(headings[at])
        ):
            targets[at] = "action_due_on"
    return targets


def find_products(targets: list[str], texts_of) -> list[str]:
    """A likelihood or impact that is the product of two others is the score.

    texts_of: index -> texts of the column, a row each.
    """
    rated = [at for at, target in enumerate(targets) if rating_part(target)[1] in RATING_PARTS]
    numbers = {at: [_number(text) for text in texts_of(at)] for at in rated}
    targets = list(targets)
    for at in rated:
        factors = [other for other in rated if 0 < abs(other - at) <= REACH]
        if rating_part(targets[at])[1] in ("likelihood", "impact") and any(
            _is_product(numbers[at], numbers[first], numbers[second])
            for first, second in combinations(factors, 2)
        ):
            kind = rating_part(targets[at])[0]
            day = "@" + targets[at].partition("@")[2] if "@" in targets[at] else ""
            targets[at] = f"{kind}.score{day}"
    return targets


def keep_derived(headings: list[str], targets: list[str], is_own_export: bool) -> list[str]:
    """Columns that our own files have besides say nothing new; those of other files are notes."""
    return [
        NOTE
        if target == IGNORE and not is_own_export and name.strip().casefold() not in REPORT_HEADINGS
        else target
        for name, target in zip(headings, targets, strict=True)
    ]


def _number(text):
    text = text.strip().removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _is_product(products, firsts, seconds):
    rows = [row for row in zip(products, firsts, seconds, strict=True) if None not in row]
    return (
        len(rows) >= ENOUGH
        and all(product == first * second for product, first, second in rows)
        and all(len({row[place] for row in rows}) > 1 for place in (0, 1, 2))
    )
