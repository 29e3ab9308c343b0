"""The list of risks: its columns, the orders of its headings, and its views of one click."""

import html
import re
from types import SimpleNamespace

import pytest
from dashboard_pages import positions_behind
from django.utils import timezone
from django.utils.formats import date_format
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_agreement,
    make_assessment,
    make_directorate,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_user,
)
from query_counts import queries_for

from registers.forms.list_view import ColumnsForm
from registers.models import Role
from registers.movement import RiskPoint, movements_between
from registers.risk_list import COLUMNS, ORDERS, risks_by_direction

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LIST = "/registers/ours/"
SINCE = days_ago(120)
EVERY_COLUMN = "&".join(f"column={name}" for name in COLUMNS)


@pytest.fixture(scope="module")
def module_records(module_db):
    """Risks that rose, fell, came, were closed and stayed since SINCE, with what columns say."""
    organisation = make_organisation("Northmoor")
    register = make_register(organisation, slug="ours", name="Corporate risks", prefix="C")
    officer = make_person(organisation, Role.MANAGER, name="Robin Ash")
    care, place = (make_directorate(organisation, name) for name in ("Care", "Place"))
    nurse = make_post(organisation, "Chief nurse", directorate=care, holder=officer)
    planner = make_post(organisation, "Planner", directorate=place)

    def risk(title, ratings, on, **content):
        return make_risk(register, title=title, assessed=ratings, on=on, **content)

    risks = {
        "Up": risk("Up", (1, 2), days_ago(200), owner=nurse, category="legal", response="treat"),
        "Down": risk("Down", (5, 5), days_ago(200), owner=planner, category="financial"),
        "New": risk("New", (3, 3), days_ago(30), identified_on=days_ago(40)),
        "Same": risk(
            "Same",
            (2, 2),
            days_ago(210),
            primary_failure_type=failure_type(),
            identified_on=days_ago(300),
            response="transfer",
        ),
        "Left": risk("Left", (4, 4), days_ago(200)),
        "Unrated": make_risk(register, title="Unrated", on=days_ago(200)),
    }
    make_assessment(risks["Up"], (4, 4), on=days_ago(20))
    make_assessment(risks["Down"], (2, 4), on=days_ago(25))
    make_assessment(risks["Same"], (1, 1), kind="target", on=days_ago(10))
    make_assessment(risks["Up"], (2, 2), kind="target", on=days_ago(9))
    make_revision(risks["Left"], status="closed", on=days_ago(5))
    make_action(risks["Same"], title="Later one", on=days_ago(10), due_on=days_ago(-40))
    make_action(risks["Same"], title="First one", on=days_ago(10), due_on=days_ago(2))
    make_action(risks["Up"], title="Undated", on=days_ago(10)).revise(
        by=make_user(), version=1, due_on=None
    )
    make_action(risks["Down"], title="Next month", on=days_ago(10), due_on=days_ago(-20))
    make_review(risks["Down"], on=days_ago(3), next_on=days_ago(-3))
    return SimpleNamespace(
        organisation=organisation, register=register, officer=officer, care=care, risks=risks
    )


def cells(page, label):
    """Title -> the words of that column."""
    rows = re.findall(r"<tr class=\"govuk-table__row\">(.*?)</tr>", page, re.DOTALL)
    words = {}
    for row in rows:
        title = re.search(r'app-risks__title">\s*<a [^>]*>([^<]*)', row)
        cell = re.search(rf'data-label="{label}">(.*?)</td>', row, re.DOTALL)
        if title and cell:
            text = re.sub(r"<[^>]*>", " ", cell[1])
            words[title[1]] = html.unescape(" ".join(text.split()))
    return words


@pytest.fixture
def page(reader):
    return reader.get(f"{LIST}?status=all&since={SINCE}&{EVERY_COLUMN}").text


def test_a_direction_says_from_which_band_a_risk_went(page):
    assert cells(page, "Direction") == {
        "Up": "↑ Up from Low",
        "Down": "↓ Down from Severe",
        "New": "New",
        "Same": "Unchanged",
        "Left": "Closed",
        "Unrated": "Unchanged",
    }


def test_the_next_action_is_the_open_one_due_first(page):
    actions = cells(page, "Next action")
    due = date_format(days_ago(2), "j M Y")
    assert (actions["Same"], actions["Up"], actions["New"]) == (
        f"First one due {due} Overdue",
        "Undated no due date",
        "None",
    )


