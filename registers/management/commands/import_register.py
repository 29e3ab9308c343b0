"""The steps of the import pages without anybody at them: what a page would ask about stays with the
notes.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registers.imports.commit import NotAsShown, land
from registers.imports.mapping import Plan
from registers.imports.native_file import CannotRestore
from registers.imports.read_file import CannotRead, letter
from registers.imports.rejected_rows import in_words
from registers.imports.staging import give_up, read_anew, stage_some
from registers.imports.upload import begin_import
from registers.models import BulkEditConflict, Register, RegisterImport, User
from registers.models.imports import rows_in_words
from registers.permissions import Permission, can, people_with

SOME_REFUSED = 3
HELP = """Take a workbook (CSV, XLSX) or a file of ours (JSON) into a register, as the pages under /import/ do.

Columns and words are read as for the last file of this register, else as they are guessed. All good rows are taken in,
or none; where nothing is new, nothing is written. Ends with 0 when every row is on the register, 3 when some rows were
left out and the others taken in, and 1 when nothing was changed because the file cannot be read or the register moved
on meanwhile."""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser):
        parser.add_argument("file", help="the workbook")
        parser.add_argument(
            "--register", required=True, metavar="SLUG", help="the register: corporate, say"
        )
        parser.add_argument(
            "--check", action="store_true", help="say what would happen, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="say it as JSON")
        parser.add_argument(
            "--sheet", default="", metavar="NAME", help="the sheet to read; left out: the likeliest"
        )
        parser.add_argument(
            "--rows-alone",
            action="store_true",
            help="take no row for more of the risk above, whatever it leaves out",
        )
        parser.add_argument(
            "--by",
            default="",
            metavar="EMAIL",
            help="in whose name; left out: a risk manager of the organisation",
        )

    def handle(self, *, file, register, by, check, sheet, **options):
        register = register_called(register)
        person = person_for(register, by)
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        try:
            said = {
                "file_name": Path(file).name,
                "content": content,
                "sheet": sheet,
                "is_fresh": True,
            }
            batch = begin_import(register, by=person, **said)
        except CannotRead as wrong:
            raise CommandError(f"Nothing was changed. {wrong}.") from wrong
        told = self._told(staged(batch, options["rows_alone"]), person, check)
        self.stdout.write(json.dumps(told, indent=2) if options["json"] else in_lines(told))
        if told["refused"]:
            sys.exit(SOME_REFUSED)

    @staticmethod
    def _told(batch, person, check):
        is_kept = False
        try:
            told = report_of(batch, person, check)
            if not check:
                is_kept = land(batch, by=person).is_done
            return told
        except (NotAsShown, BulkEditConflict, CannotRestore) as moved:
            raise CommandError(
                "Nothing was changed: the register moved on meanwhile. Try again."
            ) from moved
        finally:
            if not is_kept:
                give_up(batch)


def register_called(slug):
    register = Register.objects.select_related("organisation", "scheme").filter(slug=slug).first()
    if register is None:
        raise CommandError(f"There is no register {slug}.")
    return register


def person_for(register, email):
    """Whose name the import is made in. Raises CommandError for somebody who may not run the
    register.
    """
    if not email:
        managers = people_with(Permission.RUN_REGISTER).order_by("pk")
        person = next(
            (one for one in managers if can(one, Permission.RUN_REGISTER, register.organisation)),
            None,
        )
        if person is None:
            raise CommandError(
                f"{register.organisation} has no risk manager: name a person with --by."
            )
        return person
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None or not can(person, Permission.RUN_REGISTER, register.organisation):
        raise CommandError(f"{email} is no risk manager of {register.organisation}.")
    return person


def staged(batch, are_rows_alone=False):
    """Every row read. are_rows_alone: whether none goes on with the risk above, though its plan
    says so.
    """
    plan = (
        replace(Plan.from_json(batch.plan), goes_on=False)
        if are_rows_alone and not batch.is_ours
        else None
    )
    try:
        read_anew(batch, plan)
        batch.refresh_from_db()
        while batch.stage == RegisterImport.Stage.STAGING:
            batch = stage_some(batch, after=batch.rows_read)
    except BaseException:
        give_up(batch)
        raise
    return batch


def report_of(batch, person, check):
    """What --json prints. imported: of new and changed; with --check, as it would be."""
    if batch.is_ours:
        return report_of_ours(batch, person, check)
    plan = Plan.from_json(batch.plan)
    rows = list(batch.rows.order_by("number").defer("cells", "reads"))
    counts = {
        outcome: sum(row.outcome == outcome for row in rows)
        for outcome in ("new", "changed", "unchanged")
    }
    problems = [(row, problem) for row in rows for problem in row.problems]
    spread = spread_of(batch)
    return {
        "file": batch.file_name,
        "register": batch.register.slug,
        "by": person.email,
        "is_check": check,
        "sheet": plan.sheet,
        "columns": [
            {"column": letter(at), "heading": name, "read_as": target}
            for at, (name, target) in enumerate(zip(plan.names, plan.columns, strict=True))
        ],
        "rows_go_on": plan.goes_on,
        "spread": spread,
        "rows_read": len(rows) + sum(len(numbers) - 1 for numbers in spread),
        "imported": counts["new"] + counts["changed"],
        **counts,
        "refused": [_said(row, problem) for row, problem in problems if problem["refuses"]],
        "noted": [_said(row, problem) for row, problem in problems if not problem["refuses"]],
        "unrated": batch.report["counts"].get("unrated", 0),
        "posts_added": batch.report.get("posts", []),
    }


def spread_of(batch):
    """The numbers of the rows of each risk that stands in several."""
    rows = (
        batch.rows.filter(reads__has_key="rows")
        .order_by("number")
        .values_list("number", "reads__rows")
    )
    return [[first, *(number for number, _ in further)] for first, further in rows]


def report_of_ours(batch, person, check):
    """The same of a register that is restored: whole, or not at all. Raises CommandError for what
    is wrong with it.
    """
    if problems := batch.report["problems"]:
        lines = [f"{one['where']}: {one['words']}" for one in problems]
        raise CommandError("\n".join(["Nothing was changed.", *lines]))
    count = 0 if batch.report["is_unchanged"] else batch.report["counts"].get("risks", 0)
    said = {
        "file": batch.file_name,
        "register": batch.register.slug,
        "by": person.email,
        "is_check": check,
    }
    said |= {
        "sheet": "",
        "columns": [],
        "rows_go_on": None,
        "spread": [],
        "rows_read": batch.report["counts"].get("risks", 0),
        "imported": count,
    }
    return (
        said
        | {
            "new": count,
            "changed": 0,
            "unchanged": 0,
            "unrated": 0,
            "refused": [],
            "noted": batch.report["warnings"],
        }
        | {"posts_added": batch.report["posts"]}
    )


def _said(row, problem):
    return {"row": row.number, **{name: problem[name] for name in ("column", "said", "problem")}}


def in_lines(told):
    would = "would be " if told["is_check"] else ""
    columns = [f"  {c['column']} {c['heading']}: {c['read_as']}" for c in told["columns"]]
    spread = [f"{rows_in_words(numbers).capitalize()}: one risk." for numbers in told["spread"]]
    left_out = [f"Row {one['row']}, {in_words(one)}" for one in told["refused"]]
    posts = (
        [f"Posts {would}added, vacant: {'; '.join(told['posts_added'])}."]
        if told["posts_added"]
        else []
    )
    count = len({one["row"] for one in told["refused"]})
    total = f"{told['rows_read']} rows read: {told['new']} new, {told['changed']} changed, {told['unchanged']} the same"
    total += f", {count} left out."
    unrated = f" {told['unrated']} of the new come in unrated." if told["unrated"] else ""
    by = f" Taken in by {told['by']}." if told["imported"] and not would else ""
    ends = f"{total}{unrated}{by}"
    sheet = [f"Sheet {told['sheet']}:"] if told["sheet"] else []
    return "\n".join([*sheet, *columns, *spread, *left_out, *posts, ends])
