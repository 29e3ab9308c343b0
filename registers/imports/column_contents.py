"""What a column's cells look like: whether they bear its heading out, and what they are where it
says nothing.
"""

import re
from dataclasses import dataclass

from registers.import_fields import BY_NAME, IGNORE, NOTE, Sort
from registers.imports import parse_date, parse_list, parse_rating

REFERENCE = re.compile(r"(?:[A-Za-z]{1,10}[ /._-]{0,3}){0,3}\d{1,6}[a-z]?(?:\.\d{1,3})?", re.I)
ARROWS = re.compile(
    r"[\u2190-\u21ff\u25b2\u25b6\u25ba\u25bc\u25c0\u25c4\u2b00-\u2bff<>=\u2194\ufe0f\s-]+"
)
COLOURS = frozenset(
    "red amber green yellow black blue orange brown white r a g amber/red amber/green".split()
)
RESPONSES = frozenset(
    "treat tolerate transfer terminate treated tolerated transferred terminated accept accepted reduce reduced avoid "
    "avoided mitigate mitigated share shared".split()
)


@dataclass(frozen=True)
class Column:
    """What was seen in a column. Shares are of its texts, from 0 to 1."""

    texts: tuple[str, ...]
    width: float  # characters of a text, on average
    distinct: float

    def share(self, is_so) -> float:
        return sum(map(bool, map(is_so, self.texts))) / len(self.texts) if self.texts else 0.0

    @property
    def references(self):
        return self.share(REFERENCE.fullmatch) if self.distinct > 0.8 else 0.0

    @property
    def days(self):
        return self.share(is_day)

    @property
    def pairs(self):
        return self.share(lambda text: is_pair(text))

    @property
    def scores(self):
        return self.share(
            lambda text: is_pair(text) or parse_rating.NUMBER.fullmatch(text) or len(text) < 25
        )


def column_of(cells) -> Column:
    texts = tuple(text for cell in cells if (text := cell.strip()))
    if not texts:
        return Column((), 0, 0)
    return Column(texts, sum(map(len, texts)) / len(texts), len(set(texts)) / len(texts))


def is_day(text: str) -> bool:
    try:
        return parse_date.span_of(text) is not None
    except parse_date.NoSuchDay:
        return True


def is_pair(text: str) -> bool:
    said = " ".join(text.lower().split())
    patterns = (
        parse_rating.PAIR,
        parse_rating.PAIR_AFTER,
        parse_rating.PAIR_BEFORE,
        parse_rating.LETTERED,
    )
    return len(said) < 40 and any(pattern.fullmatch(said) for pattern in patterns)


def borne_out(target: str, column: Column) -> str:
    """The target, or what the contents say instead: a column named "Impact" that holds sentences
    tells consequences.
    """
    if not column.texts:
        return target
    if column.share(ARROWS.fullmatch) > 0.8:
        return IGNORE
    part = target.split("@")[0].rsplit(".", 1)[-1]
    if part in ("likelihood", "impact") and column.width > 40:
        return "consequence" if part == "impact" and "@" not in target else NOTE
    if part in ("score", "band") and (column.width > 40 or column.days > 0.8):
        return NOTE
    sort = BY_NAME[target].sort if target in BY_NAME else None
    if sort is Sort.DAY and column.days == 0 and not column.share(parse_date.says_no_day):
        return NOTE
    if sort is Sort.POST and column.width > 90:
        return NOTE
    return _words_borne_out(target, column)


def _words_borne_out(target, column):
    words = {parse_rating.plain(text) for text in column.texts}
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
    if target == "title" and column.share(lambda text: len(text) > parse_list.TITLE) > 0.5:
        return "statement"
    return target


def by_contents(
    columns: list[Column], named: list[str], taken: set[str], posts: tuple[str, ...]
) -> dict[int, str]:
    """What columns are that nothing names: only what one column alone can be, and nothing that is
    taken.
    """
    found = {}
    candidates = {
        "reference": [
            at for at, column in enumerate(columns) if column.references > 0.8 and column.width < 20
        ],
        "current.score": [
            at for at, column in enumerate(columns) if column.pairs > 0.6 and not named[at]
        ],
        "owner": [
            at
            for at, column in enumerate(columns)
            if column.share(lambda text: parse_list.looks_like_post(text, posts)) > 0.7
            and column.width < 60
        ],
    }
    candidates["reference"] = candidates["reference"][:1]
    for target, places in candidates.items():
        if len(places) == 1 and not any(name.split("@")[0] == target for name in taken):
            found[places[0]] = target
    return found


def telling(columns: list[Column], free: list[int]) -> tuple[int, str] | None:
    """The free column that tells the risk where none is named so: the one with the longest texts."""
    free = [
        at
        for at in free
        if columns[at].width > 12 and columns[at].distinct > 0.5 and columns[at].days < 0.5
    ]
    if not free:
        return None
    longest = max(free, key=lambda at: columns[at].width)
    return longest, "title" if columns[longest].width <= 80 else "statement"
