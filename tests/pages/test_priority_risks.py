"""Priority risks on the dashboard and the sections below them, on registers made by hand."""

import copy
import html
import re

import pytest
from dashboard_pages import counts_behind, numbers
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_assessment,
    make_assurance,
    make_control,
    make_person,
    make_precedent,
    make_register,
    make_revision,
    make_risk,
)
from priority_council import Council

from registers.models import MissingInformation, Position, Post, Role, unexplained
from registers.models.position_queries import STUCK

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def test_the_page_shows_the_priority_risks_with_their_reasons(council):
    council.risk()
    council.risk((5, 4), ago=20)
    reasons = council.priority_risks_on_page()
    assert len(reasons) == 2
    assert list(reasons.items()) == list(council.priority_risks().items())


def test_a_risk_in_the_highest_band_at_four_quarter_ends_is_stuck(council):
    council.risk()
    assert council.priority_risks()["R-001"].startswith("Severe at the end of the last ")


def test_a_risk_that_came_down_in_between_is_not_stuck(council):
    risk = council.risk()
    for pair, ago in (((4, 3), 200), ((5, 5), 150)):
        make_assessment(risk, pair, by=council.manager, on=days_ago(ago))
    assert (
        "Severe at the end" not in council.priority_risks(since=days_ago(140).isoformat())["R-001"]
    )


def test_a_risk_that_was_closed_in_between_is_not_stuck(council):
    risk = council.risk()
    for status, operation, ago in (("closed", "closed", 200), ("open", "reopened", 150)):
        make_revision(
            risk, by=council.manager, on=days_ago(ago), status=status, revision_event=operation
        )
    assert not council.stuck().exists()


def test_a_band_below_the_highest_is_never_stuck(council):
    council.risk((4, 3))
    assert not council.stuck().exists()


def test_at_fewer_than_four_quarter_ends_nothing_is_stuck_yet(council):
    council.risk(ago=(STUCK - 2) * 91)
    assert not council.stuck().exists()


def test_the_number_of_stuck_risks_links_to_as_many(council):
    council.risk()
    council.risk(ago=450)
    council.risk((2, 2))
    [(href, count)] = re.findall(r'href="([^"]*stuck=yes[^"]*)" data-count="(\d+)"', council.page())
    assert (
        f'data-total="{count}"' in council.client.get(href.replace("&amp;", "&")).text
        and count == "2"
    )


def test_a_risk_that_rose_above_tolerance_has_priority_and_says_from_which_band(council):
    risk = council.risk((4, 3))
    make_assessment(risk, (5, 5), by=council.manager, on=days_ago(5))
    reasons = council.priority_risks(since=days_ago(20).isoformat())
    assert reasons["R-001"].startswith("Up from High since ")


def test_a_risk_that_is_new_and_above_tolerance_has_priority(council):
    council.risk(ago=5)
    assert council.priority_risks(since=days_ago(20).isoformat())["R-001"].startswith("New since ")


def test_a_risk_that_rose_within_tolerance_has_no_priority(council):
    risk = council.risk((1, 1))
    make_assessment(risk, (4, 3), by=council.manager, on=days_ago(5))
    assert council.priority_risks(since=days_ago(20).isoformat()) == {}


def test_a_risk_that_came_true_comes_first_whatever_its_rating(council):
    council.risk()
    risk = council.risk((1, 1))
    risk.happen(
        by=council.manager,
        version=risk.version,
        happened_on=days_ago(3),
        happened_what="It stopped.",
    )
    assert next(iter(council.priority_risks(since=days_ago(20).isoformat()))) == "R-002"


def test_a_risk_that_came_true_on_another_register_is_not_shown(council):
    risk = make_risk(
        make_register(council.organisation), by=council.manager, assessed=(1, 1), on=days_ago(500)
    )
    risk.happen(
        by=council.manager,
        version=risk.version,
        happened_on=days_ago(3),
        happened_what="It stopped.",
    )
    assert council.risk((1, 1)) and council.priority_risks(since=days_ago(20).isoformat()) == {}


