"""Map columns to targets: guessed from headings and contents, corrected by the user, remembered."""

import re
from collections import Counter
from dataclasses import asdict, dataclass, field, replace

from registers.import_fields import BY_NAME, IGNORE, NOTE, Sort
from registers.imports import (
    column_neighbours,
    confirm_contents,
    detect_columns,
    detect_table,
    group_rows,
    own_export,
    parse_date,
    parse_rating,
    parse_statement,
    row_roles,
    scales,
    value_mapping,
)
from registers.imports.resolve_rating import SCORE, RatingResolver
from registers.imports.sheet_features import ERROR
from registers.spreadsheet import Sheet, SheetRow, column_letter

ENOUGH_RATED = 5  # rated rows, of which a single odd one does not make another scale
SAMPLE = 300  # rows that columns are detected from
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass
class Plan:
    """How a sheet is read; stored as RegisterImport.plan.

    first_line: number of the first row of data. names: headings. columns: the name of a Target for
    each column, a rating's with its day if it has one ("current.score@2026-06-30").
    words: target -> word in the file -> our value, or "" to keep it with the row only:
    {"likelihood": {"V High": 5}, "score": {"Amber": [3, 4]}, "owner": {"Hd of Law": "Solicitor"}}.
    footer_from: number of the row where notes below the table begin.
    another_scale: its numbers are not the scheme's; ratings are read only as `words` map them.
    statement_goes_to: "event", "consequence" or "notes": where the text of a cell goes that holds a
    risk and its effects and does not show where one ends; None: not asked yet, the event.
    goes_on: whether a row that names no risk, or repeats its name, continues the risk above; None:
    not asked yet.
    judged_on: the day, as 2026-06-30, of ratings that have none; None: the day of the import.
    lookalikes: number of a row that looks like a risk of the register -> the number of the risk
    that it is, 0 for a new one.
    headings: numbers of the first and the last row with headings; None where there are none.
    roles: what the user decided that single rows of this file are, by number: of row_roles.ROLES.
    """

    sheet: str
    first_line: int
    names: list[str]
    columns: list[str]
    words: dict[str, dict] = field(default_factory=dict)
    is_day_first: bool = True
    footer_from: int | None = None
    another_scale: bool = False
    statement_goes_to: str | None = None
    goes_on: bool | None = None
    judged_on: str | None = None
    lookalikes: dict[str, int] = field(default_factory=dict)
    headings: list[int] | None = None
    roles: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Plan":
        return cls(**data)


@dataclass(frozen=True)
class ReferenceData:
    """What the register and the library offer, for guessing and reading. No database.

    prefix: of references, CORP. posts: titles. choices: target -> stored value -> label.
    library: "failure_types", "adverse_impacts" -> slug -> name. today: a datetime.date; of a past
    register its day. is_past: whether it is one.
    """

    scheme: object  # registers.scoring.Scheme
    prefix: str
    posts: tuple[str, ...]
    choices: dict[str, dict[str, str]]
    library: dict[str, dict[str, str]]
    today: object = None
    is_past: bool = False


def guess_plan(
    sheet: Sheet,
    reference_data: ReferenceData,
    previous: Plan | None = None,
    key: scales.ScaleKey | None = None,
    layout: detect_table.TableLayout | None = None,
) -> Plan:
    """Guess the plan of a sheet.

    previous: the plan of the last import, kept for equal headings. key: of the scales, where the
    workbook has one on another sheet. layout: where the table is, by the user's word; else that is
    guessed too.
    """
    is_guess = layout is None
    layout = layout or detect_table.detect_table(sheet, previous and own_names(previous))
    names = [name or f"Column {column_letter(at)}" for at, name in enumerate(layout.names)]
    plan = Plan(
        sheet.name,
        layout.first_line,
        names,
        [NOTE] * len(names),
        footer_from=layout.footer_from,
        headings=[layout.heads[0], layout.heads[-1]] if layout.heads else None,
    )
    rows = data_rows(sheet, plan)[:SAMPLE]
    cells = [
        [row.cells[at] if at < len(row.cells) else "" for row in rows] for at in range(len(names))
    ]
    plan.columns = _detect_columns(layout.names, names, cells, reference_data)
    plan.is_day_first = not parse_date.is_month_first(
        text for column in cells for text in column if text
    )
    key = (key or {}) | scales.find_key([replace(sheet, rows=tuple(non_data_rows(sheet, plan)))])
    plan.another_scale = _is_another_scale(
        plan.columns, cells, reference_data.scheme
    ) or scales.is_another(plan.names, plan.columns, key, reference_data.scheme)
    if is_guess and rows and _is_guidance(cells, plan):
        later = [row.number for row in sheet.rows if row.number > rows[0].number]
        plan.first_line = later[0] if later else plan.first_line
    add_section_column(plan, sheet)
    if previous:
        plan = _apply_previous(plan, previous)
        add_section_column(plan, sheet)
    if plan.goes_on is None and (numbers := continuation_rows(sheet, plan)):
        plan.goes_on = group_rows.is_rule(numbers, sheet, plan)
    return plan


