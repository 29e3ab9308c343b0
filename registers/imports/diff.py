"""Compare one row of a file with the register: is its risk new, changed, unchanged, or refused?

Values are plain: posts by title, library rows by slug, days as dates. No database.
"""

import datetime
from dataclasses import dataclass, field

from registers.import_fields import BY_NAME, KIND_TERMS, NOTE, RATINGS
from registers.imports.mapping import Plan, ReferenceData
from registers.imports.parsed_row import (
    NOTE_HEADINGS,
    ParsedAction,
    ParsedNote,
    ParsedRating,
    ParsedRow,
    RowProblem,
)
from registers.pasted_text import normalise_text
from registers.risk_fields import BY_NAME as FIELDS_BY_NAME
from registers.risk_fields import Sort, names_of
from registers.scoring import RatingOutsideScheme
from registers.spreadsheet import column_letter

NEVER_EMPTIED = ("title", "event", "status")
NON_CONTENT = ("reference", "raised_on")
DAYS = names_of(Sort.DAY, is_imported=True)
# The empty value of a field; of texts and choices it is "".
EMPTY = {
    **dict.fromkeys(("owner", "primary_failure_type", *DAYS, *names_of(Sort.POUNDS))),
    **dict.fromkeys(names_of(is_many=True), ()),
}
LONGEST = {name: FIELDS_BY_NAME[name].longest for name in names_of(Sort.LINE, is_imported=True)}
# Of ratings in our own files: what they say is read or is derived.
DERIVED_HEADINGS = tuple(f"{target.label}: " for target in RATINGS)
LONGEST["owner"] = 200  # of a post's title


@dataclass
class ExistingRisk:
    """What the register says of one risk.

    values: by field, as in ParsedRow.values. ratings: own ones by kind, oldest first. controls,
    actions: all titles; active_controls, open_actions: titles of those still in place or open.
    progress: (text, day) of its notes.
    latest_on: the day from which its latest revision holds.
    """

    pk: int
    reference: str
    version: int
    status: str
    values: dict
    raised_on: datetime.date
    ratings: dict[str, list[ParsedRating]] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    progress: list[tuple[str, datetime.date]] = field(default_factory=list)
    active_controls: list[str] = field(default_factory=list)
    open_actions: list[str] = field(default_factory=list)
    latest_on: datetime.date = datetime.date.min


@dataclass
class RowDiff:
    """What importing a row would do.

    changes: (field, before, after). missing: controls and actions that the register has and the
    row has not: they stay.
    """

    outcome: str
    changes: list[tuple] = field(default_factory=list)
    ratings: list[ParsedRating] = field(default_factory=list)
    controls: list[tuple[str, str]] = field(default_factory=list)
    actions: list[ParsedAction] = field(default_factory=list)
    progress: list[ParsedNote] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    closes: bool = False


def heading(plan: Plan, target: str) -> str:
    """Heading and letter of the first column read as the target; without one, our own label."""
    place = next(
        (n for n, column in enumerate(plan.columns) if column.partition("@")[0] == target), None
    )
    if place is None:
        return BY_NAME[target].label
    letter = column_letter(place)
    unnamed = f"Column {letter}"
    return unnamed if plan.names[place] == unnamed else f"{plan.names[place]} ({letter})"


def diff_new_risk(row: ParsedRow, plan: Plan, reference_data: ReferenceData) -> RowDiff:
    """Changes row.values where a new risk cannot begin so, and explains it in row.problems."""
    closes = row.values.get("status") == "closed"
    if row.values.get("status") == "happened":
        words = "Imported as open: on its page, record when it materialised and what happened"
        _add_problem(row, plan, "status", reference_data, words, is_noted=True)
    if row.values.get("status") in ("closed", "happened"):
        row.values["status"] = "open"
    if (raised_on := row.values.get("raised_on")) and raised_on > reference_data.today:
        words = "This date is in the future: the risk counts from today"
        _add_problem(row, plan, "raised_on", reference_data, words, is_noted=True)
        del row.values["raised_on"]
    row.values = {name: value for name, value in row.values.items() if value not in ("", None, [])}
    _drop_invalid(row, row.values, plan)
    ratings = [rating for rating in row.ratings if _is_valid_rating(row, rating, reference_data)]
    if not row.values.get("title") and not row.is_refused:
        row.problems.append(
            RowProblem(heading(plan, "title"), "", "Enter a title: the row names no risk", True)
        )
    if "consequence" in plan.columns and not row.values.get("consequence"):
        words = "Empty: the risk is imported without a consequence"
        row.problems.append(RowProblem(heading(plan, "consequence"), "", words, False))
    return RowDiff(
        "refused" if row.is_refused else "new",
        ratings=ratings,
        controls=_unique_controls(row.controls),
        actions=row.actions,
        progress=list(dict.fromkeys(row.progress)),
        closes=closes,
    )


