"""Invalid files for the library: nothing is written and every problem is reported."""

import json
import re

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from library_files import (
    EIGHTH,
    LIBRARY,
    file_of,
    row_like,
    scheme_row,
    type_row,
    writes,
)

from registers.library_loading.fixture_files import (
    DEEPEST,
    LARGEST_FILE,
    MODELS,
    MOST_ROWS,
    FixtureFile,
    files_at,
)
from registers.library_loading.load import load_library, preview_library
from registers.library_loading.report import SHOWN_PROBLEMS, LibraryProblem, Problem
from registers.library_loading.validate import claims, holds
from registers.models import LIBRARY_MODELS

pytestmark = pytest.mark.django_db


def problems_of(*files):
    with pytest.raises(LibraryProblem) as refused:
        preview_library(files)
    return refused.value.problems


def messages_of(content, name="rows.yaml"):
    return [str(problem) for problem in problems_of(file_of(content, name))]


# Files that cannot be read

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{','.join([f'*{last}'] * 9)}]\n"
    for last, here in zip("abcdefgh", "bcdefghi", strict=True)
)
UNREADABLE = {
    "nothing": ("rows.yaml", b"", "is empty"),
    "only white space": ("rows.yaml", b" \n\n\t ", "is empty"),
    "only a comment": ("rows.yaml", b"# nothing yet\n", "has no rows"),
    "an empty list": ("rows.json", b"[]", "has no rows"),
    "a list that does not end": ("rows.yaml", b"a: [", "is not YAML that can be read: .*line 2"),
    "a tab": ("rows.yaml", b"- model:\tx\n\t- x", "is not YAML that can be read: .*line 2"),
    "two documents": ("rows.yaml", b"- a\n---\n- b\n", "is not YAML that can be read"),
    "prose": ("rows.yaml", b"Dear all, here is the case.", "must be a list of rows"),
    "a map": ("rows.yaml", b"model: registers.failuretype\n", "must be a list of rows"),
    "a number": ("rows.yaml", b"7", "must be a list of rows"),
    "JSON that is no list": (
        "rows.json",
        b'{"model": "registers.source"}',
        "must be a list of rows",
    ),
    "JSON that does not end": ("rows.json", b'[{"model": ', "is not JSON that can be read"),
    "YAML called JSON": ("rows.json", b"- model: registers.source", "is not JSON that can be read"),
    "JSON with no number": (
        "rows.json",
        b'[{"model": "a", "fields": {"b": NaN}}]',
        "NaN is not a number",
    ),
    "an alias": ("rows.yaml", b"- &a {model: b}\n- *a\n", r"aliases \(\*name\) are not allowed"),
    "aliases that explode": ("rows.yaml", BOMB.encode(), "aliases"),
    "an alias of itself": ("rows.yaml", b"&a [*a]", "aliases"),
    "an object of Python": (
        "rows.yaml",
        b"!!python/object/apply:os.system ['true']",
        "is not YAML .*os.system",
    ),
    "a name of Python": ("rows.yaml", b"- !!python/name:os.system", "is not YAML .*os.system"),
    "a foreign tag": ("rows.yaml", b"- !vault secret", "is not YAML .*!vault"),
    "a merge": ("rows.yaml", b"- {<<: {model: a}, fields: {}}", "the name of a field is a word"),
    "a field that is a list": (
        "rows.yaml",
        b"- ? [a, b]\n  : c\n",
        "the name of a field is a word",
    ),
    "a field that is a number": ("rows.yaml", b"- {1: a}", "the name of a field is a word"),
    "a field that stands twice": (
        "rows.yaml",
        b"- model: a\n  model: b\n",
        r"model is there twice \(line 2\)",
    ),
    "a field that stands twice in JSON": (
        "rows.json",
        b'[{"model": 1, "model": 2}]',
        "model is there twice",
    ),
    "too deep": ("rows.yaml", b"[" * 2000 + b"]" * 2000, f"may be {DEEPEST} deep"),
    "too deep by dashes": ("rows.yaml", b"- " * 40_000, f"may be {DEEPEST} deep"),
    "too deep for the parser in C": ("rows.yaml", b"[" * 500_000, f"may be {DEEPEST} deep"),
    "too deep in JSON": ("rows.json", b"[" * 500_000, "is not JSON that can be read"),
    "a day that is not in the calendar": (
        "rows.yaml",
        b"- 2016-13-45",
        "is not YAML that can be read",
    ),
    "a number of 5,000 digits": ("rows.yaml", b"- " + b"9" * 5000, "is not YAML that can be read"),
    "such a number in JSON": (
        "rows.json",
        b"[" + b"9" * 5000 + b"]",
        "is not JSON that can be read",
    ),
    "UTF-16": ("rows.yaml", "- model: a".encode("utf-16"), r"is not text in UTF-8 \(byte 1\)"),
    "Latin-1": (
        "rows.yaml",
        "- model: café".encode("latin-1"),
        r"is not text in UTF-8 \(byte 13\)",
    ),
    "NUL": ("rows.yaml", b"- a\n- b\0\n", r"has a NUL character \(line 2\)"),
    "a control character": ("rows.yaml", b"- a\x07", "is not YAML that can be read"),
    "an archive": ("rows.yaml", b"PK\x03\x04\x14\xff\x8c", "is not text in UTF-8"),
    "another kind of file": ("rows.csv", b"a,b", "has to end in .yaml, .yml or .json"),
    "no kind of file": ("rows", b"- a", "has to end in .yaml, .yml or .json"),
    "2 million bytes and one": (
        "rows.yaml",
        b"#" * (LARGEST_FILE + 1),
        "is larger than 2,000,000 bytes",
    ),
    "more rows than a load takes": (
        "rows.json",
        b"[1" + b", 1" * MOST_ROWS + b"]",
        "more than 20,000 rows",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named_with_why(case):
    name, content, words = UNREADABLE[case]
    (problem,) = problems_of(FixtureFile(name, content))
    assert (problem.file, problem.row, problem.field) == (name, "", "")
    assert re.search(words, problem.message)


def test_a_large_file_on_the_server_is_not_read(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    (file,) = files_at(path)
    assert (file.content, file.problem) == (None, "is larger than 2,000,000 bytes")


def test_a_byte_order_mark_is_no_problem():
    content = b"\xef\xbb\xbf" + file_of([type_row(name="Money")]).content
    assert (
        preview_library([FixtureFile("rows.yaml", content)]).counts
        == "0 added, 1 changed, 0 unchanged"
    )


def test_each_file_is_reported():
    problems = problems_of(
        file_of(""), file_of("a: ["), file_of([type_row(colour="red")], "third.yaml")
    )
    assert [problem.file for problem in problems] == ["rows.yaml", "rows.yaml", "third.yaml"]


# Rows that do not belong

USER = {
    "model": "registers.user",
    "fields": {"email": "intruder@example.org", "name": "I", "password": "!"},
}
IMPACT = {"slug": "a", "number": 9, "name": "A", "meaning": "A.", "falls_on": "service"}
CITATION = {
    "source": ["failing-well"],
    "section": "1",
    "first_line": 7,
    "last_line": 9,
    "voice": "officer",
}
EVENT = "DON-T5"


def impact(**fields):
    citations = [["failing-well", 91, 91, "figure"]]
    return {
        "model": "registers.adverseimpact",
        "fields": {**IMPACT, "citations": citations, **fields},
    }


def cite(**fields):
    return {"model": "registers.citation", "fields": {**CITATION, **fields}}


def event(**fields):
    return row_like(LIBRARY / "10_doncaster.yaml", EVENT, **fields)


def without(row, name):
    return {**row, "fields": {key: value for key, value in row["fields"].items() if key != name}}


# File content -> the problem: object, field and message.
REFUSED = {
    "another model": ([USER], "row 1: registers.user is not part of the library"),
    "another model in capitals": (
        [{**USER, "model": "REGISTERS.USER"}],
        "row 1: REGISTERS.USER is not part",
    ),
    "a model that is not there": (
        [{**USER, "model": "registers.nothing"}],
        "row 1: registers.nothing is not part",
    ),
    "a link between rows": (
        [{"model": "registers.failuretype_citations", "fields": {}}],
        "row 1: .* is not part",
    ),
    "a model that is a list": (
        [{"model": ["a"], "fields": {}}],
        "row 1: .* is not part of the library",
    ),
    "no model": ([{"fields": {}}], "row 1: None is not part of the library"),
    "not a row": (["a"], "row 1: needs a model and fields"),
    "no fields": ([{"model": "registers.failuretype"}], "row 1: needs a model and fields"),
    "fields that are a list": (
        [{"model": "registers.failuretype", "fields": ["a"]}],
        "row 1: needs a model and",
    ),
    "a number for a key": (
        [{**type_row(), "pk": 1}],
        "failure type financial, pk: rows are known by their natural",
    ),
    "a number among the fields": ([type_row(id=1)], "failure type financial, id: is not a field"),
    "something beside the fields": (
        [{**type_row(), "colour": 1}],
        "failure type financial, colour: does not belong",
    ),
    "a field that is not there": (
        [type_row(colour="red")],
        "failure type financial, colour: is not a field",
    ),
    "a link with a model of its own": (
        [row_like(LIBRARY / "10_doncaster.yaml", "doncaster", insights=[[1]])],
        "case study doncaster, insights: is not a field",
    ),
    "a citation that is not there": (
        [type_row(citations=[["failing-well", 1, 2, "nobody"]])],
        "failure type financial, citations: there is no citation failing-well/1/2/nobody",
    ),
    "a citation cut short": (
        [type_row(citations=[["failing-well", 1]])],
        r"failure type financial, citations: \['failing-well', 1\] names no citation: "
        r"write \[source slug, first line",
    ),
    "a citation by its number": (
        [type_row(citations=[7])],
        "financial, citations: 7 names no citation",
    ),
    "a citation by words": (
        [type_row(citations=["page 7"])],
        "financial, citations: page 7 names no citation",
    ),
    "a citation with a list in it": (
        [type_row(citations=[["failing-well", [1], 1, "x"]])],
        "citations: .* names no",
    ),
    "a citation with nothing in it": (
        [type_row(citations=[["failing-well", None, 1, "x"]])],
        "citations: .*no cita",
    ),
    "a citation twice": (
        [type_row(citations=[["failing-well", 91, 91, "figure"]] * 2)],
        "financial, citations: names failing-well/91/91/figure twice",
    ),
    "no citations": (
        [type_row(citations=[])],
        "failure type financial, citations: names none: give at least one",
    ),
    "citations left out": (
        [without(impact(), "citations")],
        "adverse impact a, citations: is missing",
    ),
    "citations that are none": ([type_row(citations=None)], "financial, citations: takes a list"),
    "a source that is not there": (
        [cite(source=["nowhere"])],
        "citation nowhere/7/9/officer, source: there is no source nowhere",
    ),
    "a source by its number": ([cite(source=1)], "row 1, source: 1 names no source"),
    "a source left out": ([without(cite(), "source")], "row 1, source: is missing"),
    "a line beyond its source": (
        [cite(last_line=782)],
        "citation failing-well/7/782/officer: .* has 781 lines",
    ),
    "lines in the wrong order": (
        [cite(first_line=10)],
        "citation failing-well/10/9/officer: breaks the rule: citation",
    ),
    "a slug left out": (
        [without(type_row(), "slug")],
        "row 1, slug: is missing: a row is known by it",
    ),
    "a choice that is not there": (
        [impact(falls_on="the-moon")],
        "adverse impact a, falls_on: .*the-moon",
    ),
    "a number that is words": (
        [type_row(number="first")],
        "failure type financial, number: .*first.* an integer",
    ),
    "a number that is part of one": (
        [type_row(number=1.5)],
        "financial, number: 1.5 is not a whole number",
    ),
    "a number that is yes": (
        [type_row(number=True)],
        "financial, number: True is not a whole number",
    ),
    "a negative number": (
        [type_row(number=-1)],
        "financial, number: .* greater than or equal to 0",
    ),
    "a number larger than its column": (
        [type_row(number=10**30)],
        "financial, number: .* less than or equal to",
    ),
    "an infinite number": (
        [type_row(number=float("inf"))],
        "financial, number: inf is not a number that can be stored",
    ),
    "no number": ([type_row(number=None)], r"financial, number: is empty \(null\)"),
    "text that is yes": (
        [type_row(name=True)],
        "financial, name: True is not text: put it in quotes",
    ),
    "text that is a list": ([type_row(name=["a"])], "financial, name: .* is not text"),
    "text that is a number": (
        [type_row(name=7)],
        "financial, name: 7 is not text: put it in quotes",
    ),
    "no text": ([type_row(name="")], "financial, name: This field cannot be blank"),
    "too long a text": ([type_row(name="x" * 101)], "financial, name: .* at most 100 characters"),
    "a slug with spaces": ([type_row(slug="a b")], "failure type a b, slug: .*valid .slug"),
    "bytes": (
        "- {model: registers.failuretype, fields: {slug: !!binary aGk=}}",
        "row 1, slug: has something",
    ),
    "a set": (
        "- {model: registers.failuretype, fields: {slug: a, citations: !!set {a}}}",
        "citations: has some",
    ),
    "a NUL that is spelled out": (
        [type_row(name="a\0b")],
        "financial, name: has a character that cannot be stored",
    ),
    "a date that is none": ([event(start_on="2009-02-30")], f"{EVENT}, start_on: .*2009-02-30"),
    "a date that is words": (
        [event(start_on="spring")],
        f"{EVENT}, start_on: .*spring.*YYYY-MM-DD",
    ),
    "a date that is a number": (
        [event(start_on=20090201)],
        f"{EVENT}, start_on: 20090201 is not a day",
    ),
    "a month with a day": (
        [event(start_on="2009-02-03")],
        f"timeline event {EVENT}, start_on: A month is stored",
    ),
    "an extent without its days": (
        [event(extent="range")],
        f"{EVENT}, extent: These days do not make",
    ),
    "a code of another case": (
        [event(code="THM-T99")],
        "timeline event THM-T99, code: .* begins with DON-",
    ),
    "phrases that are none": (
        [row_like(LIBRARY / "10_doncaster.yaml", "DON-W1", also_said_as="one phrase")],
        "warning sign DON-W1, also_said_as: A list of phrases",
    ),
    "phrases with days among them": (
        yaml.safe_dump(
            [row_like(LIBRARY / "10_doncaster.yaml", "DON-W1", also_said_as=["x"])]
        ).replace("- x", "- 2016-01-01"),
        "warning sign DON-W1, also_said_as: ",
    ),
    "a conclusion that is another statement": (
        [row_like(LIBRARY / "08_lessons.yaml", "4.6", conclusion=["label-money"])],
        "lesson 4.6, conclusion: statement label-money is not one with kind conclusion",
    ),
    "a number that another row has": (
        [type_row(slug="new")],
        "failure type new, number: 1 belongs to failure type financial already",
    ),
    "a number that two rows take": (
        [impact(), impact(slug="b")],
        "adverse impact b, number: 9 belongs to adverse impact a already",
    ),
    "a second main type": (
        [
            {
                "model": "registers.casefailuretype",
                "fields": {
                    "case": ["doncaster"],
                    "failure_type": ["financial"],
                    "is_primary": True,
                    "basis": "derived",
                    "evidence": "x",
                    "citations": [["failing-well", 91, 91, "figure"]],
                },
            }
        ],
        "case failure type doncaster/financial, case: "
        "doncaster belongs to case failure type doncaster/governance",
    ),
    "the same row twice": (
        [type_row(name="A"), type_row(name="B")],
        "financial: is there twice: also in rows.yaml, row 1",
    ),
    "the same row in other words": ([cite(), cite(first_line="7")], "is there twice"),
    "a broken scheme": (
        [scheme_row("broken", tolerance="purple")],
        "scoring scheme broken/1: .*tolerance band",
    ),
    "a scheme in another shape": (
        [scheme_row("broken", bands="low")],
        "scoring scheme broken/1: .*not complete",
    ),
    "a scheme of an organisation": (
        [scheme_row("broken", organisation=1)],
        "broken/1, organisation: names no organ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_problem_is_reported_by_object_and_field_and_nothing_is_written(case):
    content, words = REFUSED[case]
    with (
        CaptureQueriesContext(connection) as queries,
        pytest.raises(LibraryProblem, match=f"rows.yaml, .*{words}"),
    ):
        load_library([file_of(content)])
    assert writes(queries) == []


def test_a_preview_reports_the_problems_that_a_load_does():
    files = [file_of([type_row(name=True, number="first"), cite(source=["nowhere"])])]
    with pytest.raises(LibraryProblem) as refused:
        load_library(files)
    assert problems_of(*files) == refused.value.problems != []


def test_half_of_a_pair_cannot_be_stored():
    content = (
        b'[{"model": "registers.failuretype", '
        b'"fields": {"slug": "a", "name": "\\ud800", "\\ud800": 1}}]'
    )
    messages = messages_of(content, "rows.json")
    assert (
        "rows.json, failure type a, name: has a character that cannot be stored "
        "(NUL, or half of a pair)." in messages
    )
    assert "\n".join(messages).encode()


def test_every_problem_is_reported_at_once():
    rows = [
        USER,
        type_row(name=True, number="first"),
        "a",
        event(start_on="spring", kind="odd"),
        cite(source=["nowhere"]),
    ]
    problems = [(problem.row, problem.field) for problem in problems_of(file_of(rows))]
    assert problems == [
        ("row 1", ""),
        ("row 3", ""),
        ("citation nowhere/7/9/officer", "source"),
        ("failure type financial", "number"),
        ("failure type financial", "name"),
        (f"timeline event {EVENT}", "start_on"),
        (f"timeline event {EVENT}", "kind"),
    ]


def test_a_wrong_row_adds_no_problem_to_rows_that_name_it():
    content = EIGHTH.replace("code: ASH\n", "code: ASHES\n").replace("publisher:", "publishers:")
    assert {(p.row, p.field) for p in problems_of(file_of(content))} >= {
        ("source ashmere-page", "publishers"),
        ("case study ashmere", "code"),
    }
    assert not [p for p in problems_of(file_of(content)) if "there is no" in p.message]


def test_of_many_problems_a_page_shows_the_first():
    problem = LibraryProblem(
        [Problem("a.yaml", f"row {n}", "", "x") for n in range(SHOWN_PROBLEMS + 5)]
    )
    assert (sum(len(problems) for _, problems in problem.by_file), problem.more_count) == (
        SHOWN_PROBLEMS,
        5,
    )


def test_quoted_values_are_cut():
    problems = problems_of(
        file_of([impact(slug="x" * 20_000, falls_on="y" * 20_000, number="z" * 20_000)])
    )
    assert len(problems) == 3
    assert max(len(str(problem)) for problem in problems) < 1000


# Helpers of the checks


@pytest.mark.parametrize("model", MODELS)
def test_a_model_comes_after_those_it_names(model):
    related_models = {
        f.related_model
        for f in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if f.is_relation
    }
    assert [
        other
        for other in related_models & set(MODELS)
        if MODELS.index(other) >= MODELS.index(model)
    ] == []


@pytest.mark.parametrize("model", MODELS)
def test_unique_constraints_are_supported_for_every_model(model):
    """holds() supports comparisons with a value only; a constraint of another kind fails here."""
    for row in model._base_manager.values(*[f.name for f in model._meta.concrete_fields]):
        claims(model, row)


def test_every_model_of_the_library_can_be_loaded():
    assert set(MODELS) > set(LIBRARY_MODELS)


def test_conditions_are_evaluated_as_by_django():
    from django.db.models import Q

    row = {"a": 1, "b": ""}
    conditions = [
        Q(a=1),
        ~Q(a=1),
        Q(a=1, b="x"),
        Q(a=2) | Q(b=""),
        ~(Q(a=2) | Q(b="")),
        Q(a=1) & ~Q(b=""),
    ]
    assert [holds(condition, row) for condition in conditions] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]


def test_json_is_read_like_yaml():
    assert messages_of(json.dumps([type_row(name=True)]), "rows.json") == [
        "rows.json, failure type financial, name: True is not text: put it in quotes."
    ]
