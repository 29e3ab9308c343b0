"""Detect what each column of a table is: by its heading, its contents, and the columns beside it.

A heading names a target by our own labels, by aliases seen in real registers, or by its words.
Contents confirm or correct that, and identify columns without a heading. Ratings whose heading
does not say which kind they are ("L", "I", "Score") follow the ratings around them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from registers.import_fields import BY_NAME, NOTE, PROGRESS, TARGETS, Sort
from registers.imports import heading_words, parse_date, parse_list, parse_rating
from registers.imports.detect_portfolio import is_lead_member, names_lead_member

UNKNOWN_KIND = "?"  # of a rating whose heading names no kind: "Likelihood", "L", "Score"
_LABELS = {target.label.casefold(): target.name for target in TARGETS}
_ALIASES = {
    name: target.name
    for target in TARGETS
    for name in target.aliases
    if not target.name.endswith(".score")
}

KINDS = {
    "inherent": r"inherent|gross|pure|unmitigated|raw|initial|original|uncontrolled|untreated|"
    r"pre-?mitigation|(?:before|without|pre-?) ?(?:controls?|mitigations?|treatment)",
    "target": r"target|desired|(?:after|post) (?:actions?|planned actions?)",
    "current": r"current|residual|net|mitigated|managed|controlled|latest|post-?mitigation|"
    r"(?:after|with|post-?) ?(?:controls?|mitigations?|treatment)",
}
RESIDUAL = re.compile(r"\b(?:residual|net|mitigated|managed)\b")
_PART_PATTERNS = (
    (
        "score",
        r"l(?:ikelihood)? ?[x\u00d7*&] ?i(?:mpact)?|i(?:mpact)? ?[x\u00d7*&] ?l(?:ikelihood)?",
    ),
    ("likelihood", r"likelihood|probability|prob|lik|l|p"),
    ("impact", r"impact|severity|imp|i"),
    ("band", r"band|rag|colou?r"),
    (
        "score",
        r"scores?|scoring|ratings?|rated|level|total|grade|assessment|evaluation|ranking|exposure|"
        r"risk|risks",
    ),
)
_FILLERS = (
    r"risk|risks|threat|overall|rating|ratings|score|scores|scoring|status|level|the|of|at|"
    r"as|with|in|place|matrix|\d"
)
_TEXT_WORDS = re.compile(
    r"\b(?:owner|descri\w+|actions?|controls|action|review\w*|appetite|tolerance|gaps?|"
    r"assurances?|previous|last|prior|comments?|notes?|date|progress|update|category|type|"
    r"officer|manager|reason|treatment|title|name|ref|reference|id|number|objective|strategy|"
    r"response|narrative|statement|change|evidence|effectiveness|area|areas|monitor\w*)\b"
)
_DATED = re.compile(
    r"(?:q|qtr|quarter) ?[1-4][ ,:-]*(?:of )?\d{2,4} ?[/\u2013-] ?\d{2,4}|"
    r"\d{2,4} ?[/\u2013-] ?\d{2,4}[ ,:-]*q ?[1-4]|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d\d-\d\d|"
    r"(?:\d{1,2}(?:st|nd|rd|th)? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
    r"dec)[a-z]*[ '-]*\d{2,4}\b"
)
_THOUSANDS = re.compile(r"000|£ ?[km]|thousand|million|\b[km]\b")  # of pounds
_MOVEMENT = r"direction|\bdot\b|movement|trend|arrow|\bmoved\b|change since"
_JUDGING = r"(?:review|assess|scor|rat)"
_JUDGED_ON = (
    rf"^(?:date )?(?:last |latest )?(?:re-?)?{_JUDGING}(?:ed|d)(?: on| date)?$|"
    rf"^(?:last|latest) {_JUDGING}(?:ment|ing)?(?: date)?$|^(?:assessment|scoring) date$|"
    rf"^date (?:of )?(?:last |latest )?(?:risk )?(?:{_JUDGING}(?:ed|d|ment|ing)|(?<=last )review)$"
)
# A list of actions "and progress" is a list of actions.
_PROGRESS = (
    r"^(?!.*(?:actions?|controls?|mitigations?) ?(?:and|&|/|with))(?!.*\b(?:date|day|by|due)\b)"
    r".*(?:\bprogress\b|\bupdates?\b|\bcomments?\b|\bcommentary\b|^(?:latest |current )?position$)"
)
_RISK_AND_EFFECTS = (
    r"^risks? (?:and|&|/) (?:its |their |the |potential )?(?:effect|consequence|impact|cause)s?$"
)
PATTERNS = tuple(
    (re.compile(pattern), target)
    for pattern, target in (
        (_MOVEMENT, NOTE),
        (r"^(?:risk )?(?:rank|priority order|order of priority)$", NOTE),
        (
            r"gaps? in|assurance|appetite|tolerance|(?:control|mitigation)s? (?:owner|"
            r"effective\w*|rating)",
            NOTE,
        ),
        (_JUDGED_ON, "current.on"),
        (
            r"previous|last (?:review|update|score|quarter|assess)|reviewed|"
            r"(?:action|progress|control) status|status of",
            NOTE,
        ),
        (_PROGRESS, PROGRESS),
        (
            r"^(?:risk )?(?:ref|reference|id|no|number|code|unique id|identifier)(?: no| number|"
            r" code| id)?$",
            "reference",
        ),
        (r"^(?:risk )?id (?:and|&) .*", "reference"),
        (
            r"portfolio|(?:cabinet|lead|executive|committee) member|councillor|\bcllr\b",
            "portfolio",
        ),
        (
            r"actions? (?:owner|lead|by|manager|officer)|^by whom|^(?:lead|owner) for actions?|"
            r"^assigned to",
            "action_owner",
        ),
        (
            r"^(?:actions? )?(?:due|deadline)|(?:due|completion|implementation) date|date due|"
            r"^by when|^due by",
            "action_due_on",
        ),
        (
            r"^(?:date of )?next review|^review (?:date|by|on|due)|^date (?:of|"
            r"for) (?:next )?review",
            "next_review_on",
        ),
        (
            r"^date (?:raised|added|opened|logged|entered)|^(?:raised|opened|added)(?: on)?$",
            "raised_on",
        ),
        (
            r"^(?:risk |accountable |responsible |corporate )?(?:owner|lead|"
            r"director)s?(?: \(?post\)?)?$",
            "owner",
        ),
        (
            r"(?:risk|accountable|responsible) (?:owner|officer|manager|director)|^sro$|"
            r"^executive (?:lead|owner)$|^responsib(?:le|ility)(?: (?:person|post|for risk))?$",
            "owner",
        ),
        (r"portfolio", "portfolio"),
        (
            r"^(?:risk )?(?:category|type|theme|area)s?$|^(?:category|type|area) of risk",
            "category",
        ),
        (r"^(?:(?:corporate|strategic) (?:plan )?)?(?:objective|aim|priority|goal)", "objective"),
        (r"(?:objective|priority|ambition)s?(?: at risk| affected| threatened)?$", "objective"),
        (
            r"further|additional|planned|proposed|future|required|actions?\b|treatment plan|to do",
            "actions",
        ),
        (
            r"controls?\b|mitigations?\b|mitigating|safeguards|^management of (?:the )?risks?$",
            "controls",
        ),
        (_RISK_AND_EFFECTS, "statement"),
        (
            r"consequence|effects?\b|impact desc\w+|(?:potential|possible|"
            r"description of) impacts?|implication|so what",
            "consequence",
        ),
        (r"\bcauses?\b|vulnerabilit|\btriggers?\b|^sources?\b|why (?:could|might)", "cause"),
        (r"^(?:risk )?event\b|what (?:could|might|can) (?:happen|go wrong)", "event"),
        (r"descri|statement|detail|narrative|scenario|definition of risk", "statement"),
        (
            r"^(?:principal |strategic |corporate |key |headline )?risks?"
            r"(?: title| name| heading| identified)?$|^identified risks?$",
            "title",
        ),
        (r"^(?:short )?(?:title|name)$", "title"),
        (
            r"^(?:risk )?(?:response|treatment|treatment (?:option|approach)|approach|decision)$|"
            r"\b4 ?ts?\b|tolerate",
            "response",
        ),
        (r"proximity|^timescale|^how soon", "proximity"),
        (r"^(?:risk )?status$|^open/? ?closed$|^live\b", "status"),
    )
)


REFERENCE = re.compile(r"(?:[A-Za-z]{1,10}[ /._-]{0,3}){0,3}\d{1,6}[a-z]?(?:\.\d{1,3})?", re.I)
ARROWS = re.compile(
    r"[\u2190-\u21ff\u25b2\u25b6\u25ba\u25bc\u25c0\u25c4\u2b00-\u2bff<>=\u2194\ufe0f\s-]+"
)
RATING_PARTS = ("likelihood", "impact", "score", "band")


def normalise_heading(name: str) -> str:
    """For comparison: lower case, no brackets, single spaces."""
    text = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", name.casefold().replace("\n", " "))
    return " ".join(re.sub(r"[^\w/&%'+*\u00d7.-]", " ", text).split()).strip(" .-*")


def names_effects_too(heading: str) -> bool:
    """Whether it names the risk and what it leads to, or comes from: "Risk and effects"."""
    return bool(re.search(_RISK_AND_EFFECTS, normalise_heading(heading)))


@lru_cache(maxsize=2000)
def detect_target(name: str) -> str:
    """The target that a heading names, or "": "current.likelihood", "current.score@2026-06-30".

    "?.score" where the kind is not given. Headings of several rows are joined by ": ".
    """
    if not name.strip() or len(name) > 300:
        return ""
    if names_lead_member(name):
        return "portfolio"
    forms = (heading_words.plain_heading(name), *heading_words.readings(name))
    return next((target for form in forms if (target := _detect(form))), "")


def _detect(name):
    for form in dict.fromkeys((name.strip().casefold(), normalise_heading(name))):
        if target := _LABELS.get(form) or _ALIASES.get(form):
            is_amount = BY_NAME[target].sort is Sort.POUNDS
            return NOTE if is_amount and _THOUSANDS.search(name.casefold()) else target
    if target := detect_rating(normalise_heading(name)):
        return target
    last = normalise_heading(name.rsplit(": ", 1)[-1])
    for form in dict.fromkeys((normalise_heading(name), last)):
        if target := _ALIASES.get(form) or _match_pattern(form):
            return target
    return ""


def _match_pattern(form):
    return next((target for pattern, target in PATTERNS if pattern.search(form)), "")


def is_export_heading(name: str) -> bool:
    """Whether our own exports use this heading."""
    return name.strip().casefold() in _LABELS


def detect_rating(heading):
    """The kind, part and day of a rating's column; "" unless every word of the heading is known."""
    day, words_left = _split_day(heading)
    if re.search(_MOVEMENT, words_left) or re.search(r"\bq\d\b", words_left):
        return ""
    kinds = [kind for kind, words in KINDS.items() if re.search(rf"\b(?:{words})\b", words_left)]
    for words in KINDS.values():
        words_left = re.sub(rf"\b(?:{words})\b", " ", words_left)
    if len(kinds) > 1 or _TEXT_WORDS.search(words_left):
        return ""
    part = next(
        (
            part
            for part, words in _PART_PATTERNS
            if re.search(rf"(?<!\w)(?:{words})(?!\w)", words_left)
        ),
        "",
    )
    for _, words in _PART_PATTERNS:
        words_left = re.sub(rf"(?<!\w)(?:{words})(?!\w)", " ", words_left)
    if re.sub(rf"\b(?:{_FILLERS})\b|[^\w]", "", words_left):
        return ""
    if not (part or kinds or day) or heading in ("risk", "risks"):
        return ""
    kind = kinds[0] if kinds else "current" if day else UNKNOWN_KIND
    return f"{kind}.{part or 'score'}" + (f"@{day}" if day and kind == "current" else "")


