"""What a column's heading says that it is: by our own labels, by other names seen in real
registers, by their words.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from registers.import_fields import BY_NAME, IGNORE, NOTE, TARGETS, Sort
from registers.imports import parse_date, parse_list, parse_rating

UNSAID = "?"  # the kind of a rating whose heading names none: "Likelihood", "L", "Score"
_LABELS = {target.label.casefold(): target.name for target in TARGETS}
_ALSO = {
    name: target.name
    for target in TARGETS
    for name in target.also
    if not target.name.endswith(".score")
}

KINDS = {
    "inherent": r"inherent|gross|pure|unmitigated|raw|initial|original|uncontrolled|untreated|pre-?mitigation|"
    r"(?:before|without|pre-?) ?(?:controls?|mitigations?|treatment)",
    "target": r"target|desired|(?:after|post) (?:actions?|planned actions?)",
    "current": r"current|residual|net|mitigated|managed|controlled|latest|post-?mitigation|"
    r"(?:after|with|post-?) ?(?:controls?|mitigations?|treatment)",
}
RESIDUAL = re.compile(r"\b(?:residual|net|mitigated|managed)\b")
_PARTS = (
    (
        "score",
        r"l(?:ikelihood)? ?[x\u00d7*&] ?i(?:mpact)?|i(?:mpact)? ?[x\u00d7*&] ?l(?:ikelihood)?",
    ),
    ("likelihood", r"likelihood|probability|prob|lik|l|p"),
    ("impact", r"impact|severity|imp|i"),
    ("band", r"band|rag|colou?r"),
    (
        "score",
        r"scores?|scoring|ratings?|rated|level|total|grade|assessment|evaluation|ranking|exposure|risk|risks",
    ),
)
_FILLING = r"risk|risks|threat|overall|rating|ratings|score|scores|scoring|status|level|the|of|at|as|with|in|place|matrix|\d"
_OF_TEXTS = re.compile(
    r"\b(?:owner|descri\w+|actions?|controls|action|review\w*|appetite|tolerance|gaps?|assurances?|previous|last|prior|"
    r"comments?|notes?|date|progress|update|category|type|officer|manager|reason|treatment|title|name|ref|reference|"
    r"id|number|objective|strategy|response|narrative|statement|change|evidence|effectiveness|area|areas|monitor\w*)\b"
)
_WHEN = re.compile(
    r"(?:q|qtr|quarter) ?[1-4][ ,:-]*(?:of )?\d{2,4} ?[/\u2013-] ?\d{2,4}|\d{2,4} ?[/\u2013-] ?\d{2,4}[ ,:-]*q ?[1-4]|"
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d\d-\d\d|(?:\d{1,2}(?:st|nd|rd|th)? )?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ '-]*\d{2,4}\b"
)
_MOVES = r"direction|\bdot\b|movement|trend|arrow|\bmoved\b|change since"
PATTERNS = tuple(
    (re.compile(pattern), target)
    for pattern, target in (
        (_MOVES, IGNORE),
        (
            r"gaps? in|assurance|appetite|tolerance|(?:control|mitigation)s? (?:owner|effective\w*|rating)",
            NOTE,
        ),
        (
            r"previous|last (?:review|update|score|quarter|assess)|reviewed|"
            r"(?:action|progress|control) status|status of",
            NOTE,
        ),
        (
            r"^(?:risk )?(?:ref|reference|id|no|number|code|unique id|identifier)(?: no| number| code| id)?$",
            "reference",
        ),
        (r"^(?:risk )?id (?:and|&) .*", "reference"),
        (
            r"actions? (?:owner|lead|by|manager|officer)|^by whom|^(?:lead|owner) for actions?|^assigned to",
            "action_owner",
        ),
        (
            r"^(?:actions? )?(?:due|deadline)|(?:due|completion|implementation) date|date due|^by when|^due by",
            "action_due_on",
        ),
        (
            r"^(?:date of )?next review|^review (?:date|by|on|due)|^date (?:of|for) (?:next )?review",
            "next_review_on",
        ),
        (
            r"^date (?:raised|identified|added|opened|logged|entered)|^(?:raised|identified|opened|added)(?: on)?$",
            "raised_on",
        ),
        (
            r"^(?:risk |accountable |responsible |corporate )?(?:owner|lead|director)s?(?: \(?post\)?)?$",
            "owner",
        ),
        (
            r"(?:risk|accountable|responsible) (?:owner|officer|manager|director)|^sro$|^executive (?:lead|owner)$",
            "owner",
        ),
        (r"portfolio|cabinet member|lead member|^lead councillor", "portfolio"),
        (r"^(?:risk )?(?:category|type|theme)s?$|^(?:category|type) of risk", "category"),
        (r"^(?:(?:corporate|strategic) (?:plan )?)?(?:objective|aim|priority|goal)", "objective"),
        (r"(?:objective|priority|ambition)s?(?: at risk| affected| threatened)?$", "objective"),
        (
            r"further|additional|planned|proposed|future|required|actions?\b|treatment plan|to do",
            "actions",
        ),
        (r"controls?\b|mitigations?\b|mitigating|safeguards", "controls"),
        (
            r"consequence|effects?\b|impact desc\w+|(?:potential|possible|description of) impacts?|implication|so what",
            "consequence",
        ),
        (r"\bcauses?\b|vulnerabilit|\btriggers?\b|^sources?\b|why (?:could|might)", "cause"),
        (r"^(?:risk )?event\b|what (?:could|might|can) (?:happen|go wrong)", "event"),
        (r"descri|statement|detail|narrative|scenario|definition of risk", "statement"),
        (
            r"^(?:principal |strategic |corporate |key |headline )?risk(?: title| name| heading)?$",
            "title",
        ),
        (r"^(?:short )?(?:title|name)$", "title"),
        (
            r"^(?:risk )?(?:response|treatment|treatment (?:option|approach)|approach|decision)$|\b4 ?ts?\b|tolerate",
            "response",
        ),
        (r"proximity|^timescale|^how soon", "proximity"),
        (r"^(?:risk )?status$|^open/? ?closed$|^live\b", "status"),
        (
            r"^(?:commentary|progress|update|latest update|position)(?: update)?s?$",
            "committee_position",
        ),
    )
)


def plain(name: str) -> str:
    """A heading as it is compared: small letters, no brackets, single spaces."""
    said = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", name.casefold().replace("\n", " "))
    return " ".join(re.sub(r"[^\w/&%'+*\u00d7.-]", " ", said).split()).strip(" .-*")


@lru_cache(maxsize=2000)
def target_of(name: str) -> str:
    """The column that a heading names, or "" where it says none: "current.likelihood", "?.score"
    where the kind is not said, "current.score@2026-06-30". Headings of several rows are joined by
    ": ".
    """
    if not name.strip() or len(name) > 300:
        return ""
    for said in dict.fromkeys((name.strip().casefold(), plain(name))):
        if found := _LABELS.get(said) or _ALSO.get(said):
            return found
    if found := _rated(plain(name)):
        return found
    last = plain(name.rsplit(": ", 1)[-1])
    for said in dict.fromkeys((plain(name), last)):
        if found := _ALSO.get(said) or next(
            (target for pattern, target in PATTERNS if pattern.search(said)), ""
        ):
            return found
    return ""


def is_exact(name: str) -> bool:
    """Whether it is a heading of our own exports."""
    return name.strip().casefold() in _LABELS


def _rated(said):
    """A rating's column: its kind, its part and its day; "" unless every word of the heading is
    understood.
    """
    when, rest = _day_in(said)
    if re.search(_MOVES, rest) or re.search(r"\bq\d\b", rest):
        return ""
    kinds = [kind for kind, words in KINDS.items() if re.search(rf"\b(?:{words})\b", rest)]
    for words in KINDS.values():
        rest = re.sub(rf"\b(?:{words})\b", " ", rest)
    if len(kinds) > 1 or _OF_TEXTS.search(rest):
        return ""
    part = next(
        (part for part, words in _PARTS if re.search(rf"(?<!\w)(?:{words})(?!\w)", rest)), ""
    )
    for _, words in _PARTS:
        rest = re.sub(rf"(?<!\w)(?:{words})(?!\w)", " ", rest)
    if re.sub(rf"\b(?:{_FILLING})\b|[^\w]", "", rest):
        return ""
    if not (part or kinds or when) or said in ("risk", "risks"):
        return ""
    kind = kinds[0] if kinds else "current" if when else UNSAID
    return f"{kind}.{part or 'score'}" + (f"@{when}" if when and kind == "current" else "")


def _day_in(said):
    """The day that a heading names, the last of its month or quarter; and the heading without it."""
    found = _WHEN.search(said)
    if not found:
        return None, said
    try:
        span = parse_date.span_of(found[0])
    except parse_date.NoSuchDay:
        span = None
    return (span.last, f"{said[: found.start()]} {said[found.end() :]}") if span else (None, said)


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


PARTS = ("likelihood", "impact", "score", "band")


def part_of(target: str) -> tuple[str, str]:
    """("current", "likelihood") of a rating's column, its day left off; ("", "") of another."""
    kind, _, part = target.split("@")[0].partition(".")
    return (kind, part) if part in PARTS else ("", "")


