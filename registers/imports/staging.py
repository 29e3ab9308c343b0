"""Stage the rows of an import: parse some hundreds at a time and compare them with the register.

Each row is stored with what importing it would do; the register itself is not changed. Chunks are
stored whole, so an interrupted run continues with the next one.
"""

from collections import Counter

from django.db import transaction
from django.db.models import Count

from registers.history.bulk_insert import build_row, insert_rows
from registers.imports.account_rows import non_risk_rows
from registers.imports.diff import diff_new_risk, diff_row, heading
from registers.imports.existing_risks import References, match_rows
from registers.imports.lookalikes import find_lookalikes
from registers.imports.mapping import Plan, add_section_column, data_rows, unmapped_words
from registers.imports.not_in_file import numbers_not_in_file
from registers.imports.parsed_row import RowProblem
from registers.imports.reference_data import load_reference_data
from registers.imports.row_parser import RowParser
from registers.imports.serialise import encode_json, load_sheet, problem_json, row_json
from registers.models import ImportedRow, RegisterImport
from registers.phrases.files import duplicate_reference

CHUNK = 1000  # risks to a request, each of which unpacks the whole sheet first
RELATED = ("judged", "controls", "actions", "progress")
Stage, Outcome = RegisterImport.Stage, ImportedRow.Outcome


@transaction.atomic
def name_columns(batch, plan: Plan | None = None) -> None:
    """Go (back) to naming the columns, from that plan if given. Staged rows are deleted."""
    _set_stage(lock_import(batch), Stage.MAPPING, plan)


@transaction.atomic
def match_words(batch, plan: Plan) -> None:
    """Store the plan; go on to its unmapped words, or to staging where there are none."""
    batch = lock_import(batch)
    words = not batch.is_done and unmapped_words(
        load_sheet(batch, plan), plan, load_reference_data(batch.register, plan.words)
    )
    _set_stage(batch, Stage.WORDS if words else Stage.STAGING, plan)


@transaction.atomic
def restart_staging(batch, plan: Plan | None = None) -> None:
    """Stage again from the first row, by the same or another plan."""
    _set_stage(lock_import(batch), Stage.STAGING, plan)


@transaction.atomic
def discard_import(batch) -> bool:
    """Delete the file and its rows, unless they were imported; returns whether it did."""
    batch = lock_import(batch)
    if not batch.is_done:
        batch.delete()
    return not batch.is_done


def _set_stage(batch, stage, plan=None):
    if batch.is_done or batch.is_ours:
        return
    plan = plan or Plan.from_json(batch.plan)
    batch.rows.all().delete()
    batch.plan, batch.stage, batch.rows_read, batch.report = plan.as_json(), stage, 0, {}
    sheet = load_sheet(batch, plan)
    batch.rows_in_all, batch.non_risk_rows = len(data_rows(sheet, plan)), non_risk_rows(sheet, plan)
    fields = ["plan", "stage", "rows_read", "report", "rows_in_all", "non_risk_rows"]
    batch.save(update_fields=fields)


def decide_rows(batch, roles: dict[str, str]) -> None:
    """Read the rows again with what the user decided that single ones are.

    roles: number of a row -> one of row_roles.ROLES, or "" to guess it. The first rows are read at
    once.
    """
    with transaction.atomic():
        batch = lock_import(batch)
        plan = Plan.from_json(batch.plan)
        roles = plan.roles | roles
        plan.roles = {number: role for number, role in roles.items() if role}
        add_section_column(plan, load_sheet(batch, plan))
        _set_stage(batch, Stage.STAGING, plan)
    stage_rows(batch, after=0)


def stage_rows(batch, *, after: int, chunk: int = CHUNK) -> RegisterImport:
    """Stage the next rows; returns the import in its new state.

    after: how many rows were staged when this was requested. Where another request has staged
    more since, nothing is done. The import is locked only while rows are stored.
    """
    batch = _imports().get(pk=batch.pk)
    if batch.stage != Stage.STAGING or batch.rows_read != after:
        return batch
    rows, total = _parse_chunk(batch, after, chunk)
    with transaction.atomic():
        current = lock_import(batch)
        if _state(current) != (Stage.STAGING, after, batch.plan, batch.as_at):
            return current
        _insert(rows)
        current.report = _add_to_report(current, rows)
        current.rows_read = after + len(rows)
        current.stage = Stage.READY if current.rows_read >= total else Stage.STAGING
        if current.stage == Stage.READY:
            current.report["not_in_file"] = numbers_not_in_file(current)
        current.save(update_fields=["stage", "rows_read", "report"])
    return current