def diff_row(
    existing: ExistingRisk, row: ParsedRow, plan: Plan, reference_data: ReferenceData
) -> RowDiff:
    """What the row says that the register does not; problems are added to row.problems."""
    values = _changeable_values(existing, row, plan, reference_data)
    changes = [
        (name, existing.values[name], value)
        for name, value in values.items()
        if _comparable(existing.values[name]) != _comparable(value)
    ]
    ratings = [
        rating
        for rating in row.ratings
        if _is_new_rating(row, rating, existing, reference_data)
        and _is_valid_rating(row, rating, reference_data)
    ]
    controls = [
        control
        for control in _unique_controls(row.controls)
        if not _is_listed(control[0], existing.controls)
    ]
    actions = [action for action in row.actions if not _is_listed(action.title, existing.actions)]
    progress = [note for note in dict.fromkeys(row.progress) if _is_new_note(note, existing)]
    diff = RowDiff("unchanged", changes, ratings, controls, actions, progress)
    diff.missing = _missing_titles(existing, row, plan)
    if reference_data.is_past and existing.latest_on > reference_data.today:
        _leave_later_words(diff, existing, row, plan)
    if any((diff.changes, diff.ratings, diff.controls, diff.actions, diff.progress)):
        diff.outcome = "changed"
        if existing.status == "closed":
            words = (
                f"{existing.reference} is closed: reopen it on its page, then import this row again"
            )
            reference = row.values.get("reference", "")
            row.problems.append(RowProblem(heading(plan, "reference"), reference, words, True))
    if row.is_refused:
        diff.outcome = "refused"
    return diff


def _leave_later_words(diff, existing, row, plan):
    """Keep the ratings of a past register alone, where the register says something of a later day.

    History runs forward: what a risk says on a past day is not changed by a file.
    """
    has_words = diff.changes or diff.controls or diff.actions
    diff.changes, diff.controls, diff.actions, diff.missing = [], [], [], []
    row.values.pop("next_review_on", None)
    if has_words:
        day = f"{existing.latest_on.day} {existing.latest_on:%B %Y}"
        words = (
            f"The risk changed later, on {day}: only ratings from the date of the file are "
            "imported, and the text of the risk stays"
        )
        row.problems.append(RowProblem(heading(plan, "title"), "", words, False))


def _changeable_values(existing, row, plan, reference_data):
    """The row's values by field, without those that an import does not change."""
    values = {
        name: value
        for name, value in row.values.items()
        if name not in (*NON_CONTENT, *row.derived)
    }
    values |= {
        name: EMPTY.get(name, "") for name in _emptied_fields(row, plan) if name in existing.values
    }
    if values.get("status", existing.status) != existing.status:
        words = (
            "This differs from the register, but a spreadsheet cannot change a status: change it "
            "on the page of the risk"
        )
        _add_problem(row, plan, "status", reference_data, words)
    values.pop("status", None)
    if existing.status == "closed":
        values.pop("next_review_on", None)  # nobody reviews what is closed
    _merge_notes(values, existing, row, plan)
    raised_on = row.values.get("raised_on", existing.raised_on)
    if raised_on != existing.raised_on and "raised_on" not in row.derived:
        words = "This differs from the date on the register, which stays"
        _add_problem(row, plan, "raised_on", reference_data, words)
    _drop_invalid(row, values, plan, existing.values)
    return values


def _missing_titles(existing, row, plan):
    """Titles of active controls and open actions that the file's columns no longer list."""
    missing = []
    if "controls" in plan.columns:
        titles = [title for title, _ in row.controls]
        missing += [title for title in existing.active_controls if not _is_listed(title, titles)]
    if "actions" in plan.columns:
        titles = [action.title for action in row.actions]
        missing += [title for title in existing.open_actions if not _is_listed(title, titles)]
    return missing


def _merge_notes(values, existing, row, plan):
    """Set the notes of an existing risk.

    Under our own reference the column of notes replaces them, if there is one. Lines that are new
    are added: what a cell says and no field holds.
    """
    before, lines = existing.values[NOTE], values.get(NOTE, "").split("\n")
    if row.values.get("reference") == existing.reference:
        lines = [line for line in lines if not line.startswith(DERIVED_HEADINGS)]
        if NOTE in plan.columns:
            cells = zip(plan.columns, plan.names, row.sheet_row.cells, strict=False)
            texts = [
                (name, text.strip())
                for column, name, text in cells
                if column == NOTE and text.strip()
            ]
            before = "\n".join(
                text if name.casefold() in NOTE_HEADINGS else f"{name}: {text}"
                for name, text in texts
            )
    texts = normalise_text(before)
    added = [line for line in lines if line.strip() not in texts]
    values[NOTE] = "\n".join([before, *added] if before else added)