def said(names: list[str], targets: list[str], cells_of) -> list[str]:
    """The columns with each kind that can be told, and "notes" for a rating whose kind cannot.

    cells_of: from an index to the texts of the column: two columns of one rating have to agree."""
    targets = _current_or_residual(names, list(targets))
    for run in _runs(targets):
        kinds = {part_of(targets[at])[0] for at in run} - {UNSAID}
        if len(kinds) == 1 and _agree(targets, run, cells_of):
            for at in run:
                targets[at] = targets[at].replace(f"{UNSAID}.", f"{min(kinds)}.")
        elif kinds:
            _as_the_one_before(targets, run)
    targets = _sets(targets)
    return _agreeing(targets, cells_of)


def _current_or_residual(names, targets):
    """Where a sheet has both, "residual" may be what will be left after the actions: it is not
    guessed.
    """
    rated = [
        at
        for at, target in enumerate(targets)
        if part_of(target)[0] == "current" and "@" not in target
    ]
    residual = [at for at in rated if RESIDUAL.search(plain(names[at]))]
    if residual and any(
        re.search(r"\bcurrent\b", plain(names[at])) for at in set(rated) - set(residual)
    ):
        for at in residual:
            targets[at] = NOTE
    return targets


def _runs(targets):
    """Rated columns that stand side by side."""
    runs, run = [], []
    for at, target in enumerate([*targets, ""]):
        if part_of(target)[0] and "@" not in target:
            run.append(at)
        elif run:
            runs.append(run)
            run = []
    return runs


