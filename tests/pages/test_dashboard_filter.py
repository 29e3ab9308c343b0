"""A filtered dashboard: its numbers lead to lists with the same filters, today, on a past day, over
time and as agreed.
"""

import copy
import re
from urllib.parse import urlencode, urlsplit

import pytest
from dashboard_pages import counts_behind, led_to, numbers
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_assurance,
    make_directorate,
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_revision,
    make_risk,
)

from registers.forms.dashboard_filter import DashboardFilter
from registers.models import Role

pytestmark = pytest.mark.django_db
SINCE = 100  # days ago: the day compared with
OPEN = ["order", "ways"]  # all that a dashboard works out only where it is opened


class Council:
    """Risks of two directorates, of every band and of several kinds, that moved between them and
    within.
    """

    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.children, self.adults = (
            make_directorate(self.organisation, name) for name in ("Children", "Adults")
        )
        self.head = make_post(self.organisation, "Head of early help", directorate=self.children)
        self.other = make_post(self.organisation, "Head of care", directorate=self.adults)
        self.monitoring_officer = make_post(self.organisation, "Monitoring officer")
        make_appetite(self.organisation, "financial", "low", by=self.manager, on=days_ago(60))
        self.fill()

    def risk(self, ratings=(5, 5), ago=500, **fields):
        fields = {
            "by": self.manager,
            "owner": self.head,
            "primary_failure_type": failure_type("financial"),
            **fields,
        }
        return make_risk(self.register, assessed=ratings, on=days_ago(ago), **fields)

    def fill(self):
        by = {"by": self.manager}
        governance = {
            "primary_failure_type": failure_type(),
            "other_failure_types": [failure_type("financial")],
        }
        stuck = self.risk(category="financial", adverse_impacts=[impact("disruption")])
        rose = self.risk((2, 2), category="people", **governance)
        make_assessment(rose, (5, 4), on=days_ago(30), **by)
        fell = self.risk((5, 4), owner=self.other, category="financial")
        make_assessment(fell, (2, 3), on=days_ago(40), driver=impact("disruption"), **by)
        moved = self.risk((4, 3), **governance)
        make_assessment(moved, (4, 3), on=days_ago(25), impact_low=2, impact_high=4, **by)
        make_revision(moved, owner=self.other, on=days_ago(20), **by)
        make_revision(
            self.risk((4, 4), category="financial"), status="closed", on=days_ago(10), **by
        )
        self.risk(None, owner=None, primary_failure_type=None)
        self.risk(
            (1, 1),
            ago=50,
            owner=self.monitoring_officer,
            primary_failure_type=None,
            category="financial",
        )
        self.risk((3, 2), owner=self.other, category="people")
        make_action(stuck, due_on=days_ago(9))
        redated = make_action(rose, due_on=days_ago(100), title="Find a second provider")
        for ago in (50, -20):
            redated.revise(by=self.manager, version=redated.version, due_on=days_ago(ago))
        make_action(fell, due_on=days_ago(3))
        make_assurance(rose, line=1, by=self.manager)
        make_precedent(stuck, by=self.manager)
        make_precedent(moved, "ROT-W1", by=self.manager)

    def sign_in(self, person):
        self.client = Client()
        self.client.force_login(person)

    def page(self, place="dashboard/", **query):
        answer = self.client.get(f"/registers/ours/{place}", {"since": days_ago(SINCE), **query})
        assert answer.status_code == 200
        return answer.text

    def query(self, filters):
        """filters: a directorate or a post by its attribute of the council."""
        return {
            name: getattr(self, value).pk if hasattr(self, str(value)) else value
            for name, value in filters.items()
        }

    def dashboard_filter(self, filters, **inputs):
        data = QueryDict(urlencode(self.query(filters)))
        inputs = {"register": self.register, "reader": self.manager, "day": days_ago(0), **inputs}
        return DashboardFilter(data, self.register.positions.as_at(inputs["day"]), **inputs)


def counted_behind(council, links):
    return counts_behind(links, [council.register], council.client, council.manager)


FILTERS = [
    {},
    {"directorate": "children"},
    {"level": "corporate"},
    {"level": "service"},
    {"directorate": "none"},
    {"owner": "other"},
    {"owner": "none"},
    {"failure_type": "financial"},
    {"failure_type": "not-decided"},
    {"adverse_impact": "disruption"},
    {"adverse_impact": "harm-to-users"},
    {"adverse_impact": "none"},
    {"category": "financial"},
    {"category": "none"},
    {"band": "severe"},
    {"band": "moderate"},
    {"band": "above-tolerance"},
    {"band": "not-scored"},
    {"directorate": "children", "failure_type": "governance"},
    {"band": "above-tolerance", "category": "financial", "owner": "head"},
]