def _emptied_fields(row: ParsedRow, plan: Plan) -> list[str]:
    """Fields that have a column and no text in it."""
    texts = {}
    for column, text in zip(plan.columns, row.sheet_row.cells, strict=False):
        texts.setdefault(column.partition("@")[0], []).append(text.strip())
    problem_columns = {problem.column for problem in row.problems}
    return [
        name
        for name, column_texts in texts.items()
        if not any(column_texts)
        and name not in (*NEVER_EMPTIED, *row.values)
        and heading(plan, name) not in problem_columns
    ]


def _drop_invalid(row, values, plan, before=None):
    """Remove from `values` what a database constraint would refuse, and add problems for it."""
    merged = {**(before or {}), **values}
    if merged.get("response") == "tolerate" and not (
        merged.get("response_reason") and merged.get("tolerated_until")
    ):
        words = (
            "To tolerate a risk, give a reason and an end date: enter both on the page of the risk"
        )
        row.problems.append(RowProblem(heading(plan, "response"), "Tolerate", words, False))
        for name in ("response", "response_reason", "tolerated_until"):
            values.pop(name, None)
    for name, longest in LONGEST.items():
        if len(values.get(name) or "") > longest:
            words = f"Shorten this to {longest} characters or fewer"
            text = values[name][:60] + "…"
            row.problems.append(RowProblem(heading(plan, name), text, words, True))


def _is_valid_rating(row, rating, reference_data):
    """Whether the scheme has the rating and its day has come; else a problem refuses the row."""
    try:
        reference_data.scheme.place(rating.likelihood, rating.impact)
    except RatingOutsideScheme:
        pair = f"{rating.likelihood} x {rating.impact}"
        words = "Enter a rating that the scoring scheme of this register has"
        row.problems.append(RowProblem(f"{KIND_TERMS[rating.kind]} rating", pair, words, True))
        return False
    if rating.on and rating.on > reference_data.today:
        words = "This date is in the future: correct it"
        column = f"{KIND_TERMS[rating.kind]} assessed on"
        row.problems.append(RowProblem(column, rating.on.isoformat(), words, True))
        return False
    return True


def _is_new_rating(row, rating, existing, reference_data):
    """Whether the register lacks the rating.

    A rating without a day is compared with the latest of its kind. In a past register it is judged
    on the day of the file, as each of its quarters stands by its ratings.
    """
    same_kind = existing.ratings.get(rating.kind, [])
    day = rating.on or (reference_data.today if reference_data.is_past else None)
    comparable = [other for other in same_kind if other.on == day] if day else same_kind[-1:]
    equal = [
        other
        for other in comparable
        if (other.likelihood, other.impact) == (rating.likelihood, rating.impact)
    ]
    rationales = {_comparable(other.rationale) for other in equal}
    if equal and rating.rationale and _comparable(rating.rationale) not in rationales:
        words = (
            "This differs from the rationale on the register, which cannot be edited: assess the "
            "risk again on its page"
        )
        column = f"{KIND_TERMS[rating.kind]} rationale"
        row.problems.append(RowProblem(column, rating.rationale, words, False))
    return not equal


def _is_new_note(note, existing):
    """Whether no note says the same, or none of that day where it has one."""
    days = {day for text, day in existing.progress if _one_line(text) == _one_line(note.text)}
    return note.on not in days if note.on else not days


def _add_problem(row, plan, name, reference_data, words, *, is_noted=False):
    """Add a problem that does not refuse the row, quoting the value by its label.

    is_noted: the value is kept in the notes.
    """
    value = row.values[name]
    text = reference_data.choices.get(name, {}).get(value, value)
    row.problems.append(RowProblem(heading(plan, name), str(text), words, False))
    if is_noted:
        note = f"{heading(plan, name)}: {text}"
        row.values[NOTE] = "\n".join(filter(None, [row.values.get(NOTE), note]))


def _unique_controls(controls):
    """Each title once."""
    return list({title: (title, detail) for title, detail in controls}.values())


def _comparable(value):
    if isinstance(value, str):
        text = value if value.isascii() and "\r" not in value else normalise_text(value)
        return "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return sorted(value) if isinstance(value, list | tuple | set) else value


def _is_listed(title, titles):
    return _one_line(title) in map(_one_line, titles)


def _one_line(title):
    return " ".join(normalise_text(title).split()).casefold()