def _agree(targets, run, cells_of):
    """Whether what is unsaid in a run says nothing else than what is said there of the same part."""
    own = {part_of(targets[at])[1]: at for at in run if part_of(targets[at])[0] != UNSAID}
    unsaid = [
        (own.get(part_of(targets[at])[1]), at) for at in run if part_of(targets[at])[0] == UNSAID
    ]
    return not any(
        first is not None and _differ(cells_of(first), cells_of(at)) for first, at in unsaid
    )


def _as_the_one_before(targets, run):
    kind, parts = "", set()
    for at in run:
        own, part = part_of(targets[at])
        if own != UNSAID:
            kind, parts = own, (parts | {part} if own == kind else {part})
        elif kind and part not in parts:
            targets[at] = f"{kind}.{part}"
            parts.add(part)


def _sets(targets):
    """One set of unsaid ratings is the current one; of two with the controls between, the first is
    before them.
    """
    unsaid = [run for run in _runs([t if part_of(t)[0] == UNSAID else "" for t in targets]) if run]
    has_current = any(part_of(target)[0] == "current" and "@" not in target for target in targets)
    kinds = [NOTE] * len(unsaid)
    if len(unsaid) == 1 and not has_current and _is_one_set(targets, unsaid[0]):
        kinds = ["current"]
    elif (
        len(unsaid) == 2 and "controls" in targets[unsaid[0][-1] : unsaid[1][0]] and not has_current
    ):
        kinds = ["inherent", "current"]
    for run, kind in zip(unsaid, kinds, strict=True):
        for at in run:
            targets[at] = targets[at].replace(UNSAID, kind) if kind != NOTE else NOTE
    return targets


def _is_one_set(targets, run):
    parts = [part_of(targets[at])[1] for at in run]
    firsts = [part for at, part in enumerate(parts) if part not in parts[:at]]
    return parts == sorted(parts, key=firsts.index)  # L L I I is one set said twice, L I L I is two


def _agreeing(targets, cells_of):
    """Two columns of one rating that say different numbers are two ratings: the later goes to the
    notes.
    """
    seen = {}
    for at, target in enumerate(targets):
        if not part_of(target)[0]:
            continue
        first = seen.setdefault(target, at)
        if first != at and _differ(cells_of(first), cells_of(at)):
            targets[at] = NOTE
    return targets


def _differ(ones, others):
    compared = []
    for one, other in zip(ones, others, strict=False):
        if one and other:
            a, b = re.search(r"\d+", one), re.search(r"\d+", other)
            if a and b:
                compared.append(a[0] == b[0])
            elif not a and not b:
                compared.append(parse_rating.plain(one) == parse_rating.plain(other))
    return compared.count(False) * 10 > len(compared)
