"""Workbooks of earlier quarters become history, oldest first."""

import datetime
from io import StringIO

import pytest
from dashboard_pages import numbers
from django.core.management import CommandError, call_command
from django.test import Client
from makers import make_person, make_register, seal_rows
from workbooks import csv_of, import_workbook, send, to_preview

from registers.models import Position, Role

pytestmark = pytest.mark.django_db

HEADINGS = ["Ref", "Risk title", "Risk description", "Current likelihood", "Current impact"]
QUARTERS = ("2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31")
FLOOD = ["F1", "Flood at the depot", "The depot floods and no vehicle leaves it"]
HOMES = ["H1", "Homes are late", "The homes that the plan asks for are not built"]


@pytest.fixture
def register():
    return make_register(slug="ours", prefix="CORP")


@pytest.fixture
def manager(register):
    client = Client()
    client.user = make_person(register.organisation, Role.MANAGER)
    client.force_login(client.user)
    return client


def bring_in(manager, register, as_at, *rows):
    return import_workbook(manager, register, csv_of(HEADINGS, *rows), as_at=as_at)


def bring_in_quarters(manager, register):
    """Four quarters: a flood that is rated lower each time, and homes from the second on."""
    for place, as_at in enumerate(QUARTERS):
        flood = [*FLOOD, str(5 - place), "5"]
        homes = [[*HOMES, "1", "2"]] if place else []
        bring_in(manager, register, as_at, flood, *homes)


def test_four_quarters_give_the_counts_of_each_quarter_end(manager, register):
    bring_in_quarters(manager, register)
    counts = []
    for day in QUARTERS:
        links = numbers(manager.get(f"/registers/ours/dashboard/?as_at={day}").text)
        address = "/registers/ours/?band={}&as_at=" + day
        counts.append([int(links[address.format(band)]) for band in ("severe", "high", "low")])
    assert counts == [[1, 0, 0], [1, 0, 1], [1, 0, 1], [0, 1, 1]]


def test_each_quarter_end_has_its_ratings(manager, register):
    bring_in_quarters(manager, register)
    scores = [
        Position.objects.as_at(datetime.date.fromisoformat(day)).get(number=1).score
        for day in QUARTERS
    ]
    assert scores == [25, 20, 15, 10]
    seal_rows()
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def test_words_change_on_the_day_of_the_file(manager, register):
    bring_in(manager, register, QUARTERS[0], [*FLOOD, "3", "5"])
    bring_in(manager, register, QUARTERS[1], [FLOOD[0], "Flood", FLOOD[2], "3", "5"])
    days = register.risks.get().revisions.values_list("title", "effective_on")
    assert ("Flood", datetime.date(2025, 6, 30)) in days
    assert {day for title, day in days if title == FLOOD[1]} == {datetime.date(2025, 3, 31)}


def test_a_rating_that_stays_the_same_is_judged_in_each_quarter(manager, register):
    for day in QUARTERS[:2]:
        bring_in(manager, register, day, [*FLOOD, "3", "5"])
    assert register.risks.get().assessments.count() == 2


def test_the_same_quarter_twice_writes_nothing(manager, register):
    bring_in(manager, register, QUARTERS[0], [*FLOOD, "3", "5"])
    batch = to_preview(manager, register, csv_of(HEADINGS, [*FLOOD, "3", "5"]), as_at=QUARTERS[0])
    assert batch.rows.get().outcome == "unchanged"


def test_a_file_of_an_earlier_day_adds_ratings_and_leaves_words(manager, register):
    bring_in(manager, register, QUARTERS[1], [*FLOOD, "3", "5"])
    earlier = [FLOOD[0], "An old title", FLOOD[2], "5", "5"]
    batch = bring_in(manager, register, QUARTERS[0], earlier)
    risk = register.risks.get()
    assert (risk.title, risk.current.likelihood) == (FLOOD[1], 3)
    days = risk.assessments.values_list("effective_on", "likelihood")
    assert (datetime.date(2025, 3, 31), 5) in days
    assert "on 30 June 2025" in batch.rows.get().problems[-1]["problem"]


def test_a_day_in_the_row_comes_before_the_day_of_the_file(manager, register):
    headings = [*HEADINGS, "Current judged on"]
    row = [*FLOOD, "3", "5", "12 May 2025"]
    import_workbook(manager, register, csv_of(headings, row), as_at=QUARTERS[1])
    assert register.risks.get().current.effective_on == datetime.date(2025, 5, 12)


def test_controls_and_actions_count_from_the_day_of_the_file(manager, register):
    headings = [*HEADINGS, "Existing controls", "Further actions"]
    row = [*FLOOD, "3", "5", "A wall", "A pump"]
    import_workbook(manager, register, csv_of(headings, row), as_at=QUARTERS[1])
    risk = register.risks.get()
    day = datetime.date(2025, 6, 30)
    assert risk.controls.get().latest.effective_on == risk.actions.get().latest.effective_on == day


def test_what_is_closed_there_is_closed_on_the_day_of_the_file(manager, register):
    content = csv_of([*HEADINGS, "Status"], [*FLOOD, "3", "5", "Closed"])
    import_workbook(manager, register, content, as_at=QUARTERS[1])
    latest = register.risks.get().latest
    assert (latest.status, latest.effective_on) == ("closed", datetime.date(2025, 6, 30))


def test_a_risk_that_a_later_file_leaves_out_stays_open_and_is_named(manager, register):
    bring_in(manager, register, QUARTERS[0], [*FLOOD, "3", "5"], [*HOMES, "1", "2"])
    batch = bring_in(manager, register, QUARTERS[1], [*FLOOD, "3", "5"])
    assert batch.report["not_in_file"] == [2]
    assert register.risks.get(number=2).status == "open"


def test_the_upload_page_takes_the_day(manager, register):
    content = csv_of(HEADINGS, [*FLOOD, "3", "5"])
    send(manager, register, content, as_at="2025-03-31")
    assert register.imports.get().as_at == datetime.date(2025, 3, 31)


@pytest.mark.parametrize("day", ["2999-01-01", "1899-12-31", "31/31/2025"])
def test_the_upload_page_refuses_what_is_no_past_day(manager, register, day):
    send(manager, register, csv_of(HEADINGS, [*FLOOD, "3", "5"]), as_at=day)
    assert not register.imports.exists()


def test_the_day_in_the_name_is_proposed_and_not_preset(manager, register):
    content = csv_of(HEADINGS, [*FLOOD, "3", "5"])
    send(manager, register, content, name="Register Q1 2024-25.csv")
    batch = register.imports.get()
    page = manager.get(batch.get_absolute_url()).text
    assert "Does it show the register as it was on 30 June 2024?" in page
    assert batch.as_at is None


def test_a_day_that_is_said_later_reads_the_rows_again(manager, register):
    batch = to_preview(manager, register, csv_of(HEADINGS, [*FLOOD, "3", "5"]))
    manager.post(f"{batch.get_absolute_url()}as-at/", {"as_at": "2025-03-31"})
    batch.refresh_from_db()
    assert (batch.as_at, batch.stage) == (datetime.date(2025, 3, 31), "staging")


def test_the_command_takes_the_day(manager, register, tmp_path):
    path = tmp_path / "risks.csv"
    path.write_bytes(csv_of(HEADINGS, [*FLOOD, "3", "5"]))
    command = ("import_register", str(path), "--register", "ours", "--as-at")
    call_command(*command, "2025-03-31", stdout=StringIO())
    assert register.risks.get().raised_on == datetime.date(2025, 3, 31)
    with pytest.raises(CommandError, match="not a past day"):
        call_command(*command, "2999-01-01")
