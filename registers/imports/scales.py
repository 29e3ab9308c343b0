"""Recognise a scale of ratings other than the register's: by headings, and by a key beside them.

Its numbers then mean nothing here until somebody maps them (Plan.words).
"""

import re

from registers.imports.detect_columns import rating_part
from registers.imports.heading_words import scale_of
from registers.imports.parse_rating import SHORT, normalise_word
from registers.scoring import Level, Scheme
from registers.spreadsheet import Sheet, SheetRow

# The words of a scale in order, where they are all that it has.
ORDERS = (("low", "medium", "high"), ("very low", "low", "medium", "high", "very high"))
PARTS = {
    "likelihood": re.compile(r"(?:risk )?(?:likelihood|probability|tebygolrwydd)\b", re.I),
    "impact": re.compile(r"(?:risk )?(?:impact|severity|consequence|effaith)s?\b", re.I),
}
LEVEL = re.compile(
    r"(?P<number>\d{1,2})\s*(?:[-\u2013\u2014=:.)]|is)?\s*(?P<label>[^\W\d].*)", re.S
)
LEVEL_LAST = re.compile(r"(?P<label>[^\W\d][^()=]*?)\s*[-\u2013\u2014=:(]\s*(?P<number>\d{1,2})\)?")
ENOUGH_ROWS = 20  # rated rows, of which at least one would be in the highest level
LONGEST_TITLE, LONGEST_LABEL, MOST = 40, 60, 20  # characters, characters, levels

ScaleKey = dict[str, dict[int, str]]


def find_key(sheets: list[Sheet]) -> ScaleKey:
    """Part -> number -> what the workbook's own key calls it, of the first key for each part."""
    key: ScaleKey = {}
    for sheet in sheets:
        for place, row in enumerate(sheet.rows):
            for at, text in enumerate(row.cells):
                for part, pattern in PARTS.items():
                    if (
                        part not in key
                        and len(text) <= LONGEST_TITLE
                        and pattern.match(text.strip())
                    ):
                        levels = _below(sheet.rows[place + 1 :], at) or _in_row(row, at)
                        key |= {part: levels} if levels else {}
    return key


def is_another(names: list[str], columns: list[str], key: ScaleKey, scheme: Scheme) -> bool:
    """Whether a heading of a rating, or the key, gives another scale than the scheme's."""
    highest = {"likelihood": len(scheme.likelihood), "impact": len(scheme.impact)}
    highest["score"] = highest["band"] = highest["likelihood"] * highest["impact"]
    parts = [rating_part(target)[1] for target in columns]
    scales = [
        (part, scale_of(name)) for name, part in zip(names, parts, strict=True) if part in highest
    ]
    scales += [(part, (min(key[part]), max(key[part]))) for part in key if part in parts]
    return any(scale and scale != (1, highest[part]) for part, scale in scales)


def highest_of_shorter_scale(
    columns: list[str], rows: list[SheetRow], scheme: Scheme
) -> int | None:
    """The highest likelihood and impact in many rows, where the scheme has higher levels of both.

    The numbers alone do not say whether the scale ends there, or no risk is that high.
    """
    highest: dict[str, int] = {}
    rated = 0
    for row in rows:
        figures = {
            part: int(text)
            for target, text in zip(columns, map(str.strip, row.cells), strict=False)
            if (part := rating_part(target)[1]) in PARTS and text.isdecimal() and len(text) < 3
        }
        rated += bool(figures)
        highest |= {part: max(figure, highest.get(part, 0)) for part, figure in figures.items()}
    if rated < ENOUGH_ROWS or set(highest) != set(PARTS):
        return None
    most = max(highest.values())
    return most if 1 < most < min(len(scheme.likelihood), len(scheme.impact)) else None


def ranks(words: list[str], levels: tuple[Level, ...]) -> dict[str, int]:
    """Word -> level, where the words are a scale of as many levels as ours, in a sure order."""
    forms = {word: _in_full(word) for word in words}
    for order in ORDERS:
        if len(order) == len(levels) and set(forms.values()) <= set(order):
            values = sorted(level.value for level in levels)
            return {word: values[order.index(form)] for word, form in forms.items()}
    return {}


def _in_full(word):
    parts = [SHORT.get(part, part) for part in normalise_word(word).replace("-", " ").split()]
    return " ".join({"moderate": "medium"}.get(part, part) for part in parts)


def _below(rows: tuple[SheetRow, ...], at: int) -> dict[int, str]:
    levels, before = [], None
    for row in rows[:MOST]:
        level = _level(row.cells, at)
        if level is None or (before and row.number != before + 1):
            break
        levels.append(level)
        before = row.number
    return _checked(levels)


def _in_row(row: SheetRow, at: int) -> dict[int, str]:
    cells = [text for text in row.cells[at + 1 :] if text.strip()]
    return _checked([level for text in cells if (level := _level((text,), 0))])


def _level(cells, at):
    """(number, label) of a level: both in the cell, or the number in it or to the left."""
    text = cells[at].strip() if at < len(cells) else ""
    if match := LEVEL.fullmatch(text) or LEVEL_LAST.fullmatch(text):
        return int(match["number"]), match["label"].strip()[:LONGEST_LABEL]
    if text.isdecimal() and len(text) < 3:
        words = (cell.strip() for cell in cells[at + 1 :])
        label = next((word for word in words if word and not word.isdecimal()), "")
        return int(text), label[:LONGEST_LABEL]
    numbers = [cell.strip() for cell in cells[:at] if cell.strip().isdecimal()]
    return (int(numbers[-1]), text[:LONGEST_LABEL]) if text and numbers else None


def _checked(levels):
    """The levels, if they are at least three and count from 0 or 1 without a gap, up or down."""
    numbers = [number for number, _ in levels]
    up = list(range(min(numbers, default=0), max(numbers, default=0) + 1))
    is_key = len(numbers) > 2 and up[0] < 2 and numbers in (up, up[::-1])
    return dict(levels) if is_key else {}