def own_names(plan: Plan) -> list[str]:
    """The headings of a plan without that of the column of section headings."""
    is_added = plan.names[-1:] == [row_roles.SECTION_HEADING]
    return plan.names[:-1] if is_added else plan.names


def add_section_column(plan: Plan, sheet: Sheet) -> None:
    """Give the plan a last column for section headings where the table has some, else take it."""
    width = detect_table.width_of(sheet)
    rows = table_rows(sheet, plan)
    asides = row_roles.find_asides(rows, sheet, plan).values()
    has_sections = any(aside.outcome == row_roles.RowOutcome.SECTION for aside in asides)
    if has_sections and len(plan.names) == width:
        plan.names, plan.columns = (
            [*plan.names, row_roles.SECTION_HEADING],
            [*plan.columns, IGNORE],
        )
    elif not has_sections and len(plan.names) > width:
        plan.names, plan.columns = plan.names[:width], plan.columns[:width]


def _apply_previous(plan, previous):
    """The plan with the previous decisions for equal headings, if most of them are there."""
    targets = dict(
        zip(map(detect_columns.normalise_heading, previous.names), previous.columns, strict=True)
    )
    headings = [detect_columns.normalise_heading(name) for name in plan.names]
    if len(targets) < len(previous.names) or len(set(headings)) < len(headings):
        # Headings that occur twice are told apart by their position.
        targets = dict(
            zip(
                enumerate(map(detect_columns.normalise_heading, previous.names)),
                previous.columns,
                strict=True,
            )
        )
        headings = list(enumerate(headings))
    shared = [name for name in headings if name in targets]
    if len(shared) * 2 < len(targets):
        return plan
    shared_targets = {targets[name] for name in shared}
    is_free = [allows_several(target) or target not in shared_targets for target in plan.columns]
    columns = [
        targets.get(name, target if free else NOTE)
        for name, target, free in zip(headings, plan.columns, is_free, strict=True)
    ]
    columns = [
        NOTE if name == IGNORE != target else name
        for name, target in zip(columns, plan.columns, strict=True)
    ]
    keep = {
        name: asdict(previous)[name]
        for name in ("words", "is_day_first", "another_scale", "statement_goes_to", "goes_on")
    }
    # A new heading can bring another scale, "Impact (1-10)".
    keep["another_scale"] |= plan.another_scale and not {*plan.names} <= {*previous.names}
    return replace(plan, columns=columns, **keep)


def likeliest_sheet(sheets: list[Sheet], reference_data: ReferenceData) -> int:
    """The index of the sheet with the most recognised columns.

    Workbooks also have sheets of guidance, keys and old versions.
    """
    recognised_counts = [
        len(set(guess_plan(sheet, reference_data).columns) - {NOTE, IGNORE}) for sheet in sheets
    ]
    return recognised_counts.index(max(recognised_counts))


