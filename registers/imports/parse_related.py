"""Parse what belongs to a risk from a row: ratings, controls, actions."""

import datetime
import re
from functools import lru_cache

from registers.cell_lists import read_action
from registers.imports import parse_fields, parse_list, parse_rating
from registers.imports.mapping import rating_texts
from registers.imports.parsed_row import ParsedAction, ParsedRating
from registers.imports.resolve_rating import SCORE, RatingResolver
from registers.phrases.files import possible_pairs, several_in_one_cell, unequal_lists
from registers.phrases.numbers import join_names

QUARTER = datetime.timedelta(days=92)
RATING_WORDS = re.compile(r"\b(?:l|i|x|by|likelihood|impact|probability|score|p)\b")


def parse_ratings(row, resolver: RatingResolver, columns_by_rating, meanings):
    for (kind, day), columns in columns_by_rating.items():
        texts = rating_texts(columns, row.cells)
        if not texts:
            continue
        result = resolver.resolve(texts)
        for text, problem in result.doubts:
            row.add_problem(_problem_column(columns, row, text), text, problem)
        on, is_ahead = _rating_day(
            row,
            columns[0][0],
            day,
            has_undated_rating=any(
                rating.kind == kind and not rating.on for rating in row.parsed.ratings
            ),
        )
        if result.pair is None or is_ahead:
            _report_unresolved(row, columns, result, resolver)
            continue
        details = {} if day else _rating_details(row, kind, meanings)
        row.parsed.ratings.append(
            ParsedRating(kind, *result.pair, on or details.pop("on", None), **details)
        )
        if result.explanation:
            row.add_split_note(
                next(at for at, part, _ in columns if part == SCORE and row.cells.get(at)),
                result.explanation,
            )
        _record_rating_columns(row, columns, result, resolver)
    for kind in {k for k, _ in columns_by_rating} | {
        target.split(".")[0] for target in row.columns if "." in target
    }:
        if not any(rating.kind == kind for rating in row.parsed.ratings):
            for part in ("driver", "rationale", "on"):
                row.revert_to_notes(f"{kind}.{part}")


def _problem_column(columns, row, text):
    return next(
        (at for at, _, _ in columns if row.cells.get(at) and row.cells[at] in text), columns[0][0]
    )


def _rating_day(row, at, day, has_undated_rating):
    """(the day in the heading, whether it is too far ahead for a rating to exist).

    A day up to a quarter ahead counts as the day of the import, None, if the kind has no other.
    """
    if not day:
        return None, False
    on, today = datetime.date.fromisoformat(day), row.today
    if on <= today:
        return on, False
    if on - QUARTER <= today and not has_undated_rating:
        row.add_split_note(
            at,
            f"{parse_fields.day_text(on)} is in the future, so the rating counts from the import",
        )
        return None, False
    row.add_problem(at, parse_fields.day_text(on), "This date is in the future: no rating imported")
    return None, True


def _report_unresolved(row, columns, result, resolver):
    """Without a pair: problems for unmapped texts, and all go to the notes."""
    undecided = set(result.undecided)
    for at, part, _ in columns:
        text = row.cells.get(at)
        if not text:
            continue
        if (part, text) in undecided:
            row.add_problem(
                at,
                text,
                f"{_unresolved_reason(part, text, resolver)}: kept in the notes without a rating",
            )
        row.move_to_notes(at)


def _unresolved_reason(part, text, resolver):
    if part != SCORE:
        return f"The scoring scheme has no such level of {part}, and you have not matched it to one"
    pairs = resolver.match(text, False).pairs
    if len(pairs) > 1 and parse_rating.numbers_in(text):
        return possible_pairs(sorted(pairs))
    return "This does not give likelihood and impact, and you have not matched it to them"


def _record_rating_columns(row, columns, result, resolver):
    """With a pair: record the cells that agree with it, and move the others to the notes."""
    band = resolver.scheme.place(*result.pair).band
    band_words = _band_words(band.label) | _band_words(band.slug)
    for at, part, _ in columns:
        text = row.cells.get(at)
        if not text:
            continue
        if part == SCORE:
            is_in_rating = (part, text) in result.confirmed and _text_words(text) <= band_words
        else:
            is_in_rating = resolver.level(part, text) is not None
        if is_in_rating:
            row.record_target(at, row.plan.columns[at])
        else:
            row.move_to_notes(at)


@lru_cache(maxsize=1000)
def _band_words(band):
    return frozenset(parse_rating.normalise_word(band).split())


def _text_words(text):
    return set(RATING_WORDS.sub(" ", re.sub(r"[\W\d_]", " ", text.lower())).split())


