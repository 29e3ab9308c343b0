"""The steps of the import pages without a user: unmapped words stay in the notes."""

import json
import sys
from argparse import ArgumentTypeError
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registers.import_files import begin_import, commit_import
from registers.imports.commit import ImportOutdated
from registers.imports.file_sheets import file_sheets
from registers.imports.mapping import Plan
from registers.imports.rejected_rows import problem_sentence
from registers.imports.serialise import load_sheet
from registers.imports.staging import discard_import, restart_staging, set_as_at, stage_rows
from registers.json_file.parse import CannotRestore
from registers.models import BulkEditConflict, Register, RegisterImport, User
from registers.models.imports import rows_in_words
from registers.permissions import Permission, can, people_with
from registers.phrases.files import import_totals, unrated_totals
from registers.spreadsheet import CannotRead, column_letter

SOME_REFUSED = 3
HELP = """Take a workbook (XLSX, ODS, CSV), a table of Word (DOCX) or a file of ours (JSON) into a
register, as the pages under /import/ do. One sheet or table is read; --sheet names another.

Columns and words are read as for the last file of this register, else as they are guessed. All
good rows are taken in, or none; where nothing is new, nothing is written. Ends with 0 when every
row is on the register, 3 when some rows were left out and the others taken in, and 1 when nothing
was changed because the file cannot be read or the register moved on meanwhile."""


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
            "--as-at",
            type=past_day,
            metavar="DAY",
            help="the past day of which the file speaks, as 2024-06-30; left out: today",
        )
        parser.add_argument(
            "--by",
            default="",
            metavar="EMAIL",
            help="in whose name; left out: a risk manager of the organisation",
        )

    def handle(self, *, file, register, by, check, sheet, **options):
        register = find_register(register)
        person = find_person(register, by)
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        try:
            batch = begin_import(
                register,
                by=person,
                file_name=Path(file).name,
                content=content,
                sheet=sheet,
                is_fresh=True,
            )
        except CannotRead as error:
            raise CommandError(f"Nothing was changed. {error}.") from error
        set_as_at(batch, options["as_at"])
        batch = stage_all(batch, options["rows_alone"])
        report = self._import(batch, person, check)
        self.stdout.write(json.dumps(report, indent=2) if options["json"] else as_text(report))
        if report["refused"]:
            sys.exit(SOME_REFUSED)

    @staticmethod
    def _import(batch, person, check):
        """Commit unless `check`, else discard; returns the report."""
        is_done = False
        try:
            report = build_report(batch, person, check)
            if not check:
                is_done = commit_import(batch, by=person).is_done
            return report
        except (ImportOutdated, BulkEditConflict, CannotRestore) as error:
            raise CommandError(
                "Nothing was changed: the register moved on meanwhile. Try again."
            ) from error
        finally:
            if not is_done:
                discard_import(batch)


