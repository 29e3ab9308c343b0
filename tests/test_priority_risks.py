"""What the dashboard shows first and below: found by rules that can be read off a register made by
hand.
"""

import html
import re

import pytest
from django.test import Client
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_assessment,
    make_assurance,
    make_control,
    make_organisation,
    make_person,
    make_precedent,
    make_register,
    make_revision,
    make_risk,
)

from registers.models import Position, Post, Role, has_supporting_evidence, unexplained
from registers.models.position import STUCK

pytestmark = pytest.mark.django_db


class Council:
    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.client = Client()
        self.client.force_login(self.manager)

    def risk(self, ratings=(5, 5), ago=500, **said):
        return make_risk(self.register, by=self.manager, assessed=ratings, on=days_ago(ago), **said)

    def page(self, **asked):
        answer = self.client.get("/registers/ours/dashboard/", asked)
        assert answer.status_code == 200
        return answer.text

    def stuck(self):
        standing = self.register.positions.as_at(days_ago(0)).on_register()
        return standing.stuck(self.register.scheme, days_ago(0))

    def looked_at(self, **asked):
        """reference -> why it is there, of the risks to look at first."""
        cards = re.findall(r'app-look__one">(.*?)</li>', self.page(**asked), re.DOTALL)
        return {
            re.search(r"R-\d+", card)[0]: re.search(r"here:</strong> (.*?)</p>", card)[1]
            for card in cards
        }


@pytest.fixture
def ours():
    return Council()


def test_a_risk_in_the_highest_band_at_four_quarter_ends_is_stuck(ours):
    ours.risk()
    assert ours.looked_at()["R-001"].startswith("Severe at the last ")


def test_a_risk_that_came_down_in_between_is_not_stuck(ours):
    risk = ours.risk()
    for pair, ago in (((4, 3), 200), ((5, 5), 150)):
        make_assessment(risk, pair, by=ours.manager, on=days_ago(ago))
    assert "Severe at the last" not in ours.looked_at(since=days_ago(140).isoformat())["R-001"]


def test_a_risk_that_was_closed_in_between_is_not_stuck(ours):
    risk = ours.risk()
    for status, what, ago in (("closed", "closed", 200), ("open", "reopened", 150)):
        make_revision(risk, by=ours.manager, on=days_ago(ago), status=status, what=what)
    assert not ours.stuck().exists()


def test_a_band_below_the_highest_is_never_stuck(ours):
    ours.risk((4, 3))
    assert not ours.stuck().exists()


def test_at_fewer_than_four_quarter_ends_nothing_is_stuck_yet(ours):
    ours.risk(ago=(STUCK - 2) * 91)
    assert not ours.stuck().exists()


def test_the_number_of_stuck_risks_leads_to_as_many(ours):
    ours.risk()
    ours.risk(ago=450)
    ours.risk((2, 2))
    [(href, count)] = re.findall(r'href="([^"]*stuck=yes[^"]*)" data-count="(\d+)"', ours.page())
    assert (
        f'data-total="{count}"' in ours.client.get(href.replace("&amp;", "&")).text and count == "2"
    )


def test_a_risk_that_rose_above_tolerance_is_looked_at_with_where_it_came_from(ours):
    risk = ours.risk((4, 3))
    make_assessment(risk, (5, 5), by=ours.manager, on=days_ago(5))
    said = ours.looked_at(since=days_ago(20).isoformat())
    assert said["R-001"].startswith("Up from High since ")


def test_a_risk_that_is_new_and_above_tolerance_is_looked_at(ours):
    ours.risk(ago=5)
    assert ours.looked_at(since=days_ago(20).isoformat())["R-001"].startswith("New since ")


def test_a_risk_that_rose_and_is_still_tolerated_is_not(ours):
    risk = ours.risk((1, 1))
    make_assessment(risk, (4, 3), by=ours.manager, on=days_ago(5))
    assert ours.looked_at(since=days_ago(20).isoformat()) == {}


def test_a_risk_that_came_true_is_looked_at_first_whatever_its_rating(ours):
    ours.risk()
    risk = ours.risk((1, 1))
    risk.happen(
        by=ours.manager, version=risk.version, happened_on=days_ago(3), happened_what="It stopped."
    )
    assert next(iter(ours.looked_at(since=days_ago(20).isoformat()))) == "R-002"


