"""Fixture files for tests: rows of ours with changes, and a made-up eighth case."""

import json
from pathlib import Path

import yaml
from database import library_tables
from django.conf import settings

from registers.library_loading.fixture_files import FixtureFile
from registers.models import LIBRARY_MODELS, AuditEntry, ScoringScheme

FIXTURES = Path(settings.BASE_DIR, "fixtures")
LIBRARY = FIXTURES / "library"


def file_of(content, name="rows.yaml"):
    """A fixture file of rows, text or bytes."""
    if not isinstance(content, str | bytes):
        text = json.dumps(content)
        # Read back first: rows that share a list would be written with an alias, and that is
        # refused.
        content = (
            text if name.endswith(".json") else yaml.safe_dump(json.loads(text), allow_unicode=True)
        )
    return FixtureFile(name, content if isinstance(content, bytes) else content.encode())


def rows_in(path):
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (safe)


def row_like(path, key, /, **fields):
    """A row of one of our files, known by its slug, code or number, with some fields changed."""
    rows = [
        row
        for row in rows_in(path)
        if key in [row["fields"].get(name) for name in ("slug", "code", "number")]
    ]
    return {**rows[0], "fields": {**rows[0]["fields"], **fields}}


def type_row(like="financial", /, **fields):
    return row_like(LIBRARY / "03_failure_types.yaml", like, **fields)


def scheme_row(slug, **fields):
    return row_like(FIXTURES / "schemes.yaml", "five-by-five", slug=slug, **fields)


def library_rows():
    """Every row of the library, its links and the schemes, to compare before and after."""
    return {model: list(model._base_manager.order_by("pk").values()) for model in library_tables()}


def writes(queries):
    """Those of captured queries that may write a row."""
    reading = ("SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")
    return [query["sql"] for query in queries if not query["sql"].startswith(reading)]


def empty_library():
    for model in reversed(LIBRARY_MODELS):
        model.objects.all().delete()
    ScoringScheme.objects.all().delete()


def entries():
    return AuditEntry.objects.filter(verb="library.loaded").order_by("number")


EIGHTH = """
- model: registers.source
  fields:
    slug: ashmere-page
    title: "Ashmere: what the auditor found"
    publisher: A made-up newspaper
    published_on: "2024-05-01"
    published_precision: month
    kind: page
    line_count: 0
    about: Made up for a test.
- model: registers.citation
  fields: {source: [ashmere-page], section: whole page, first_line: 0, last_line: 0, voice: press}
- model: registers.casestudy
  fields:
    slug: ashmere
    number: 8
    code: ASH
    name: Ashmere District Council
    short_name: Ashmere
    sector: council
    period: 2022 to 2024
    in_short: A made-up council lost count of its loans.
    summary: A made-up council lost count of its loans, and said so late.
    consequences: Commissioners came.
    question: Who counts our loans?
    is_outside: true
    citations: [[ashmere-page, 0, 0, press]]
- model: registers.casefailuretype
  fields:
    case: [ashmere]
    failure_type: [financial]
    is_primary: true
    basis: derived
    evidence: Loans that nobody counted.
    citations: [[ashmere-page, 0, 0, press]]
- model: registers.caseinsight
  fields:
    case: [ashmere]
    insight: [5]
    basis: derived
    evidence: Nobody asked.
    citations: [[ashmere-page, 0, 0, press]]
- model: registers.warningsign
  fields:
    code: ASH-W1
    case: [ashmere]
    basis: stated
    title: Loans were not reported
    text: The committee saw no list of loans for two years.
    question: When did we last see the list?
    also_said_as: ["nobody knows what we owe"]
    first_seen: [ASH-T1]
    acted_on: null
    failure_types: [[financial]]
    insights: [[5]]
    citations: [[ashmere-page, 0, 0, press]]
- model: registers.timelineevent
  fields:
    code: ASH-T1
    case: [ashmere]
    basis: stated
    kind: warning
    title: The auditor asks for a list of loans
    extent: at
    start_on: "2023-03-01"
    start_precision: month
    citations: [[ashmere-page, 0, 0, press]]
- model: registers.outcome
  fields:
    code: ASH-O1
    case: [ashmere]
    basis: stated
    text: The loans have been counted since.
    citations: [[ashmere-page, 0, 0, press]]
"""
EIGHTH_ROWS = EIGHTH.count("- model:")