def _rating_details(row, kind, meanings):
    """Rationale, driver and day from the columns of a kind of rating."""
    details = {}
    for at in row.columns.get(f"{kind}.driver", [])[:1]:
        slugs, unknown = meanings.lookup_all("driver", row.cells[at])
        if len(slugs) == 1 and not unknown:
            details["driver"] = slugs[0]
            row.record_target(at, f"{kind}.driver")
        else:
            row.add_problem(at, row.cells[at], f"{parse_fields.NOT_MAPPED}: kept in the notes")
            row.move_to_notes(at)
    columns = row.columns.get(f"{kind}.rationale", [])
    text = "\n".join(row.cells[at] for at in columns)
    for at in columns:
        if len(text) > parse_fields.LONGEST:
            row.move_to_notes(at)
        else:
            details["rationale"] = text
            row.record_target(at, f"{kind}.rationale")
    for at in row.columns.get(f"{kind}.on", [])[:1]:
        day = parse_fields.parse_day(row, at, row.cells[at], is_first=True)
        if day and day <= row.today:
            details["on"] = day
            row.record_target(at, f"{kind}.on")
        else:
            if day:
                row.add_problem(
                    at,
                    row.cells[at],
                    "The date must be today or in the past: the rating counts from the import",
                )
            row.move_to_notes(at)
    return details


def parse_controls(row):
    for at in row.columns.get("controls", []):
        items = _split_cell(row, at)
        controls = [parse_list.split_title(item) for item in _without_figures(row, at, items)]
        if _reject_too_long(row, at, controls):
            continue
        row.parsed.controls += controls
        if controls:
            row.record_target(at, "controls")


def _without_figures(row, at, items):
    """The items but for numbers, references and "None", which are neither controls nor actions.

    Where there are such, the whole cell stays with the notes too.
    """
    texts = [item for item in items if not parse_list.is_no_item(item)]
    if len(texts) < len(items):
        row.move_to_notes(at)
    return texts


def _split_cell(row, at):
    split = parse_list.split_list(row.cells[at])
    if len(split.items) > 1:
        row.add_split_note(at, several_in_one_cell(len(split.items), split.style))
    return split.items


def _reject_too_long(row, at, items):
    longest = max((len(detail) for _, detail in items), default=0)
    if longest > parse_fields.LONGEST:
        row.add_problem(
            at,
            f"{row.cells[at][:80]}…",
            f"One of them has {longest:,} characters: kept in the notes",
        )
        row.move_to_notes(at)
    return longest > parse_fields.LONGEST


def parse_actions(row, meanings):
    actions = []
    for at in row.columns.get("actions", []):
        items = _without_figures(row, at, _split_cell(row, at))
        parsed = [_parse_action(row, at, item) for item in items]
        if not _reject_too_long(row, at, [(action.title, action.detail) for action in parsed]):
            actions += parsed
            row.record_target(at, *(["actions"] if parsed else []))
    owners = _action_details(
        row,
        "action_owner",
        len(actions),
        lambda at, text: parse_fields.read_post(row, at, text, meanings),
    )
    dues = _action_details(
        row, "action_due_on", len(actions), lambda at, text: _parse_due(row, at, text)
    )
    for action, owner, due in zip(actions, owners, dues, strict=True):
        row.parsed.actions.append(
            ParsedAction(
                action.title,
                action.detail,
                action.owner or owner or "",
                action.due_on or due,
                action.is_done,
            )
        )


def _parse_action(row, at, item):
    """An action as our exports write it, or with its post and day in brackets."""
    if exported := read_action(item, row.reference_data.posts):
        title, owner, due, done = exported
        return ParsedAction(*parse_list.split_title(title), owner, due, done is not None)
    text, owner, span = parse_list.parse_action_suffix(
        item, row.plan.is_day_first, row.today.year, row.reference_data.posts
    )
    due = span.last if span else None
    if due and _is_too_far_ahead(row, due):
        text, owner, due = item, "", None
    if due:
        row.add_split_note(
            at,
            f"{item[len(text) :].strip()}: "
            f"{join_names([part for part in (owner, parse_fields.day_text(due)) if part])}",
        )
    return ParsedAction(
        *parse_list.split_title(text), owner, due, bool(parse_list.DONE.search(item))
    )


def _is_too_far_ahead(row, due):
    return due > row.today + datetime.timedelta(days=366 * parse_fields.YEARS_AHEAD)


def _parse_due(row, at, text):
    due = parse_fields.parse_day(row, at, text)
    if due and _is_too_far_ahead(row, due):
        row.add_problem(
            at, text, "The date must be within ten years: check the year. Kept in the notes"
        )
        return None
    return due


def _action_details(row, target, count, read):
    """The owner or day of each action, from one cell: a line each where there are several."""
    for at in row.columns.get(target, [])[:1]:
        text = row.cells[at]
        parts = [text] if count == 1 else parse_list.split_list(text).items
        values = [read(at, part) for part in parts] if count and len(parts) == count else []
        if values and all(value is not None for value in values):
            row.record_target(at, target)
            if "" in values:
                row.move_to_notes(at)
            return values
        if count > 1 and len(parts) != count:
            row.add_split_note(at, unequal_lists(len(parts), count))
        row.move_to_notes(at)
    return [None] * count