def name_of(filters):
    return urlencode(filters) or "all"


@pytest.fixture(scope="module")
def module_council(module_db):
    council = Council()
    council.sign_in(council.manager)
    return council


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


# One of each name and of "none", several at once: the dashboard filters as the list does.
LINKED = [
    {},
    {"level": "corporate", "adverse_impact": "none"},
    {"directorate": "children", "failure_type": "governance"},
    {"band": "above-tolerance", "category": "financial", "owner": "head"},
]


@pytest.mark.parametrize("filters", LINKED, ids=name_of)
def test_every_number_leads_to_a_list_with_the_same_filters(council, filters):
    query = council.query(filters)
    links = numbers(council.page(**query, more=OPEN))
    assert len(links) > 20 and counted_behind(council, links) == links
    carried = [urlencode({name: value}) for name, value in query.items()]
    assert all(pair in href.replace("risk-", "") for href in links for pair in carried)


def test_numbers_of_a_past_day_lead_to_their_lists(council):
    """A risk has come to another directorate since."""
    links = numbers(council.page(directorate=council.children.pk, as_at=days_ago(35), more=OPEN))
    assert len(links) > 20 and counted_behind(council, links) == links


def test_numbers_of_an_agreement_lead_to_their_lists(council):
    agreement = make_agreement(council.register, by=council.manager)
    filters = {"band": "above-tolerance", "category": "financial"}
    links = numbers(council.page(**filters, agreed=agreement.pk, more=OPEN))
    assert len(links) > 20 and counted_behind(council, links) == links


def test_the_count_behind_a_link_is_the_total_on_its_page(council):
    """Of one link for each set of parameters that links have."""
    links = numbers(council.page(failure_type="financial", band="above-tolerance"))
    kinds = {(urlsplit(href).path, *QueryDict(urlsplit(href).query)): href for href in links}
    links = {href: links[href] for href in kinds.values()}
    assert len(links) > 5
    assert led_to(council.client, links) == counted_behind(council, links) == links


def test_the_number_that_could_be_higher_leads_to_as_many(council):
    links = {href: n for href, n in numbers(council.page(more=OPEN)).items() if "could_be" in href}
    assert sorted(links.values()) == ["1", "1"] and led_to(council.client, links) == links


@pytest.mark.parametrize("category", ["", "financial", "people"])
def test_a_risk_that_could_be_above_goes_by_the_tolerance_of_its_category(council, category):
    """Financial: Low at most is tolerated, so that a Moderate is above already. People: High at
    most.
    """
    for ratings, high in (((2, 2), 5), ((1, 3), 4), ((1, 1), 3)):  # 4 to 10, 3 to 4, 1 to 3
        risk = council.risk(
            ratings,
            ago=9,
            owner=council.monitoring_officer,
            category=category,
            primary_failure_type=None,
        )
        make_assessment(risk, ratings, by=council.manager, on=days_ago(8), impact_high=high)
    href = f"/registers/ours/?owner={council.monitoring_officer.pk}&could_be=above-tolerance"
    total = counted_behind(council, [href])[href]
    assert total == ("1" if category == "financial" else "0")
    shown = numbers(
        council.page(owner=council.monitoring_officer.pk, category=category or "none", more=OPEN)
    )
    assert [n for href, n in shown.items() if "could_be=above" in href] == (
        [total] if total != "0" else []
    )


def test_the_order_of_the_matrix_names_its_scheme(council):
    detail = re.search(r"app-detail.*?</div></div>", council.page(more="order"), re.DOTALL)[0]
    assert (
        "1 of 6 rated risks has one." in detail
        and "version 1" in detail
        and "Highest band tolerated: High, and Low" in detail
    )


def test_the_page_names_its_filters_and_how_many_risks_fit(council):
    page = council.page(directorate=council.children.pk, band="severe")
    assert "<strong>Filtered by directorate: Children; band: Severe.</strong> 2 of 7 risks." in page
    [href] = re.findall(r'href="([^"]*)">Show all</a>', page)
    assert href == f"?since={days_ago(SINCE)}"


def test_a_page_without_filters_mentions_none(council):
    page = council.page()
    assert "Filtered by" not in page and "Show all" not in page and "Narrow the dashboard" in page


def test_comparing_with_another_day_keeps_the_filters(council):
    form = re.search(
        r"<form[^>]*app-since.*?</form>", council.page(category="financial"), re.DOTALL
    )[0]
    assert '<input type="hidden" name="category" value="financial">' in form


