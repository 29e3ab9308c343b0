"""What a dashboard counts of two days, on examples worked by hand and on a register made by hand:
what stands by one row on both is not read, and is counted all the same.
"""

import re
from collections import Counter
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    failure_type,
    make_agreement,
    make_assessment,
    make_organisation,
    make_person,
    make_precedent,
    make_register,
    make_revision,
    make_risk,
    preset,
)
from test_agreements import logged, then

from registers.agreements import ChangesSinceAgreement
from registers.dashboard.data import PositionSets
from registers.dashboard.failure_types import types_sentence
from registers.dashboard.period_comparison import (
    GroupKey,
    above_count,
    cell_counts,
    read_period_comparison,
)
from registers.models import Position, Role
from registers.movement import (
    LISTED,
    Movement,
    movements_between,
    movements_to_list,
    read_risk_points,
)
from registers.scoring import Tolerance

OURS = [
    GroupKey("severe", 5, 5, 1),
    GroupKey("severe", 5, 5, 2),
    GroupKey("low", 1, 1, 1),
    GroupKey(""),
    GroupKey("to-re-assess", 5, 5),
]
COUNTS = Counter({OURS[0]: 2, OURS[1]: 1, OURS[2]: 4, OURS[3]: 8, OURS[4]: 16})


def test_cells_count_what_the_scheme_in_force_rated():
    assert cell_counts(COUNTS) == {(5, 5): 3, (1, 1): 4}


@pytest.mark.parametrize(
    ("category", "tolerated", "count"), [("", "high", 3), ("financial", "high", 3), ("", "low", 3)]
)
@pytest.mark.django_db
def test_above_tolerance_counts_bands_of_the_scheme_in_force_alone(category, tolerated, count):
    counts = Counter({kind._replace(category=category): n for kind, n in COUNTS.items()})
    assert above_count(counts, Tolerance(preset().rules, tolerated, {})) == count


@pytest.mark.django_db
def test_above_tolerance_is_by_the_category_of_each():
    """Two Severe for people, three Moderate for financial. Where of financial Low at most is
    tolerated: five.
    """
    counts = Counter(
        {
            GroupKey("severe", category="people"): 2,
            GroupKey("moderate", category="financial"): 3,
            GroupKey("low"): 5,
        }
    )
    rules = preset().rules
    assert above_count(counts, Tolerance(rules, "high", {})) == 2
    assert above_count(counts, Tolerance(rules, "high", {"financial": "low"})) == 5
    assert above_count(counts, Tolerance(rules, "high", {"people": "severe"})) == 0


def test_ten_of_each_kind_are_named_the_oldest_first_and_nobody_for_standing_still():
    moved = [Movement(risk, 100 + risk, "up", "low") for risk in range(30, 0, -1)] + [
        Movement(99, 199, "unchanged", "low")
    ]
    named = movements_to_list(moved)
    assert list(named) == ["up"] and [one.risk for one in named["up"]] == [*range(1, LISTED + 1)]


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({"A": 0, "B": 0, "None": 0}, "No risks."),
        (
            {"A": 2, "B": 0, "None": 1},
            "The most common type is A: 2 of 3. Nothing is recorded as B.",
        ),
        ({"A": 1, "B": 1, "None": 0}, "The most common types are A and B: 1 of 2 each."),
        (
            {"A": 0, "B": 0, "None": 2},
            "The most common type is None: 2 of 2. Nothing is recorded as A or B.",
        ),
    ],
)
def test_the_most_common_types_are_said(totals, said):
    assert types_sentence(totals, sum(totals.values())) == said


# Over a register


class Council:
    """Risks of every movement between two days, and some that a change left where they were."""

    def __init__(self):
        self.manager = make_person(make_organisation(), Role.MANAGER)
        self.organisation = self.manager.memberships.get().organisation
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        still, renamed, rose, fell, closed, rated, again = (
            self.risk(pair) for pair in ((3, 3), (4, 3), (1, 1), (5, 5), (5, 4), None, (2, 2))
        )
        by = {"by": self.manager}
        make_revision(renamed, title="Another title", on=days_ago(20), **by)
        make_assessment(rose, (5, 5), on=days_ago(20), **by)
        make_assessment(rose, (5, 4), on=days_ago(10), **by)
        make_assessment(fell, (1, 2), on=days_ago(20), **by)
        make_revision(closed, status="closed", on=days_ago(20), **by)
        make_assessment(rated, (2, 2), on=days_ago(20), **by)
        make_assessment(again, (5, 5), on=days_ago(20), **by)
        make_assessment(again, (2, 2), on=days_ago(10), **by)
        self.risk((5, 5), ago=15)
        self.client = Client()
        self.client.force_login(self.manager)
        self.still = still

    def risk(self, pair, ago=300):
        return make_risk(self.register, by=self.manager, assessed=pair, on=days_ago(ago))

    def rows(self, ago):
        return self.register.positions.as_at(days_ago(ago)).on_register()

    def read(self, ago, since, **how):
        reading = SimpleNamespace(day=days_ago(ago), since=days_ago(since))
        counted = PositionSets(self.rows(ago), self.rows(since), Position.objects.none())
        return read_period_comparison(
            counted, reading, self.register.scheme_id, by_category=False, **how
        )

    def page(self, **asked):
        answer = self.client.get("/registers/ours/dashboard/", asked)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def ours(db):
    return Council()


