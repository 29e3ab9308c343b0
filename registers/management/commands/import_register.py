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
from registers.imports.mapping import Plan, undivided_statements, unmapped_words
from registers.imports.reference_data import load_reference_data
from registers.imports.rejected_rows import problem_sentence
from registers.imports.row_report import rows_of_import
from registers.imports.row_roles import NAMING
from registers.imports.serialise import load_sheet
from registers.imports.staging import discard_import, restart_staging, set_as_at, stage_rows
from registers.json_file.parse import CannotRestore
from registers.models import BulkEditConflict, Register, RegisterImport, User
from registers.models.imports import rows_in_words
from registers.permissions import Permission, can, people_with
from registers.phrases.files import import_totals, in_rows, unrated_totals
from registers.spreadsheet import CannotRead, column_letter

SOME_KEPT_OUT = 3
KEPT_OUT = ("refused", "left-out")
HELP = """Import a workbook (XLSX, ODS, CSV), a Word table (DOCX) or a file from here (JSON) into a
register, as the pages under /import/ do. It reads one sheet or table; --sheet names another.

It reads columns and words as for the last file of this register, or else guesses them. It keeps in
the notes what a page would ask about, and lists it. It imports all good rows or none. It writes
nothing if nothing is new or the file was imported before. It ends with 0 when every risk is on the
register, 3 when it refused or left out some rows and imported the others, and 1 when nothing has
changed: it cannot read the file, no column names the risks, or the register has changed.
docs/import-command.md says what --json prints."""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser):
        parser.add_argument("file", help="the workbook")
        parser.add_argument(
            "--register", required=True, metavar="SLUG", help="the register, for example corporate"
        )
        parser.add_argument(
            "--check", action="store_true", help="report what would happen, and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")
        parser.add_argument(
            "--sheet", default="", metavar="NAME", help="the sheet to read (default: the likeliest)"
        )
        parser.add_argument(
            "--rows-alone",
            action="store_true",
            help="read each row alone, even if it does not name a risk",
        )
        parser.add_argument(
            "--as-at",
            type=past_day,
            metavar="DAY",
            help="the past day that the file shows, as 2024-06-30 (default: today)",
        )
        parser.add_argument(
            "--by",
            default="",
            metavar="EMAIL",
            help="who imports it (default: a risk manager of the organisation)",
        )

    def handle(self, *, file, register, by, check, sheet, **options):
        register = find_register(register)
        person = find_person(register, by)
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot open {file}: {error.strerror}.") from error
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
            raise CommandError(f"Nothing has changed. {error}.") from error
        set_as_at(batch, options["as_at"])
        earlier = find_earlier(batch)
        report = (
            self._repeat(batch, earlier, person, check)
            if earlier
            else self._import(batch, person, check, options["rows_alone"])
        )
        self.stdout.write(json.dumps(report, indent=2) if options["json"] else as_text(report))
        if not earlier and any(row["outcome"] in KEPT_OUT for row in report["rows"]):
            sys.exit(SOME_KEPT_OUT)

    @staticmethod
    def _repeat(batch, earlier, person, check):
        """The report on a file that was taken in before: nothing is new."""
        discard_import(batch)
        return build_repeat_report(earlier, person, check)

    @staticmethod
    def _import(batch, person, check, are_rows_alone):
        """Commit unless `check`, else discard; returns the report."""
        is_done = False
        try:
            check_columns(batch)
            batch = stage_all(batch, are_rows_alone)
            report = build_report(batch, person, check)
            if not check:
                is_done = commit_import(batch, by=person).is_done
            return report
        except (ImportOutdated, BulkEditConflict, CannotRestore) as error:
            raise CommandError(
                "Nothing has changed, because the register did. Try again."
            ) from error
        finally:
            if not is_done:
                discard_import(batch)


