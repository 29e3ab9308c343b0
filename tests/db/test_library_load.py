"""Loading the library: rows added, changed and unchanged, field by field, and what a load never
touches.
"""

from types import SimpleNamespace

import pytest
import yaml
from database import in_parallel
from django.core.management import CommandError, call_command
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.test.utils import CaptureQueriesContext
from library_files import (
    EIGHTH,
    EIGHTH_ROWS,
    FIXTURES,
    LIBRARY,
    empty_library,
    entries,
    file_of,
    library_rows,
    row_like,
    rows_in,
    scheme_row,
    type_row,
    writes,
)
from makers import make_assessment, make_register, make_risk, make_scheme, make_user, preset

from registers.library_loading.fixture_files import MODELS
from registers.library_loading.load import default_paths, load_library, preview_library
from registers.library_loading.report import FieldChange, LibraryChanged, LibraryProblem
from registers.models import (
    LIBRARY_MODELS,
    AuditEntry,
    CaseFailureType,
    CaseStudy,
    FailureType,
    Lesson,
    ScoringScheme,
    TimelineEvent,
    WarningSign,
)

pytestmark = pytest.mark.django_db


TWO_ROWS = [type_row(name="Money"), type_row(slug="new", number=8)]


def load(*contents, **options):
    return load_library([file_of(content) for content in contents], **options)


def names(rows):
    return [row.name for row in rows]


def total():
    return sum(model.objects.count() for model in MODELS)


# The installation's own files


