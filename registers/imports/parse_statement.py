"""Split a risk told in one cell into cause, event and consequence, by the words that mark them."""

import re

PARTS = ("cause", "event", "consequence")
LABELS = {
    "cause": r"causes?|why|due to|root causes?|source|trigger",
    "event": r"(?:risk )?events?|risk|what|risk description",
    "consequence": r"consequences?|effects?|impacts?|results?|potential (?:impact|consequences?)|"
    r"so what",
}
LONGEST = 8000  # characters; longer texts are not searched
LABELLED = re.compile(
    r"(?:^|(?<=[\n.;]))[ \t]*(?:"
    + "|".join(rf"(?P<{part}>{words})" for part, words in LABELS.items())
    + r")[ \t]*[:\u2013-][ \t\n]*",
    re.I,
)
CAUSED = re.compile(r",?\s+(?:caused by|arising from|as a result of|due to|because of)\s+", re.I)
LEADS = re.compile(
    r"[,;.]?\s+(?:(?:and |which |this |that |could |may |might |would |will |is )*"
    r"(?:resulting in|leading to|results? in|leads? to|with the consequence that|"
    r"the consequence of which is))\s+",
    re.I,
)
CAUSE_FIRST = re.compile(
    r"\s*(?:due to|because of|as a result of|caused by)\s+(?P<cause>.+?),?\s+"
    r"(?P<event>there is an? (?:risk|threat)\b.+)",
    re.I | re.S,
)
OPENING = re.compile(
    r"\s*(?:there is (?:a|the) (?:risk|threat|possibility)|the risk (?:is )?(?:that|of)|"
    r"risk (?:that|of)|if )\b",
    re.I,
)


def parse_statement(text: str) -> dict[str, str]:
    """Part -> its text, only where each marker occurs once; else {}."""
    if len(text) > LONGEST or " " * 50 in text or "\n" * 50 in text:
        return {}
    return _by_labels(text) or _by_words(text)


def is_undivided(text: str) -> bool:
    """Whether there is a text that cannot be split."""
    return bool(text.strip()) and not parse_statement(text)


def _by_labels(text):
    marks = list(LABELLED.finditer(text))
    names = [mark.lastgroup for mark in marks]
    if len(marks) < 2 or len(set(names)) != len(names) or text[: marks[0].start()].strip():
        return {}
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    parts = {
        name: text[mark.end() : end].strip()
        for name, mark, end in zip(names, marks, ends, strict=True)
    }
    return parts if all(parts.values()) else {}


def _by_words(text):
    if match := CAUSE_FIRST.fullmatch(text):
        cause, statement = match["cause"], match["event"]
    elif OPENING.match(text):
        cause, statement = "", text
    else:
        return {}
    cause_marks, consequence_marks = (
        list(CAUSED.finditer(statement)),
        list(LEADS.finditer(statement)),
    )
    if (
        len(consequence_marks) != 1
        or len(cause_marks) > (0 if cause else 1)
        or CAUSED.search(cause)
        or LEADS.search(cause)
    ):
        return {}
    if cause_marks and cause_marks[0].start() > consequence_marks[0].start():
        return {}
    event = statement[: cause_marks[0].start() if cause_marks else consequence_marks[0].start()]
    if cause_marks:
        cause = statement[cause_marks[0].end() : consequence_marks[0].start()]
    parts = {"cause": cause, "event": event, "consequence": statement[consequence_marks[0].end() :]}
    parts = {part: words.strip() for part, words in parts.items() if words.strip()}
    return parts if {"event", "consequence"} <= set(parts) else {}
