"""Several rows of a file that speak of one risk: which they are, and what they say together.

Either cells merged downwards say so, or, where somebody has agreed to it (Plan.goes_on), a row goes
on with the risk right above it: it leaves out what names a risk, or repeats it.
"""

from registers.import_fields import BY_NAME, Sort
from registers.imports import detect_columns
from registers.imports.read_file import Line, Sheet

NAMES_A_RISK = ("reference", "title", "statement", "event")
LISTS = ("controls", "actions")
BESIDE_ACTIONS = ("action_owner", "action_due_on")
SAID_ONCE = (
    "objective",
    "portfolio",
    "primary_failure_type",
)  # texts and types of which a risk has one


def as_risks(lines: list[Line], sheet: Sheet, plan) -> list[Line]:
    """The lines of a table, one a risk: one that stands in several rows has them as `rows`."""
    groups = _merged(lines, sheet, plan)
    if plan.goes_on:
        groups = _going_on(groups, sheet, plan)
    return [group[0] if len(group) == 1 else as_one(group, plan) for group in groups]


def as_one(rows: list[Line], plan) -> Line:
    """What several rows say: texts and lists below each other, of all else the first; a rating
    whole, as the first row has it that rates. What a further row says otherwise is told by
    said_otherwise.
    """
    width = max(len(row.cells) for row in rows)
    rates = {}
    for at, target in enumerate(plan.columns[:width]):
        if rating := detect_columns.part_of(target)[0] and _rating(target):
            rates.setdefault(rating, []).append(at)
    rating_rows = {rating: _first_with(rows, columns) for rating, columns in rates.items()}
    cells = []
    for at in range(width):
        target = _target(plan, at)
        row = rating_rows.get(_rating(target))
        texts = [text for one in (rows if row is None else [row]) if (text := _text(one, at))]
        is_joined = _is_joined(target) and len(set(texts)) > 1
        cells.append("\n".join(texts if is_joined else texts[:1]))
    return Line(rows[0].number, tuple(cells), tuple(rows))


def said_otherwise(line: Line, plan) -> list[tuple[int, int, str]]:
    """(number of the row, column, text) of what its rows say that as_one had to leave."""
    return [
        (row.number, at, text)
        for row in line.rows
        for at in range(len(row.cells))
        if (text := _text(row, at))
        and not _is_joined(_target(plan, at))
        and _plain(text) != _plain(line.cells[at])
    ]


def texts_at(line: Line, at: int, target: str) -> list[str]:
    """The texts of a column that mean something each for itself: beside actions those of each row."""
    rows = line.rows if line.rows and target in BESIDE_ACTIONS else (line,)
    return list(dict.fromkeys(text for row in rows if (text := _text(row, at))))


def _merged(lines, sheet, plan):
    """The lines in groups, as cells merged downwards have it: one over what names a risk makes its
    rows one risk, any other says the same on each of them.
    """
    end = plan.footer_from or float("inf")
    down = [
        m for m in sheet.merged if m[2] > m[0] >= plan.first_line and m[2] < end and m[1] == m[3]
    ]
    if not down:
        return [[line] for line in lines]
    keys = {at + 1 for at in _naming(plan)}
    heads = {
        row: top for top, left, bottom, _ in down if left in keys for row in range(top, bottom + 1)
    }
    by_number = {line.number: line for line in lines}
    fills = [
        (top, left, bottom)
        for top, left, bottom, _ in down
        if left not in keys and top in by_number
    ]
    for top, left, bottom in fills:
        for row in range(top + 1, bottom + 1):
            if row in by_number and row not in heads:
                by_number[row] = _filled(by_number[row], left - 1, by_number[top].cells[left - 1])
    together = {}
    for line in by_number.values():
        together.setdefault(heads.get(line.number, line.number), []).append(line)
    return list(together.values())


def _filled(line, at, text):
    cells = [*line.cells, *[""] * (at + 1 - len(line.cells))]
    return Line(line.number, (*cells[:at], cells[at] or text, *cells[at + 1 :]))


def _going_on(groups, sheet, plan):
    """The same groups, those that go on with a risk added to it. What stands between, a gap or a
    heading, ends it.
    """
    naming = _naming(plan)
    first = min(
        (at for group in groups for line in group for at in _filled_at(line)[:1]), default=0
    )
    bars = {row for row, left, bottom, right in sheet.merged if right > left and row == bottom}
    found, above = [], None
    for group in groups:
        line = group[0]
        is_below = above is not None and line.number == above[-1].number + 1
        if (
            is_below
            and not _is_heading(line, first, bars, plan)
            and _names_no_other(line, above, naming)
        ):
            above += group
        else:
            found.append(above := list(group))
            if not any(_text(line, at) for line in group for at in naming):
                above = None
    return found


def _is_heading(line, first, bars, plan):
    """Whether its one text is a heading between risks or a note: it begins the row, or reaches over
    several columns.
    """
    filled = _filled_at(line)
    is_alone = len(filled) == 1 and _target(plan, filled[0]) not in LISTS
    return is_alone and (filled[0] == first or line.number in bars)


def _names_no_other(line, above, naming):
    """Whether what names a risk is left out, or repeats what stands above; a title is repeated by a
    reference only.
    """
    own = {at: _plain(text) for at in naming if (text := _text(line, at))}
    said = {at: {_plain(_text(row, at)) for row in above} for at in naming} if own else {}
    has_reference = any(
        said[at] - {""} for at, target in naming.items() if own and target == "reference"
    )
    return not own or (has_reference and all(text in said[at] for at, text in own.items()))


def _naming(plan):
    return {at: target for at, target in enumerate(plan.columns) if target in NAMES_A_RISK}


def _rating(target):
    """The kind and the day that make a rating one with the columns beside it; None for no such
    column.
    """
    kind, dot, rest = target.partition(".")
    return (kind, rest.partition("@")[2]) if dot else None


def _first_with(rows, columns):
    return next((row for row in rows if any(_text(row, at) for at in columns)), rows[0])


def _is_joined(target):
    base = target.partition("@")[0]
    is_several = base not in BY_NAME or BY_NAME[base].sort in (Sort.TEXT, Sort.LINES, Sort.TYPES)
    return (is_several and "." not in base and base not in SAID_ONCE) or base in BESIDE_ACTIONS


def _target(plan, at):
    return plan.columns[at] if at < len(plan.columns) else ""


def _text(line, at):
    return line.cells[at].strip() if at < len(line.cells) else ""


def _filled_at(line):
    return [at for at, text in enumerate(line.cells) if text and not text.isspace()]


def _plain(text):
    return " ".join(text.split()).casefold()
