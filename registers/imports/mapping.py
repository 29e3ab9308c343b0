"""Which column is what: guessed from names and contents, completed by the manager, remembered for
the register.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field, replace

from registers.import_fields import BY_NAME, IGNORE, NOTE, Sort
from registers.imports import (
    detect_columns,
    detect_table,
    group_rows,
    parse_date,
    parse_rating,
    value_mapping,
)
from registers.imports.read_file import Line, Sheet, letter
from registers.imports.resolve_rating import SCORE, Judging

ENOUGH = 5  # rated rows, of which a single odd one says nothing of the scale
LOOKED_AT = 300  # rows whose cells say what a column is


@dataclass
class Plan:
    """How one sheet is read. columns: the name of a Target for each column, a rating's with its day
    where it has one ("current.score@2026-06-30"). words: what their words mean by ours, by target:
    {"likelihood": {"V High": 5}, "score": {"Amber": [3, 4]}, "owner": {"Hd of Legal": "Head of
    Legal"}}; an empty text: kept with the row only.
    """

    sheet: str
    first_line: int  # the number of the first line of data
    names: list[str]  # the headings, several rows of them joined
    columns: list[str]
    words: dict[str, dict] = field(default_factory=dict)
    is_day_first: bool = True
    footer_from: int | None = None  # the number of the line from which on there are notes, no risks
    another_scale: bool = (
        False  # its numbers are not the scheme's: a level or score is read only where words map it
    )
    goes_on: bool | None = (
        None  # a row that names no risk, or repeats its name, goes on with that above; None: unasked
    )

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Plan":
        return cls(**data)


@dataclass(frozen=True)
class Known:
    """What the register and the library have, for guessing and reading: pure data."""

    scheme: object  # registers.scoring.Scheme
    prefix: str  # of references: CORP
    posts: tuple[str, ...]  # titles
    choices: dict[str, dict[str, str]]  # target -> stored value -> label
    library: dict[str, dict[str, str]]  # "failure_types", "adverse_impacts" -> slug -> name
    today: object = None  # datetime.date


def guess(sheet: Sheet, known: Known, remembered: Plan | None = None) -> Plan:
    """The plan for a sheet: where its headings stand, what each column seems to be. remembered: the
    last plan of this register, followed for each heading that it has too.
    """
    found = detect_table.layout_of(sheet, remembered.names if remembered else None)
    names = [name or f"Column {letter(at)}" for at, name in enumerate(found.names)]
    plan = Plan(
        sheet.name, found.first_line, names, [NOTE] * len(names), footer_from=found.footer_from
    )
    lines = data_lines(sheet, plan)[:LOOKED_AT]
    cells = [
        [line.cells[at] if at < len(line.cells) else "" for line in lines]
        for at in range(len(names))
    ]
    plan.columns = _columns(found.names, names, cells, known)
    plan.is_day_first = not parse_date.is_month_first(
        text for column in cells for text in column if text
    )
    plan.another_scale = _is_another_scale(plan.columns, cells, known.scheme)
    if lines and _is_guidance(cells, plan):
        later = [line.number for line in sheet.lines if line.number > lines[0].number]
        plan.first_line = later[0] if later else plan.first_line
    plan = _as_before(plan, remembered) if remembered else plan
    if plan.goes_on is None and going_on(sheet, plan):
        plan.goes_on = True
    return plan


def _as_before(plan, remembered):
    """The plan with what was decided for the same headings, if most of them are; what is new stays
    as it is guessed.
    """
    before = dict(zip(map(detect_columns.plain, remembered.names), remembered.columns, strict=True))
    now = [detect_columns.plain(name) for name in plan.names]
    if len(before) < len(remembered.names) or len(set(now)) < len(
        now
    ):  # headings that stand twice go by their order
        before = dict(
            zip(
                enumerate(map(detect_columns.plain, remembered.names)),
                remembered.columns,
                strict=True,
            )
        )
        now = list(enumerate(now))
    same = [name for name in now if name in before]
    if len(same) * 2 < len(before):
        return plan
    taken = {before[name] for name in same}
    is_free = [is_of_several(target) or target not in taken for target in plan.columns]
    columns = [
        before.get(name, target if free else NOTE)
        for name, target, free in zip(now, plan.columns, is_free, strict=True)
    ]
    keep = {
        name: asdict(remembered)[name]
        for name in ("words", "is_day_first", "another_scale", "goes_on")
    }
    return replace(plan, columns=columns, **keep)


def most_like_a_register(sheets: list[Sheet], known: Known) -> int:
    """The index of the sheet of which most is understood: a workbook has sheets of guidance, keys
    and old versions.
    """
    understood = [len(set(guess(sheet, known).columns) - {NOTE, IGNORE}) for sheet in sheets]
    return understood.index(max(understood))


def _columns(named, names, cells, known):
    seen = [detect_columns.column_of(column) for column in cells]
    targets = [detect_columns.target_of(name) for name in named]
    is_ours = sum(map(detect_columns.is_exact, named)) * 5 >= 4 * sum(
        map(bool, named)
    )  # an export of this product
    if not is_ours:
        targets = [
            t and detect_columns.borne_out(t, column)
            for t, column in zip(targets, seen, strict=True)
        ]
    targets = detect_columns.said(names, targets, lambda at: cells[at])
    targets = _once_each(targets)
    taken = {target for target in targets if target}
    free = [at for at, target in enumerate(targets) if not target]
    unnamed = [
        column if at in free else detect_columns.column_of([]) for at, column in enumerate(seen)
    ]
    for at, target in detect_columns.by_contents(unnamed, named, taken, known.posts).items():
        targets[at] = target
    if not taken.intersection({"title", "statement", "event"}):
        free = [at for at, target in enumerate(targets) if not target]
        if telling := detect_columns.telling(seen, free):
            targets[telling[0]] = telling[1]
    return [
        target
        or (
            IGNORE
            if seen[at].texts and seen[at].share(detect_columns.ARROWS.fullmatch) > 0.8
            else NOTE
        )
        for at, target in enumerate(targets)
    ]


def _once_each(targets):
    """Texts, lists and ratings may come from several columns; of the rest the first one is read."""
    seen = set()
    for at, target in enumerate(targets):
        if target and target in seen and not is_of_several(target):
            targets[at] = NOTE
        seen.add(target)
    return targets


def is_of_several(target: str) -> bool:
    """Whether several columns may be this: texts below each other, a rating in words and in
    figures.
    """
    base = target.split("@")[0]
    is_one = base in ("reference", "title") or BY_NAME[base].sort in (
        Sort.DAY,
        Sort.CHOICE,
        Sort.TYPES,
        Sort.POST,
    )
    return not is_one


def _is_another_scale(columns, cells, scheme):
    """Whether a number stands among ratings that the scheme does not have, or a level's word beside
    another number. In one row only it is a slip of the pen: what stands there is asked about, and
    the other rows mean what they say.
    """
    most = {"likelihood": len(scheme.likelihood), "impact": len(scheme.impact)}
    most["score"] = most["band"] = most["likelihood"] * most["impact"]
    rated, outside, is_another = set(), set(), False
    for target, column in zip(columns, cells, strict=True):
        part = detect_columns.part_of(target)[1]
        texts = {at: text for at, text in enumerate(column) if text} if part else {}
        odd = {at for at, text in texts.items() if _is_outside(text, part, most[part], scheme)}
        rated |= set(texts)
        outside |= odd
        is_another |= len(odd) * 50 >= len(texts) > 0 < len(odd)  # fewer are slips of the pen
    return is_another and not (len(outside) == 1 and len(rated) >= ENOUGH)


def _is_outside(text, part, most, scheme):
    said = parse_rating.LEVEL.fullmatch(" ".join(text.lower().split()).strip(" .;:"))
    if part in ("score", "band"):
        is_outside = detect_columns.is_pair(text) and not parse_rating.given_by(scheme, text).pairs
        return is_outside or any(figure > most for figure in parse_rating.figures_of(text))
    if not said:
        return False
    levels = scheme.likelihood if part == "likelihood" else scheme.impact
    named = parse_rating.level_of(levels, said["word"]) if said["word"] else None
    return int(said["number"]) > most or named not in (None, int(said["number"]))


def _is_guidance(cells, plan):
    """Whether the first row says how to fill the columns in: sentences where days and ratings stand
    in the others.
    """
    told = borne = 0
    for column, target in zip(cells, plan.columns, strict=True):
        base = target.split("@")[0]
        sort = BY_NAME[base].sort if base in BY_NAME else None
        if sort in (Sort.DAY, Sort.RATING, Sort.SCORE) and column[0]:
            told += len(column[0]) > 15 and not detect_columns.is_day(column[0])
            rest = [text for text in column[1:] if text]
            borne += bool(rest) and sum(map(len, rest)) / len(rest) < len(column[0]) * 0.8
    return told >= 2 and borne >= 2


def data_lines(sheet: Sheet, plan: Plan) -> list[Line]:
    """The lines that hold risks, as they are read: one a risk, see importing.together."""
    end = plan.footer_from or float("inf")
    lines = [
        line
        for line in sheet.lines
        if plan.first_line <= line.number < end and any(map(str.strip, line.cells))
    ]
    return group_rows.as_risks(lines, sheet, plan)


def going_on(sheet: Sheet, plan: Plan) -> list[int]:
    """The numbers of the rows that go on with the risk above, or would, were it agreed."""
    alone, joined = (data_lines(sheet, replace(plan, goes_on=so)) for so in (False, True))
    return sorted({line.number for line in alone} - {line.number for line in joined})


def left_out(sheet: Sheet, plan: Plan) -> list[Line]:
    """The lines that hold no risks: what stands above the table, its headings, what stands below."""
    end = plan.footer_from or float("inf")
    return [line for line in sheet.lines if not plan.first_line <= line.number < end]


def to_decide(sheet: Sheet, plan: Plan, known: Known) -> dict[str, dict[str, int]]:
    """What stands in the sheet and nobody has said the meaning of: what Plan.words is asked for
    ("likelihood", "impact", "score", "owner", "driver" or the name of another column) -> word -> in
    how many rows.
    """
    found: dict[str, Counter] = {}
    judging = Judging.by(known.scheme, plan.words, plan.another_scale)
    meanings = value_mapping.Meanings(plan.words, known)
    judged = judgements(plan)
    for line in data_lines(sheet, plan):
        cells = dict(enumerate(map(str.strip, line.cells)))
        unknown = [
            pair
            for parts in judged.values()
            for pair in judging.of(texts_of(parts, cells)).undecided
        ]
        for at, target in enumerate(plan.columns):
            for text in group_rows.texts_at(line, at, target):
                unknown += meanings.unknown(target, text)
        for key, word in dict.fromkeys(unknown):
            found.setdefault(key, Counter())[word] += 1
    return {key: dict(counts.most_common()) for key, counts in found.items()}


def judgements(plan: Plan) -> dict[tuple[str, str], list[tuple[int, str, bool]]]:
    """(kind, day) -> its columns: index, part (a band's is its score), whether its heading puts the
    impact first.
    """
    found = {}
    for at, target in enumerate(plan.columns):
        kind, part = detect_columns.part_of(target)
        if part:
            part = SCORE if part == "band" else part
            found.setdefault((kind, target.partition("@")[2]), []).append(
                (at, part, parse_rating.is_impact_first(plan.names[at]))
            )
    return found


def texts_of(columns, cells) -> list[tuple[str, str, bool]]:
    return [(part, cells[at], is_first) for at, part, is_first in columns if cells.get(at)]
