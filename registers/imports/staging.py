"""Rows are read some hundreds at a time and held against the register: what taking them in would do
is kept with each, and nothing is written to the register. A step that is cut off leaves whole
chunks, and the next one goes on.
"""

from collections import Counter

from django.db import transaction

from registers.history.bulk_insert import keys_of, made, nothing_collected, write
from registers.imports.diff import heading, hold_against, hold_new
from registers.imports.existing_risks import References, found_for
from registers.imports.mapping import Plan, data_lines, to_decide
from registers.imports.parsed_row import Problem
from registers.imports.reference_data import known_of
from registers.imports.row_parser import Reader
from registers.imports.serialise import as_json, read_as_json, sheet_of
from registers.models import ImportedRow, RegisterImport

CHUNK = 1000  # risks to a request, each of which unpacks the whole sheet first
Stage, Outcome = RegisterImport.Stage, ImportedRow.Outcome


@transaction.atomic
def name_columns(batch, plan: Plan | None = None) -> None:
    """Let its columns be named: anew, where no plan is given. What was read by another plan is
    forgotten.
    """
    _move(hold(batch), Stage.MAPPING, plan)


@transaction.atomic
def match_words(batch, plan: Plan) -> None:
    """Keep what its columns are and what its words mean; where no word is left to ask about, its
    rows are read next.
    """
    batch = hold(batch)
    left = not batch.is_done and to_decide(
        sheet_of(batch, plan), plan, known_of(batch.register, plan.words)
    )
    _move(batch, Stage.WORDS if left else Stage.STAGING, plan)


@transaction.atomic
def read_anew(batch, plan: Plan | None = None) -> None:
    """Read it from its first row, by its plan or another one, against the register as it is now."""
    _move(hold(batch), Stage.STAGING, plan)


@transaction.atomic
def give_up(batch) -> bool:
    """Forget the file and its rows, unless they were taken in: whether it did."""
    batch = hold(batch)
    if not batch.is_done:
        batch.delete()
    return not batch.is_done


def _move(batch, stage, plan=None):
    if batch.is_done or batch.is_ours:
        return
    plan = plan or Plan.from_json(batch.plan)
    batch.rows.all().delete()
    batch.plan, batch.stage, batch.rows_read, batch.report = plan.as_json(), stage, 0, {}
    batch.rows_in_all = len(data_lines(sheet_of(batch, plan), plan))
    batch.save(update_fields=["plan", "stage", "rows_read", "report", "rows_in_all"])


@nothing_collected()
def stage_some(batch, *, after: int, chunk: int = CHUNK) -> RegisterImport:
    """Read the next rows; returns the import as it is then. after: how many were read when this was
    asked for: where somebody else has gone on meanwhile nothing is done. Nothing is held while rows
    are read, but while they are kept.
    """
    batch = _imports().get(pk=batch.pk)
    if batch.stage != Stage.STAGING or batch.rows_read != after:
        return batch
    rows, total = _read_some(batch, after, chunk)
    with transaction.atomic():
        now = hold(batch)
        if (now.stage, now.rows_read, now.plan) != (Stage.STAGING, after, batch.plan):
            return now
        keys = keys_of(ImportedRow)
        write(ImportedRow, [vars(row) | {"id": next(keys)} | _texts(row) for row in rows])
        now.report = _added_up(now, rows)
        now.rows_read = after + len(rows)
        now.stage = Stage.READY if now.rows_read >= total else Stage.STAGING
        now.save(update_fields=["stage", "rows_read", "report"])
    return now


def _read_some(batch, after, chunk):
    """The next rows, held against the register, and how many there are in all."""
    plan = Plan.from_json(batch.plan)
    reader = Reader(plan, known_of(batch.register, plan.words))
    lines = data_lines(sheet_of(batch, plan), plan)
    references = References(batch.register, plan, lines)
    some = lines[after : after + chunk]
    found = found_for(batch.register, references, some)
    keeps_numbers = batch.register.next_number == 1
    return [
        _staged(batch, line, *found.get(line.number, (None, "")), references, reader, keeps_numbers)
        for line in some
    ], len(lines)


