"""What a dashboard counts of two days, by hand-worked examples and over a register. A risk whose
row covers both days is counted without being read.
"""

import copy
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
from recorded_risks import effective_and_recorded, make_recorded_risk

from registers.agreements import ChangesSinceAgreement
from registers.dashboard.data import PositionSets
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
from registers.phrases.dashboard import types_sentence
from registers.scoring import Tolerance

pytestmark = pytest.mark.django_db

KEYS = [
    GroupKey("severe", 5, 5, 1),
    GroupKey("severe", 5, 5, 2),
    GroupKey("low", 1, 1, 1),
    GroupKey(""),
    GroupKey("to-re-assess", 5, 5),
]
COUNTS = Counter({KEYS[0]: 2, KEYS[1]: 1, KEYS[2]: 4, KEYS[3]: 8, KEYS[4]: 16})


def test_cells_count_ratings_by_the_scheme_in_force():
    assert cell_counts(COUNTS) == {(5, 5): 3, (1, 1): 4}


@pytest.mark.parametrize(
    ("category", "tolerated", "count"), [("", "high", 3), ("financial", "high", 3), ("", "low", 3)]
)
def test_above_tolerance_counts_bands_of_the_scheme_in_force_alone(category, tolerated, count):
    counts = Counter({key._replace(category=category): n for key, n in COUNTS.items()})
    assert above_count(counts, Tolerance(preset().rules, tolerated, {})) == count


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


def test_ten_movements_of_each_kind_are_listed_oldest_first_and_none_unchanged():
    movements = [Movement(risk, 100 + risk, "up", "low") for risk in range(30, 0, -1)] + [
        Movement(99, 199, "unchanged", "low")
    ]
    listed = movements_to_list(movements)
    assert list(listed) == ["up"] and [movement.risk for movement in listed["up"]] == [
        *range(1, LISTED + 1)
    ]