def test_a_target_is_our_latest_target_rating(page):
    targets = cells(page, "Target rating")
    assert [bool(re.search("Low", targets[title])) for title in ("Same", "Down")] == [True, False]


def test_the_other_columns_say_what_stands_on_the_risk(page):
    columns = ("Category", "Response", "Directorate", "Date identified", "Next review")
    assert {label: cells(page, label)["Up"] for label in columns[:3]} == {
        "Category": "Legal",
        "Response": "Treat: reduce the risk",
        "Directorate": "Care",
    }
    assert cells(page, columns[3])["Same"] == date_format(days_ago(300), "j M Y")
    assert cells(page, columns[4])["Down"] == date_format(days_ago(-3), "j M Y")


def test_the_list_shows_the_columns_of_its_address(reader):
    page = reader.get(f"{LIST}?column=owner&column=target").text
    labels = {label for label in COLUMNS.values() if f'data-label="{label}"' in page}
    assert labels == {"Owner", "Target rating"}


@pytest.mark.parametrize("value", ["password", "", "OWNER", "x\0", "9" * 5000])
def test_an_unknown_column_is_refused(reader, value):
    assert reader.get(LIST, {"column": ["owner", value]}).status_code == 400


def test_no_column_in_an_address_means_the_usual_ones():
    assert "owner" in ColumnsForm({}).chosen


# Orders


def plain_order(name, rows, day):
    """The titles by that value, lowest first, those without one last: risk by risk."""

    def value(position):
        risk, words = position.risk, position.revision
        targets = risk.assessments.filter(kind="target").order_by("effective_on", "pk")
        actions = risk.actions.filter(latest__status="open", latest__due_on__isnull=False)
        return {
            "score": lambda: position.score,
            "reference": lambda: risk.number,
            "title": lambda: words.title,
            "type": lambda: words.primary_failure_type and words.primary_failure_type.name,
            "category": lambda: words.get_category_display() or None,
            "response": lambda: words.get_response_display() or None,
            "owner": lambda: words.owner and words.owner.title,
            "directorate": lambda: words.owner and words.owner.directorate.name,
            "target": lambda: targets.last() and targets.last().score,
            "assessed": lambda: position.current and position.current.effective_on,
            "review": lambda: position.next_review_on,
            "action": lambda: min((row.latest.due_on for row in actions), default=None),
            "identified": lambda: words.identified_on,
        }[name]()

    return {position.revision.title: value(position) for position in rows}


@pytest.mark.parametrize("name", ORDERS)
def test_the_list_is_sorted_both_ways_as_a_plain_account_has_it(officer, register, name):
    rows = list(positions_behind(f"{LIST}?sort=reference", register, officer))
    values = plain_order(name, rows, timezone.localdate())
    numbers = {position.revision.title: position.number for position in rows}
    blank = [title for title in values if values[title] is None]
    for sort in (name, f"-{name}"):
        listed = [
            position.revision.title
            for position in positions_behind(f"{LIST}?sort={sort}", register, officer)
        ]
        is_down = sort.startswith("-") != (name == "score")
        full = sorted((title for title in values if title not in blank), key=numbers.get)
        full.sort(key=values.get, reverse=is_down)
        blanks_first = name in ("owner", "assessed") and sort == name
        blank = sorted(blank, key=numbers.get)
        assert listed == (blank + full if blanks_first else full + blank), sort


@pytest.mark.parametrize(
    ("sort", "since", "titles"),
    [
        ("direction", SINCE, "Up New Same Unrated Left Down"),
        ("-direction", SINCE, "Down Left Same Unrated New Up"),
        # Nothing moved, and what was closed by then is not compared.
        ("direction", days_ago(2), "Up Down New Same Unrated Left"),
        ("-direction", days_ago(2), "Up Down New Same Unrated Left"),
        ("direction", days_ago(-1), "Up Down New Same Left Unrated"),  # no day to compare with
    ],
)
def test_the_list_is_sorted_by_direction(officer, register, sort, since, titles):
    rows = positions_behind(f"{LIST}?sort={sort}&since={since}&status=all", register, officer)
    assert [position.revision.title for position in rows] == titles.split()