DAYS = [(0, 30), (0, 12), (0, 0), (5, 15), (12, 30), (30, 5), (400, 30), (0, 400)]


@pytest.mark.parametrize(("ago", "since"), DAYS)
def test_what_stands_on_both_days_by_one_row_is_counted_though_it_is_not_read(ours, ago, since):
    """All risks of both days compared one by one say the same as those alone that changed in
    between.
    """
    days, scheme, ranks = (
        ours.read(ago, since),
        ours.register.scheme_id,
        ours.register.scheme.rules.ranks,
    )
    every = movements_between(
        read_risk_points(ours.rows(ago), scheme), read_risk_points(ours.rows(since), scheme), ranks
    )
    found = Counter(one.kind for one in movements_between(days.begun, days.ended, ranks))
    found["unchanged"] += days.lasting
    assert +found == Counter(one.kind for one in every)
    assert {one for one in every if one.kind != "unchanged"} <= set(
        movements_between(days.begun, days.ended, ranks)
    )
    assert (
        days.total == ours.rows(ago).count() and days.previous.total() == ours.rows(since).count()
    )


def test_only_what_changed_is_read(ours):
    days = ours.read(0, 30)
    assert (len(days.begun), days.lasting, len(days.ended)) == (6, 1, 6)
    assert ours.still.pk not in {one.risk for one in (*days.begun, *days.ended)}


def test_rows_chosen_by_what_differs_from_day_to_day_are_all_read(ours):
    days = ours.read(0, 30, is_tolerance_filter=True)
    assert (len(days.begun), days.lasting, len(days.ended)) == (7, 0, 7)


def test_a_type_is_known_by_the_last_day_on_which_a_risk_of_it_changed(ours):
    make_risk(
        ours.register,
        assessed=(1, 1),
        on=days_ago(40),
        primary_failure_type=failure_type("external"),
    )
    latest = ours.read(0, 30).latest
    assert latest == {0: days_ago(10), failure_type("external").pk: days_ago(40)}


def test_how_many_changed_band_since_an_agreement_is_what_each_of_them_did(ours):
    """Counted by the database for a dashboard, risk by risk for the page of agreements. One rose
    since, one was entered late, one rose and fell again, one was closed.
    """
    by = {"by": ours.manager}
    rose, late, back, gone, _ = (logged(ours.register, (2, 2), ago=300, **by) for _ in range(5))
    agreement = make_agreement(ours.register, **by, **then(12))
    make_assessment(rose, (5, 5), **by, **then(5))
    make_assessment(late, (5, 5), on=days_ago(20), **by)
    for pair, ago in (((5, 5), 8), ((2, 2), 4)):
        make_assessment(back, pair, **by, **then(ago))
    make_revision(gone, status="closed", **by, **then(3))
    since = ChangesSinceAgreement(
        ours.register, agreement, agreed_positions=agreement.positions, positions=ours.rows(0)
    )
    moved = {move.kind: move.count for move in since.groups}
    assert since.changed == moved["up"] + moved["down"] == 2


# What is opened


def test_what_few_need_is_not_worked_out_before_it_is_opened(ours):
    def asked(**more):
        with CaptureQueriesContext(connection) as queries:
            page = ours.page(**more)
        return page, len(queries)

    asked()
    shut, few = asked()
    for name, words in (
        ("order", "What the judgements do support"),
        ("ways", "Risks by directorate"),
        ("narrow", 'name="directorate"'),
    ):
        assert words not in shut and f"more={name}#{name}" in shut
        page, many = asked(more=name)
        assert words in page and many > few


def test_a_link_opens_one_more_and_another_closes_it_and_all_else_stays(ours):
    page = ours.page(since=days_ago(50), band="severe", more=["order"])
    links = {name: link for link, name in re.findall(r'href="(\?[^"]*)#(narrow|order|ways)"', page)}
    kept = f"?since={days_ago(50)}&amp;band=severe"
    assert links["ways"] == f"{kept}&amp;more=order&amp;more=ways" and links["order"] == kept
    form = re.search(r"<form[^>]*app-since.*?</form>", page, re.DOTALL)[0]
    assert '<input type="hidden" name="more" value="order">' in form


@pytest.mark.parametrize("more", ["", "everything", "order,ways", "ORDER", "\0"])
def test_what_cannot_be_opened_is_refused(ours, more):
    assert ours.client.get("/registers/ours/dashboard/", {"more": more}).status_code == 400


# Long lists


def test_of_many_risks_that_test_a_sign_a_few_are_named_and_the_rest_are_a_link_away(ours):
    for _ in range(12):
        make_precedent(ours.risk((2, 2)), by=ours.manager)
    section = re.search(r'aria-labelledby="elsewhere".*?</section>', ours.page(), re.DOTALL)[0]
    assert len(re.findall(r">R-\d+</a>", section)) == 5
    [href] = re.findall(r'href="([^"]*)">7 more</a>', section)
    assert 'data-total="12"' in ours.client.get(href.replace("&amp;", "&")).text


def test_a_page_of_many_risks_is_hardly_longer_than_one_of_some(ours):
    for n in range(30):
        ours.risk((5, 5), ago=n + 1)
    some = len(ours.page())
    for n in range(60):
        make_precedent(ours.risk((5, 5), ago=n + 1), by=ours.manager)
    assert len(ours.page()) < some * 1.1 < 200_000