def test_movement_is_counted_by_what_the_risk_did_on_the_register(council):
    """Narrowed to Severe: the one that rose was not new, and the one that fell was not closed; the
    one that stood in it then and was closed was High by its rating, and is no part of this.
    """
    moved = re.search(
        r'aria-labelledby="moved".*?</section>', council.page(band="severe"), re.DOTALL
    )[0]
    counts = dict(re.findall(r"(New|Up|Down|Closed or taken off|Unchanged): (\d+)", moved))
    assert counts == {"Up": "1", "Down": "1", "Closed or taken off": "1", "Unchanged": "1"}
    assert (
        "One of them matches now and did not then and one matched then and does not now." in moved
    )


def test_a_risk_that_went_to_another_directorate_is_neither_new_nor_closed(council):
    moved = re.search(
        r'aria-labelledby="moved".*?</section>',
        council.page(directorate=council.adults.pk),
        re.DOTALL,
    )[0]
    counts = dict(re.findall(r"(New|Up|Down|Closed or taken off|Unchanged): (\d+)", moved))
    assert counts == {"Down": "1", "Unchanged": "2"}
    assert "One of them matches now and did not then." in moved


def test_each_day_over_time_counts_the_risks_of_that_day(council):
    """Of Adults today: the one that came to them twenty days ago; a hundred days ago it was a risk
    of Children.
    """

    def total_on(day, **query):
        return int(
            re.search(
                r'data-total="(\d+)"',
                council.client.get(f"/registers/ours/?{urlencode({'as_at': day, **query})}").text,
            )[1]
        )

    assert total_on(days_ago(0), directorate=council.adults.pk) == 3
    assert total_on(days_ago(SINCE), directorate=council.adults.pk) == 2


def test_filters_that_no_risk_fits_offer_to_show_all(council):
    page = council.page(directorate=council.children.pk, band="not-scored")
    assert (
        "None of the 7 risks matches." in page
        and "Show all" in page
        and "Nothing to show yet" not in page
    )
    assert "app-look" not in page and "Risks by band" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("directorate", "x"),
        ("level", "team"),
        ("directorate", "0"),
        ("directorate", "9" * 5000),
        ("owner", "-1"),
        ("owner", "null"),
        ("failure_type", "Governance"),
        ("adverse_impact", "x"),
        ("category", "money"),
        ("band", "SEVERE"),
        ("band", "' OR 1=1 --"),
        ("owner", "\0"),
    ],
)
def test_a_filter_takes_no_invalid_value(council, name, value):
    assert list(council.dashboard_filter({name: value}).form.errors) == [name]


@pytest.mark.parametrize("query", ["dashboard/?band=SEVERE", "actions/?risk-band=SEVERE"])
def test_an_invalid_filter_is_refused(council, query):
    assert council.client.get(f"/registers/ours/{query}").status_code == 400


def test_a_row_of_another_organisation_is_refused(council):
    organisation = make_organisation()
    for name, row in (
        ("owner", make_post(organisation)),
        ("directorate", make_directorate(organisation)),
    ):
        assert council.client.get("/registers/ours/dashboard/", {name: row.pk}).status_code == 400


def test_two_hundred_parameters_do_no_harm(council):
    query = urlencode([("band", "severe")] * 100 + [(f"<x{n}>", '"><script>') for n in range(100)])
    answer = council.client.get(f"/registers/ours/dashboard/?{query}")
    assert answer.status_code == 200 and "<x" not in answer.text and "band: Severe" in answer.text


def test_a_list_of_actions_keeps_the_filters_of_risks(council):
    page = council.page("actions/", **{"risk-directorate": council.children.pk})
    assert "Actions on risks filtered by directorate: Children." in page
    links = numbers(page)
    assert len(links) > 2 and led_to(council.client, links) == links


def test_a_filter_hides_an_exempt_risk_from_a_peer(council):
    council.risk(is_exempt=True, title="Claim over the contract", category="legal")
    council.sign_in(make_person(council.organisation, Role.PEER))
    page = council.page(category="legal")
    assert "None of the 7 risks matches." in page and "Claim over the contract" not in page


def test_a_filtered_page_makes_as_many_queries_with_three_more_risks(council):
    query = {"directorate": council.children.pk, "band": "above-tolerance"}

    def query_count():
        with CaptureQueriesContext(connection) as queries:
            council.page(**query, more=OPEN)
        return len(queries)

    council.page(**query, more=OPEN)
    baseline = query_count()
    for n in range(3):
        risk = council.risk((n + 1, 4), other_failure_types=[failure_type("external")])
        make_assessment(risk, (5, 5), by=council.manager, on=days_ago(5))
    assert query_count() == baseline