def _split_day(heading):
    """(the day in a heading, the heading without it). Of a month or quarter the last day."""
    match = _DATED.search(heading)
    if not match:
        return None, heading
    try:
        span = parse_date.parse_span(match[0])
    except parse_date.InvalidDay:
        span = None
    if not span:
        return None, heading
    return span.last, f"{heading[: match.start()]} {heading[match.end() :]}"


@dataclass(frozen=True)
class ColumnProfile:
    """What a column's cells look like. Shares are of its texts, from 0 to 1."""

    texts: tuple[str, ...]
    width: float  # characters of a text, on average
    distinct: float

    def share(self, predicate) -> float:
        return sum(map(bool, map(predicate, self.texts))) / len(self.texts) if self.texts else 0.0

    @property
    def references(self):
        return self.share(REFERENCE.fullmatch) if self.distinct > 0.8 else 0.0

    @property
    def days(self):
        return self.share(parse_date.is_day)

    @property
    def pairs(self):
        return self.share(parse_rating.is_pair)


def profile_column(cells) -> ColumnProfile:
    texts = tuple(text for cell in cells if (text := cell.strip()))
    if not texts:
        return ColumnProfile((), 0, 0)
    return ColumnProfile(texts, sum(map(len, texts)) / len(texts), len(set(texts)) / len(texts))