def test_what_came_true_on_another_register_is_not_looked_at(ours):
    risk = make_risk(
        make_register(ours.organisation), by=ours.manager, assessed=(1, 1), on=days_ago(500)
    )
    risk.happen(
        by=ours.manager, version=risk.version, happened_on=days_ago(3), happened_what="It stopped."
    )
    assert ours.risk((1, 1)) and ours.looked_at(since=days_ago(20).isoformat()) == {}


def test_an_action_that_was_put_off_twice_is_named(ours):
    action = make_action(ours.risk(), due_on=days_ago(100), title="Find a second provider")
    for ago in (50, -20):
        action.revise(by=ours.manager, version=action.version, due_on=days_ago(ago))
    assert "“Find a second provider” was put off twice." in ours.looked_at()["R-001"]


def test_assurance_from_beyond_line_1_takes_its_reason_away(ours):
    risk = ours.risk()
    words = "Nobody beyond those who run it has given assurance that still holds."
    assert words in ours.looked_at()["R-001"]
    make_assurance(risk, line=3, by=ours.manager)
    assert words not in ours.looked_at()["R-001"]


def test_every_number_leads_to_as_many(ours):
    """Of the sections below as well: each link that counts is followed."""
    risk, other = (
        ours.risk(primary_failure_type=failure_type("financial")),
        ours.risk((5, 4), ago=90),
    )
    make_action(risk, due_on=days_ago(9))
    make_action(other, due_on=None)
    make_assurance(risk, line=1, by=ours.manager)
    make_precedent(risk, by=ours.manager)
    links = dict(
        re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', ours.page(more=["order", "ways"]))
    )
    found = {
        href: re.search(r'data-total="(\d+)"', ours.client.get(href.replace("&amp;", "&")).text)
        for href in links
    }
    assert {href: total and total[1] for href, total in found.items()} == links and len(links) > 15


def test_a_confirmed_sign_stands_by_its_case_with_the_risks_that_test_it(ours):
    mark = make_precedent(ours.risk(), by=ours.manager)
    page = ours.page()
    assert mark.sign.title in page and "To talk about: " + mark.sign.case.short_name in page


def test_a_type_of_failure_that_nobody_recorded_is_asked_about(ours):
    ours.risk(primary_failure_type=failure_type("financial"), ago=100)
    spots = re.search(r'aria-labelledby="blind".*?</section>', ours.page(), re.DOTALL)[0]
    assert (
        failure_type("governance").question in spots
        and failure_type("financial").question not in spots
    )


def test_a_type_that_was_not_touched_for_a_year_says_since_when(ours):
    ours.risk(primary_failure_type=failure_type("financial"), ago=400)
    spots = re.search(r'aria-labelledby="blind".*?</section>', ours.page(), re.DOTALL)[0]
    assert failure_type("financial").question in spots and "nothing since" in spots


def test_an_empty_register_has_nothing_to_look_at(ours):
    page = ours.page()
    assert "app-look" not in page and "Above tolerance, and" not in page


def test_an_exempt_risk_is_not_looked_at_by_who_may_not_see_it(ours):
    ours.risk(is_exempt=True, title="Claim over the contract")
    ours.client.force_login(make_person(ours.organisation, Role.PEER))
    assert "Claim over the contract" not in ours.page()


def test_a_fall_that_nothing_on_record_explains_says_so(ours):
    risk = ours.risk()
    make_assessment(risk, (4, 3), by=ours.manager, on=days_ago(5))
    assert "was Severe. <strong>Nothing on record says why.</strong>" in " ".join(
        ours.page(since=days_ago(20).isoformat()).split()
    )


