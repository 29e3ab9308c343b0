import shutil
from pathlib import Path

import pytest
import yaml
from database import library_tables
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count
from makers import make_assessment, make_register, make_risk, make_scheme, make_user, preset

from registers.models import (
    LIBRARY_MODELS,
    AdverseImpact,
    AuditEntry,
    CaseFailureType,
    CaseStudy,
    Citation,
    FailureType,
    Insight,
    Lesson,
    ScoringScheme,
    Source,
    User,
)
from registers.transfer.library import LARGEST_FILE, LibraryProblem, default_paths, load_library, preview_library

pytestmark = pytest.mark.django_db

FIXTURES = Path(settings.BASE_DIR, "fixtures")
CITED = [model for model in LIBRARY_MODELS if model not in (Source, Citation)]


def everything():
    """Every row of the library, its links and the schemes, to compare before and after."""
    return {model: list(model._base_manager.order_by("pk").values()) for model in library_tables()}


def entries():
    return AuditEntry.objects.filter(verb="library.loaded").order_by("number")


@pytest.fixture
def write(tmp_path):
    """A fixture file from rows, text or bytes, and its path."""

    def write(content, name="rows.yaml"):
        path = tmp_path / name
        if isinstance(content, list):
            content = yaml.safe_dump(content, allow_unicode=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def type_row(like="financial", /, **fields):
    """A row of a failure type as the fixture says it, with some fields changed."""
    rows = yaml.safe_load((FIXTURES / "library" / "03_failure_types.yaml").read_text())
    row = next(row for row in rows if row["fields"]["slug"] == like)
    return {**row, "fields": {**row["fields"], **fields}}


# What the fixtures hold


@pytest.mark.parametrize(
    ("model", "count"), [(FailureType, 7), (Insight, 8), (AdverseImpact, 7), (Lesson, 8), (CaseStudy, 6), (Source, 2)]
)
def test_the_library_is_whole(model, count):
    assert model.objects.count() == count


def test_the_failure_types_have_the_addresses_that_tools_rely_on():
    assert list(FailureType.objects.values_list("slug", flat=True)) == [
        "financial",
        "governance",
        "performance",
        "policy-and-politics",
        "external",
        "commissioning",
        "connection",
    ]


def test_the_cases_have_the_addresses_that_tools_rely_on():
    assert set(CaseStudy.objects.values_list("slug", flat=True)) == {
        "doncaster",
        "tower-hamlets",
        "rotherham",
        "basildon",
        "eltham",
        "west-sussex",
    }


def test_the_insights_are_numbered_one_to_eight():
    assert list(Insight.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_the_lessons_are_numbered_as_dorset_numbers_them():
    assert list(Lesson.objects.values_list("number", flat=True)) == [f"4.{n}" for n in range(1, 9)]


def test_four_impacts_fall_on_the_service_and_three_on_the_organisation():
    falls_on = AdverseImpact.objects.values_list("falls_on").annotate(n=Count("pk")).order_by()
    assert dict(falls_on) == {"service": 4, "organisation": 3}


@pytest.mark.parametrize("model", CITED)
def test_every_row_has_a_citation(model):
    assert not model.objects.filter(citations=None).exists()


def test_no_citation_lies_beyond_its_source():
    beyond = [c for c in Citation.objects.select_related("source") if c.last_line > c.source.line_count]
    assert beyond == []


def test_every_citation_is_cited():
    used = {pk for model in CITED for pk in model.citations.through.objects.values_list("citation", flat=True)}
    assert set(Citation.objects.values_list("pk", flat=True)) == used


def test_every_case_has_one_main_failure_type():
    mains = CaseFailureType.objects.filter(is_primary=True).values_list("case__slug", flat=True)
    assert sorted(mains) == sorted(CaseStudy.objects.values_list("slug", flat=True))


def test_every_case_illustrates_an_insight():
    assert not CaseStudy.objects.filter(insight_rows=None).exists()


def test_every_row_passes_its_own_rules():
    for model in (*LIBRARY_MODELS, ScoringScheme):
        for row in model.objects.all():
            row.full_clean()


# Loaded again


def test_loading_again_changes_nothing():
    before = everything(), entries().count()
    total = sum(model.objects.count() for model in (*LIBRARY_MODELS, ScoringScheme))
    report = load_library()
    assert (everything(), entries().count()) == before
    assert report.counts == f"0 added, 0 changed, {total} unchanged"


def test_djangos_own_loaddata_changes_nothing():
    before = everything()
    call_command("loaddata", *map(str, default_paths()), verbosity=0)
    assert everything() == before


def test_djangos_own_loaddata_fills_an_empty_library():
    before = {model: model.objects.count() for model in LIBRARY_MODELS}
    empty()
    call_command("loaddata", *map(str, default_paths()), verbosity=0)
    assert {model: model.objects.count() for model in LIBRARY_MODELS} == before


def empty():
    for model in reversed(LIBRARY_MODELS):
        model.objects.all().delete()
    ScoringScheme.objects.all().delete()


def test_an_empty_library_is_filled():
    empty()
    report = load_library()
    assert (len(report.added), report.changed, report.unchanged) == (
        sum(model.objects.count() for model in (*LIBRARY_MODELS, ScoringScheme)),
        [],
        [],
    )


def test_what_was_added_and_changed_is_in_the_audit_trail(write):
    by = make_user()
    load_library(write([type_row(name="Money"), type_row(slug="new", number=8)]), by=by)
    entry = entries().last()
    assert (entry.by, entry.facts) == (by, {"added": ["failure type new"], "changed": ["failure type financial"]})


def test_changed_text_is_reported(write):
    report = load_library(write([type_row(name="Money"), type_row("governance")]))
    assert (report.changed, report.unchanged) == (["failure type financial"], ["failure type governance"])


def test_changed_text_is_stored_on_the_same_row(write):
    before = FailureType.objects.get(slug="financial").pk
    load_library(write([type_row(name="Money")]))
    assert FailureType.objects.get(pk=before).name == "Money"


def test_changed_citations_are_reported(write):
    report = load_library(write([type_row(citations=[["failing-well", 91, 91, "figure"]])]))
    assert report.changed == ["failure type financial"]


def test_a_row_that_vanishes_stays_and_is_reported(monkeypatch, tmp_path):
    for path in default_paths():
        shutil.copy(path, tmp_path / path.name)
    lessons = tmp_path / "06_lessons.yaml"
    lessons.write_text(yaml.safe_dump(yaml.safe_load(lessons.read_text())[:-1]))
    monkeypatch.setattr("registers.transfer.library.default_paths", lambda: sorted(tmp_path.glob("*.yaml")))
    report = load_library()
    assert (report.vanished, Lesson.objects.count()) == (["lesson 4.8"], 8)


def test_one_file_says_nothing_of_what_is_in_the_others(write):
    assert load_library(write([type_row()])).vanished == []


def test_the_main_type_of_a_case_can_be_moved_to_another(write):
    """Whatever their order in the file: all rows or none, and it is the end that must fit."""
    rows = [
        row
        for row in yaml.safe_load((FIXTURES / "library" / "08_case_failure_types.yaml").read_text())
        if row["fields"]["case"] == ["doncaster"]
    ]
    for row in rows:
        row["fields"]["is_primary"] = not row["fields"]["is_primary"] and row is rows[-1]
    load_library(write(rows[::-1]))
    main = CaseFailureType.objects.get(case__slug="doncaster", is_primary=True)
    assert main.failure_type.slug == rows[-1]["fields"]["failure_type"][0]


def test_a_preview_says_what_a_load_would(write):
    path = write([type_row(name="Money"), type_row(slug="new", number=8), type_row("governance")])
    assert preview_library(path) == load_library(path)


def test_a_preview_writes_nothing(write):
    before = everything(), entries().count()
    preview_library(write([type_row(name="Money"), type_row(slug="new", number=8)]))
    assert (everything(), entries().count()) == before


def test_the_command_says_what_it_did(write, capsys):
    call_command("load_library", str(write([type_row(name="Money")])))
    assert capsys.readouterr().out == "changed: failure type financial\nLibrary: 0 added, 1 changed, 0 unchanged.\n"


def test_a_scheme_that_a_register_uses_is_not_edited_by_a_load(write):
    register = make_register(scheme=make_scheme(slug="ours"))
    make_risk(register, assessed=(1, 3))
    row = scheme_row("ours", cells=[["low", "low", "moderate", "moderate", "moderate"], *preset().cells[1:]])
    with pytest.raises(LibraryProblem):
        load_library(write([row]))
    assert ScoringScheme.objects.get(slug="ours").cells == preset().cells


def scheme_row(slug, **fields):
    rows = yaml.safe_load((FIXTURES / "schemes.yaml").read_text())
    return {**rows[0], "fields": {**rows[0]["fields"], "slug": slug, **fields}}


def test_a_scheme_that_nothing_uses_is_changed_by_a_load(write):
    make_scheme(slug="ours")
    load_library(write([scheme_row("ours", tolerance="low")]))
    assert ScoringScheme.objects.get(slug="ours").tolerance == "low"


def test_a_load_leaves_what_points_to_the_library(write):
    made = make_assessment(make_risk(primary_failure_type=FailureType.objects.get(slug="financial")))
    load_library(write([type_row(name="Money")]))
    assert made.risk.primary_failure_type == FailureType.objects.get(slug="financial")


# Refused, with nothing written

USER = {"model": "registers.user", "fields": {"email": "intruder@example.org", "name": "I", "password": "!"}}
BOMB = "- &a {model: registers.failuretype, fields: {slug: a}}\n- *a\n"
IMPACT = {"slug": "a", "number": 9, "name": "A", "meaning": "A."}
DEEP = "[" * 2000 + "]" * 2000  # at 50,000 the parser in C takes the process down

REFUSED = {
    "another model": ([USER], "registers.user is not part of the library"),
    "another model in capitals": ([{**USER, "model": "REGISTERS.USER"}], "not part of the library"),
    "a model that is not there": ([{**USER, "model": "registers.nothing"}], "not part of the library"),
    "no model": ([{"fields": {}}], "not part of the library"),
    "a number instead of a natural key": ([{**type_row(), "pk": 1}], "no field id|never by a number"),
    "a number among the fields": ([type_row(slug="new", number=8, id=1)], "no field id|never by a number"),
    "an alias": (BOMB, "aliases"),
    "not YAML|needs a model": ("a: [", "not YAML"),
    "a tab": ("- model:\tregisters\n\t- x", "not YAML|needs a model"),
    "an object of Python": ("!!python/object/apply:os.system ['true']", "not YAML|needs a model"),
    "not text": (b"\xff\xfe\x00", "not YAML|needs a model"),
    "NUL": (b"- \0", "not YAML|needs a model"),
    "too deep": (DEEP, "not YAML|needs a model"),
    "a day that is not in the calendar": ("- 2016-13-45", "not YAML|needs a model"),
    "a number of 5,000 digits": ("- " + "9" * 5000, "not YAML|needs a model"),
    "not a list": ("model: registers.failuretype\n", "must be a list"),
    "nothing": ("", "must be a list"),
    "not a row": (["a"], "needs a model and fields"),
    "fields that are a list": ([{"model": "registers.failuretype", "fields": ["a"]}], "needs a model and fields"),
    "a citation that is not there": ([type_row(citations=[["failing-well", 1, 2, "nobody"]])], "nobody"),
    "a citation cut short": ([type_row(citations=[["failing-well", 1]])], "failing-well"),
    "a source that is not there": (
        [
            {
                "model": "registers.citation",
                "fields": {
                    "source": ["nowhere"],
                    "section": "1",
                    "first_line": 1,
                    "last_line": 1,
                    "voice": "authors",
                },
            }
        ],
        "source",
    ),
    "a field that is not there": ([type_row(colour="red")], "colour"),
    "a choice that is not there": (
        [{"model": "registers.adverseimpact", "fields": {**IMPACT, "falls_on": "the-moon"}}],
        "the-moon",
    ),
    "a number that is words": ([type_row(number="first")], "first"),
    "an infinite number": ([type_row(number=float("inf"))], "integer"),
    "a missing field": (
        [{"model": "registers.failuretype", "fields": {"slug": "new", "number": 8, "name": "New"}}],
        "failure type new",
    ),
    "a number that another row has": ([type_row(slug="new")], "number"),
    "the same row twice": ([type_row(name="A"), type_row(name="B")], "financial"),
    "a broken scheme": ([scheme_row("broken", tolerance="purple")], "tolerance band"),
}


@pytest.mark.parametrize("content", REFUSED)
def test_what_does_not_belong_is_refused_and_nothing_is_written(write, content):
    before = everything(), entries().count(), User.objects.count()
    with pytest.raises(LibraryProblem):
        load_library(write(REFUSED[content][0]))
    assert (everything(), entries().count(), User.objects.count()) == before


@pytest.mark.parametrize("content", REFUSED)
def test_a_refusal_says_what_is_wrong(write, content):
    file, named = REFUSED[content]
    with pytest.raises(LibraryProblem, match=named):
        load_library(write(file))


def test_a_good_row_before_a_bad_one_is_not_written(write):
    with pytest.raises(LibraryProblem):
        load_library(write([type_row(name="Money"), type_row(slug="new")]))
    assert FailureType.objects.get(slug="financial").name == "Financial"


def test_every_wrong_row_is_named(write):
    with pytest.raises(LibraryProblem) as refused:
        load_library(write([USER, type_row(), {"fields": {}}]))
    assert [p.split(":")[0] for p in refused.value.problems] == ["rows.yaml, row 1", "rows.yaml, row 3"]


def test_a_file_that_is_too_large_is_not_read(write):
    with pytest.raises(LibraryProblem, match="larger than 2,000,000 bytes"):
        load_library(write("#" * (LARGEST_FILE + 1)))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LibraryProblem, match=r"no fixture file at .*gone.yaml"):
        load_library(tmp_path / "gone.yaml")


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(LibraryProblem, match="no fixture file"):
        load_library(tmp_path)


def test_the_command_says_that_nothing_was_loaded(write):
    with pytest.raises(CommandError, match=r"Nothing was loaded.\n.*registers.user is not part of the library"):
        call_command("load_library", str(write([USER])))