@pytest.mark.parametrize(
    ("totals", "sentence"),
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
def test_the_sentence_names_the_most_common_types(totals, sentence):
    assert types_sentence(totals, sum(totals.values())) == sentence


# Over a register


class Council:
    """Risks of every movement between two days, and some whose change moved nothing."""

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

    def read(self, ago, since, **options):
        as_of = SimpleNamespace(day=days_ago(ago), since=days_ago(since))
        counted = PositionSets(self.rows(ago), self.rows(since), Position.objects.none())
        schemes = [self.register.scheme_id] * 2
        return read_period_comparison(counted, as_of, *schemes, by_category=False, **options)

    def page(self, **query):
        answer = self.client.get("/registers/ours/dashboard/", query)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


DAYS = [(0, 30), (0, 12), (0, 0), (5, 15), (12, 30), (30, 5), (400, 30), (0, 400)]


@pytest.mark.parametrize(("ago", "since"), DAYS)
def test_a_row_that_covers_both_days_is_counted_without_being_read(council, ago, since):
    """Comparing all risks of both days gives the same as comparing only the changed ones."""
    days, scheme, ranks = (
        council.read(ago, since),
        council.register.scheme_id,
        council.register.scheme.rules.ranks,
    )
    every = movements_between(
        read_risk_points(council.rows(ago), scheme),
        read_risk_points(council.rows(since), scheme),
        ranks,
    )
    counts = Counter(movement.kind for movement in movements_between(days.begun, days.ended, ranks))
    counts["unchanged"] += days.lasting
    assert +counts == Counter(movement.kind for movement in every)
    assert {movement for movement in every if movement.kind != "unchanged"} <= set(
        movements_between(days.begun, days.ended, ranks)
    )
    assert (
        days.total == council.rows(ago).count()
        and days.previous.total() == council.rows(since).count()
    )


def test_only_changed_rows_are_read(council):
    days = council.read(0, 30)
    assert (len(days.begun), days.lasting, len(days.ended)) == (6, 1, 6)
    assert council.still.pk not in {point.risk for point in (*days.begun, *days.ended)}


def test_a_tolerance_filter_reads_all_rows(council):
    days = council.read(0, 30, is_band_filter=True)
    assert (len(days.begun), days.lasting, len(days.ended)) == (7, 0, 7)


def test_a_failure_type_has_the_last_day_on_which_a_risk_of_it_changed(council):
    make_risk(
        council.register,
        assessed=(1, 1),
        on=days_ago(40),
        primary_failure_type=failure_type("external"),
    )
    latest = council.read(0, 30).latest
    assert latest == {0: days_ago(10), failure_type("external").pk: days_ago(40)}


def test_the_count_of_changed_bands_since_an_agreement_equals_the_list(council):
    """Counted by the database for a dashboard, risk by risk for the page of agreements. One rose
    since, one was entered late, one rose and fell again, one was closed.
    """
    by = {"by": council.manager}
    rose, late, back, closed, _ = (
        make_recorded_risk(council.register, (2, 2), ago=300, **by) for _ in range(5)
    )
    agreement = make_agreement(council.register, **by, **effective_and_recorded(12))
    make_assessment(rose, (5, 5), **by, **effective_and_recorded(5))
    make_assessment(late, (5, 5), on=days_ago(20), **by)
    for pair, ago in (((5, 5), 8), ((2, 2), 4)):
        make_assessment(back, pair, **by, **effective_and_recorded(ago))
    make_revision(closed, status="closed", **by, **effective_and_recorded(3))
    since = ChangesSinceAgreement(
        council.register, agreement, agreed_positions=agreement.positions, positions=council.rows(0)
    )
    moved = {move.kind: move.count for move in since.groups}
    assert since.changed == moved["up"] + moved["down"] == 2


# Expanded sections


def test_a_closed_section_is_not_calculated(council):
    def page_and_query_count(**more):
        with CaptureQueriesContext(connection) as queries:
            page = council.page(**more)
        return page, len(queries)

    page_and_query_count()
    shut, few = page_and_query_count()
    for name, words in (
        ("order", "The judgements support an order in tiers"),
        ("ways", "Risks by directorate"),
        ("narrow", 'name="directorate"'),
    ):
        assert words not in shut and f"more={name}#{name}" in shut
        page, many = page_and_query_count(more=name)
        assert words in page and many > few


def test_links_open_and_close_one_section_and_keep_the_rest(council):
    page = council.page(since=days_ago(50), band="severe", more=["order"])
    links = {name: link for link, name in re.findall(r'href="(\?[^"]*)#(narrow|order|ways)"', page)}
    query = f"?since={days_ago(50)}&amp;band=severe"
    assert links["ways"] == f"{query}&amp;more=order&amp;more=ways" and links["order"] == query
    form = re.search(r"<form[^>]*app-since.*?</form>", page, re.DOTALL)[0]
    assert '<input type="hidden" name="more" value="order">' in form


@pytest.mark.parametrize("more", ["", "everything", "order,ways", "ORDER", "\0"])
def test_an_unknown_section_is_refused(council, more):
    assert council.client.get("/registers/ours/dashboard/", {"more": more}).status_code == 400


# Long lists


def test_a_long_list_of_risks_of_a_sign_is_cut_and_links_to_the_rest(council):
    for _ in range(7):
        make_precedent(council.risk((2, 2)), by=council.manager)
    section = re.search(r'aria-labelledby="elsewhere".*?</section>', council.page(), re.DOTALL)[0]
    assert len(re.findall(r">R-\d+</a>", section)) == 5
    [href] = re.findall(r'href="([^"]*)">2 more</a>', section)
    assert 'data-total="7"' in council.client.get(href.replace("&amp;", "&")).text


def test_a_page_of_many_risks_is_hardly_longer_than_one_of_some(council):
    """A row for each further risk would be more than a hundredth of the page."""

    def page_with(count):
        for n in range(count):
            make_precedent(council.risk((5, 5), ago=n + 1), by=council.manager)
        return council.page()

    some = len(page_with(24))
    assert len(page_with(8)) < some * 1.01 < 200_000