def past_day(text):
    """The day of --as-at. Raises ArgumentTypeError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a date: write it as 2024-06-30") from None
    if not date(1900, 1, 1) <= day <= timezone.localdate():
        raise ArgumentTypeError(f"{text} is not a past day since 1900")
    return day


def find_register(slug):
    register = Register.objects.select_related("organisation", "scheme").filter(slug=slug).first()
    if register is None:
        raise CommandError(f"There is no register {slug}.")
    if register.is_archived:
        raise CommandError(f"{register} is archived, so you can only read it.")
    return register


def find_earlier(batch):
    """The import that took in the same sheet of the same file, or None."""
    if batch.is_ours:
        return None
    done = batch.register.imports.in_force().filter(is_ours=False)
    return done.filter(digest=batch.digest, plan__sheet=batch.plan["sheet"]).first()


def check_columns(batch):
    """Raises CommandError where no column says what the risks are: the page refuses that too."""
    if not batch.is_ours and not set(batch.plan["columns"]) & set(NAMING):
        raise CommandError(
            "Nothing has changed. No column names the risks: give one the heading "
            '"Risk title" or "Risk description", or check the columns on the page.'
        )


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
        raise CommandError(f"{email} is not a risk manager of {organisation}.")
    return person


def stage_all(batch, are_rows_alone=False):
    """Stage every row. are_rows_alone: no row continues the risk above, whatever the plan says."""
    plan = (
        replace(Plan.from_json(batch.plan), goes_on=False)
        if are_rows_alone and not batch.is_ours
        else None
    )
    restart_staging(batch, plan)
    batch.refresh_from_db()
    while batch.stage == RegisterImport.Stage.STAGING:
        batch = stage_rows(batch, after=batch.rows_read)
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
        "columns": [
            {"column": column_letter(at), "heading": name, "read_as": target}
            for at, (name, target) in enumerate(zip(plan.names, plan.columns, strict=True))
        ],
        "rows_go_on": plan.goes_on,
        "spread": spread,
        "rows_read": len(rows) + sum(len(numbers) - 1 for numbers in spread),
        "rows": report_rows(batch),
        "imported": counts["new"] + counts["changed"],
        **counts,
        "refused": [_entry(row, problem) for row, problem in problems if problem["refuses"]],
        "noted": [_entry(row, problem) for row, problem in problems if not problem["refuses"]],
        "unrated": batch.report["counts"].get("unrated", 0),
        "not_in_file": [
            batch.register.reference(number) for number in batch.report.get("not_in_file", [])
        ],
        "posts_added": batch.report.get("posts", []),
        **_open_questions(batch, plan),
        "taken_in_before": None,
    }


def report_rows(batch):
    """What became of each row of the sheet, and why."""
    return [
        {name: row[name] for name in ("row", "outcome", "reason")} for row in rows_of_import(batch)
    ]


def _open_questions(batch, plan):
    """What a page would ask about. Nobody was asked: these words stay with the notes.

    remarks: on how the sheet was read.
    """
    if not batch.sheets:
        return {"questions": [], "remarks": []}
    sheet = load_sheet(batch, plan)
    words = unmapped_words(sheet, plan, load_reference_data(batch.register, plan.words))
    if not plan.statement_goes_to and (rows := undivided_statements(sheet, plan)):
        words["statement_goes_to"] = {"": len(rows)}
    return {
        "questions": [
            {"about": key, "word": word, "rows": count}
            for key, counts in words.items()
            for word, count in counts.items()
        ],
        "remarks": list(sheet.remarks),
    }


def build_repeat_report(earlier, person, check):
    """The report where the same file was taken in before."""
    report = build_report(earlier, person, check)
    day = timezone.localtime(earlier.done_at).date().isoformat()
    reason = f"The same file was imported on {day}."
    for row in report["rows"]:
        if row["outcome"] in ("new", "changed"):
            row |= {"outcome": "unchanged", "reason": reason}
    unchanged = report["unchanged"] + report["imported"]
    nothing = {"imported": 0, "new": 0, "changed": 0, "unrated": 0, "unchanged": unchanged}
    nothing |= {"refused": [], "noted": [], "posts_added": []}
    before = {"on": day, "by": earlier.by.email}
    return report | nothing | {"taken_in_before": before}


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
        raise CommandError("\n".join(["Nothing has changed.", *lines]))
    risks = batch.report["counts"].get("risks", 0)
    count = 0 if batch.report["is_unchanged"] else risks
    return {
        **_identity(batch, person, check),
        "sheet": "",
        "sheets": [],
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
        "rows": [],
        "questions": [],
        "remarks": [],
        "taken_in_before": None,
        "noted": batch.report["warnings"],
        "posts_added": batch.report["posts"],
    }


def _identity(batch, person, check):
    about = {"file": batch.file_name, "register": batch.register.slug}
    as_at = batch.as_at and batch.as_at.isoformat()
    return about | {"by": person.email, "is_check": check, "as_at": as_at}


def _entry(row, problem):
    return {"row": row.number, **{name: problem[name] for name in ("column", "said", "problem")}}


def _question_sentence(question):
    rows = in_rows(question["rows"]).lower()
    if question["about"] == "statement_goes_to":
        return (
            f"Not decided: where to put a text that holds both the risk and its effects ({rows}). "
            "All of it is in the event."
        )
    return (
        f"Not decided: what “{question['word']}” means ({question['about']}, {rows}). "
        "It is in the notes."
    )


def as_text(report):
    would = "would be " if report["is_check"] else ""
    columns = [f"  {c['column']} {c['heading']}: {c['read_as']}" for c in report["columns"]]
    spread = [f"{rows_in_words(numbers).capitalize()}: one risk." for numbers in report["spread"]]
    left_out = [
        f"Row {row['row']} left out: {row['reason']}"
        for row in report["rows"]
        if row["outcome"] == "left-out"
    ]
    questions = [_question_sentence(question) for question in report["questions"]]
    refused = [f"Row {entry['row']}, {problem_sentence(entry)}" for entry in report["refused"]]
    posts = (
        [f"Vacant posts {would}added: {'; '.join(report['posts_added'])}."]
        if report["posts_added"]
        else []
    )
    if report["not_in_file"]:
        posts.append(f"On the register, not in this file: {', '.join(report['not_in_file'])}.")
    count = len({entry["row"] for entry in report["refused"]}) + len(left_out)
    total = import_totals(
        report["rows_read"], report["new"], report["changed"], report["unchanged"], count
    )
    unrated = f" {unrated_totals(report['unrated'])}" if report["unrated"] else ""
    by = f" Imported by {report['by']}." if report["imported"] and not would else ""
    sheet = [f"Sheet {report['sheet']}:"] if report["sheet"] else []
    unread = [s["name"] for s in report["sheets"] if not s["read"]]
    remarks = [*report["remarks"], *([f"Sheets not read: {'; '.join(unread)}."] if unread else [])]
    if before := report["taken_in_before"]:
        by = f" {before['by']} imported the same file on {before['on']}: nothing is new."
    lines = [*sheet, *remarks, *columns, *spread, *refused, *left_out, *questions, *posts]
    return "\n".join([*lines, f"{total}{unrated}{by}"])