def detect_by_contents(
    columns: list[ColumnProfile], names: list[str], assigned: set[str], posts: tuple[str, ...]
) -> dict[int, str]:
    """Index -> target of columns without a heading, where only one fits and none is assigned."""
    targets = {}
    candidates = {
        "reference": [
            at for at, column in enumerate(columns) if column.references > 0.8 and column.width < 20
        ],
        "current.score": [
            at for at, column in enumerate(columns) if column.pairs > 0.6 and not names[at]
        ],
        "owner": [
            at
            for at, column in enumerate(columns)
            if column.share(lambda text: parse_list.looks_like_post(text, posts)) > 0.7
            and column.width < 60
            and not column.share(is_lead_member) > 0.5
        ],
    }
    candidates["reference"] = candidates["reference"][:1]
    for target, places in candidates.items():
        if len(places) == 1 and not any(name.split("@")[0] == target for name in assigned):
            targets[places[0]] = target
    return targets


def detect_description(columns: list[ColumnProfile], free: list[int]) -> tuple[int, str] | None:
    """The free column with the longest texts describes the risk: index, "title" or "statement"."""
    free = [
        at
        for at in free
        if columns[at].width > 12 and columns[at].distinct > 0.5 and columns[at].days < 0.5
    ]
    if not free:
        return None
    longest = max(free, key=lambda at: columns[at].width)
    return longest, "title" if columns[longest].width <= 80 else "statement"


