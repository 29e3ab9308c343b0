"""The JSON in a register's file has the shape that an import, a suggestion or a scheme writes."""

import copy
import dataclasses

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from registers.imports.account_rows import RowAccount
from registers.imports.diff import RowDiff
from registers.imports.mapping import Plan
from registers.imports.parsed_row import ParsedAction, ParsedRating, ParsedRow, RowProblem
from registers.imports.serialise import diff_json, problem_json, row_json
from registers.json_file.schema import ROWS as ROW_NAMES
from registers.json_file.schema import SCHEMA, row_problems
from registers.models import ImportedRow, Precedent, RegisterImport
from registers.spreadsheet import SheetRow

ACTION = {"title": "Sell", "detail": "", "owner": "", "due_on": "2027-06-30", "is_done": False}
RATING = {
    "kind": "current",
    "likelihood": 3,
    "impact": 4,
    "on": None,
    "rationale": "",
    "driver": "",
}
CONTENT = {"judged": [RATING], "controls": [["Audit", ""]], "actions": [ACTION]}
CONTENT |= {"progress": [{"text": "On plan.", "on": "2026-03-01"}]}
DIFF = copy.deepcopy(CONTENT) | {
    "outcome": "changed",
    "changes": [["title", "Old", "New"]],
    "gone": [],
    "closes": False,
}
ROW = CONTENT | {
    "values": {"title": "New"},
    "split": [],
    "went": {"0": ["title"]},
    "held": DIFF,
    "number": None,
}
ROW |= {"rows": [[3, ["", "more"]]]}
ROW |= {"likeness": {"number": 7, "percent": 91, "is_same": None}}
PLAN = {
    "sheet": "risks",
    "first_line": 2,
    "names": ["Title", "Score"],
    "columns": ["title", "current.score@2026-06-30"],
}
PLAN |= {
    "words": {
        "score": {"Amber": [3, 4]},
        "likelihood": {"High": 4, "Odd": ""},
        "owner": {"Kay": "Treasurer"},
    }
}
PLAN |= {"is_day_first": True, "footer_from": None, "another_scale": False, "goes_on": None}
PLAN |= {"statement_goes_to": None}
PLAN |= {"lookalikes": {"5": 12, "6": 0}, "headings": [1, 1], "roles": {"7": "section"}}
PLAN |= {"judged_on": "2026-03-31"}
NON_RISK_ROW = {"row": 1, "last": 1, "outcome": "heading", "reason": "Headings.", "cells": ["A"]}
REPORT = {"counts": {"further": 1}, "posts": ["Treasurer"], "imports": 2, "not_in_file": [3]}
REPORT |= {"undo": {"reason": "Wrong file", "leftovers": ["CORP-001: changed since"]}}
EXAMPLES = {
    "plan": (RegisterImport, PLAN),
    "non_risk_rows": (RegisterImport, [NON_RISK_ROW]),
    "report": (RegisterImport, REPORT),
    "cells": (ImportedRow, ["New", "12"]),
    "reads": (ImportedRow, ROW),
    "problems": (
        ImportedRow,
        [{"column": "A", "said": "9", "problem": "No level", "refuses": True}],
    ),
    "words": (Precedent, ["savings"]),
}
BY, DAY, INSTANT = "officer@example.org", "2026-01-05", "2026-01-05T10:00:00.000000Z"
# The columns that a row must have besides.
ROWS = {
    RegisterImport: {"by": BY, "begun_at": INSTANT, "rows": []},
    ImportedRow: {"number": 2, "outcome": "new", "cells": []},
    Precedent: {
        "sign": "DON-W2",
        "mark": "relevant",
        "by": BY,
        "effective_on": DAY,
        "recorded_at": INSTANT,
    },
}
LEFT_OUT = "left out"
WRONG = [
    ((), (3, "x", True, None, 1.5)),
    (("cells", 1), (3, None, ["x"])),
    (("plan", "names"), (7, {}, None, [1, 2], ["x"] * 257)),
    (("plan", "columns"), (7, ["title"])),
    (("plan", "columns", 2), ("hubris", "title@2026-06-30", "current.score@2026-02-30", 3)),
    (("plan", "sheet"), (None, LEFT_OUT)),
    (("plan", "first_line"), ("2", -1, True, 10**30)),
    (("plan", "footer_from"), ("7",)),
    (("plan", "goes_on"), ("yes",)),
    (("plan", "statement_goes_to"), ("title", True)),
    (("plan", "judged_on"), ("soon", 3)),
    (("reads", "progress", 1, "on"), ("soon", 3)),
    (("reads", "progress", 1, "text"), (3, None)),
    (("plan", "words"), ([], None)),
    (("plan", "words", "owner"), ("Treasurer", [])),
    (("plan", "words", "owner", "Kay"), (3, "x" * 201)),
    (("plan", "words", "likelihood", "High"), ("4", 0, -1, [3, 4], True)),
    (("plan", "words", "score", "Amber"), ("12", [3], 12)),
    (("plan", "headings"), (1, [1], [1, "2"])),
    (("plan", "roles", "7"), ("strange", None)),
    (("plan", "roles", "x"), ("section",)),
    (("plan", "strange"), (1,)),
    (("non_risk_rows", 1), ("x", {})),
    (("non_risk_rows", 1, "outcome"), ("risk", None)),
    (("non_risk_rows", 1, "row"), ("1", -1)),
    (("non_risk_rows", 1, "cells"), ([3],)),
    (("report", "counts"), ([], 3)),
    (("report", "counts", "further"), ("1", -1, None)),
    (("report", "posts"), ("Treasurer", {})),
    (("report", "posts", 1), (3, "x" * 201)),
    (("reads", "rows"), (5, {})),
    (("reads", "rows", 1), (5, [3], ["3", []])),
    (("reads", "rows", 1, 2), ("more", ["x"] * 257)),
    (("reads", "went"), ([], None, LEFT_OUT)),
    (("reads", "went", "0"), (3, "title")),
    (("reads", "went", "A"), (["title"],)),
    (("reads", "values", "title"), (3, None)),
    (("reads", "values", "raised_on"), ("soon", 3)),
    (("reads", "values", "adverse_impacts"), ("disruption", [3])),
    (("reads", "values", "hubris"), ("x",)),
    (("reads", "number"), ("7", -1)),
    (("reads", "held"), (None, {}, LEFT_OUT)),
    (("reads", "held", "outcome"), ("bad",)),
    (("reads", "held", "changes", 1), (["title"], ["hubris", "", ""], ["title", 3, ""])),
    (("reads", "held", "judged", 1, "likelihood"), ("3", 0, LEFT_OUT)),
    (("reads", "held", "judged", 1, "on"), ("2026-02-30", 3)),
    (("reads", "held", "judged", 1, "kind"), ("worst",)),
    (("reads", "held", "controls", 1), ("Audit", ["Audit"])),
    (("reads", "held", "actions", 1, "owner"), (None, LEFT_OUT)),
    (("problems", 1), ({}, "x")),
    (("problems", 1, "refuses"), (1, None, LEFT_OUT)),
    (("words", 1), (3, None)),
]