def _imports():
    return RegisterImport.objects.select_related("register__organisation", "register__scheme", "by")


def hold(batch) -> RegisterImport:
    """The import as it is now, held until the transaction ends."""
    return _imports().select_for_update(of=("self",)).get(pk=batch.pk)


def _added_up(batch, rows):
    """What these rows and those before them come to together: for the preview, which reads a page
    of them only.
    """
    good = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
    counts = Counter(batch.report.get("counts", {}))
    counts["further"] += sum(len(row.further) for row in rows)
    for row in good:
        held = row.reads["held"]
        counts.update({name: len(held[name]) for name in ("judged", "controls", "actions")})
        counts["closes"] += held["closes"]
        counts["unrated"] += row.outcome == Outcome.NEW and all(
            one["kind"] != "current" for one in held["judged"]
        )
        counts["emptied"] += sum(after in ("", None, []) for _, _, after in held["changes"])
    posts = {title.casefold(): title for title in batch.report.get("posts", [])}
    found = {
        title.casefold(): title for title in posts_to_add(batch.register.organisation.posts, good)
    }
    return {"counts": dict(counts), "posts": list((found | posts).values())}


def _texts(row):
    return {name: as_json(getattr(row, name)) for name in ("cells", "reads", "problems")}


def _staged(batch, line, there, wrong, references, reader, keeps_numbers):
    row, reference = reader.read(line), references.of(line)
    plan, known = reader.plan, reader.known
    where = heading(plan, "reference")
    if others := references.others(line):
        several = "rows " if len(others) > 1 else "row "
        words = f"It also stands in {several}{', '.join(map(str, others[:5]))}: put what one risk says into one row, "
        words += "or give each risk a reference of its own"
        row.problems.append(Problem(where, reference, words, True))
    if wrong:
        row.problems.append(
            Problem(where, reference, f"It {wrong}: give the row one reference of ours", True)
        )
    number = references.number(reference)
    if there:
        held = hold_against(there, row, plan, known)
    else:
        number = number if keeps_numbers else None
        if not number and references.number(reference):
            _keep_reference(row, reference, where)
        held = hold_new(row, plan, known)
    said = read_as_json(row, held) | {"number": None if there else number}
    first, *further = line.rows or [line]
    if further:
        said["rows"] = [[each.number, each.cells] for each in further]
    return made(
        ImportedRow,
        batch=batch,
        number=line.number,
        reference=reference[:200],
        cells=list(first.cells),
        reads=said,
        problems=[vars(problem) for problem in row.problems],
        is_problem=bool(row.problems),
        outcome=held.outcome,
        risk_id=there and there.pk,
        version=there and there.version,
    )


def _keep_reference(row, reference, where):
    """References are given by the register: one of our form that it never gave stays with the notes
    of the new risk.
    """
    row.values["notes"] = f"{row.values.get('notes', '')}\nReference there: {reference}".strip()
    words = "It is not on this register: the row comes in as a new risk, under the next reference"
    row.problems.append(Problem(where, reference, words, False))


def posts_to_add(posts, rows) -> list[str]:
    """The titles, each once, as the first row spells it. posts: a queryset; rows: staged, and to be
    taken in.
    """
    there = {title.casefold() for title in posts.values_list("title", flat=True)}
    found = {}
    for title in (title for row in rows for title in named_by(row)):
        if title.casefold() not in there:
            found.setdefault(title.casefold(), title)
    return list(found.values())


def named_by(row) -> list[str]:
    """The posts that would own something by what is new in this row."""
    held, owner = row.reads["held"], row.reads["values"].get("owner")
    is_owner_new = row.outcome == Outcome.NEW or any(
        name == "owner" for name, _, _ in held["changes"]
    )
    actions = [action["owner"] for action in held["actions"] if action["owner"]]
    return [owner, *actions] if owner and is_owner_new else actions