def rating_part(target: str) -> tuple[str, str]:
    """("current", "likelihood") of a rating's target, without its day; else ("", "")."""
    kind, _, part = target.split("@")[0].partition(".")
    return (kind, part) if part in RATING_PARTS else ("", "")


def resolve_rating_kinds(names: list[str], targets: list[str], texts_of) -> list[str]:
    """The targets with every "?" kind resolved, or "notes" where it cannot be.

    texts_of: index -> texts of the column. Two columns of one rating must agree.
    """
    targets = _current_or_residual(names, list(targets))
    for run in _adjacent_ratings(targets):
        kinds = {rating_part(targets[at])[0] for at in run} - {UNKNOWN_KIND}
        if len(kinds) == 1 and _is_consistent(targets, run, texts_of):
            for at in run:
                targets[at] = targets[at].replace(f"{UNKNOWN_KIND}.", f"{min(kinds)}.")
        elif kinds:
            _inherit_kind(targets, run)
    targets = _resolve_unlabelled_sets(targets)
    return _demote_conflicting(targets, texts_of)


def _current_or_residual(names, targets):
    """Where a sheet has current and residual ratings, leave out the residual ones.

    "Residual" may then mean what will be left after the actions.
    """
    rated = [
        at
        for at, target in enumerate(targets)
        if rating_part(target)[0] == "current" and "@" not in target
    ]
    residual = [at for at in rated if RESIDUAL.search(normalise_heading(names[at]))]
    if residual and any(
        re.search(r"\bcurrent\b", normalise_heading(names[at])) for at in set(rated) - set(residual)
    ):
        for at in residual:
            targets[at] = NOTE
    return targets


