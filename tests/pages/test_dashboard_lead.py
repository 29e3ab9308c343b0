"""The lead of a dashboard, its order and names, and what stands on the page only once."""

import copy
import re

import pytest
from dashboard_pages import counts_behind, numbers
from django.utils.formats import date_format
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_person,
    make_post,
    make_risk,
)
from priority_council import Council

from registers.models import MissingInformation, Role

pytestmark = pytest.mark.django_db
SINCE = 30  # days ago: the day compared with
KINDS = [
    "New",
    "Materialised",
    "Rose above tolerance",
    "Fell back within tolerance",
    "Also rose",
    "Also fell",
    "Stuck at Severe",
    "Missing or overdue",
    "Ask",
]


class Movers(Council):
    """A register with five new risks and one or more of every other kind that the lead names."""

    def __init__(self):
        super().__init__()
        for title in ("Newest", "Another", "Third", "Fourth", "Fifth"):
            self.risk((2, 2), ago=5, title=title)
        materialised = self.risk((2, 2), title="Flood")
        materialised.happen(
            by=self.manager,
            version=materialised.version,
            happened_on=days_ago(9),
            happened_what="Rain.",
        )
        for title, before, after in (
            ("Reserves", (4, 3), (5, 5)),
            ("Homes", (5, 5), (4, 3)),
            ("Bins", (1, 1), (2, 2)),
            ("Roads", (2, 2), (1, 1)),
        ):
            risk = self.risk(before, title=title)
            make_assessment(risk, after, by=self.manager, on=days_ago(6))
        self.risk(title="Savings", owner=make_post(self.organisation))  # vacant
        make_risk(self.register, by=self.manager, title="Unrated", on=days_ago(400))
        self.agreement = make_agreement(self.register, by=self.manager)


@pytest.fixture(scope="module")
def module_council(module_db):
    return Movers()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def section_of(page, anchor):
    return re.search(rf'aria-labelledby="{anchor}".*?</section>', page, re.DOTALL)[0]


def words_of(part):
    return " ".join(re.sub("<[^>]*>", " ", part).split())


def lead_of(dashboard):
    """Kind -> its words, in the order of the page."""
    rows = re.findall(
        r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", section_of(dashboard, "position"), re.DOTALL
    )
    return {re.sub(r" \d+ risks?: .*", "", words_of(kind)): words_of(text) for kind, text in rows}


@pytest.fixture(params=["today", "agreed"])
def dashboard(request, council):
    query = {"agreed": council.agreement.pk} if request.param == "agreed" else {}
    return council.page(since=days_ago(SINCE), **query)


def test_the_lead_names_risks_by_title_in_the_order_of_news(dashboard):
    lead = lead_of(dashboard)
    assert list(lead) == KINDS
    names = ["Flood", "Reserves", "Homes", "Bins", "Roads", "Savings"]
    assert [name in lead[kind] for name, kind in zip(names, KINDS[1:7], strict=True)] == [True] * 6
    assert "High → Severe" in lead["Rose above tolerance"] and "(R-007)" in lead[KINDS[2]]


def test_three_new_risks_are_named_and_a_link_leads_to_all(dashboard):
    assert lead_of(dashboard)["New"].endswith("and 2 more : new")
    assert re.search(r'changed=new[^"]*"\s+data-count="5">and 2\s+more', dashboard)


def test_every_number_of_the_lead_leads_to_as_many_risks(council, dashboard):
    links = numbers(section_of(dashboard, "position"))
    kinds = {re.search(r"changed=(\w+)", href)[1] for href in links if "changed=" in href}
    assert kinds == {"new", "above", "within", "rose", "fell"}
    assert counts_behind(links, [council.register], council.client, council.manager) == links


def test_what_is_missing_stands_on_the_agreed_dashboard_as_recorded_by_then(council):
    """The risk is rated since, and of that day; who holds a post is known for today only."""
    query = {"agreed": council.agreement.pk}
    unrated = council.register.risks.get(latest__title="Unrated")
    make_assessment(unrated, (1, 1), by=council.manager, on=days_ago(20))
    missing = lead_of(council.page(**query))["Missing or overdue"]
    assert f"1 risk {MissingInformation.NO_RATING.label}" in missing
    assert MissingInformation.VACANT_POST.label not in missing
    today = lead_of(council.page())["Missing or overdue"]
    assert MissingInformation.NO_RATING.label not in today
    assert f"1 risk {MissingInformation.VACANT_POST.label}" in today


def test_a_risk_that_happened_and_changed_band_says_which_came_first(council):
    flood = council.register.risks.get(latest__title="Flood")
    make_assessment(flood, (1, 1), by=council.manager, on=days_ago(8))
    fell = lead_of(council.page(since=days_ago(SINCE)))["Also fell"]
    day = date_format(days_ago(9), "j F Y")
    assert re.search(
        rf"Flood \(R-006\) : Moderate → Low .*? \(rated after it happened on {day}\)", fell
    )


def test_a_stuck_risk_says_since_when(dashboard):
    assert re.search(
        r"\(R-\d+\) : since [A-Z][a-z]+ 20\d\d$", lead_of(dashboard)["Stuck at Severe"]
    )


def test_the_page_says_that_it_marks_only_the_changed_risks_that_it_names(council):
    council.client.force_login(make_person(council.organisation, Role.MEMBER))
    pages = []
    for _ in range(2):
        pages.append(council.page())
        risk = council.register.risks.get(latest__title="Roads")
        make_assessment(risk, (5, 5), by=council.manager)
    note = "The ones named on this page are marked."
    assert [note in page for page in pages] == [False, True]


def test_without_changes_the_lead_says_so(council):
    lead = lead_of(council.page(since=days_ago(1)))
    assert lead["Changed"] == "No risk is new, rose or fell." and "New" not in lead


def test_a_risk_stands_once_below_the_lead(council, dashboard):
    """In the table of those above tolerance or among those that changed, with its title."""
    below = section_of(dashboard, "above") + section_of(dashboard, "moved")
    links = re.findall(r"R-\d{3}</span>? [A-Z]|R-\d{3} [A-Z]", below)
    assert len(links) == len(set(links))
    assert "Reserves" not in section_of(dashboard, "moved") and "R-007" in section_of(
        dashboard, "moved"
    )


def test_the_highest_cells_name_their_risks(dashboard):
    part = words_of(section_of(dashboard, "matrix"))
    assert "In the highest cells Likelihood 5, impact 5: R-007 , R-011" in part


def test_the_contents_lead_to_every_section_that_is_shown(dashboard):
    contents = re.search(r'class="app-contents .*?</nav>', dashboard, re.DOTALL)[0]
    anchors = re.findall(r'href="#([^"]*)"', contents)
    assert len(anchors) > 8 and [name for name in anchors if f'id="{name}"' not in dashboard] == []


def test_an_exempt_risk_is_neither_named_nor_counted_in_the_lead(council):
    council.risk((5, 5), ago=5, title="Claim", is_exempt=True)
    query = {"since": days_ago(SINCE)}
    assert "Claim" in lead_of(council.page(**query))["New"]
    council.client.force_login(make_person(council.organisation, Role.PEER))
    page = council.page(**query, as_at=days_ago(0))
    assert "Claim" not in page and 'data-count="6"' not in section_of(page, "position")
    assert "R-013" not in section_of(page, "matrix")