def put(value, path, new):
    """The value with something else at a path whose places count from 1."""
    if not path:
        return new
    value = copy.deepcopy(value)
    at = value
    *steps, last = (step - 1 if isinstance(step, int) else step for step in path)
    for step in steps:
        at = at[step]
    if new is LEFT_OUT:
        del at[last]
    else:
        at[last] = new
    return value


def where_wrong(name, value):
    """The place at which a value is not what its field holds; None where it is."""
    model = EXAMPLES[name][0]
    problems = row_problems(model, ROWS[model] | {name: value})
    return next((path[1:] for path, _ in problems), None)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_has_its_shape(name):
    assert where_wrong(name, EXAMPLES[name][1]) is None


CASES = [(name, (), new) for name in EXAMPLES for new in WRONG[0][1]]
CASES += [(path[0], path[1:], new) for path, values in WRONG[1:] for new in values]


@pytest.mark.parametrize(("name", "path", "new"), CASES, ids=lambda part: str(part)[:30])
def test_another_shape_is_refused_at_its_path(name, path, new):
    problem = where_wrong(name, put(EXAMPLES[name][1], path, new))
    assert problem is not None and problem[: len(path)] == path[: len(problem)]


@pytest.mark.parametrize(
    ("name", "path", "new"),
    [case for case in CASES if case[2] not in (["title"], "current.score@2026-02-30")],
    ids=lambda part: str(part)[:30],
)
def test_another_shape_is_refused_by_any_validator_of_the_schema(name, path, new):
    """Ours is faster and gives more paths. It means the same, but for what no schema can say."""
    model = EXAMPLES[name][0]
    schema = {"$ref": f"#/$defs/{ROW_NAMES[model]}", "$defs": SCHEMA["$defs"]}
    validator = Draft202012Validator(schema, format_checker=FormatChecker(["date"]))
    example = ROWS[model] | {name: EXAMPLES[name][1]}
    assert validator.is_valid(example)
    assert not validator.is_valid(example | {name: put(EXAMPLES[name][1], path, new)})


def test_the_entries_of_a_list_that_is_too_long_are_not_read():
    row = ROWS[ImportedRow] | {"cells": [3] * 257}
    assert [path for path, _ in row_problems(ImportedRow, row)] == [("cells",)]


@pytest.mark.parametrize("name", ["plan", "report", "reads"])
def test_an_empty_object_is_valid(name):
    assert where_wrong(name, {}) is None


@pytest.mark.parametrize(
    "name",
    [
        *(
            "words",
            "is_day_first",
            "footer_from",
            "another_scale",
            "goes_on",
            "statement_goes_to",
            "lookalikes",
        ),
        *("headings", "roles"),
    ],
)
def test_an_older_plan_may_lack_newer_keys(name):
    assert where_wrong("plan", put(PLAN, (name,), LEFT_OUT)) is None


def test_an_older_row_may_lack_further_rows():
    assert where_wrong("reads", put(ROW, ("rows",), LEFT_OUT)) is None


def names_of(kind):
    return {field.name for field in dataclasses.fields(kind)}


PARSED = ParsedRow(SheetRow(1, ()))


@pytest.mark.parametrize(
    ("names", "example", "extra"),
    [
        (names_of(Plan), PLAN, set()),
        (names_of(RowAccount), NON_RISK_ROW, set()),
        (names_of(ParsedRating), RATING, set()),
        (names_of(ParsedAction), ACTION, set()),
        (diff_json(RowDiff("new")), DIFF, set()),
        (problem_json(RowProblem("", "", "", False)), EXAMPLES["problems"][1][0], set()),
        (row_json(PARSED, RowDiff("new")), ROW, {"number", "rows", "likeness"}),
    ],
    ids=["plan", "non-risk row", "rating", "action", "diff", "problem", "row"],
)
def test_each_name_that_an_import_keeps_has_a_shape(names, example, extra):
    """A field that is added needs its line in the schema, or the next export is refused."""
    assert set(names) ^ set(example) == extra