def _parse_chunk(batch, after, chunk):
    """(the next rows, compared with the register; how many rows there are in all)."""
    plan = Plan.from_json(batch.plan)
    rows = data_rows(load_sheet(batch, plan), plan)
    return _parse_rows(batch, plan, rows, rows[after : after + chunk]), len(rows)


def _parse_rows(batch, plan, rows, selected):
    """ImportedRows of the selected ones, not yet saved. rows: all of the file."""
    parser = RowParser(plan, load_reference_data(batch.register, plan.words, batch.as_at))
    references = References(batch.register, plan, rows)
    matches = match_rows(batch.register, references, selected)
    parsed = {row.number: parser.parse(row) for row in selected}
    unmatched = {number: row for number, row in parsed.items() if number not in matches}
    unmatched |= {number: parsed[number] for number, match in matches.items() if not any(match)}
    lookalikes = find_lookalikes(batch, plan.lookalikes, references, unmatched)
    keeps_numbers = batch.register.next_number == 1
    return [
        _stage_row(
            batch,
            row,
            parsed[row.number],
            matches.get(row.number, (None, "")),
            lookalikes.get(row.number),
            references,
            parser,
            keeps_numbers,
        )
        for row in selected
    ]


def _state(batch):
    return batch.stage, batch.rows_read, batch.plan, batch.as_at


def _insert(rows):
    columns = (vars(row) | _json_columns(row) for row in rows)
    insert_rows(ImportedRow, columns, with_keys=False)


@transaction.atomic
def decide_lookalikes(batch, decisions: dict[int, int | None]) -> None:
    """Stage rows again by what was decided of them.

    decisions: row number -> the number of the risk that the row is, NEW for a risk of its own, None
    where it stays undecided. Nothing is done where the import is not ready.
    """
    batch = lock_import(batch)
    if batch.stage != Stage.READY or batch.is_ours:
        return
    plan = Plan.from_json(batch.plan)
    for row_number, number in decisions.items():
        plan.lookalikes.pop(str(row_number), None)
        if number is not None:
            plan.lookalikes[str(row_number)] = number
    rows = data_rows(load_sheet(batch, plan), plan)
    selected = [row for row in rows if row.number in decisions]
    staged = _parse_rows(batch, plan, rows, selected)
    batch.rows.filter(number__in=decisions).delete()
    _insert(staged)
    batch.plan, batch.report = plan.as_json(), {"imports": batch.report["imports"]}
    batch.report = _add_to_report(batch, list(batch.rows.defer("cells")))
    batch.report["not_in_file"] = numbers_not_in_file(batch)
    batch.save(update_fields=["plan", "report"])


@transaction.atomic
def set_as_at(batch, day) -> None:
    """Say of which past day the file speaks, None for today. Its rows are read again."""
    batch = lock_import(batch)
    if batch.is_done or batch.is_ours or batch.as_at == day:
        return
    batch.as_at, batch.plan = day, {**batch.plan, "judged_on": None}
    batch.save(update_fields=["as_at", "plan"])
    if batch.stage in (Stage.STAGING, Stage.READY):
        _set_stage(batch, Stage.STAGING)


def _imports():
    return RegisterImport.objects.select_related("register__organisation", "register__scheme", "by")


def lock_import(batch) -> RegisterImport:
    """Read the import again, locked until the transaction ends."""
    return _imports().select_for_update(of=("self",)).get(pk=batch.pk)


