"""A risk told in one cell, taken apart into cause, event and consequence where the words say which
is which.
"""

import re

PARTS = ("cause", "event", "consequence")
LABELS = {
    "cause": r"causes?|why|due to|root causes?|source|trigger",
    "event": r"(?:risk )?events?|risk|what|risk description",
    "consequence": r"consequences?|effects?|impacts?|results?|potential (?:impact|consequences?)|so what",
}
LONGEST = 8000  # characters: what is longer is not looked through
LABELLED = re.compile(
    r"(?:^|(?<=[\n.;]))[ \t]*(?:"
    + "|".join(rf"(?P<{part}>{words})" for part, words in LABELS.items())
    + r")[ \t]*[:\u2013-][ \t\n]*",
    re.I,
)
CAUSED = re.compile(r",?\s+(?:caused by|arising from|as a result of|due to|because of)\s+", re.I)
LEADS = re.compile(
    r"[,;.]?\s+(?:(?:and |which |this |that |could |may |might |would |will |is )*"
    r"(?:resulting in|leading to|results? in|leads? to|with the consequence that|the consequence of which is))\s+",
    re.I,
)
CAUSE_FIRST = re.compile(
    r"\s*(?:due to|because of|as a result of|caused by)\s+(?P<cause>.+?),?\s+"
    r"(?P<event>there is an? (?:risk|threat)\b.+)",
    re.I | re.S,
)
OPENING = re.compile(
    r"\s*(?:there is (?:a|the) (?:risk|threat|possibility)|the risk (?:is )?(?:that|of)|risk (?:that|of)|if )\b",
    re.I,
)


def told(text: str) -> dict[str, str]:
    """Part -> its words, only where each marker stands in it once; {} where it cannot be said
    safely.
    """
    if len(text) > LONGEST or " " * 50 in text or "\n" * 50 in text:
        return {}
    return _by_labels(text) or _by_words(text)


def _by_labels(text):
    marks = list(LABELLED.finditer(text))
    names = [mark.lastgroup for mark in marks]
    if len(marks) < 2 or len(set(names)) != len(names) or text[: marks[0].start()].strip():
        return {}
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found = {
        name: text[mark.end() : end].strip()
        for name, mark, end in zip(names, marks, ends, strict=True)
    }
    return found if all(found.values()) else {}


def _by_words(text):
    if found := CAUSE_FIRST.fullmatch(text):
        cause, rest = found["cause"], found["event"]
    elif OPENING.match(text):
        cause, rest = "", text
    else:
        return {}
    caused, leads = list(CAUSED.finditer(rest)), list(LEADS.finditer(rest))
    if (
        len(leads) != 1
        or len(caused) > (0 if cause else 1)
        or CAUSED.search(cause)
        or LEADS.search(cause)
    ):
        return {}
    if caused and caused[0].start() > leads[0].start():
        return {}
    event = rest[: caused[0].start() if caused else leads[0].start()]
    if caused:
        cause = rest[caused[0].end() : leads[0].start()]
    said = {"cause": cause, "event": event, "consequence": rest[leads[0].end() :]}
    said = {part: words.strip() for part, words in said.items() if words.strip()}
    return said if {"event", "consequence"} <= set(said) else {}
