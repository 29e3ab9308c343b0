"""Tell posts from people in a cell of owners, and several owners apart."""

import re

from registers.imports import parse_list

TITLE_BEFORE = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|cllr|councillor)\b", re.I
)
_NAME = r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*"
NAME = re.compile(rf"{_NAME}(?: (?:{_NAME}|[^\W\d_]\.?)){{1,3}}")
INITIAL = re.compile(rf"[A-Z]\.? ?(?:[A-Z]\.? ?)?{_NAME}")
# Words of teams and services, none of which stands in the name of a person.
NOT_NAMES = re.compile(
    r"\b(?:team|service|services|department|dept|council|committee|board|group|panel|trustees?|"
    r"governors?|members?|staff|all|unit|office|directorate|division|finance|financial|legal|"
    r"human|resources|hr|it|ict|digital|data|property|estates?|assets?|housing|planning|highways|"
    r"transport|health|care|social|adults?|children|education|schools?|learning|culture|leisure|"
    r"environment\w*|waste|parks?|community|communities|communications?|customer|corporate|"
    r"strategic|strategy|policy|performance|procurement|commercial|audit|risk|insurance|"
    r"emergency|resilience|safety|security|operations|operational|business|support|public|"
    r"place|growth|economy|economic|development|regeneration|democratic|electoral|revenues?|"
    r"benefits|payroll|information|governance|assurance|programme|project|facilities|fleet|"
    r"contractors?|supplier|of|and|for|the|to|be|confirmed|vacant|none|various|not)\b",
    re.I,
)


def looks_like_person(text: str) -> bool:
    """Whether a text looks like the name of a person: "Jo Green", "J. Green", "Cllr Green"."""
    line = " ".join(text.split())
    if TITLE_BEFORE.match(line):
        return not parse_list.POST_WORDS.search(line)
    if len(line) > 60 or parse_list.POST_WORDS.search(line) or NOT_NAMES.search(line):
        return False
    is_name = NAME.fullmatch(line) or INITIAL.fullmatch(line)
    return bool(is_name) and not line.isupper()


def split_owners(text: str, posts: tuple[str, ...] = ()) -> list[str]:
    """The owners in a cell. Commas and "and" part them only where each is a post or a person."""
    line = " ".join(text.split())
    if line.casefold() in {post.casefold() for post in posts}:
        return [line]
    parts = _parts(r"[;\n]|\s/\s", text)
    if len(parts) > 1:
        return parts
    parts = _parts(r",|/|\s(?:and|&|a)\s", line)
    is_each = all(
        parse_list.looks_like_post(part, posts) or looks_like_person(part) for part in parts
    )
    return parts if len(parts) > 1 and is_each else [line]


def _parts(separator, text):
    return [" ".join(part.split()) for part in re.split(separator, text) if part.strip()]