def _detect_columns(headings, names, cells, reference_data):
    profiles = [detect_columns.profile_column(column) for column in cells]
    targets = [detect_columns.detect_target(name) for name in headings]
    is_own_export = own_export.has_own_headings(tuple(headings))
    if not is_own_export:
        targets = [
            t and confirm_contents.confirm_target(t, column, name)
            for t, column, name in zip(targets, profiles, headings, strict=True)
        ]
        targets = column_neighbours.assign_to_actions(headings, targets)
        targets = column_neighbours.find_products(targets, lambda at: cells[at])
    targets = column_neighbours.keep_derived(headings, targets, is_own_export)
    targets = detect_columns.resolve_rating_kinds(names, targets, lambda at: cells[at])
    targets = _drop_duplicates(targets)
    assigned = {target for target in targets if target}
    free = [at for at, target in enumerate(targets) if not target]
    unnamed = [
        column if at in free else detect_columns.profile_column([])
        for at, column in enumerate(profiles)
    ]
    for at, target in detect_columns.detect_by_contents(
        unnamed, headings, assigned, reference_data.posts
    ).items():
        targets[at] = target
    if not assigned.intersection({"title", "statement", "event"}):
        free = [at for at, target in enumerate(targets) if not target]
        if description := detect_columns.detect_description(profiles, free):
            targets[description[0]] = description[1]
    return [target or NOTE for target in targets]


def _drop_duplicates(targets):
    """Move further columns of a target that allows one column only to the notes."""
    assigned = set()
    for at, target in enumerate(targets):
        if target and target in assigned and not allows_several(target):
            targets[at] = NOTE
        assigned.add(target)
    return targets


def allows_several(target: str) -> bool:
    """Whether several columns may have the target: texts are joined, ratings have to agree."""
    base = target.split("@")[0]
    is_one = base in ("reference", "title") or BY_NAME[base].sort in (
        Sort.DAY,
        Sort.POUNDS,
        Sort.CHOICE,
        Sort.TYPES,
        Sort.POST,
    )
    return not is_one


def _is_another_scale(columns, cells, scheme):
    """Whether ratings have numbers outside the scheme, or a level's word beside another number.

    A single such row is taken for a slip: it is asked about, and the other rows keep their meaning.
    """
    most = {"likelihood": len(scheme.likelihood), "impact": len(scheme.impact)}
    most["score"] = most["band"] = most["likelihood"] * most["impact"]
    rated, outside, is_another = set(), set(), False
    for target, column in zip(columns, cells, strict=True):
        part = detect_columns.rating_part(target)[1]
        texts = {at: text for at, text in enumerate(column) if text} if part else {}
        odd = {at for at, text in texts.items() if _is_outside(text, part, most[part], scheme)}
        rated |= set(texts)
        outside |= odd
        is_another |= len(odd) * 50 >= len(texts) > 0 < len(odd)  # fewer are slips
    return is_another and not (len(outside) == 1 and len(rated) >= ENOUGH_RATED)


def _is_outside(text, part, most, scheme):
    match = parse_rating.LEVEL.fullmatch(" ".join(text.lower().split()).strip(" .;:"))
    if part in ("score", "band"):
        is_outside = parse_rating.is_pair(text) and not parse_rating.match_score(scheme, text).pairs
        return is_outside or any(not 0 < figure <= most for figure in parse_rating.numbers_in(text))
    if not match:
        return False
    levels = scheme.likelihood if part == "likelihood" else scheme.impact
    named_level = parse_rating.match_level(levels, match["word"]) if match["word"] else None
    return not 0 < int(match["number"]) <= most or named_level not in (None, int(match["number"]))


def _is_guidance(cells, plan):
    """Whether the first row explains the columns: sentences above days and ratings."""
    instructions = shorter_below = 0
    for column, target in zip(cells, plan.columns, strict=True):
        base = target.split("@")[0]
        sort = BY_NAME[base].sort if base in BY_NAME else None
        if sort in (Sort.DAY, Sort.RATING, Sort.SCORE) and column[0]:
            instructions += _is_sentence(column[0])
            below = [text for text in column[1:] if text]
            shorter_below += bool(below) and (
                sum(map(len, below)) / len(below) < len(column[0]) * 0.8
            )
    return instructions >= 2 and shorter_below >= 2


def _is_sentence(text):
    """No number is one, however long: 3.3333333333333335."""
    return len(text) > 15 and len(WORD.findall(text)) >= 3 and not parse_date.is_day(text)


