"""Parse a risk's own fields from a row: reference, days, choices, owner and texts.

Each function takes a RowBuilder and sets values, or reports problems and moves cells to the notes.
"""

import datetime
import re
from functools import lru_cache

from registers.import_fields import NOTE
from registers.imports import owners, parse_date, parse_list, parse_statement, value_mapping
from registers.imports.detect_columns import names_effects_too
from registers.models.review import latest_next_review
from registers.phrases.files import first_of_owners, taken_apart_into
from registers.pounds import FORM_OF_AMOUNT, parse_pounds
from registers.risk_fields import BY_NAME, Sort, names_of

YEARS_AHEAD = 10  # at most, of an action's due day
LONGEST = BY_NAME["event"].longest  # characters of a text
# Of a month the first day counts; of other days the last.
PAST_DAYS = ("raised_on", *names_of(Sort.DAY, is_imported=True, is_past=True))
DAYS = ("raised_on", *names_of(Sort.DAY, is_imported=True))
AMOUNTS = names_of(Sort.POUNDS, is_imported=True)
CHOICES = names_of(Sort.CHOICE, is_imported=True)
TYPES = names_of(Sort.TYPES, is_imported=True)
TEXTS = tuple(
    BY_NAME[name]
    for name in names_of(Sort.LINE, Sort.TEXT, is_imported=True)
    if name not in ("title", NOTE)  # which have steps of their own
)
NOT_MAPPED = "This word has no meaning on this register yet"


def reference_number(reference: str, prefix: str) -> int | None:
    """The number in a reference of the register, CORP-007 or corp 7; None for any other.

    A bare number may be another system's.
    """
    match = _form(prefix).fullmatch(reference.strip()) if prefix else None
    return int(match[1]) if match else None


@lru_cache(maxsize=100)
def _form(prefix):
    return re.compile(rf"{re.escape(prefix)}[ -]?0*(\d{{1,9}})", re.I)


def parse_reference(row):
    for at in row.columns.get("reference", [])[:1]:
        text = " ".join(row.cells[at].split())
        number = reference_number(text, row.reference_data.prefix)
        row.record_target(at, "reference")
        if number is not None:
            row.parsed.values["reference"] = f"{row.reference_data.prefix}-{number:03d}"
        else:
            row.parsed.values["reference"] = text
            row.move_to_notes(at, heading="Reference there")


def has_own_reference(row) -> bool:
    return (
        reference_number(row.parsed.values.get("reference", ""), row.reference_data.prefix)
        is not None
    )


def parse_day(row, at: int, text: str, *, is_first: bool = False) -> datetime.date | None:
    """The day in a text, else None and a problem. is_first: of a month or quarter its first day."""
    try:
        span = parse_date.parse_span(text, row.plan.is_day_first, row.today.year)
    except parse_date.InvalidDay as problem:
        row.add_problem(at, text, f"{problem}: kept in the notes")
        return None
    if span is None:
        if not parse_date.means_no_day(text):
            row.add_problem(at, text, "This is not a date: kept in the notes")
        return None
    date = span.first if is_first else span.last
    if span.unit != "day":
        row.add_split_note(
            at,
            f"{text} is a {span.unit}: its {'first' if is_first else 'last'} day, {day_text(date)}",
        )
    return date


