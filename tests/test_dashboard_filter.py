"""A dashboard that is narrowed: its numbers lead to lists narrowed alike, now, then, over time and
as agreed.
"""

import html
import re
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
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

from registers.forms import DashboardFilter
from registers.models import Position, Role
from registers.views.as_of import reading_from
from registers.views.list_filter import filter_positions

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
        self.nowhere = make_post(self.organisation, "Monitoring officer")
        self.client = Client()
        self.client.force_login(self.manager)
        make_appetite(self.organisation, "financial", "low", by=self.manager, on=days_ago(60))
        self.fill()

    def risk(self, ratings=(5, 5), ago=500, **said):
        said = {
            "by": self.manager,
            "owner": self.head,
            "primary_failure_type": failure_type("financial"),
            **said,
        }
        return make_risk(self.register, assessed=ratings, on=days_ago(ago), **said)

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
            (1, 1), ago=50, owner=self.nowhere, primary_failure_type=None, category="financial"
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

    def page(self, place="dashboard/", **asked):
        answer = self.client.get(f"/registers/ours/{place}", {"since": days_ago(SINCE), **asked})
        assert answer.status_code == 200
        return answer.text

    def listed(self, href):
        """The positions that the register's list would show at an address."""
        request = RequestFactory().get(href)
        request.user = self.manager
        return filter_positions(request, self.register, reading_from(request, self.register)).qs

    def asked(self, said):
        """said: filters in words; a directorate or a post by its name here."""
        return {
            name: getattr(self, value).pk if hasattr(self, str(value)) else value
            for name, value in said.items()
        }

    def narrowing(self, said, **of):
        data = QueryDict(urlencode(self.asked(said)))
        of = {"register": self.register, "reader": self.manager, "day": days_ago(0), **of}
        return DashboardFilter(data, self.register.positions.as_at(of["day"]), **of)


def numbers(page):
    """href -> count of every number that leads somewhere; one address never stands for
    two counts.
    """
    links = [
        (html.unescape(href), n)
        for href, n in re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', page)
    ]
    assert len(dict(links)) == len(set(links))
    return dict(links)


def led_to(client, links):
    """href -> how many are behind it, as its page says."""
    found = {href: re.search(r'data-total="(\d+)"', client.get(href).text) for href in links}
    return {href: total and total[1] for href, total in found.items()}


def counted_behind(council, links):
    """The same, of lists of risks without reading and drawing them: counted of what the list's view
    would show.
    """
    lists = [href for href in links if urlsplit(href).path == council.register.get_absolute_url()]
    return {href: str(council.listed(href).count()) for href in lists} | led_to(
        council.client, links.keys() - lists
    )


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
SAID = pytest.mark.parametrize(
    "said",
    [
        pytest.param(said, marks=pytest.mark.look) if n % 4 else said
        for n, said in enumerate(FILTERS)
    ],  # one in four
    ids=lambda said: urlencode(said) or "all",
)


@pytest.fixture
def ours():
    return Council()


@SAID
def test_every_number_leads_to_a_list_narrowed_alike(ours, said):
    asked = ours.asked(said)
    page = ours.page(**asked, more=OPEN)
    links = numbers(page)
    assert len(links) > 20 or "None of the 7 risks fits." in page
    assert counted_behind(ours, links) == links
    carried = [urlencode({name: value}) for name, value in asked.items()]
    assert all(one in href.replace("risk-", "") for href in links for one in carried)


@pytest.mark.parametrize(
    "said", [{"directorate": "children"}, {"band": "above-tolerance", "category": "financial"}]
)
def test_every_number_of_a_past_day_and_of_an_agreement_leads_there_too(ours, said):
    agreement = make_agreement(ours.register, by=ours.manager)
    for read in ({"as_at": days_ago(35)}, {"agreed": agreement.pk}):
        links = numbers(ours.page(**ours.asked(said), **read, more=OPEN))
        assert len(links) > 20 and counted_behind(ours, links) == links


