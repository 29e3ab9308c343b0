"""Restoring a register with imported workbooks: its file, and the pages of the restored imports."""

import copy

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from makers import make_person, make_precedent, make_register
from rich_register import (
    assert_refused,
    assert_sound,
    empty_twin,
    rich_register,
    set_in,
    with_change,
    written,
)
from spreadsheets import make_reference_data
from workbooks import csv_of, import_workbook, latest, send, to_preview

from registers.imports.resolve_rating import RatingResolver
from registers.imports.undo import plan_undo, undo_import
from registers.imports.value_mapping import ValueMapping
from registers.json_file.restore import check, restore
from registers.models import Role

HEADINGS = [
    "Risk ref",
    "Risk title",
    "Risk owner",
    "Current likelihood",
    "Current impact",
    "Controls",
    "Actions",
]
RATING = {
    "kind": "current",
    "likelihood": 3,
    "impact": 4,
    "on": None,
    "rationale": "",
    "driver": "",
}


@pytest.fixture(scope="module")
def module_file(module_db):
    """(the file of a register with an imported workbook, an empty register, a manager of it)"""
    client = Client()
    register = make_register(slug="ours")
    by = make_person(register.organisation, Role.MANAGER)
    client.force_login(by)
    new = [
        "FIN 1",
        "Reserves run out",
        "Treasurer",
        "3",
        "4",
        "1. Audit\n2. Report",
        "Sell land (Treasurer, 30/6/2027)",
    ]
    rows = [
        new,
        ["", "", "", "", "", "Another control", ""],
        ["FIN 2", "", "Treasurer", "9", "", "", ""],
    ]
    rows += [[f"FIN {n}", f"Risk {n}", "Treasurer", "2", "2", "", ""] for n in range(3, 9)]
    import_workbook(client, register, csv_of(HEADINGS, *rows))
    past = csv_of(HEADINGS, ["FIN 9", "Old risk", "Treasurer", "2", "2", "", ""])
    past = import_workbook(client, register, past, as_at="2025-06-30")
    undo_import(past, by=by, reason="Wrong file", shown_version=plan_undo(past).version)
    make_precedent(register.risks.first(), by=by, words=["savings"])
    register.refresh_from_db()
    return written(register), empty_twin(register), by


@pytest.fixture
def register_file(module_file):
    return copy.deepcopy(module_file)


@pytest.mark.django_db
def test_a_register_with_an_imported_workbook_is_restored_to_the_byte(register_file):
    content, register, by = register_file
    restore(content, register, by=by)
    register.refresh_from_db()
    assert written(register).decode() == content.decode()
    assert_sound()


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b"], ids=["nul", "half-a-surrogate"])
def test_a_problem_that_quotes_an_unstorable_character_is_shown(client, register_file, odd):
    """On PostgreSQL no text holds a NUL, and no page half a surrogate."""
    content, register, by = register_file
    client.force_login(by)
    content = with_change(content, set_in("risks", 0, odd, value=1))
    assert send(client, register, content, "ours.json").status_code == 302
    assert "risks 1 a\ufffdb" in client.get(latest(register).get_absolute_url()).text


IMPORT, ROW = ("imports", 0), ("imports", 0, "rows", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "value", "path"),
    [
        ((*IMPORT, "plan", "names"), 7, ("imports", 1, "plan", "names")),
        ((*IMPORT, "report", "counts"), [], ("imports", 1, "report", "counts")),
        ((*ROW, "cells"), 3, ("imports", 1, "rows", 1, "cells")),
        ((*ROW, "reads"), [], ("imports", 1, "rows", 1, "reads")),
        ((*ROW, "reads", "rows"), 5, ("imports", 1, "rows", 1, "reads", "rows")),
        ((*ROW, "problems"), [{}], ("imports", 1, "rows", 1, "problems", 1, "column")),
        (("risks", 0, "precedents", 0, "words"), "savings", ("risks", 1, "precedents", 1, "words")),
        (
            ("schemes", 0, "bands", 0, "review_days"),
            10**9,
            ("schemes", 1, "bands", 1, "review_days"),
        ),
        (("schemes", 0, "likelihood", 0, "value"), True, ("schemes", 1, "likelihood", 1, "value")),
        (("schemes", 0, "impact", 0, "guidance"), [], ("schemes", 1, "impact", 1, "guidance")),
    ],
    ids=lambda part: "-".join(map(str, part)) if isinstance(part, tuple) else "",
)
def test_a_file_of_another_shape_is_refused_whole(register_file, place, value, path):
    content, register, by = register_file
    assert_refused(with_change(content, set_in(*place, value=value)), register, by, *path)