def day_text(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"


def parse_days(row):
    for target in DAYS:
        for at in row.columns.get(target, [])[:1]:
            text = row.cells[at]
            date = parse_day(row, at, text, is_first=target in PAST_DAYS)
            problem = date and _day_problem(target, date, row.today)
            if problem:
                row.add_problem(at, text, problem)
            if date and not problem:
                row.set_value(target, date)
            else:
                row.move_to_notes(at)


def derive_raised_on(row):
    """A sheet that has no other day begins a new risk on the day that it was identified."""
    day = row.parsed.values.get("identified_on")
    if day and "raised_on" not in row.plan.columns:
        row.parsed.values["raised_on"] = day
        row.parsed.derived.add("raised_on")


def _day_problem(target, date, today):
    if target in PAST_DAYS and date > today:
        return "The date must be today or in the past: kept in the notes"
    if target == "tolerated_until" and not today < date <= latest_next_review(today):
        return (
            f"The date must be after today and {day_text(latest_next_review(today))} or earlier: "
            "kept in the notes"
        )
    if target == "next_review_on" and date > latest_next_review(today):
        return (
            f"The next review must be {day_text(latest_next_review(today))} or earlier: kept in "
            "the notes"
        )
    return ""


def parse_amounts(row):
    for target in AMOUNTS:
        for at in row.columns.get(target, [])[:1]:
            text = row.cells[at]
            pounds = parse_pounds(text)
            if pounds is not None:
                row.set_value(target, pounds)
                continue
            if value_mapping.word_key(text) not in value_mapping.BLANK_WORDS:
                problem = f"This is not an amount in {FORM_OF_AMOUNT}: kept in the notes"
                row.add_problem(at, text[:80], problem)
            row.move_to_notes(at)


def parse_choices(row, meanings):
    for target in CHOICES:
        for at in row.columns.get(target, [])[:1]:
            text = row.cells[at]
            choice = meanings.lookup(target, text)
            if choice:
                row.set_value(target, choice)
            else:
                _handle_unmapped(row, at, text, choice)


def _handle_unmapped(row, at, text, choice):
    """A word without a value goes to the notes: with a problem, unless somebody said so."""
    if choice != "" and value_mapping.word_key(text) not in value_mapping.BLANK_WORDS:
        row.add_problem(at, text, f"{NOT_MAPPED}: kept in the notes")
    row.move_to_notes(at)


def parse_types(row, meanings):
    for target in TYPES:
        for at in row.columns.get(target, [])[:1]:
            slugs, unknown = meanings.lookup_all(target, row.cells[at])
            if target == "primary_failure_type" and len(slugs) > 1:
                row.add_problem(
                    at, row.cells[at], "A risk has one main failure type: kept in the notes"
                )
                slugs, unknown = [], []
                row.move_to_notes(at)
            if slugs:
                row.set_value(target, slugs[0] if target == "primary_failure_type" else slugs)
            for word in unknown:
                _handle_unmapped(row, at, word, None)
            if not slugs and not unknown:
                row.move_to_notes(at)
    main, further = (row.parsed.values.get(name) for name in TYPES[:2])
    if main and further and main in further:
        row.parsed.values[TYPES[1]] = [slug for slug in further if slug != main]


def parse_owner(row, meanings):
    for at in row.columns.get("owner", [])[:1]:
        text = row.cells[at]
        title = read_post(row, at, text, meanings)
        if title:
            row.set_value("owner", title)
        else:
            row.move_to_notes(at)


def read_post(row, at, text, meanings) -> str | None:
    """The post that a cell, or an item of one, names; see ValueMapping.resolve_post.

    What the title leaves out of the text goes to the notes.
    """
    title = meanings.resolve_post(text)
    if title == text:
        return title
    owners_named = meanings.owners_in(text)
    if title is None:
        is_person = any(map(owners.looks_like_person, owners_named))
        kind = (
            "This looks like a person, not a post"
            if is_person
            else "This is not the title of a post"
        )
        row.add_problem(at, text[:80], f"{kind}: kept in the notes")
    elif title and len(owners_named) > 1 and title.casefold() != " ".join(text.split()).casefold():
        row.add_split_note(at, first_of_owners(title, len(owners_named) - 1))
        row.move_to_notes(at)
    elif title and parse_list.parse_post(text)[1]:
        row.add_split_note(at, f"{text} is the post {title}")
        row.move_to_notes(at)
    return title


def parse_texts(row):
    for field in TEXTS:
        if (target := field.name) not in row.columns:
            continue
        text = "\n".join(row.cells[at] for at in row.columns[target])
        text = " ".join(text.split()) if field.sort is Sort.LINE else text
        if problem := _words_problem(text, field.most_words) or _length_problem(
            text, field.longest
        ):
            row.add_problem(
                row.columns[target][0], f"{text[:80]}…", f"{problem}: kept in the notes"
            )
            row.revert_to_notes(target)
        else:
            row.set_value(target, text)


def _words_problem(text, most):
    if most and (count := len(text.split())) > most:
        return f"This must be {most} words or fewer and has {count:,}"
    return ""


def _length_problem(text, longest):
    if len(text) > longest:
        return f"This must be {longest:,} characters or fewer and has {len(text):,}"
    return ""


def parse_statement_field(row):
    if "statement" not in row.columns:
        return
    values = row.parsed.values
    columns = row.columns["statement"]
    text = "\n".join(row.cells[at] for at in columns)
    target = row.plan.statement_goes_to or "event"
    if parts := _split_statement(row, columns[0], text):
        for at in columns:
            row.record_target(at, *parts)
    elif target in parse_statement.PARTS and target not in values and len(text) <= LONGEST:
        values[target] = text
        for at in columns:
            row.record_target(at, target)
        if names_effects_too(row.plan.names[columns[0]]):
            row.add_split_note(
                columns[0], "not split, because no word shows where its effects begin"
            )
    else:
        if len(text) > LONGEST:
            row.add_problem(
                columns[0],
                f"{text[:80]}…",
                f"{_length_problem(text, LONGEST)}: kept in the notes",
            )
        for at in columns:
            row.move_to_notes(at)


def _split_statement(row, at, text):
    """The parts of a statement, now set as values; {} where the row has one of them elsewhere."""
    parts = parse_statement.parse_statement(text)
    if set(parts) & set(row.parsed.values) or any(len(part) > LONGEST for part in parts.values()):
        return {}
    if parts:
        row.parsed.values.update(parts)
        row.add_split_note(at, taken_apart_into([*parts]))
    return parts


def parse_title(row):
    values = row.parsed.values
    for at in row.columns.get("title", [])[:1]:
        line = " ".join(row.cells[at].split())
        values["title"] = line if len(line) <= parse_list.TITLE else parse_list.truncate(line)
        row.record_target(at, "title")
        if not {"cause", "event", "consequence"} & set(values) and (
            parts := _split_statement(row, at, row.cells[at])
        ):
            row.record_target(at, *parts)
        if len(line) > parse_list.TITLE:
            row.add_split_note(
                at,
                f"longer than {parse_list.TITLE} characters, so we use its beginning as the title",
            )
            if "event" in values or len(line) > LONGEST:
                row.move_to_notes(at)
            else:
                values["event"] = row.cells[at]
                row.record_target(at, "event")


def derive_title_and_event(row):
    """Derive a missing title from the event, and a missing event from the title.

    A row without either is refused, unless its reference is the register's.
    """
    values, derived = row.parsed.values, row.parsed.derived
    description = next(
        (values[name] for name in ("event", "consequence", "cause") if values.get(name)), ""
    )
    if "title" not in values and description:
        values["title"] = parse_list.split_title(parse_list.first_sentence(description))[0]
        derived.add("title")
        row.parsed.split_notes.append("Title: taken from the first sentence of the event")
    if "title" in values and "event" not in values:
        values["event"] = values["title"]
        derived.add("event")
    if "title" not in values and not has_own_reference(row):
        at = next(
            (
                at
                for at, target in enumerate(row.plan.columns)
                if target in ("title", "event", "statement")
            ),
            0,
        )
        row.add_problem(
            at, "", "Enter a title or what could happen: the row names no risk", refuses=True
        )


def check_response(row):
    """Keep a reason and an end day only with "tolerate", and "tolerate" only with both."""
    values = row.parsed.values
    if values.get("response") == "tolerate":
        if not (values.get("response_reason") and values.get("tolerated_until")):
            at = row.columns["response"][0]
            row.add_problem(
                at,
                row.cells[at],
                "To tolerate a risk, give a reason and an end date: kept in the notes",
            )
            for name in ("response", "response_reason", "tolerated_until"):
                row.revert_to_notes(name) if name in values else None
        return
    for name in ("response_reason", "tolerated_until"):
        row.revert_to_notes(name)
