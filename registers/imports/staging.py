"""Stage the rows of an import: parse some hundreds at a time and compare them with the register.

Each row is stored with what importing it would do; the register itself is not changed. Chunks are
stored whole, so an interrupted run continues with the next one.
"""

from collections import Counter

from django.db import transaction

from registers.history.bulk_insert import build_row, insert_rows
from registers.imports.account_rows import non_risk_rows
from registers.imports.diff import diff_new_risk, diff_row, heading
from registers.imports.existing_risks import References, match_rows
from registers.imports.mapping import Plan, add_section_column, data_rows, unmapped_words
from registers.imports.parsed_row import RowProblem
from registers.imports.reference_data import load_reference_data
from registers.imports.row_parser import RowParser
from registers.imports.serialise import encode_json, load_sheet, problem_json, row_json
from registers.models import ImportedRow, RegisterImport
from registers.phrases.files import duplicate_reference

CHUNK = 1000  # risks to a request, each of which unpacks the whole sheet first
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
        if (current.stage, current.rows_read, current.plan) != (Stage.STAGING, after, batch.plan):
            return current
        columns = (vars(row) | _json_columns(row) for row in rows)
        insert_rows(ImportedRow, columns, with_keys=False)
        current.report = _add_to_report(current, rows)
        current.rows_read = after + len(rows)
        current.stage = Stage.READY if current.rows_read >= total else Stage.STAGING
        current.save(update_fields=["stage", "rows_read", "report"])
    return current


def _parse_chunk(batch, after, chunk):
    """(the next rows, compared with the register; how many rows there are in all)."""
    plan = Plan.from_json(batch.plan)
    parser = RowParser(plan, load_reference_data(batch.register, plan.words))
    rows = data_rows(load_sheet(batch, plan), plan)
    references = References(batch.register, plan, rows)
    selected = rows[after : after + chunk]
    matches = match_rows(batch.register, references, selected)
    keeps_numbers = batch.register.next_number == 1
    return [
        _stage_row(
            batch, row, *matches.get(row.number, (None, "")), references, parser, keeps_numbers
        )
        for row in selected
    ], len(rows)


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
        counts.update({name: len(diff[name]) for name in ("judged", "controls", "actions")})
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
    return {"counts": dict(counts), "posts": list((new_posts | posts).values())}


def _json_columns(row):
    return {name: encode_json(getattr(row, name)) for name in ("cells", "reads", "problems")}


def _stage_row(batch, row, existing, reference_problem, references, parser, keeps_numbers):
    """The ImportedRow of a row, not yet saved."""
    parsed, reference = parser.parse(row), references.reference_in(row)
    plan, reference_data = parser.plan, parser.reference_data
    column = heading(plan, "reference")
    if duplicates := references.duplicate_rows(row):
        words = duplicate_reference(duplicates, shown=5)
        parsed.problems.append(RowProblem(column, reference, words, True))
    if reference_problem:
        words = f"It {reference_problem}: give the row one reference of ours"
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
        outcome=diff.outcome,
        risk_id=existing and existing.pk,
        version=existing and existing.version,
    )


def _keep_reference(row, reference, column):
    """Note a reference in our form that the register never gave: the new risk gets the next one."""
    row.values["notes"] = f"{row.values.get('notes', '')}\nReference there: {reference}".strip()
    words = "It is not on this register: the row comes in as a new risk, under the next reference"
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