@pytest.mark.django_db
def test_a_row_without_its_cells_is_refused(register_file):
    content, register, by = register_file
    path = ("imports", 1, "rows", 1, "cells")
    assert_refused(
        with_change(content, lambda data: data["imports"][0]["rows"][0].pop("cells")),
        register,
        by,
        *path,
    )


@pytest.mark.django_db
def test_the_command_says_where_the_shape_is_wrong(register_file, tmp_path):
    content, register, _by = register_file
    (tmp_path / "ours.json").write_bytes(with_change(content, set_in(*ROW, "cells", value=3)))
    with pytest.raises(CommandError, match="imports 1 rows 1 cells: This is not a list"):
        call_command("import_register", str(tmp_path / "ours.json"), register=register.slug)


@pytest.mark.django_db
def test_an_imported_row_without_readings_is_shown(client):
    register = rich_register("theirs")
    client.force_login(make_person(register.organisation, Role.MANAGER))
    assert "Old ref 7" in client.get(register.imports.earliest("begun_at").get_absolute_url()).text


@pytest.fixture
def restore_with(client, register_file):
    """Restore that file with a value changed; returns the register."""
    content, register, by = register_file
    client.force_login(by)

    def take(*place, value):
        changed_content = with_change(content, set_in(*place, value=value))
        assert check(changed_content, register).problems == []
        restore(changed_content, register, by=by)
        register.refresh_from_db()
        return register

    return take


@pytest.mark.django_db
def test_a_rating_beyond_the_scheme_is_left_off_the_page_of_an_import(client, restore_with):
    """As after a change of schemes, for a row imported by a larger one."""
    register = restore_with(*ROW, "reads", "held", "judged", value=[RATING | {"likelihood": 9}])
    batch = register.imports.filter(is_ours=False).earliest("begun_at")
    assert "Reserves run out" in client.get(batch.get_absolute_url()).text


@pytest.mark.django_db
def test_a_level_beyond_the_scheme_is_asked_about_again(client, restore_with):
    register = restore_with(*IMPORT, "plan", "words", value={"likelihood": {"Often": 9}})
    rows = [["FIN 20", "Fire", "Treasurer", "Often", "2", "", ""]]
    batch = to_preview(client, register, csv_of(HEADINGS, *rows), "next.csv")
    assert batch.plan["words"]["likelihood"] == {"Often": ""}


def test_a_pair_beyond_the_scheme_has_no_value():
    resolver = RatingResolver.for_plan(
        make_reference_data().scheme, {"score": {"Black": [9, 9], "Red": [5, 5], "Grey": ""}}
    )
    assert [resolver.mapped_value("score", word) for word in ("Black", "Red", "Grey")] == [
        None,
        [5, 5],
        "",
    ]


def test_a_removed_row_of_the_library_is_asked_about_again():
    meanings = ValueMapping(
        {"other_failure_types": {"Pride": "hubris", "Money": "financial", "Odd": ""}},
        make_reference_data(),
    )
    assert [meanings.lookup("other_failure_types", word) for word in ("Pride", "Money", "Odd")] == [
        None,
        "financial",
        "",
    ]


@pytest.mark.django_db
def test_a_restored_import_opens_wherever_it_is_shown(client, restore_with):
    register = restore_with(*IMPORT, "plan", "names", 0, value="Their ref")
    batch = register.imports.filter(is_ours=False).earliest("begun_at")
    pages = [batch.get_absolute_url(), reverse("import_report", args=[register.slug, batch.pk])]
    pages += [risk.get_absolute_url() for risk in register.risks.all()[:1]]
    assert ["Their ref" in client.get(page).text for page in pages] == [
        False,
        True,
        True,
    ]