@pytest.mark.parametrize("what", ["evidence", "assurance", "test", "action"])
def test_a_fall_that_something_on_record_explains_says_nothing(ours, what):
    risk, said = ours.risk(), {}
    if what == "evidence":
        said = {"evidence": "The provider has doubled its staff."}
    elif what == "assurance":
        make_assurance(risk, by=ours.manager, on=days_ago(8))
    elif what == "test":
        control = make_control(risk, by=ours.manager, on=days_ago(9))
        control.test(
            by=ours.manager,
            version=1,
            last_tested_on=days_ago(8),
            tested_by_line=2,
            operating="works",
        )
    else:
        action = make_action(risk, by=ours.manager, on=days_ago(30))
        action.complete(by=ours.manager, version=1, done_on=days_ago(8), evidence="Seen.")
    make_assessment(risk, (4, 3), by=ours.manager, on=days_ago(5), **said)
    assert "Nothing on record" not in ours.page(since=days_ago(20).isoformat())


def test_what_is_asked_of_many_falls_is_what_is_asked_of_one(ours):
    """unexplained and has_supporting_evidence speak of the same: on either side of the two judgements, and
    on their days.
    """
    risks = []
    for ago in (31, 30, 29, 6, 5, 4):
        risks.append(ours.risk(ago=30))
        if ago <= 30:
            make_assurance(risks[-1], by=ours.manager, on=days_ago(ago))
        make_assessment(risks[-1], (4, 3), by=ours.manager, on=days_ago(5))
    found = unexplained(Position.objects.as_at(days_ago(0)), days_ago(0)).values_list(
        "risk", flat=True
    )
    alone = [
        risk.pk for risk in risks if not has_supporting_evidence(risk, days_ago(30), days_ago(5))
    ]
    assert sorted(found) == alone and 0 < len(alone) < len(risks)


def moved_part(page):
    part = re.search(r'aria-labelledby="moved".*?</section>', page, re.DOTALL)[0]
    return " ".join(re.sub("<[^>]*>", " ", part).split())


def test_what_came_true_since_is_told_with_what_moved(ours):
    risk = ours.risk()
    risk.happen(
        by=ours.manager, version=risk.version, happened_on=days_ago(12), happened_what="It stopped."
    )
    ours.risk()
    part = moved_part(ours.page(since=days_ago(40).isoformat()))
    assert (
        re.search(rf"Came true: 1 R-001 .* on {days_ago(12):%-d %B %Y}", part)
        and "R-002" not in part
    )
    assert "Came true" not in moved_part(ours.page(since=days_ago(5).isoformat()))


def test_what_came_true_is_said_for_as_long_as_it_stands_so(ours):
    risk = ours.risk(ago=400)
    risk.happen(
        by=ours.manager,
        version=risk.version,
        happened_on=days_ago(300),
        happened_what="It stopped.",
    )
    ours.risk()
    said = re.search(r'One has come true: R-001.*?href="([^"]*)" data-count="1"', ours.page())
    assert said and "status=happened" in said[1]
    make_revision(risk, status="closed", by=ours.manager)
    assert "come true" not in ours.page()


def test_few_that_nobody_has_rated_are_named(ours):
    ours.risk()
    for _ in range(3):
        make_risk(ours.register, by=ours.manager)
    assert "3 with no current rating yet</a> (R-002, R-003 and R-004)" in ours.page()
    make_risk(ours.register, by=ours.manager)
    assert "4 with no current rating yet</a>," in ours.page()


def test_a_risk_to_look_at_says_that_an_interim_holds_its_post(ours):
    risk = ours.risk()
    post = Post.objects.create(
        organisation=ours.organisation, title="Head of Legal", holder=ours.manager, is_interim=True
    )
    make_revision(risk, owner=post, by=ours.manager)
    assert "<strong>Owner:</strong> Head of Legal, held by an interim</p>" in ours.page()


def test_the_movement_says_of_how_many(ours):
    ours.risk(ago=200)
    ours.risk(ago=20)
    assert "Risks then: 1, now: 2." in moved_part(ours.page(since=days_ago(100).isoformat()))


def test_the_commonest_type_stands_with_what_the_library_says_of_it(ours):
    for slug in ("financial", "financial", "connection"):
        ours.risk(primary_failure_type=failure_type(slug))
    said = re.findall(r"What the library says of it: .*?</p>", ours.page(), re.DOTALL)
    assert len(said) == 1 and failure_type("financial").meaning in html.unescape(said[0])
    assert failure_type("financial").cases.first().short_name in said[0]


def test_where_no_type_is_decided_the_library_says_nothing(ours):
    ours.risk(primary_failure_type=None)
    assert "What the library says" not in ours.page()
