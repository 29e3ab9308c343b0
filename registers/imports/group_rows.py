"""Group the rows of a file that describe one risk, and merge each group into one row.

Cells merged downwards define a group. Where the user has agreed (Plan.goes_on), a row also
continues the risk above if it leaves out what identifies a risk, or repeats it. So does a row that
the user gave to the risk above (Plan.roles).
"""

from registers.import_fields import BY_NAME, Sort
from registers.imports import detect_columns
from registers.imports.row_roles import IDENTIFYING, LISTS, RowOutcome, comparable
from registers.risk_fields import names_of
from registers.spreadsheet import Sheet, SheetRow

ACTION_DETAILS = ("action_owner", "action_due_on")
# Besides texts and lists.
JOINED = ("title", *names_of(is_many=True), *ACTION_DETAILS)


def group_by_risk(rows: list[SheetRow], sheet: Sheet, plan) -> list[SheetRow]:
    """The rows of a table, one a risk; a risk in several rows has them as `source_rows`."""
    is_joined = plan.goes_on or RowOutcome.CONTINUATION in plan.roles.values()
    if not (is_joined or sheet.merged):
        return list(rows)
    groups = _group_merged_cells(rows, sheet, plan)
    if is_joined:
        groups = _join_continuations(groups, plan)
    return [group[0] if len(group) == 1 else merge_rows(group, plan) for group in groups]


def is_rule(numbers: list[int], sheet: Sheet, plan) -> bool:
    """Whether rows that may continue a risk surely do: at least half repeat it, or add to it.

    numbers: of those rows. They add controls or actions; other rows without a name are in doubt.
    """
    columns = [at for at, target in enumerate(plan.columns) if target in (*IDENTIFYING, *LISTS)]
    rows = {row.number: row for row in sheet.rows}
    sure = sum(any(_text(rows[number], at) for at in columns) for number in numbers)
    return sure * 2 >= len(numbers)


def merge_rows(rows: list[SheetRow], plan) -> SheetRow:
    """Merge rows: texts and lists are joined, of other columns the first row counts.

    A rating is taken whole from the first row that has it. See conflicting_cells for the rest.
    """
    width = max(len(row.cells) for row in rows)
    rates = {}
    for at, target in enumerate(plan.columns[:width]):
        if rating := detect_columns.rating_part(target)[0] and _rating_key(target):
            rates.setdefault(rating, []).append(at)
    rating_rows = {rating: _first_rating_row(rows, columns) for rating, columns in rates.items()}
    cells = []
    for at in range(width):
        target = _target(plan, at)
        row = rating_rows.get(_rating_key(target))
        texts = [
            text
            for source_row in (rows if row is None else [row])
            if (text := _text(source_row, at))
        ]
        is_joined = _is_joined(target) and len(set(texts)) > 1
        cells.append("\n".join(texts if is_joined else texts[:1]))
    return SheetRow(rows[0].number, tuple(cells), tuple(rows))


def conflicting_cells(merged: SheetRow, plan) -> list[tuple[int, int, str]]:
    """(row number, column, text) of what source rows say and merge_rows left out."""
    return [
        (row.number, at, text)
        for row in merged.source_rows
        for at in range(len(row.cells))
        if (text := _text(row, at))
        and not _is_joined(_target(plan, at))
        and comparable(text) != comparable(merged.cells[at])
    ]


def distinct_texts(merged: SheetRow, at: int, target: str) -> list[str]:
    """The texts of a column that are mapped one by one; beside actions, of each source row."""
    rows = merged.source_rows if merged.source_rows and target in ACTION_DETAILS else (merged,)
    return list(dict.fromkeys(text for row in rows if (text := _text(row, at))))


def _group_merged_cells(rows, sheet, plan):
    """Group rows by cells merged downwards.

    A merged cell in an identifying column makes its rows one risk; any other is copied to each row.
    """
    end = plan.footer_from or float("inf")
    down = [
        m for m in sheet.merged if m[2] > m[0] >= plan.first_line and m[2] < end and m[1] == m[3]
    ]
    if not down:
        return [[row] for row in rows]
    keys = {at + 1 for at in _identifying_columns(plan)}
    heads = {
        number: top
        for top, left, bottom, _ in down
        if left in keys
        for number in range(top, bottom + 1)
    }
    by_number = {row.number: row for row in rows}
    fills = [
        (top, left, bottom)
        for top, left, bottom, _ in down
        if left not in keys and top in by_number
    ]
    for top, left, bottom in fills:
        for number in range(top + 1, bottom + 1):
            if number in by_number and number not in heads:
                by_number[number] = _fill_cell(
                    by_number[number], left - 1, by_number[top].cells[left - 1]
                )
    groups = {}
    for row in by_number.values():
        groups.setdefault(heads.get(row.number, row.number), []).append(row)
    return list(groups.values())


def _fill_cell(row, at, text):
    cells = [*row.cells, *[""] * (at + 1 - len(row.cells))]
    return SheetRow(row.number, (*cells[:at], cells[at] or text, *cells[at + 1 :]))


def _join_continuations(groups, plan):
    """Add groups that continue the risk above to it. A gap or a heading ends a risk."""
    columns = _identifying_columns(plan)
    joined, above, names = [], None, {}
    for group in groups:
        role = plan.roles.get(str(group[0].number))
        if role == RowOutcome.CONTINUATION and joined:
            above = joined[-1]
            above += group
        elif plan.goes_on and not role and above and _continues(group[0], above, names, columns):
            above += group
        else:
            joined.append(above := list(group))
            names = {at: set() for at in columns}
            if not any(_text(row, at) for row in group for at in columns):
                above = None
        for at in columns:
            names[at].update(comparable(_text(row, at)) for row in group)
    return joined


def _continues(row, above, names_above, columns):
    """Whether a row right below leaves out what identifies a risk, or repeats it by reference.

    names_above: the texts of each identifying column in the rows above.
    """
    if row.number != above[-1].number + 1:
        return False
    names = {at: comparable(text) for at in columns if (text := _text(row, at))}
    if not names:
        return True
    has_reference = any(
        names_above[at] - {""} for at, target in columns.items() if target == "reference"
    )
    return has_reference and all(text in names_above[at] for at, text in names.items())


def _identifying_columns(plan):
    return {at: target for at, target in enumerate(plan.columns) if target in IDENTIFYING}


def _rating_key(target):
    """(kind, day) that columns of one rating share; None for other columns."""
    kind, dot, part_and_day = target.partition(".")
    return (kind, part_and_day.partition("@")[2]) if dot else None


def _first_rating_row(rows, columns):
    return next((row for row in rows if any(_text(row, at) for at in columns)), rows[0])


def _is_joined(target):
    base = target.partition("@")[0]
    if "." in base:
        return False
    return base in JOINED or base not in BY_NAME or BY_NAME[base].sort in (Sort.TEXT, Sort.LINES)


def _target(plan, at):
    return plan.columns[at] if at < len(plan.columns) else ""


def _text(row, at):
    return row.cells[at].strip() if at < len(row.cells) else ""