def _adjacent_ratings(targets):
    """Runs of rating columns that are next to each other, without those that carry a day."""
    runs, run = [], []
    for at, target in enumerate([*targets, ""]):
        if rating_part(target)[0] and "@" not in target:
            run.append(at)
        elif run:
            runs.append(run)
            run = []
    return runs


def _is_consistent(targets, run, texts_of):
    """Whether the unlabelled columns of a run agree with the labelled ones of the same part."""
    labelled = {
        rating_part(targets[at])[1]: at for at in run if rating_part(targets[at])[0] != UNKNOWN_KIND
    }
    pairs = [
        (labelled.get(rating_part(targets[at])[1]), at)
        for at in run
        if rating_part(targets[at])[0] == UNKNOWN_KIND
    ]
    return not any(
        first is not None and _differ(texts_of(first), texts_of(at)) for first, at in pairs
    )


def _inherit_kind(targets, run):
    kind, parts = "", set()
    for at in run:
        column_kind, part = rating_part(targets[at])
        if column_kind != UNKNOWN_KIND:
            kind, parts = column_kind, (parts | {part} if column_kind == kind else {part})
        elif kind and part not in parts:
            targets[at] = f"{kind}.{part}"
            parts.add(part)


def _resolve_unlabelled_sets(targets):
    """One set of unlabelled ratings is current; of two around the controls, one is inherent."""
    unlabelled = [
        run
        for run in _adjacent_ratings(
            [t if rating_part(t)[0] == UNKNOWN_KIND else "" for t in targets]
        )
        if run
    ]
    has_current = any(
        rating_part(target)[0] == "current" and "@" not in target for target in targets
    )
    kinds = [NOTE] * len(unlabelled)
    if len(unlabelled) == 1 and not has_current and _is_single_set(targets, unlabelled[0]):
        kinds = ["current"]
    elif (
        len(unlabelled) == 2
        and "controls" in targets[unlabelled[0][-1] : unlabelled[1][0]]
        and not has_current
    ):
        kinds = ["inherent", "current"]
    for run, kind in zip(unlabelled, kinds, strict=True):
        for at in run:
            targets[at] = targets[at].replace(UNKNOWN_KIND, kind) if kind != NOTE else NOTE
    return targets


def _is_single_set(targets, run):
    parts = [rating_part(targets[at])[1] for at in run]
    order = [part for at, part in enumerate(parts) if part not in parts[:at]]
    # L L I I is one set written twice, L I L I is two.
    return parts == sorted(parts, key=order.index)


def _demote_conflicting(targets, texts_of):
    """Of two columns with the same target and different numbers, move the later to the notes."""
    first_columns = {}
    for at, target in enumerate(targets):
        if not rating_part(target)[0]:
            continue
        first = first_columns.setdefault(target, at)
        if first != at and _differ(texts_of(first), texts_of(at)):
            targets[at] = NOTE
    return targets


def _differ(texts, other_texts):
    results = []
    for text, other_text in zip(texts, other_texts, strict=False):
        if text and other_text:
            number, other_number = re.search(r"\d+", text), re.search(r"\d+", other_text)
            if number and other_number:
                results.append(number[0] == other_number[0])
            elif not number and not other_number:
                results.append(
                    parse_rating.normalise_word(text) == parse_rating.normalise_word(other_text)
                )
    return results.count(False) * 10 > len(results)
