"""Split a cell that lists several things, and the post and day in brackets that end an action."""

import re
from dataclasses import dataclass

from registers.imports import parse_date

TITLE = 200  # characters
NUMBERED = re.compile(r"\s*[(\[]?(\d{1,2})[.):\]](?!\d)\s*(?=\S)")
LETTERED = re.compile(r"\s*\(?([a-z])\)\s*(?=\S)")
BULLET = re.compile(r"\s*(?:[•·●▪◦‣\u2043*\u2013—]|-(?=\s)|o(?=\s{2,}|\t))\s*(?=\S)")
INLINE = re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2})[.)]\s+(?=[A-Z])")
DONE = re.compile(
    r"(?:[\[(](?:complete|completed|done|closed)[\])]|^(?:complete|completed|done)\s*[:\u2013-])",
    re.I,
)
VACANT = re.compile(
    r" ?(?:[(\[] ?(?:currently )?(?:vacant|vacancy|interim|acting|tbc) ?[)\]]|"
    r"[-\u2013,] ?(?:currently )?vacant)$",
    re.I,
)
LONGEST_NO_ITEM = 30  # characters
# What stands in a column of controls or actions and is none: a number, a tick, a reference.
NO_ITEM = re.compile(
    r"[\W_]*|[£$€+~<>≤≥]*\s*\d[\d,.]*\s*%?|\d{1,2}\s*[x\u00d7*/]\s*\d{1,2}|y|n|yes|no|none|nil|"
    r"n/?a|tbc|tba|tbd|n/?k|true|false|not applicable|none identified|not known|unknown|"
    r"(?:[a-z]{1,5}[ ._/-]?){1,2}\d{1,5}(?:\.\d{1,3})?",
    re.I,
)
POST_WORDS = re.compile(
    r"\b(director|head|manager|officer|chief|lead|executive|secretary|treasurer|principal|"
    r"governor|chair|headteacher|head teacher|bursar|coordinator|co-ordinator|solicitor|auditor|"
    r"accountant|adviser|advisor|nurse|clerk|engineer|s151|section 151|deputy|assistant|"
    r"commissioner|partner|consultant|surveyor|analyst|sro|cfo|ceo|cio|coo)\b",
    re.I,
)


@dataclass(frozen=True)
class SplitText:
    """items: without their numbers. style: "numbered", "bullets", "lines", "" for a single text."""

    items: tuple[str, ...]
    style: str = ""


def is_no_item(text: str) -> bool:
    """Whether a text can be neither a control nor an action: a number, a reference, "None"."""
    return len(text) <= LONGEST_NO_ITEM and bool(NO_ITEM.fullmatch(text.strip(" .;:\n\t")))


def split_list(text: str) -> SplitText:
    """Split a cell. Words before the first number or bullet stay with the first item."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) == 1 and len(inline := _split_inline(lines[0])) > 1:
        return SplitText(inline, "numbered")
    for style, pattern in (("numbered", NUMBERED), ("numbered", LETTERED), ("bullets", BULLET)):
        starts = [bool(pattern.match(line)) for line in lines]
        if sum(starts) > 1 or (
            starts and starts[0] and style == "numbered" and _number(lines[0]) == 1
        ):
            if (
                style == "numbered"
                and pattern is NUMBERED
                and not _counts_up([n for n in map(_number, lines) if n])
            ):
                continue
            return SplitText(_group_lines(lines, starts, pattern), style)
    if len(lines) > 1 and all(line[0].isupper() or line[0].isdigit() for line in lines):
        return SplitText(tuple(lines), "lines")
    if len(lines) == 1 and len(parts := _split_at_semicolons(lines[0])) > 1:
        return SplitText(parts, "semicolons")
    return SplitText(("\n".join(lines),)) if lines else SplitText(())


def _number(line):
    match = NUMBERED.match(line)
    return int(match[1]) if match else None


def _counts_up(numbers):
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _group_lines(lines, starts, pattern):
    """Join each line that starts no item to the item above, or to the first."""
    items, before = [], []
    for line, is_start in zip(lines, starts, strict=True):
        if is_start:
            items.append([pattern.sub("", line, count=1)])
        else:
            (items[-1] if items else before).append(line)
    items[0] = [*before, *items[0]]
    return tuple("\n".join(item) for item in items)


def _split_inline(line):
    """Split "1. this 2. that" on one line, where the numbers count up from 1 and come first."""
    marks = list(INLINE.finditer(line))
    if (
        [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1))
        or not marks
        or marks[0].start()
    ):
        return ()
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    return tuple(line[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True))


def _split_at_semicolons(line):
    """The parts between semicolons, where none stands in brackets and each part has words."""
    if ";" not in line or NUMBERED.match(line) or re.search(r"\s\(?\d{1,2}[.)]\s+[A-Z]", line):
        return ()
    parts = [part.strip() for part in re.split(r";(?![^(]*\))", line.strip(" ;"))]
    return tuple(parts) if all(len(part) > 3 for part in parts) else ()


def split_title(text: str, longest: int = TITLE) -> tuple[str, str]:
    """(a title of one line, the full text where the title is shorter)."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line, ""
    first = " ".join(text.strip().split("\n")[0].split())
    return (first if len(first) <= longest else truncate(line, longest)), text