@pytest.fixture(scope="module")
def second_load(django_db_setup, django_db_blocker):
    """A load of the files that are loaded already, with its queries and the rows on either side."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = library_rows(), entries().count()
        with CaptureQueriesContext(connection) as queries:
            report = load_library()
        after = library_rows(), entries().count()
        transaction.set_rollback(True)
    return SimpleNamespace(
        before=before, queries=queries.captured_queries, report=report, after=after
    )


def test_loading_again_changes_nothing(second_load):
    assert second_load.after == second_load.before
    assert second_load.report.counts == f"0 added, 0 changed, {total()} unchanged"
    assert second_load.report.vanished == []


def test_an_unchanged_load_reads_each_table_once(second_load):
    """One query a model and one a kind of link; the lock on the chain; the transaction. None of
    them for each row.
    """
    links = sum(len(m._meta.many_to_many) - 2 * (m is CaseStudy) for m in LIBRARY_MODELS)
    assert len(second_load.queries) <= len(MODELS) + links + 4


def test_a_preview_only_reads():
    files = [file_of(TWO_ROWS), file_of(EIGHTH, "eighth.yaml")]
    with CaptureQueriesContext(connection) as queries:
        assert preview_library(files).has_changes
    assert writes(queries) == []


def test_the_command_fills_an_empty_library_and_lists_none_of_its_rows(capsys):
    empty_library()
    call_command("load_library")
    assert capsys.readouterr().out == f"Library: {total()} added, 0 changed, 0 unchanged.\n"


def test_djangos_loaddata_reads_a_file_of_the_library():
    before = library_rows()
    FailureType.objects.filter(slug="financial").update(name="Money")
    call_command("loaddata", str(LIBRARY / "03_failure_types.yaml"), verbosity=0)
    assert library_rows() == before


def test_later_cases_are_among_the_installations_own_files():
    assert FIXTURES / "library" / "later" / "northamptonshire.yaml" in default_paths()


@pytest.fixture
def own_files(monkeypatch, tmp_path):
    """An installation whose only file is that of the lessons, without the last one."""
    lessons = tmp_path / "08_lessons.yaml"
    lessons.write_text(yaml.safe_dump(rows_in(LIBRARY / lessons.name)[:-1]))
    monkeypatch.setattr("registers.library_loading.load.default_paths", lambda: [lessons])


def test_a_row_that_vanishes_stays_and_is_reported(own_files):
    vanished = [name for name in load_library().vanished if name.startswith("lesson ")]
    assert (vanished, Lesson.objects.count()) == (["lesson 4.8"], 8)


def test_loading_one_file_reports_no_row_of_another_as_vanished():
    assert load([type_row()]).vanished == []


# Reports


def test_changed_text_is_reported_field_by_field():
    report = load([type_row(name="Money", number=9), type_row("governance")])
    assert (names(report.changed), names(report.unchanged)) == (
        ["failure type financial"],
        ["failure type governance"],
    )
    assert report.changed[0].fields == (
        FieldChange("number", "1", "9"),
        FieldChange("name", "Financial", "Money"),
    )


def test_a_change_says_which_file_it_is_from():
    assert (
        load_library([file_of([type_row(name="Money")], "money.yaml")]).changed[0].file
        == "money.yaml"
    )


def test_changed_citations_are_reported_as_added_and_removed():
    had = type_row()["fields"]["citations"]
    had_words = "/".join(map(str, had[0]))
    report = load([type_row(citations=had[1:])])
    (change,) = report.changed[0].fields
    assert change.name == "citations"
    assert change.excerpts == (
        f"{had_words} ({len(had) - 1} the same)",
        f"({len(had) - 1} the same)",
    )


def test_a_removed_link_reads_as_nothing():
    lesson = row_like(LIBRARY / "08_lessons.yaml", "4.1")
    report = load([{**lesson, "fields": {**lesson["fields"], "insight": None}}])
    assert [change.excerpts for change in report.changed[0].fields] == [("1", "nothing")]


def test_changed_phrases_are_reported_as_added_and_removed():
    sign = row_like(LIBRARY / "10_doncaster.yaml", "DON-W1")
    phrases = sign["fields"]["also_said_as"]
    report = load(
        [{**sign, "fields": {**sign["fields"], "also_said_as": [*phrases[1:], "they fell out"]}}]
    )
    same_count = len(phrases) - 1
    assert report.changed[0].fields[0].excerpts == (
        f"{phrases[0]} ({same_count} the same)",
        f"they fell out ({same_count} the same)",
    )


def test_a_long_text_is_cut_to_where_it_differs():
    stored = FailureType.objects.get(slug="financial").note
    report = load([type_row(note=stored.replace("badly managed", "managed badly"))])
    (change,) = report.changed[0].fields
    before, after = change.excerpts
    assert "badly managed" in before and "managed badly" in after
    assert before.startswith("… ") and max(len(before), len(after)) < 200 < len(stored)


def test_a_new_row_is_reported_with_its_values():
    report = load([type_row(slug="new", number=8)])
    assert names(report.added) == ["failure type new"]
    values = {change.name: change.after for change in report.added[0].fields}
    assert (values["slug"], values["number"], values["name"]) == ("new", "8", "Financial")


def test_a_preview_reports_the_same_as_a_load():
    content = [type_row(name="Money"), type_row(slug="new", number=8), type_row("governance")]
    assert preview_library([file_of(content)]) == load(content)


def test_a_preview_writes_nothing():
    before = library_rows(), entries().count()
    preview_library([file_of(TWO_ROWS), file_of(EIGHTH, "eighth.yaml")])
    assert (library_rows(), entries().count()) == before


def test_a_load_writes_an_audit_entry():
    by = make_user()
    load([type_row(name="Money"), type_row(slug="new", number=8)], by=by)
    entry = entries().last()
    assert (entry.by, entry.facts) == (
        by,
        {"added": ["failure type new"], "changed": ["failure type financial"]},
    )


# Writes


def test_changed_text_is_stored_on_the_same_row():
    before = FailureType.objects.get(slug="financial").pk
    load([type_row(name="Money")])
    assert FailureType.objects.get(pk=before).name == "Money"


def test_changed_links_are_stored():
    load(
        [
            type_row(
                citations=[["failing-well", 91, 91, "figure"], ["dorset-2016", 48, 48, "figure"]]
            )
        ]
    )
    citations = FailureType.objects.get(slug="financial").citations
    assert sorted(citations.values_list("first_line", flat=True)) == [48, 91]


def test_links_that_a_file_leaves_out_stay():
    row = type_row(name="Money")
    del row["fields"]["citations"]
    had = FailureType.objects.get(slug="financial").citations.count()
    assert [c.name for c in load([row]).changed[0].fields] == ["name"]
    assert FailureType.objects.get(slug="financial").citations.count() == had


def test_json_loads_the_same_as_yaml():
    assert (
        load_library([file_of([type_row(name="Money")], "rows.json")]).counts
        == "0 added, 1 changed, 0 unchanged"
    )


@pytest.mark.parametrize("former", ["body", "intervention", "Body"])
def test_a_file_of_an_earlier_version_may_use_a_former_label(former):
    label = f"registers.case{former.lower()}"
    rows = [row for row in rows_in(LIBRARY / "10_doncaster.yaml") if row["model"] == label]
    report = load([row | {"model": f"registers.{former}"} for row in rows])
    assert (len(report.unchanged), report.has_changes) == (len(rows), False)


def test_a_row_may_name_one_that_comes_with_it_further_down():
    load(EIGHTH)
    sign = WarningSign.objects.get(code="ASH-W1")
    assert sign.first_seen == TimelineEvent.objects.get(code="ASH-T1")


def test_a_row_may_name_one_in_a_later_file():
    rows = yaml.safe_load(EIGHTH)
    load(rows[3:], rows[:3])
    assert CaseStudy.objects.get(slug="ashmere").failure_types.get().slug == "financial"


def test_the_main_type_of_a_case_can_be_moved_to_another():
    """Whatever their order in the file: all rows or none, and it is the end that must fit."""
    rows = [
        row
        for row in rows_in(LIBRARY / "10_doncaster.yaml")
        if row["model"] == "registers.casefailuretype"
    ]
    for row in rows:
        row["fields"]["is_primary"] = row is rows[-1]
    load(rows[::-1])
    main = CaseFailureType.objects.get(case__slug="doncaster", is_primary=True)
    assert main.failure_type.slug == rows[-1]["fields"]["failure_type"][0]


def test_a_number_can_be_passed_on():
    load([type_row("financial", number=2), type_row("governance", number=9)])
    assert FailureType.objects.get(number=2).slug == "financial"


def test_two_rows_that_swap_a_number_get_advice():
    with pytest.raises(LibraryProblem, match="load one of them first"):
        load([type_row("financial", number=2), type_row("governance", number=1)])


def test_a_load_keeps_links_from_risks_to_the_library():
    assessment = make_assessment(
        make_risk(primary_failure_type=FailureType.objects.get(slug="financial"))
    )
    load([type_row(name="Money")])
    load([type_row()])
    assessment.risk.refresh_from_db()
    assert assessment.risk.primary_failure_type == FailureType.objects.get(slug="financial")


# Schemes


def test_a_scheme_that_a_register_uses_is_not_edited():
    register = make_register(scheme=make_scheme(slug="ours"))
    make_risk(register, assessed=(1, 3))
    row = scheme_row(
        "ours", cells=[["low", "low", "moderate", "moderate", "moderate"], *preset().cells[1:]]
    )
    with pytest.raises(LibraryProblem, match=r"scheme ours/1: .* is in use and is never edited"):
        load([row])
    assert ScoringScheme.objects.get(slug="ours").cells == preset().cells


def test_a_scheme_that_nothing_uses_is_changed():
    make_scheme(slug="ours")
    load([scheme_row("ours", tolerance="low")])
    assert ScoringScheme.objects.get(slug="ours").tolerance == "low"


# All or nothing


def test_a_good_row_before_a_bad_one_is_not_written():
    with pytest.raises(LibraryProblem):
        load([type_row(name="Money"), type_row(slug="new")])
    assert FailureType.objects.get(slug="financial").name == "Financial"


def refuse_the_audit_entry(error):
    """Make the database refuse the audit entry after the rows of the library were written."""

    def refuse(execute, sql, *arguments):
        if sql.startswith("INSERT") and AuditEntry._meta.db_table in sql:
            raise error
        return execute(sql, *arguments)

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize(
    "error", [OperationalError("disk full"), InterfaceError("connection already closed")]
)
def test_a_load_during_which_the_database_fails_leaves_nothing(error):
    before = library_rows()
    with refuse_the_audit_entry(error), pytest.raises(type(error), match=str(error)):
        load(TWO_ROWS)
    assert library_rows() == before


@pytest.mark.parametrize("error", [DataError("value too long"), IntegrityError("not unique")])
def test_a_load_that_the_database_refuses_is_a_problem_of_the_files_and_leaves_nothing(error):
    before = library_rows()
    with (
        refuse_the_audit_entry(error),
        pytest.raises(LibraryProblem, match=rf"the database does not take it \({error}\)"),
    ):
        load(TWO_ROWS)
    assert library_rows() == before


def test_the_command_says_that_the_database_cannot_be_used(tmp_path):
    (tmp_path / "rows.yaml").write_bytes(file_of(TWO_ROWS).content)
    refusal = pytest.raises(CommandError, match=r"cannot use the database just now \(disk full\)")
    with refuse_the_audit_entry(OperationalError("disk full")), refusal:
        call_command("load_library", str(tmp_path / "rows.yaml"))


def test_a_confirmed_preview_is_loaded():
    digest = preview_library([file_of([type_row(name="Money")])]).digest
    assert load([type_row(name="Money")], expected_digest=digest).has_changes


def test_a_load_that_differs_from_its_preview_is_refused():
    digest = preview_library([file_of([type_row(name="Money")])]).digest
    FailureType.objects.filter(slug="financial").update(name="Cash")
    with pytest.raises(LibraryChanged) as changed:
        load([type_row(name="Money")], expected_digest=digest)
    assert changed.value.report.changed[0].fields == (FieldChange("name", "Cash", "Money"),)
    assert FailureType.objects.get(slug="financial").name == "Cash"


def test_a_confirmed_preview_that_was_loaded_meanwhile_changes_nothing():
    digest = preview_library([file_of([type_row(name="Money")])]).digest
    load([type_row(name="Money")])
    assert load([type_row(name="Money")], expected_digest=digest).has_changes is False


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_the_same_moment_load_once():
    """The second waits for the first, and finds nothing left to do."""
    counts = in_parallel(2, lambda number: load(EIGHTH).counts)
    assert sorted(counts) == [
        f"0 added, 0 changed, {EIGHTH_ROWS} unchanged",
        f"{EIGHTH_ROWS} added, 0 changed, 0 unchanged",
    ]
    assert [
        entry.facts["added"] for entry in entries() if "case study ashmere" in entry.facts["added"]
    ][1:] == []


# The command


@pytest.fixture
def path(tmp_path):
    def path(content, name="rows.yaml"):
        (tmp_path / name).write_bytes(file_of(content, name).content)
        return str(tmp_path / name)

    return path


def test_the_command_reports_a_change(path, capsys):
    call_command("load_library", path([type_row(name="Money")]))
    report = "changed: failure type financial (rows.yaml)\n    name: Financial → Money\n"
    assert capsys.readouterr().out == f"{report}Library: 0 added, 1 changed, 0 unchanged.\n"


def test_the_command_reports_the_values_of_a_new_row(path, capsys):
    call_command("load_library", path([type_row(slug="new", number=8)]))
    output = capsys.readouterr().out
    assert "added: failure type new (rows.yaml)\n    slug: new\n    number: 8\n" in output


def test_check_reports_the_same_and_writes_nothing(path, capsys):
    before = library_rows(), entries().count()
    call_command("load_library", path([type_row(name="Money")]), "--check")
    report = "changed: failure type financial (rows.yaml)\n    name: Financial → Money\n"
    assert (
        capsys.readouterr().out
        == f"{report}Library, if it were loaded: 0 added, 1 changed, 0 unchanged.\n"
    )
    assert (library_rows(), entries().count()) == before


def test_check_reads_the_installations_own_files(own_files, capsys):
    call_command("load_library", "--check")
    assert (
        "\nLibrary, if it were loaded: 0 added, 0 changed, 7 unchanged" in capsys.readouterr().out
    )


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_the_command_fails_with_every_problem(path, options):
    wrong = path(
        [type_row(slug="new"), type_row("governance", citations=[["failing-well", 1, 2, "nobody"]])]
    )
    with pytest.raises(CommandError) as failed:
        call_command("load_library", wrong, *options)
    first, *problems = str(failed.value).splitlines()
    assert first.startswith("Nothing ")
    assert problems == [
        "rows.yaml, failure type new, number: 1 belongs to failure type financial already.",
        "rows.yaml, failure type governance, citations: there is no citation "
        "failing-well/1/2/nobody, neither in the library nor in these files.",
    ]


def test_a_folder_is_loaded_as_one(tmp_path):
    rows = yaml.safe_load(EIGHTH)
    for name, part in (("a.yaml", rows[3:]), ("b.json", rows[:3]), ("notes.txt", rows)):
        (tmp_path / name).write_bytes(file_of(part, name).content)
    call_command("load_library", str(tmp_path), verbosity=0)
    assert CaseStudy.objects.filter(slug="ashmere").exists()


def test_a_new_case_is_one_file(path):
    call_command("load_library", path(EIGHTH), verbosity=0)
    case = CaseStudy.objects.get(slug="ashmere")
    assert (case.is_outside, case.warningsign_rows.get().insights.get().number) == (True, 5)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"no fixture file at .*gone.yaml"):
        call_command("load_library", str(tmp_path / "gone.yaml"))


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(CommandError, match="no fixture file"):
        call_command("load_library", str(tmp_path))
