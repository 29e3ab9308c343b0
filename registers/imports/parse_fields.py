"""The steps that read a risk's own fields from a row: its reference, days, choices, owner and
texts.
"""

import datetime
import re
from functools import lru_cache

from registers.import_fields import BY_NAME, IGNORE, NOTE, Sort
from registers.imports import parse_date, parse_list, parse_statement, value_mapping
from registers.models.review import latest_next_review
from registers.models.risk_content import POSITION_WORDS

YEARS_AHEAD = 10  # of an action's day
LONGEST = 4000  # characters of a text
LIMITS = {"objective": 300, "portfolio": 100}  # of one line
FROM_ITS_FIRST_DAY = ("raised_on", "told_on")  # of a month; all others: by its last
DAYS = ("raised_on", "tolerated_until", "target_on", "next_review_on", "told_on")
CHOICES = tuple(target.name for target in BY_NAME.values() if target.sort is Sort.CHOICE)
TYPES = ("primary_failure_type", "other_failure_types", "adverse_impacts")
TEXTS = tuple(
    target.name
    for target in BY_NAME.values()
    if target.sort is Sort.TEXT and "." not in target.name
)
OWN_STEPS = ("reference", "title", "statement", NOTE, IGNORE)
NOBODY_SAID = "Nobody has said what this means here"


def number_of(reference: str, prefix: str) -> int | None:
    """The number of a reference of ours, CORP-007 or corp 7; None for any other: a bare number may
    be theirs.
    """
    found = _form(prefix).fullmatch(reference.strip()) if prefix else None
    return int(found[1]) if found else None


@lru_cache(maxsize=100)
def _form(prefix):
    return re.compile(rf"{re.escape(prefix)}[ -]?0*(\d{{1,9}})", re.I)


def reference(row):
    for at in row.where.get("reference", [])[:1]:
        text = " ".join(row.cells[at].split())
        number = number_of(text, row.known.prefix)
        row.went(at, "reference")
        if number is not None:
            row.read.values["reference"] = f"{row.known.prefix}-{number:03d}"
        else:
            row.read.values["reference"] = text
            row.note(at, heading="Reference there")


def is_ours(row) -> bool:
    return number_of(row.read.values.get("reference", ""), row.known.prefix) is not None


def day(row, at: int, text: str, *, is_first: bool = False) -> datetime.date | None:
    """The day that a text says, told where it is one of a month or quarter; else None, and why is
    said.
    """
    try:
        span = parse_date.span_of(text, row.plan.is_day_first, row.today.year)
    except parse_date.NoSuchDay as problem:
        row.doubt(at, text, f"{problem}: it stays with the notes")
        return None
    if span is None:
        if not parse_date.says_no_day(text):
            row.doubt(at, text, "It is not written as a day: it stays with the notes")
        return None
    found = span.first if is_first else span.last
    if span.what != "day":
        row.told(
            at,
            f"{text} is a {span.what}: its {'first' if is_first else 'last'} day, {in_words(found)}",
        )
    return found


def in_words(found: datetime.date) -> str:
    return f"{found.day} {found:%B %Y}"


def all_days(row):
    for target in DAYS:
        for at in row.where.get(target, [])[:1]:
            text = row.cells[at]
            found = day(row, at, text, is_first=target in FROM_ITS_FIRST_DAY)
            wrong = found and _wrong_day(target, found, row.today)
            if wrong:
                row.doubt(at, text, wrong)
            if found and not wrong:
                row.take(target, found)
            else:
                row.note(at)


def _wrong_day(target, found, today):
    if target in FROM_ITS_FIRST_DAY and found > today:
        return "The day must be today or in the past: it stays with the notes"
    if target == "tolerated_until" and not today < found <= latest_next_review(today):
        return f"The day must be after today and {in_words(latest_next_review(today))} or earlier: it stays with the notes"
    if target == "next_review_on" and found > latest_next_review(today):
        return f"The next review must be {in_words(latest_next_review(today))} or earlier: it stays with the notes"
    return ""


def choices(row, meanings):
    for target in CHOICES:
        for at in row.where.get(target, [])[:1]:
            text = row.cells[at]
            found = meanings.of(target, text)
            if found:
                row.take(target, found)
            else:
                _without(row, at, text, found)


def _without(row, at, text, found):
    """A word that gives no value: mapped on nothing, saying nothing, or unknown."""
    if found == "" or value_mapping.same_word(text) in value_mapping.NO_WORD:
        row.went(at, IGNORE)
    else:
        row.doubt(at, text, f"{NOBODY_SAID}: it stays with the notes")
        row.note(at)


