"""Lead members and portfolio holders: politicians, who answer for a risk in public and own none."""

import re

HEADING = re.compile(
    r"\bportfolio[ -]?(?:holder|lead|member|councillor|cllr)|\b(?:cabinet|lead|executive|elected|"
    r"responsible|accountable) (?:member|councillor|cllr)|\bmember (?:champion|lead)|"
    r"^(?:councillor|cllr)s?$|\baelod (?:arweiniol|cabinet|portffolio)|\bdeiliad portffolio"
)
TEXT = re.compile(
    r"(?:cllr|councillor|cyng(?:horydd)?|alderman)\b|(?:portfolio holder|cabinet member|"
    r"lead member|executive member|leader of the council)\b",
    re.I,
)


def names_lead_member(heading: str) -> bool:
    """Whether a heading asks for a politician, even beside or in place of an owner."""
    return bool(HEADING.search(" ".join(heading.casefold().split())))


def is_lead_member(text: str) -> bool:
    """Whether a cell names a politician: "Cllr Jones", "Cabinet Member for Finance"."""
    return bool(TEXT.match(text.strip()))
