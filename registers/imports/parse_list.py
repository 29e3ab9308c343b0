"""Several things in one cell: numbered lines, bullets, plain lines; an action's post and day in
brackets at its end.
"""

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
    r" ?(?:[(\[] ?(?:currently )?(?:vacant|vacancy|interim|acting|tbc) ?[)\]]|[-\u2013,] ?(?:currently )?vacant)$",
    re.I,
)
POST_WORDS = re.compile(
    r"\b(director|head|manager|officer|chief|lead|executive|secretary|treasurer|principal|governor|chair|headteacher|"
    r"head teacher|bursar|coordinator|co-ordinator|solicitor|auditor|accountant|adviser|advisor|nurse|clerk|engineer|"
    r"s151|section 151|deputy|assistant|commissioner|partner|consultant|surveyor|analyst|sro|cfo|ceo|cio|coo)\b",
    re.I,
)


@dataclass(frozen=True)
class Split:
    """items: the texts, without their numbers. how: "numbered", "bullets", "lines", or "" where it
    is one text.
    """

    items: tuple[str, ...]
    how: str = ""


def split(text: str) -> Split:
    """The things that a cell lists. Words before the first number or bullet stay with the first
    item.
    """
    found = [line.strip() for line in text.split("\n") if line.strip()]
    if len(found) == 1 and len(inline := _inline(found[0])) > 1:
        return Split(inline, "numbered")
    for how, pattern in (("numbered", NUMBERED), ("numbered", LETTERED), ("bullets", BULLET)):
        starts = [bool(pattern.match(line)) for line in found]
        if sum(starts) > 1 or (
            starts and starts[0] and how == "numbered" and _number(found[0]) == 1
        ):
            if (
                how == "numbered"
                and pattern is NUMBERED
                and not _counts_up([n for n in map(_number, found) if n])
            ):
                continue
            return Split(_gathered(found, starts, pattern), how)
    if len(found) > 1 and all(line[0].isupper() or line[0].isdigit() for line in found):
        return Split(tuple(found), "lines")
    return Split(("\n".join(found),)) if found else Split(())


def _number(line):
    found = NUMBERED.match(line)
    return int(found[1]) if found else None


def _counts_up(numbers):
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _gathered(found, starts, pattern):
    items = []
    before = []
    for line, is_start in zip(found, starts, strict=True):
        if is_start:
            items.append([pattern.sub("", line, count=1)])
        else:
            (items[-1] if items else before).append(line)
    return tuple(
        "\n".join([*before, *lines] if place == 0 else lines) for place, lines in enumerate(items)
    )


def _inline(line):
    """1. this 2. that, on one line: only where the numbers count up from 1 and nothing stands
    before the first.
    """
    marks = list(INLINE.finditer(line))
    if (
        [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1))
        or not marks
        or marks[0].start()
    ):
        return ()
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    return tuple(line[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True))


def titled(text: str, longest: int = TITLE) -> tuple[str, str]:
    """A title of one line, and the text in full where the title does not say it all."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line, ""
    first = " ".join(text.strip().split("\n")[0].split())
    return (first if len(first) <= longest else cut(line, longest)), text


def cut(line: str, longest: int = TITLE) -> str:
    """The beginning of a line, up to a word, with an ellipsis."""
    kept = line[: longest - 1]
    return (kept.rsplit(" ", 1)[0] if " " in kept.strip() else kept).rstrip(" ,;:\u2013-") + "…"


def first_sentence(text: str) -> str:
    found = re.match(r".{15,}?[.!?](?=\s|$)", " ".join(text.split()))
    return found[0].rstrip(".") if found else " ".join(text.split())


def post_of(text: str) -> tuple[str, str]:
    """The title of a post without "(vacant)", and what was left out."""
    line = " ".join(text.split())
    found = VACANT.search(line)
    return (line[: found.start()], found[0].strip()) if found and found.start() else (line, "")


def looks_like_post(text: str, posts: tuple[str, ...] = ()) -> bool:
    title = post_of(text)[0].casefold()
    return len(title) <= 80 and (
        bool(POST_WORDS.search(title)) or any(title == post.casefold() for post in posts)
    )


def ending(
    text: str, is_day_first: bool, year_now: int, posts: tuple[str, ...]
) -> tuple[str, str, object]:
    """An action's text without what stands in brackets at its end, the post and the days that these
    name: only where every word of them is understood, else the text is as it was.
    """
    whole = text.rstrip(" .\n\t")
    start = max(whole.rfind("("), whole.rfind("["))
    inside = whole[start + 1 : -1].strip()
    if start < 1 or whole[-1] not in ")]" or not text[:start].strip() or len(inside) > 120:
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
        days_said = _span(part, is_day_first, year_now)
        if days_said and not span:
            span = days_said
        elif not days_said and not owner and looks_like_post(part, posts):
            owner = post_of(part)[0]
        else:
            return text, "", None
    return (text[:start].rstrip(), owner, span) if span else (text, "", None)


def _span(text, is_day_first, year_now):
    try:
        return parse_date.span_of(text, is_day_first, year_now)
    except parse_date.NoSuchDay:
        return None
