"""What is late, post by post, and what is stuck with its next action: worked by hand, and as the
dashboard says it.
"""

import datetime
import html
import re

import pytest
from makers import days_ago, make_action, make_assessment, make_post, make_review
from test_first_look import ours  # noqa: F401  (a fixture)

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
    said = {"reviews_href": "reviews of 7", "actions_href": "actions of 7"}
    assert line == OverdueByPost("7", "Director of Finance", 2, 3, WINTER, 1, **said)


def test_the_post_with_most_comes_first_and_of_as_many_by_name():
    """Finance 1 + 0, Care 1 + 2, nobody 0 + 1."""
    found = lines([(FINANCE, 1), (CARE, 1)], [(CARE, 2, SPRING, 0), (NOBODY, 1, SPRING, 0)])
    assert [line.name for line in found] == [
        "Head of Care (vacant)",
        "Director of Finance",
        "No owner yet",
    ]


@pytest.mark.parametrize(
    ("actions", "redated", "words"),
    [
        (1, 0, ""),
        (1, 1, "put off once"),
        (1, 3, "put off three times"),
        (2, 2, "one of them put off twice"),
    ],
)
def test_how_often_is_said_of_the_one_that_was_put_off_most(actions, redated, words):
    [line] = lines([], [(CARE, actions, SPRING, redated)])
    assert line.redated_in_words == words


def test_the_next_action_of_a_risk_is_the_first_of_its_rows():
    rows = [(1, "Sooner", SPRING, 0), (1, "Later", None, 2), (2, "Other", None, 1)]
    assert first_by_risk(rows) == {
        1: NextAction("Sooner", SPRING, 0),
        2: NextAction("Other", None, 1),
    }


def section(page, name):
    """Its words, each row of its table on a line."""
    found = re.search(rf'aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", found[0] if found else "", re.DOTALL)[1:]
    return [" ".join(html.unescape(re.sub("<[^>]*>", " ", row)).split()) for row in rows]


def test_the_dashboard_says_who_is_late_with_the_day_first_due(ours):  # noqa: F811 (the fixture)
    finance = make_post(ours.organisation, "Director of Finance", holder=ours.manager)
    risk = ours.risk((2, 2), owner=finance)
    make_review(risk, by=ours.manager, next_on=days_ago(-5))
    late = make_action(risk, by=ours.manager, owner=finance, on=days_ago(90), due_on=days_ago(60))
    late.revise(by=ours.manager, version=late.version, due_on=days_ago(9))
    make_action(risk, by=ours.manager, owner=finance, due_on=days_ago(-9))  # in time
    [row] = section(ours.page(), "late")
    first = f"{days_ago(60):%-d %B %Y}"
    assert (
        row == f"Director of Finance \N{EN DASH} 1 late, Director of Finance {first} , put off once"
    )


def test_eight_posts_are_named_and_the_rest_are_counted_with_them(ours):  # noqa: F811 (the fixture)
    for n in range(9):
        risk = ours.risk((2, 2), owner=make_post(ours.organisation, f"Post {n}"))
        make_review(risk, by=ours.manager, next_on=days_ago(-5))
        make_action(risk, by=ours.manager, owner=risk.owner, on=days_ago(60), due_on=days_ago(9))
    page = ours.page()
    assert len(section(page, "late")) == 8
    said = " ".join(re.sub("<[^>]*>", " ", page).split())
    assert "And 1 more post. All that is late: 9 actions ." in said


def test_where_nothing_is_late_the_dashboard_has_no_such_part(ours):  # noqa: F811 (the fixture)
    make_assessment(ours.risk((2, 2)), (2, 2), by=ours.manager)
    assert 'id="late"' not in ours.page()


def test_what_is_stuck_says_what_is_to_be_done_next(ours):  # noqa: F811 (the fixture)
    risk = ours.risk()
    make_action(risk, by=ours.manager, title="Sell the building", due_on=days_ago(-40))
    dropped = make_action(risk, by=ours.manager, title="Ask for a grant", due_on=days_ago(-5))
    dropped.revise(
        by=ours.manager, version=dropped.version, status=Action.Status.DROPPED, reason="Refused."
    )
    [row] = section(ours.page(), "stuck")
    assert f"Sell the building due {days_ago(-40):%-d %B %Y}" in row and "grant" not in row


def test_a_stuck_risk_without_an_action_says_so(ours):  # noqa: F811 (the fixture)
    ours.risk()
    assert "No action is open" in section(ours.page(), "stuck")[0]


def test_five_that_are_stuck_are_named_and_the_rest_lead_to_the_list(ours):  # noqa: F811 (the fixture)
    for _ in range(6):
        ours.risk()
    page = ours.page()
    assert len(section(page, "stuck")) == 5 and re.search(
        r'stuck=yes[^>]*data-count="6">All 6 of them', page
    )


def above(ours):  # noqa: F811 (the fixture)
    """What is done about each risk above tolerance, in the words of the page."""
    part = re.search(r'aria-labelledby="above".*?</section>', ours.page(), re.DOTALL)[0]
    cells = re.findall(r'data-label="What is done about it">(.*?)</td>', part, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in cells]


def test_what_is_above_tolerance_says_what_is_to_be_done_next(ours):  # noqa: F811 (the fixture)
    risk = ours.risk(response="treat")
    make_action(risk, title="Find a second provider", due_on=days_ago(-5))
    make_action(risk, title="Later", due_on=days_ago(-50))
    assert above(ours) == [f"Find a second provider due {days_ago(-5):%-d %B %Y}"]


def test_a_next_action_that_is_late_was_due(ours):  # noqa: F811 (the fixture)
    make_action(ours.risk(response="treat"), title="Find a second provider", due_on=days_ago(5))
    assert above(ours) == [f"Find a second provider was due {days_ago(5):%-d %B %Y}"]


def test_what_is_treated_without_an_open_action_says_so(ours):  # noqa: F811 (the fixture)
    ours.risk(response="treat"), ours.risk()
    assert above(ours) == ["Treat, and no action is open", "Not decided yet, and no action is open"]


def test_what_is_tolerated_says_until_when_and_why_and_lacks_no_action(ours):  # noqa: F811 (the fixture)
    ours.risk(
        response="tolerate", tolerated_until=days_ago(-30), response_reason="It ends in spring."
    )
    assert above(ours) == [f"Tolerate until {days_ago(-30):%-d %B %Y} It ends in spring."]


def test_what_is_handed_on_says_so_beside_its_action(ours):  # noqa: F811 (the fixture)
    risk = ours.risk(response="transfer", response_reason="The insurer carries it.")
    make_action(risk, title="Sign the policy", due_on=days_ago(-7))
    assert above(ours) == [
        f"Transfer The insurer carries it. Sign the policy due {days_ago(-7):%-d %B %Y}"
    ]