def test_an_action_that_was_postponed_twice_is_named(council):
    action = make_action(council.risk(), due_on=days_ago(100), title="Find a second provider")
    for ago in (50, -20):
        action.revise(by=council.manager, version=action.version, due_on=days_ago(ago))
    assert (
        "Due date of “Find a second provider” changed twice." in council.priority_risks()["R-001"]
    )


def test_assurance_from_beyond_line_1_removes_the_reason(council):
    risk = council.risk()
    words = "No valid assurance from outside the first line."
    assert words in council.priority_risks()["R-001"]
    make_assurance(risk, line=3, by=council.manager)
    assert words not in council.priority_risks()["R-001"]


def test_every_number_links_to_as_many_risks(council):
    """Each link with a count, those of the sections below included."""
    risk, other = (
        council.risk(primary_failure_type=failure_type("financial")),
        council.risk((5, 4), ago=90),
    )
    make_action(risk, due_on=days_ago(9))
    make_action(other, due_on=None)
    make_assurance(risk, line=1, by=council.manager)
    make_precedent(risk, by=council.manager)
    links = numbers(council.page(more=["order", "ways"]))
    counts = counts_behind(links, [council.register], council.client, council.manager)
    assert counts == links and len(links) > 15


def test_a_relevant_sign_is_shown_with_its_case(council):
    mark = make_precedent(council.risk(), by=council.manager)
    page = council.page()
    assert mark.sign.title in page and "A case to discuss: " + mark.sign.case.short_name in page


def test_a_failure_type_without_risks_shows_its_question(council):
    council.risk(primary_failure_type=failure_type("financial"), ago=100)
    spots = re.search(r'aria-labelledby="blind".*?</section>', council.page(), re.DOTALL)[0]
    assert (
        failure_type("governance").question in spots
        and failure_type("financial").question not in spots
    )


def test_a_failure_type_without_changes_for_a_year_says_so(council):
    council.risk(primary_failure_type=failure_type("financial"), ago=400)
    spots = re.search(r'aria-labelledby="blind".*?</section>', council.page(), re.DOTALL)[0]
    assert failure_type("financial").question in spots and "nothing since" in spots


def test_an_empty_register_shows_no_priority_risks(council):
    page = council.page()
    assert "app-look" not in page and 'id="above"' not in page


def test_an_exempt_risk_is_hidden_from_a_peer(council):
    council.risk(is_exempt=True, title="Claim over the contract")
    council.client.force_login(make_person(council.organisation, Role.PEER))
    assert "Claim over the contract" not in council.page()


def test_an_unexplained_fall_is_marked(council):
    risk = council.risk()
    make_assessment(risk, (4, 3), by=council.manager, on=days_ago(5))
    lead = lead_text(council.page(since=days_ago(20).isoformat()))
    assert "Severe → High" in lead and "(nothing on record says why)" in lead


def test_a_fall_with_evidence_is_not_marked(council):
    make_assessment(council.risk(), (4, 3), on=days_ago(5), evidence="It has doubled its staff.")
    page = council.page(since=days_ago(20).isoformat())
    assert "Severe → High" in lead_text(page) and "othing on record" not in page


@pytest.mark.parametrize("evidence", ["", "evidence", "assurance", "test", "action", "reopened"])
def test_a_fall_is_explained_by_what_is_on_record(council, evidence):
    risk, fields = council.risk(), {}
    if evidence == "evidence":
        fields = {"evidence": "The provider has doubled its staff."}
    elif evidence == "assurance":
        make_assurance(risk, by=council.manager, on=days_ago(8))
    elif evidence == "test":
        control = make_control(risk, by=council.manager, on=days_ago(9))
        control.test(
            by=council.manager,
            version=1,
            last_tested_on=days_ago(8),
            tested_by_line=2,
            operating="works",
        )
    elif evidence in ("action", "reopened"):
        action = make_action(risk, by=council.manager, on=days_ago(30))
        action.complete(by=council.manager, version=1, done_on=days_ago(8), evidence="Seen.")
        if evidence == "reopened":
            action.reopen(by=council.manager, version=2, reason="It was not done.")
    make_assessment(risk, (4, 3), by=council.manager, on=days_ago(5), **fields)
    positions = council.register.positions.as_at(days_ago(0))
    assert unexplained(positions, days_ago(0)).exists() == (evidence in ("", "reopened"))