def past_day(text):
    """The day of --as-at. Raises ArgumentTypeError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day: write it as 2024-06-30") from None
    if not date(1900, 1, 1) <= day <= timezone.localdate():
        raise ArgumentTypeError(f"{text} is not a past day since 1900")
    return day


def find_register(slug):
    register = Register.objects.select_related("organisation", "scheme").filter(slug=slug).first()
    if register is None:
        raise CommandError(f"There is no register {slug}.")
    return register


def find_person(register, email):
    """In whose name to import. Raises CommandError for somebody who may not run the register."""
    organisation = register.organisation
    if not email:
        managers = people_with(Permission.RUN_REGISTER).order_by("pk")
        for person in managers:
            if can(person, Permission.RUN_REGISTER, organisation):
                return person
        raise CommandError(f"{organisation} has no risk manager: name a person with --by.")
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None or not can(person, Permission.RUN_REGISTER, organisation):
        raise CommandError(f"{email} is no risk manager of {organisation}.")
    return person


def stage_all(batch, are_rows_alone=False):
    """Stage every row. are_rows_alone: no row continues the risk above, whatever the plan says."""
    plan = (
        replace(Plan.from_json(batch.plan), goes_on=False)
        if are_rows_alone and not batch.is_ours
        else None
    )
    try:
        restart_staging(batch, plan)
        batch.refresh_from_db()
        while batch.stage == RegisterImport.Stage.STAGING:
            batch = stage_rows(batch, after=batch.rows_read)
    except BaseException:
        discard_import(batch)
        raise
    return batch


def build_report(batch, person, check):
    """What --json prints. imported: new and changed; with --check, what they would be."""
    if batch.is_ours:
        return build_restore_report(batch, person, check)
    plan = Plan.from_json(batch.plan)
    rows = list(batch.rows.order_by("number").defer("cells", "reads"))
    counts = {
        outcome: sum(row.outcome == outcome for row in rows)
        for outcome in ("new", "changed", "unchanged")
    }
    problems = [(row, problem) for row in rows for problem in row.problems]
    spread = spread_rows(batch)
    return {
        **_identity(batch, person, check),
        "sheet": plan.sheet,
        "sheets": [{"name": sheet.name, "read": sheet.is_read} for sheet in file_sheets(batch)],
        "remarks": list(load_sheet(batch, plan).remarks),
        "columns": [
            {"column": column_letter(at), "heading": name, "read_as": target}
            for at, (name, target) in enumerate(zip(plan.names, plan.columns, strict=True))
        ],
        "rows_go_on": plan.goes_on,
        "spread": spread,
        "rows_read": len(rows) + sum(len(numbers) - 1 for numbers in spread),
        "imported": counts["new"] + counts["changed"],
        **counts,
        "refused": [_entry(row, problem) for row, problem in problems if problem["refuses"]],
        "noted": [_entry(row, problem) for row, problem in problems if not problem["refuses"]],
        "unrated": batch.report["counts"].get("unrated", 0),
        "not_in_file": [
            batch.register.reference(number) for number in batch.report.get("not_in_file", [])
        ],
        "posts_added": batch.report.get("posts", []),
    }


def spread_rows(batch):
    """The row numbers of each risk that is in several rows."""
    rows = (
        batch.rows.filter(reads__has_key="rows")
        .order_by("number")
        .values_list("number", "reads__rows")
    )
    return [[first, *(number for number, _ in further)] for first, further in rows]


def build_restore_report(batch, person, check):
    """The same report for a JSON file, which is restored whole or not at all.

    Raises CommandError with the file's problems.
    """
    if problems := batch.report["problems"]:
        lines = [f"{problem['where']}: {problem['words']}" for problem in problems]
        raise CommandError("\n".join(["Nothing was changed.", *lines]))
    risks = batch.report["counts"].get("risks", 0)
    count = 0 if batch.report["is_unchanged"] else risks
    return {
        **_identity(batch, person, check),
        "sheet": "",
        "sheets": [],
        "remarks": [],
        "columns": [],
        "rows_go_on": None,
        "spread": [],
        "rows_read": risks,
        "imported": count,
        "new": count,
        "changed": 0,
        "unchanged": 0,
        "unrated": 0,
        "not_in_file": [],
        "refused": [],
        "noted": batch.report["warnings"],
        "posts_added": batch.report["posts"],
    }


def _identity(batch, person, check):
    about = {"file": batch.file_name, "register": batch.register.slug}
    as_at = batch.as_at and batch.as_at.isoformat()
    return about | {"by": person.email, "is_check": check, "as_at": as_at}


def _entry(row, problem):
    return {"row": row.number, **{name: problem[name] for name in ("column", "said", "problem")}}


def as_text(report):
    would = "would be " if report["is_check"] else ""
    columns = [f"  {c['column']} {c['heading']}: {c['read_as']}" for c in report["columns"]]
    spread = [f"{rows_in_words(numbers).capitalize()}: one risk." for numbers in report["spread"]]
    refused = [f"Row {entry['row']}, {problem_sentence(entry)}" for entry in report["refused"]]
    posts = (
        [f"Posts {would}added, vacant: {'; '.join(report['posts_added'])}."]
        if report["posts_added"]
        else []
    )
    if report["not_in_file"]:
        posts.append(f"On the register, not in this file: {', '.join(report['not_in_file'])}.")
    count = len({entry["row"] for entry in report["refused"]})
    total = import_totals(
        report["rows_read"], report["new"], report["changed"], report["unchanged"], count
    )
    unrated = f" {unrated_totals(report['unrated'])}" if report["unrated"] else ""
    by = f" Taken in by {report['by']}." if report["imported"] and not would else ""
    sheet = [f"Sheet {report['sheet']}:"] if report["sheet"] else []
    unread = [s["name"] for s in report["sheets"] if not s["read"]]
    remarks = [*report["remarks"], *([f"Sheets not read: {'; '.join(unread)}."] if unread else [])]
    return "\n".join(
        [*sheet, *columns, *remarks, *spread, *refused, *posts, f"{total}{unrated}{by}"]
    )