def truncate(line: str, longest: int = TITLE) -> str:
    """The beginning of a line, up to a word, with an ellipsis."""
    beginning = line[: longest - 1]
    return (beginning.rsplit(" ", 1)[0] if " " in beginning.strip() else beginning).rstrip(
        " ,;:\u2013-"
    ) + "…"


def first_sentence(text: str) -> str:
    match = re.match(r".{15,}?[.!?](?=\s|$)", " ".join(text.split()))
    return match[0].rstrip(".") if match else " ".join(text.split())


def parse_post(text: str) -> tuple[str, str]:
    """(the title of a post without "(vacant)", what was left out)."""
    line = " ".join(text.split())
    match = VACANT.search(line)
    return (line[: match.start()], match[0].strip()) if match and match.start() else (line, "")


def looks_like_post(text: str, posts: tuple[str, ...] = ()) -> bool:
    title = parse_post(text)[0].casefold()
    return len(title) <= 80 and (
        bool(POST_WORDS.search(title)) or any(title == post.casefold() for post in posts)
    )


def parse_action_suffix(
    text: str, is_day_first: bool, year_now: int, posts: tuple[str, ...]
) -> tuple[str, str, object]:
    """(an action's text without its last brackets, the post in them, the days in them as a Span).

    Only where every word in the brackets is understood; else (text, "", None).
    """
    stripped = text.rstrip(" .\n\t")
    start = max(stripped.rfind("("), stripped.rfind("["))
    inside = stripped[start + 1 : -1].strip()
    if start < 1 or stripped[-1] not in ")]" or not text[:start].strip() or len(inside) > 120:
        return text, "", None
    last = re.split(r"[,;]| [-\u2013\u2014] ", inside)[-1]
    before = inside[: len(inside) - len(last)].rstrip(" ,;-\u2013\u2014")
    if before.casefold() in {post.casefold() for post in posts} and (
        span := _span(last.strip(), is_day_first, year_now)
    ):
        return text[:start].rstrip(), before, span
    owner, span = "", None
    for part in re.split(r"\s*[,;]\s*|\s+[-\u2013—]\s+|\s+by\s+", inside):
        part = re.sub(r"^(?:owner|lead|due|by)\s*:?\s+", "", part, flags=re.I)
        days = _span(part, is_day_first, year_now)
        if days and not span:
            span = days
        elif not days and not owner and looks_like_post(part, posts):
            owner = parse_post(part)[0]
        else:
            return text, "", None
    return (text[:start].rstrip(), owner, span) if span else (text, "", None)


def _span(text, is_day_first, year_now):
    try:
        return parse_date.parse_span(text, is_day_first, year_now)
    except parse_date.InvalidDay:
        return None
