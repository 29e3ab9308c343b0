"""Overdue work by post, and stuck risks with their next action, by hand and on the dashboard."""

import datetime
import html
import re

import pytest
from makers import (
    days_ago,
    make_action,
    make_appetite,
    make_assessment,
    make_post,
    make_review,
)
from priority_council import Council

from registers.actions import NextAction, first_by_risk
from registers.dashboard.overdue import OverdueByPost, overdue_by_post
from registers.models import Action

pytestmark = pytest.mark.django_db

FINANCE, CARE, NOBODY = (7, "Director of Finance", 1), (9, "Head of Care", None), (None, None, None)
SPRING, WINTER = datetime.date(2026, 3, 31), datetime.date(2025, 12, 31)


def lines(reviews=(), actions=()):
    return overdue_by_post(
        reviews, actions, lambda owner: f"reviews of {owner}", lambda owner: f"actions of {owner}"
    )


def test_reviews_and_actions_of_a_post_are_one_line():
    [line] = lines([(FINANCE, 2)], [(FINANCE, 3, WINTER, 1)])
    hrefs = {"reviews_href": "reviews of 7", "actions_href": "actions of 7"}
    assert line == OverdueByPost("7", "Director of Finance", 2, 3, WINTER, 1, **hrefs)


def test_the_post_with_most_comes_first_and_equal_ones_go_by_name():
    """Finance 1 + 0, Care 1 + 2, nobody 0 + 1."""
    posts = lines([(FINANCE, 1), (CARE, 1)], [(CARE, 2, SPRING, 0), (NOBODY, 1, SPRING, 0)])
    assert [line.name for line in posts] == [
        "Head of Care (vacant)",
        "Director of Finance",
        "No owner yet",
    ]


@pytest.mark.parametrize(
    ("actions", "redated", "words"),
    [
        (1, 0, ""),
        (1, 1, "due date changed once"),
        (1, 3, "due date changed three times"),
        (2, 2, "due date of one changed twice"),
    ],
)
def test_the_count_is_of_the_action_put_off_most_often(actions, redated, words):
    [line] = lines([], [(CARE, actions, SPRING, redated)])
    assert line.redated_in_words == words


def test_the_next_action_of_a_risk_is_its_first_row():
    rows = [(1, "Sooner", SPRING, 0), (1, "Later", None, 2), (2, "Other", None, 1)]
    assert first_by_risk(rows) == {
        1: NextAction("Sooner", SPRING, 0),
        2: NextAction("Other", None, 1),
    }


@pytest.fixture
def council():
    return Council()


def section(page, name):
    """Its words, each row of its table on a line."""
    match = re.search(rf'aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", match[0] if match else "", re.DOTALL)[1:]
    return [" ".join(html.unescape(re.sub("<[^>]*>", " ", row)).split()) for row in rows]


def test_the_dashboard_says_who_is_late_with_the_day_first_due(council):
    finance = make_post(council.organisation, "Director of Finance", holder=council.manager)
    risk = council.risk((2, 2), owner=finance)
    make_review(risk, by=council.manager, next_on=days_ago(-5))
    late = make_action(
        risk, by=council.manager, owner=finance, on=days_ago(90), due_on=days_ago(60)
    )
    late.revise(by=council.manager, version=late.version, due_on=days_ago(9))
    make_action(risk, by=council.manager, owner=finance, due_on=days_ago(-9))  # in time
    [row] = section(council.page(), "late")
    first = f"{days_ago(60):%-d %b %Y}"
    assert row.startswith(
        f"Director of Finance \N{EN DASH} 1 overdue, Director of Finance {first} , "
    )


def test_five_posts_are_named_and_the_others_are_counted(council):
    for n in range(6):
        risk = council.risk((2, 2), owner=make_post(council.organisation, f"Post {n}"))
        make_review(risk, by=council.manager, next_on=days_ago(-5))
        make_action(risk, by=council.manager, owner=risk.owner, on=days_ago(60), due_on=days_ago(9))
    page = council.page()
    assert len(section(page, "late")) == 5
    text = " ".join(re.sub("<[^>]*>", " ", page).split())
    assert "And 1 more post. All that is overdue: 6 actions ." in text


def test_where_nothing_is_late_the_dashboard_lacks_the_section(council):
    make_assessment(council.risk((2, 2)), (2, 2), by=council.manager)
    assert 'id="late"' not in council.page()


def test_a_stuck_risk_shows_its_next_action(council):
    risk = council.risk()
    make_action(risk, by=council.manager, title="Sell the building", due_on=days_ago(-40))
    dropped = make_action(risk, by=council.manager, title="Ask for a grant", due_on=days_ago(-5))
    dropped.revise(
        by=council.manager, version=dropped.version, status=Action.Status.DROPPED, reason="Refused."
    )
    [row] = section(council.page(), "above")
    assert f"Sell the building due {days_ago(-40):%-d %B %Y}" in row and "grant" not in row


def test_a_stuck_risk_stands_in_the_table_though_its_band_is_tolerated(council):
    make_appetite(council.organisation, "", "severe", by=council.manager, on=days_ago(500))
    council.risk(), council.risk(ago=5)
    [row] = section(council.page(), "above")
    assert "R-001" in row and "Stuck" in row


def responses_above_tolerance(council):
    """The response to each risk above tolerance, in the words of the page."""
    part = re.search(r'aria-labelledby="above".*?</section>', council.page(), re.DOTALL)[0]
    cells = re.findall(r'data-label="Response and next action">(.*?)</td>', part, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in cells]


def test_a_risk_above_tolerance_shows_its_next_action(council):
    risk = council.risk(response="treat")
    make_action(risk, title="Find a second provider", due_on=days_ago(-5))
    make_action(risk, title="Later", due_on=days_ago(-50))
    assert responses_above_tolerance(council) == [
        f"Find a second provider due {days_ago(-5):%-d %B %Y}"
    ]


def test_a_late_next_action_reads_was_due(council):
    make_action(council.risk(response="treat"), title="Find a second provider", due_on=days_ago(5))
    assert responses_above_tolerance(council) == [
        f"Find a second provider was due {days_ago(5):%-d %B %Y}"
    ]


def test_a_treated_risk_without_an_open_action_says_so(council):
    council.risk(response="treat"), council.risk()
    assert responses_above_tolerance(council) == [
        "Treat, and no action is open",
        "Not decided yet, and no action is open",
    ]


def test_a_tolerated_risk_says_until_when_and_why(council):
    council.risk(
        response="tolerate", tolerated_until=days_ago(-30), response_reason="It ends in spring."
    )
    assert responses_above_tolerance(council) == [
        f"Tolerate until {days_ago(-30):%-d %B %Y} It ends in spring."
    ]


def test_a_transferred_risk_says_so_before_its_action(council):
    risk = council.risk(response="transfer", response_reason="The insurer carries it.")
    make_action(risk, title="Sign the policy", due_on=days_ago(-7))
    assert responses_above_tolerance(council) == [
        f"Transfer The insurer carries it. Sign the policy due {days_ago(-7):%-d %B %Y}"
    ]