def test_what_is_counted_behind_a_link_is_what_its_page_says(ours):
    links = numbers(ours.page(failure_type="financial", band="above-tolerance"))
    assert len(links) > 20 and led_to(ours.client, links) == counted_behind(ours, links) == links


@SAID
def test_what_is_said_of_positions_that_are_no_rows_is_what_is_said_of_rows(ours, said):
    """Of every row that ever was, on two days: with a statement of tolerance in force,
    and without.
    """
    narrowing = ours.narrowing(said)
    assert narrowing.form.is_valid()
    every = Position.objects.filter(register=ours.register)
    for day in (None, days_ago(0), days_ago(80)):
        rows = {position.pk for position in narrowing.on(every, day)}
        assert {position.pk for position in narrowing.among(every, day)} == rows
        assert rows or said.get("band") == "not-scored" or said


def test_what_could_be_higher_leads_to_as_many(ours):
    found = {href: n for href, n in numbers(ours.page(more=OPEN)).items() if "could_be" in href}
    assert sorted(found.values()) == ["1", "1"] and led_to(ours.client, found) == found


@pytest.mark.parametrize("category", ["", "financial", "people"])
def test_the_list_of_what_could_be_above_is_by_the_tolerance_of_its_category(ours, category):
    """Financial: Low at most is tolerated, so that a Moderate is above already. People: High at
    most.
    """
    for ratings, high in (((2, 2), 5), ((1, 3), 4), ((1, 1), 3)):  # 4 to 10, 3 to 4, 1 to 3
        made = ours.risk(
            ratings, ago=9, owner=ours.nowhere, category=category, primary_failure_type=None
        )
        make_assessment(made, ratings, by=ours.manager, on=days_ago(8), impact_high=high)
    asked = {"owner": ours.nowhere.pk, "could_be": "above-tolerance"}
    total = re.search(r'data-total="(\d+)"', ours.client.get("/registers/ours/", asked).text)[1]
    assert total == ("1" if category == "financial" else "0")
    shown = numbers(ours.page(owner=ours.nowhere.pk, category=category or "none", more=OPEN))
    assert [n for href, n in shown.items() if "could_be=above" in href] == (
        [total] if total != "0" else []
    )


def test_the_order_of_the_matrix_is_told_with_its_scheme(ours):
    detail = re.search(r"app-detail.*?</div></div>", ours.page(more="order"), re.DOTALL)[0]
    assert (
        "1 of 6 rated risks has one." in detail
        and "version 1" in detail
        and "Tolerated at most: High, and Low" in detail
    )


def test_the_page_says_what_it_shows_and_of_how_many(ours):
    page = ours.page(directorate=ours.children.pk, band="severe")
    assert "<strong>Only: directorate Children; band Severe.</strong> 2 of 7 risks." in page
    [whole] = re.findall(r'href="([^"]*)">Show all</a>', page)
    assert whole == f"?since={days_ago(SINCE)}"


def test_a_page_that_is_not_narrowed_says_nothing_of_it(ours):
    page = ours.page()
    assert "Only:" not in page and "Show all" not in page and "Narrow the dashboard" in page


def test_comparing_with_another_day_stays_narrowed(ours):
    form = re.search(r"<form[^>]*app-since.*?</form>", ours.page(category="financial"), re.DOTALL)[
        0
    ]
    assert '<input type="hidden" name="category" value="financial">' in form


def test_what_moved_is_told_by_what_it_did_on_the_register(ours):
    """Narrowed to Severe: the one that rose was not new, and the one that fell was not closed; the
    one that stood in it then and was closed was High by its rating, and is no part of this.
    """
    moved = re.search(r'aria-labelledby="moved".*?</section>', ours.page(band="severe"), re.DOTALL)[
        0
    ]
    counts = dict(re.findall(r"(New|Up|Down|Closed or taken off|Unchanged): (\d+)", moved))
    assert counts == {"Up": "1", "Down": "1", "Closed or taken off": "1", "Unchanged": "1"}
    assert "One of them fits now and did not then and one fitted then and does not now." in moved