def types(row, meanings):
    for target in TYPES:
        for at in row.where.get(target, [])[:1]:
            found, unknown = meanings.several(target, row.cells[at])
            if target == "primary_failure_type" and len(found) > 1:
                row.doubt(at, row.cells[at], "A risk has one main type: it stays with the notes")
                found, unknown = [], []
                row.note(at)
            if found:
                row.take(target, found[0] if target == "primary_failure_type" else found)
            for word in unknown:
                _without(row, at, word, None)
            if not found and at not in row.read.went and not unknown:
                row.went(at, IGNORE)
    main, others = (row.read.values.get(name) for name in TYPES[:2])
    if main and others and main in others:
        row.read.values[TYPES[1]] = [slug for slug in others if slug != main]


def owner(row, meanings):
    for at in row.where.get("owner", [])[:1]:
        text = row.cells[at]
        title = meanings.post(text)
        if title:
            row.take("owner", title)
            if parse_list.post_of(text)[1]:
                row.told(at, f"{text} is the post {title}")
                row.note(at)
        elif title == "":
            row.went(at, IGNORE)
        else:
            row.doubt(at, text, "It is not the title of one post: it stays with the notes")
            row.note(at)


def texts(row):
    for target in TEXTS:
        if target in OWN_STEPS or target not in row.where:
            continue
        text = "\n".join(row.cells[at] for at in row.where[target])
        longest = LIMITS.get(target, LONGEST)
        text = " ".join(text.split()) if target in LIMITS else text
        count = len(text.split())
        if target == "committee_position" and count > POSITION_WORDS:
            wrong = f"It must be {POSITION_WORDS} words or fewer and has {count:,}"
        else:
            wrong = _too_long(text, longest) if len(text) > longest else ""
        if wrong:
            row.doubt(row.where[target][0], f"{text[:80]}…", f"{wrong}: it goes to the notes")
            row.give_back(target)
        else:
            row.take(target, text)


def _too_long(text, longest):
    return f"It must be {longest:,} characters or fewer and has {len(text):,}"


def statement(row):
    if "statement" not in row.where:
        return
    values = row.read.values
    columns = row.where["statement"]
    text = "\n".join(row.cells[at] for at in columns)
    if told := _told(row, columns[0], text):
        for at in columns:
            row.went(at, *told)
    elif "event" not in values and len(text) <= LONGEST:
        values["event"] = text
        for at in columns:
            row.went(at, "event")
    else:
        if len(text) > LONGEST:
            row.doubt(
                columns[0],
                f"{text[:80]}…",
                f"It has {len(text):,} characters, more than {LONGEST:,}: to the notes",
            )
        for at in columns:
            row.note(at)


def _told(row, at, text):
    """The parts of a statement that were taken from it; none where one of them is said elsewhere in
    the row.
    """
    told = parse_statement.told(text)
    if set(told) & set(row.read.values) or any(len(part) > LONGEST for part in told.values()):
        return {}
    if told:
        row.read.values.update(told)
        row.told(at, f"taken apart into {' and '.join(told)}")
    return told


def title(row):
    values = row.read.values
    for at in row.where.get("title", [])[:1]:
        line = " ".join(row.cells[at].split())
        values["title"] = line if len(line) <= parse_list.TITLE else parse_list.cut(line)
        row.went(at, "title")
        if not {"cause", "event", "consequence"} & set(values) and (
            told := _told(row, at, row.cells[at])
        ):
            row.went(at, *told)
        if len(line) > parse_list.TITLE:
            row.told(at, f"longer than {parse_list.TITLE} characters: the title is its beginning")
            if "event" in values or len(line) > LONGEST:
                row.note(at)
            else:
                values["event"] = row.cells[at]
                row.went(at, "event")


def what_a_new_risk_needs(row):
    """A title out of what could happen, and the other way round. Both are named as made."""
    values, made = row.read.values, row.read.made
    telling = next(
        (values[name] for name in ("event", "consequence", "cause") if values.get(name)), ""
    )
    if "title" not in values and telling:
        values["title"] = parse_list.titled(parse_list.first_sentence(telling))[0]
        made.add("title")
        row.read.split.append("Title: made from the first sentence of what could happen")
    if "title" in values and "event" not in values:
        values["event"] = values["title"]
        made.add("event")
    if "title" not in values and not is_ours(row):
        at = next(
            (
                at
                for at, target in enumerate(row.plan.columns)
                if target in ("title", "event", "statement")
            ),
            0,
        )
        row.doubt(at, "", "Enter a title or what could happen: the row names no risk", refuses=True)


def response(row):
    """Tolerating has a reason and an end, and nothing else has them."""
    values = row.read.values
    if values.get("response") == "tolerate":
        if not (values.get("response_reason") and values.get("tolerated_until")):
            at = row.where["response"][0]
            row.doubt(
                at,
                row.cells[at],
                "Tolerating needs a reason and the day on which it ends: it stays with the notes",
            )
            for name in ("response", "response_reason", "tolerated_until"):
                row.give_back(name) if name in values else None
        return
    for name in ("response_reason", "tolerated_until"):
        row.give_back(name)
