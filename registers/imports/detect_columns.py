"""What a column's heading says that it is: by our own labels, by other names seen in real
registers, by their words.
"""

import re
from functools import lru_cache

from registers.import_fields import IGNORE, NOTE, TARGETS
from registers.imports import parse_date

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