def test_a_fall_is_explained_between_the_days_of_the_two_ratings(council):
    risks = []
    for ago in (31, 30, 29, 6, 5, 4):
        risks.append(council.risk(ago=30))
        if ago <= 30:
            make_assurance(risks[-1], by=council.manager, on=days_ago(ago))
        make_assessment(risks[-1], (4, 3), by=council.manager, on=days_ago(5))
    falls = unexplained(Position.objects.as_at(days_ago(0)), days_ago(0)).order_by("risk")
    without, of_the_day_before, *_, of_a_later_day = [risk.pk for risk in risks]
    assert list(falls.values_list("risk", flat=True)) == [
        without,
        of_the_day_before,
        of_a_later_day,
    ]


def movement_text(page):
    return section_text(page, "moved")


def lead_text(page):
    return section_text(page, "position")


def section_text(page, anchor):
    part = re.search(rf'aria-labelledby="{anchor}".*?</section>', page, re.DOTALL)[0]
    return " ".join(re.sub("<[^>]*>", " ", part).split())


def test_risks_that_came_true_since_are_listed_with_the_movement(council):
    risk = council.risk()
    risk.happen(
        by=council.manager,
        version=risk.version,
        happened_on=days_ago(12),
        happened_what="It stopped.",
    )
    council.risk()
    part = movement_text(council.page(since=days_ago(40).isoformat()))
    assert (
        re.search(rf"Materialised: 1 R-001 .* on {days_ago(12):%-d %B %Y}", part)
        and "R-002" not in part
    )
    assert "Materialised" not in movement_text(council.page(since=days_ago(5).isoformat()))


def test_a_risk_that_came_true_is_mentioned_until_it_is_closed(council):
    risk = council.risk(ago=400)
    risk.happen(
        by=council.manager,
        version=risk.version,
        happened_on=days_ago(300),
        happened_what="It stopped.",
    )
    council.risk()
    link = re.search(r'Materialised.*?href="([^"]*)" data-count="1"', council.page(), re.DOTALL)
    assert link and "status=happened" in link[1]
    make_revision(risk, status="closed", by=council.manager)
    assert "Materialised" not in lead_text(council.page())


def test_up_to_three_unrated_risks_are_named(council):
    council.risk()
    for _ in range(3):
        make_risk(council.register, by=council.manager)
    gap = MissingInformation.NO_RATING.label
    assert f"3 risks {gap} (R-002, R-003 and R-004)" in lead_text(council.page())
    make_risk(council.register, by=council.manager)
    assert f"4 risks {gap}" in lead_text(council.page()) and "(R-002, R-003" not in council.page()


def test_a_priority_risk_says_that_an_interim_holds_its_post(council):
    risk = council.risk()
    post = Post.objects.create(
        organisation=council.organisation,
        title="Head of Legal",
        holder=council.manager,
        is_interim=True,
    )
    make_revision(risk, owner=post, by=council.manager)
    assert "Owner: Head of Legal, held by an interim" in lead_text(council.page())


def test_the_movement_gives_both_totals(council):
    council.risk(ago=200)
    council.risk(ago=20)
    assert "Risks then: 1, now: 2." in movement_text(council.page(since=days_ago(100).isoformat()))


def test_the_commonest_failure_type_comes_with_its_meaning_from_the_library(council):
    for slug in ("financial", "financial", "connection"):
        council.risk(primary_failure_type=failure_type(slug))
    paragraphs = re.findall(r"From the library: .*?</p>", council.page(), re.DOTALL)
    assert len(paragraphs) == 1 and failure_type("financial").meaning in html.unescape(
        paragraphs[0]
    )
    assert failure_type("financial").cases.first().short_name in paragraphs[0]


def test_without_a_failure_type_the_library_is_not_quoted(council):
    council.risk(primary_failure_type=None)
    assert "From the library" not in council.page()