def _add_to_report(batch, rows):
    """The import's report with these rows counted in. The preview reads one page of rows only."""
    accepted = [row for row in rows if row.outcome in (Outcome.NEW, Outcome.CHANGED)]
    counts = Counter(batch.report.get("counts", {}))
    counts["further"] += sum(len(row.further) for row in rows)
    for row in accepted:
        diff = row.reads["held"]
        counts.update({name: len(diff[name]) for name in RELATED})
        counts["closes"] += diff["closes"]
        counts["unrated"] += row.outcome == Outcome.NEW and all(
            rating["kind"] != "current" for rating in diff["judged"]
        )
        counts["emptied"] += sum(after in ("", None, []) for _, _, after in diff["changes"])
    posts = {title.casefold(): title for title in batch.report.get("posts", [])}
    new_posts = {
        title.casefold(): title
        for title in posts_to_add(batch.register.organisation.posts, accepted)
    }
    return {
        "counts": dict(counts),
        "posts": list((new_posts | posts).values()),
        "imports": batch.report.get("imports", import_steps(batch.register)),
    }


def import_steps(register) -> int:
    """How often an import of the register was taken in or undone: rows read before are outdated.

    A risk that another file brought meanwhile would come in twice.
    """
    steps = register.imports.aggregate(done=Count("done_at"), undone=Count("undone_at"))
    return steps["done"] + steps["undone"]


def _json_columns(row):
    return {name: encode_json(getattr(row, name)) for name in ("cells", "reads", "problems")}


def _stage_row(batch, row, parsed, match, lookalike, references, parser, keeps_numbers):
    """The ImportedRow of a row, not yet saved."""
    (existing, reference_problem), reference = match, references.reference_in(row)
    plan, reference_data = parser.plan, parser.reference_data
    column = heading(plan, "reference")
    if lookalike:
        existing = lookalike.existing
        words, refuses = lookalike.problem
        title = parsed.values.get("title", "")
        parsed.problems.append(RowProblem(heading(plan, "title"), title, words, refuses))
    if duplicates := references.duplicate_rows(row):
        words = duplicate_reference(duplicates, shown=5)
        parsed.problems.append(RowProblem(column, reference, words, True))
    if reference_problem:
        words = f"This {reference_problem}. Give the row a reference from this register"
        parsed.problems.append(RowProblem(column, reference, words, True))
    number = references.number(reference)
    if existing:
        diff = diff_row(existing, parsed, plan, reference_data)
    else:
        number = number if keeps_numbers else None
        if not number and references.number(reference):
            _keep_reference(parsed, reference, column)
        diff = diff_new_risk(parsed, plan, reference_data)
    reads = row_json(parsed, diff) | {"number": None if existing else number}
    outcome = diff.outcome
    if lookalike:
        reads["likeness"] = lookalike.as_json()
        refusals = sum(problem.refuses for problem in parsed.problems)
        outcome = Outcome.LEFT_OUT if lookalike.problem[1] and refusals == 1 else outcome
    first, *further = row.source_rows or [row]
    if further:
        reads["rows"] = [[source_row.number, source_row.cells] for source_row in further]
    return build_row(
        ImportedRow,
        batch=batch,
        number=row.number,
        reference=reference[:200],
        cells=list(first.cells),
        reads=reads,
        problems=[problem_json(problem) for problem in parsed.problems],
        is_problem=bool(parsed.problems),
        outcome=outcome,
        risk_id=existing and existing.pk,
        version=existing and existing.version,
    )


def _keep_reference(row, reference, column):
    """Note a reference in our form that the register never gave: the new risk gets the next one."""
    row.values["notes"] = f"{row.values.get('notes', '')}\nReference there: {reference}".strip()
    words = (
        "This reference is not on this register: the row becomes a new risk with the next reference"
    )
    row.problems.append(RowProblem(column, reference, words, False))


def posts_to_add(posts, rows) -> list[str]:
    """Titles that accepted rows name and the organisation lacks, each once, as first spelt.

    posts: a queryset. rows: staged ones. The import adds these posts, vacant.
    """
    existing = {title.casefold() for title in posts.values_list("title", flat=True)}
    titles = {}
    for title in (title for row in rows for title in posts_named_by(row)):
        if title.casefold() not in existing:
            titles.setdefault(title.casefold(), title)
    return list(titles.values())


def posts_named_by(row) -> list[str]:
    """The posts that would own something by what is new in this row."""
    diff, owner = row.reads["held"], row.reads["values"].get("owner")
    is_owner_new = row.outcome == Outcome.NEW or any(
        name == "owner" for name, _, _ in diff["changes"]
    )
    actions = [action["owner"] for action in diff["actions"] if action["owner"]]
    return [owner, *actions] if owner and is_owner_new else actions