def table_rows(sheet: Sheet, plan: Plan) -> list[SheetRow]:
    """The rows of the table that have a text, whatever they hold."""
    end = plan.footer_from or float("inf")
    return [
        row
        for row in sheet.rows
        if plan.first_line <= row.number < end and any(map(str.strip, row.cells))
    ]


def non_data_rows(sheet: Sheet, plan: Plan) -> list[SheetRow]:
    """The rows above the table, its headings, and those below it."""
    end = plan.footer_from or float("inf")
    return [row for row in sheet.rows if not plan.first_line <= row.number < end]


def data_rows(sheet: Sheet, plan: Plan) -> list[SheetRow]:
    """The rows that hold risks, grouped to one a risk (registers.imports.group_rows)."""
    return group_rows.group_by_risk(_rows_with_risks(sheet, plan), sheet, plan)


def _rows_with_risks(sheet, plan):
    """The rows of the table without asides; grouping them does not change what is one."""
    rows = table_rows(sheet, plan)
    asides = row_roles.find_asides(rows, sheet, plan)
    if len(plan.names) > detect_table.width_of(sheet):
        return row_roles.with_sections(rows, asides)
    return [row for row in rows if row.number not in asides] if asides else rows


def continuation_rows(sheet: Sheet, plan: Plan) -> list[int]:
    """The numbers of the rows that continue the risk above, or would if Plan.goes_on were set."""
    rows = _rows_with_risks(sheet, plan)
    alone, joined = (
        group_rows.group_by_risk(rows, sheet, replace(plan, goes_on=goes_on))
        for goes_on in (False, True)
    )
    return sorted({row.number for row in alone} - {row.number for row in joined})


def undivided_statements(sheet: Sheet, plan: Plan) -> list[int]:
    """The numbers of the rows whose risk and effects stand in one cell and cannot be told apart."""
    columns = [
        at
        for at, (name, target) in enumerate(zip(plan.names, plan.columns, strict=True))
        if target == "statement" and detect_columns.names_effects_too(name)
    ]
    return [
        row.number
        for row in (data_rows(sheet, plan) if columns else [])
        if any(parse_statement.is_undivided(row.cells[at]) for at in columns if at < len(row.cells))
    ]


def unmapped_words(
    sheet: Sheet, plan: Plan, reference_data: ReferenceData
) -> dict[str, dict[str, int]]:
    """Words of the sheet without a meaning yet: mapping key -> word -> number of rows.

    Keys are those of Plan.words: "likelihood", "impact", "score", "owner", "driver" or a target.
    """
    counts_by_key: dict[str, Counter] = {}
    resolver = RatingResolver.for_plan(reference_data.scheme, plan.words, plan.another_scale)
    meanings = value_mapping.ValueMapping(plan.words, reference_data)
    columns_by_rating = rating_columns(plan)
    are_errors_texts = own_export.is_own_file(tuple(plan.names))
    for row in data_rows(sheet, plan):
        cells = dict(enumerate(map(str.strip, row.cells)))
        words = [
            pair
            for parts in columns_by_rating.values()
            for pair in resolver.resolve(rating_texts(parts, cells)).undecided
        ]
        for at, target in enumerate(plan.columns):
            for text in group_rows.distinct_texts(row, at, target):
                words += meanings.unmapped_words(target, text)
        for key, word in dict.fromkeys(words):
            if ERROR.fullmatch(word) and not are_errors_texts:
                continue
            counts_by_key.setdefault(key, Counter())[word] += 1
    return {key: dict(counts.most_common()) for key, counts in counts_by_key.items()}


def rating_columns(plan: Plan) -> dict[tuple[str, str], list[tuple[int, str, bool]]]:
    """(kind, day) -> its columns: index, part, whether the heading puts the impact first.

    A band's part is "score".
    """
    columns = {}
    for at, target in enumerate(plan.columns):
        kind, part = detect_columns.rating_part(target)
        if part:
            part = SCORE if part == "band" else part
            columns.setdefault((kind, target.partition("@")[2]), []).append(
                (at, part, parse_rating.is_impact_first(plan.names[at]))
            )
    return columns


def rating_texts(columns, cells) -> list[tuple[str, str, bool]]:
    return [(part, cells[at], is_first) for at, part, is_first in columns if cells.get(at)]