def test_what_went_further_stands_further_from_the_middle():
    current = [RiskPoint(pk, pk, band) for pk, band in enumerate(["low", "low", "high", "severe"])]
    before = [RiskPoint(pk, pk, band) for pk, band in enumerate(["high", "severe", "low", "low"])]
    ranks = {"low": 0, "high": 1, "severe": 2}
    values = risks_by_direction(movements_between(current, before, ranks), current, ranks)
    assert [values[value] for value in sorted(values)] == [[3], [2], [0], [1]]


def test_a_heading_leads_to_its_order_and_then_to_the_reverse(reader):
    first = reader.get(f"{LIST}?band=high").text
    heading = re.search(r'<a class="[^"]*app-sort" href="([^"]*)">Next review', first)[1]
    assert html.unescape(heading) == "?band=high&sort=review"
    second = reader.get(f"{LIST}{html.unescape(heading)}").text
    assert 'aria-sort="ascending"' in second
    assert "?band=high&amp;sort=-review" in second


def test_a_list_is_sorted_on_a_past_day_by_what_stood_then(officer, register):
    rows = positions_behind(f"{LIST}?as_at={days_ago(15)}&sort=action", register, officer)
    assert [position.revision.title for position in rows][:2] == ["Up", "Down"]  # no action yet


# Views


def titles(register, person, query):
    rows = positions_behind(f"{LIST}?{query}", register, person)
    return sorted(position.revision.title for position in rows)


def test_changed_lists_what_came_left_or_moved_and_no_other(officer, register):
    listed = titles(register, officer, f"changed=yes&status=all&since={SINCE}")
    assert listed == ["Down", "Left", "New", "Up"]


def test_changed_is_counted_by_what_the_reader_may_see(records, register):
    peer = make_person(records.organisation, Role.PEER)
    make_revision(records.risks["Up"], is_exempt=True, on=days_ago(0))
    assert "Up" not in titles(register, peer, f"changed=yes&status=all&since={SINCE}")


def test_what_changed_after_an_agreement_has_not_changed_for_who_reads_what_was_agreed(
    records, register
):
    make_agreement(register)
    make_assessment(records.risks["Same"], (5, 5))
    member = make_person(records.organisation, Role.MEMBER)
    changed = titles(register, member, f"changed=yes&status=all&since={SINCE}")
    assert changed == ["Down", "Left", "New", "Up"]


def views_of(client):
    links = re.search(r'aria-label="Views of the list">(.*?)</nav>', client.get(LIST).text, re.S)[1]
    return [html.unescape(name) for name in re.findall(r">([^<>]+)</a>", links)]


def test_views_are_offered_to_whom_they_make_sense(client, records, reader):
    client.force_login(make_person(records.organisation, Role.MEMBER))
    assert [name.partition(" since")[0] for name in views_of(reader)] == [
        *("All risks", "My risks", "My directorate: Care", "Above tolerance", "Changed"),
    ]
    assert [name.partition(" since")[0] for name in views_of(client)] == [
        *("All risks", "Above tolerance", "Changed"),
    ]


def test_the_view_that_is_shown_is_marked(reader):
    page = reader.get(f"{LIST}?band=above-tolerance&sort=title&column=owner").text
    assert re.search(r'aria-current="true">Above tolerance</a>', page)


def test_a_list_to_print_has_every_row_and_no_form_of_changes(reader, monkeypatch):
    monkeypatch.setattr("registers.views.registers.WHOLE_LIST", 3)
    page = reader.get(f"{LIST}?print=all").text
    assert (len(cells(page, "Owner")), "The first 3 of 5" in page, 'name="risk"' in page) == (
        3,
        True,
        False,
    )
    assert reader.get(f"{LIST}?print=some").status_code == 400


def test_a_list_of_every_column_makes_as_many_queries_for_more_risks(reader, register):
    paths = [f"{LIST}?{EVERY_COLUMN}", f"{LIST}?sort=action", f"{LIST}?changed=yes&status=all"]
    paths.append(f"{LIST}?sort=direction")
    before = queries_for(reader, paths)
    for n in range(2):
        owner = make_post(register.organisation, directorate=make_directorate())
        risk = make_risk(register, title=f"More {n}", owner=owner, assessed=(5, 5))
        make_assessment(risk, (1, 1), kind="target")
        make_action(risk)
    assert queries_for(reader, paths, is_warm=True) == before