def test_a_risk_that_went_to_another_directorate_is_neither_new_nor_closed(ours):
    moved = re.search(
        r'aria-labelledby="moved".*?</section>', ours.page(directorate=ours.adults.pk), re.DOTALL
    )[0]
    counts = dict(re.findall(r"(New|Up|Down|Closed or taken off|Unchanged): (\d+)", moved))
    assert counts == {"Down": "1", "Unchanged": "2"}
    assert "One of them fits now and did not then." in moved


def test_over_time_each_day_counts_what_stood_there_then(ours):
    """Of Adults today: the one that came to them twenty days ago; a hundred days ago it was a risk
    of Children.
    """

    def on(day, **asked):
        return int(
            re.search(
                r'data-total="(\d+)"',
                ours.client.get(f"/registers/ours/?{urlencode({'as_at': day, **asked})}").text,
            )[1]
        )

    assert on(days_ago(0), directorate=ours.adults.pk) == 3
    assert on(days_ago(SINCE), directorate=ours.adults.pk) == 2


def test_a_narrowed_register_with_nothing_says_so_and_how_to_see_all(ours):
    page = ours.page(directorate=ours.children.pk, band="not-scored")
    assert (
        "None of the 7 risks fits." in page
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
@pytest.mark.parametrize("place", ["dashboard/", "actions/"])
def test_nonsense_is_refused(place, name, value):
    register = make_register(slug="ours")
    client = Client()
    client.force_login(make_person(register.organisation, Role.MEMBER))
    asked = {f"risk-{name}" if place == "actions/" else name: value}
    assert client.get(f"/registers/ours/{place}", asked).status_code == 400


def test_what_belongs_to_another_organisation_is_refused(ours):
    there = make_organisation()
    for name, row in (("owner", make_post(there)), ("directorate", make_directorate(there))):
        assert ours.client.get("/registers/ours/dashboard/", {name: row.pk}).status_code == 400


def test_two_hundred_parameters_do_no_harm(ours):
    query = urlencode([("band", "severe")] * 100 + [(f"<x{n}>", '"><script>') for n in range(100)])
    answer = ours.client.get(f"/registers/ours/dashboard/?{query}")
    assert answer.status_code == 200 and "<x" not in answer.text and "band Severe" in answer.text


def test_a_list_of_actions_says_beside_which_risks_and_stays_there(ours):
    page = ours.page("actions/", **{"risk-directorate": ours.children.pk})
    assert "Only actions beside risks with directorate Children." in page
    links = numbers(page)
    assert len(links) > 2 and led_to(ours.client, links) == links


def test_an_exempt_risk_is_in_no_narrowed_number_of_who_may_not_see_it(ours):
    ours.risk(is_exempt=True, title="Claim over the contract", category="legal")
    ours.client.force_login(make_person(ours.organisation, Role.PEER))
    page = ours.page(category="legal")
    assert "None of the 7 risks fits." in page and "Claim over the contract" not in page


@pytest.mark.parametrize(
    "said", [{"directorate": "children"}, {"band": "above-tolerance"}], ids=urlencode
)
def test_a_narrowed_page_asks_as_often_of_one_risk_as_of_twenty(ours, said):
    asked = ours.asked(said)

    def queries():
        with CaptureQueriesContext(connection) as found:
            ours.page(**asked, more=OPEN)
        return len(found)

    ours.page(**asked, more=OPEN)
    one = queries()
    for n in range(20):
        risk = ours.risk((n % 5 + 1, 4), other_failure_types=[failure_type("external")])
        make_assessment(risk, (5, 5), by=ours.manager, on=days_ago(5))
    assert queries() == one
