"""Child registers on the dashboard, a row each, and the breakdowns of one register."""

import copy
import re

import pytest
from dashboard_pages import counts_behind, led_to, numbers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    impact,
    make_agreement,
    make_appetite,
    make_assessment,
    make_directorate,
    make_escalation,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    preset,
)

from registers.dashboard.child_registers import registers_below
from registers.models import Register, Role

pytestmark = pytest.mark.django_db


class Council:
    """A corporate register with two children and a grandchild, and a child with another scheme."""

    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.top = self.register("ours", None)
        self.children = self.register("children", self.top)
        self.adults = self.register("adults", self.top)
        self.care = self.register("care", self.children)
        self.other = self.register("old-ways", self.top, scheme=preset("four-by-four"))
        self.client = Client()
        self.client.force_login(self.manager)

    def register(self, slug, parent, **fields):
        fields = {"name": slug.capitalize(), "prefix": slug[:3].upper(), "parent": parent, **fields}
        return make_register(self.organisation, slug=slug, **fields)

    def risk(self, register, ratings=(5, 5), ago=200, **fields):
        return make_risk(register, by=self.manager, assessed=ratings, on=days_ago(ago), **fields)

    def page(self, **query):
        answer = self.client.get("/registers/ours/dashboard/", query)
        assert answer.status_code == 200
        return answer.text

    def section(self, **query):
        match = re.search(r'aria-labelledby="below".*?</section>', self.page(**query), re.DOTALL)
        return match and match[0]

    def rows(self, **query):
        """A tuple a row: register, risks, above tolerance, four bands, not scored, highest."""
        rows = re.findall(r"<tr.*?</tr>", self.section(**query), re.DOTALL)
        cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
        return [tuple(re.sub("<[^>]*>", "", cell).strip() for cell in row) for row in cells]


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def test_each_child_register_has_a_row_and_each_risk_counts_once(council):
    council.risk(council.top, (1, 2))
    council.risk(council.children, (5, 5)), council.risk(council.children, None)
    council.risk(council.care, (4, 3))
    escalated = council.risk(council.care, (5, 4))
    make_escalation(escalated, council.children, by=council.manager, approved_by=council.manager)
    council.risk(council.other, (4, 4))
    make_revision(council.risk(council.adults), status="closed", by=council.manager)
    assert council.rows()[1:] == [
        ("Ours", "1", "0", "0", "0", "0", "1", "0", "2 Low"),
        ("Adults", "0", "0", "0", "0", "0", "0", "0", "none rated"),
        ("Children", "2", "1", "1", "0", "0", "0", "1", "25 Severe"),
        ("Care", "2", "1", "1", "1", "0", "0", "0", "20 Severe"),
        ("All of these, each risk once", "5", "2", "2", "1", "0", "1", "1", "25 Severe"),
    ]


def test_a_register_with_another_scheme_is_listed_as_left_out(council):
    council.risk(council.other, (4, 4))
    assert re.search(r"Not included.*Old-ways</a> \(.*version 1\)", council.section())


def test_a_past_day_counts_the_registers_below_by_the_scheme_of_that_day(council):
    """Both take a newer version today, so that on either day they have one scheme."""
    council.risk(council.top)
    council.risk(council.children)
    before = council.section(as_at=days_ago(100))
    scheme = make_scheme(slug="five-by-five", version=2)
    for register in (council.top, council.children):
        register.adopt_scheme(by=council.manager, scheme=scheme, reason="So.")
    assert council.section(as_at=days_ago(100)) == before


@pytest.mark.parametrize("query", [{}, {"as_at": days_ago(100)}])
def test_each_number_links_to_that_registers_list(council, query):
    registers = (council.top, council.children, council.care)
    for register in registers:
        make_assessment(council.risk(register, (5, 5)), (2, 2), by=council.manager, on=days_ago(50))
        council.risk(register, (4, 3), category="financial")
    make_appetite(council.organisation, "financial", "low", by=council.manager, on=days_ago(150))
    links = numbers(council.section(**query))
    assert len(links) >= 9
    assert counts_behind(links, registers, council.client, council.manager) == links
    assert {href.split("/")[2] for href in links} == {"ours", "children", "care"}


def test_a_number_links_to_todays_list_for_a_member_whose_list_opens_as_agreed(council):
    make_agreement(council.children, by=council.manager)
    council.risk(council.children)
    council.client.force_login(make_person(council.organisation, Role.MEMBER))
    links = numbers(council.section())
    assert links and led_to(council.client, links) == links


def test_as_agreed_the_child_registers_are_not_counted(council):
    council.risk(council.top)
    agreement = make_agreement(council.top, by=council.manager)
    section = council.section(agreed=agreement.pk)
    assert "This position covers this register alone." in section and "<table" not in section


def test_a_register_without_children_has_no_such_section(council):
    assert "and those below it" not in council.client.get("/registers/care/dashboard/").text


def test_an_exempt_risk_below_is_not_counted_for_a_peer(council):
    council.risk(council.care, is_exempt=True)
    council.client.force_login(make_person(council.organisation, Role.PEER))
    assert council.rows()[-1][1] == "0"


def test_the_filter_of_the_page_applies_to_child_registers(council):
    council.risk(council.top), council.risk(council.care), council.risk(council.care, (1, 1))
    assert [row[:3] for row in council.rows(band="severe")[1:]] == [
        ("Ours", "1", "1"),
        ("Adults", "0", "0"),
        ("Children", "0", "0"),
        ("Care", "1", "1"),
        ("All of these, each risk once", "2", "2"),
    ]


@pytest.fixture
def levels(council):
    """A corporate register, two of directorates and one of a service, each with a risk."""
    for slug, level in (
        ("children", "directorate"),
        ("adults", "directorate"),
        ("care", "service"),
    ):
        Register.objects.filter(slug=slug).update(level=level)
    for register in (council.top, council.children, council.adults, council.care):
        council.risk(register)
    return council


def test_child_registers_can_be_filtered_by_level(levels):
    rows = levels.rows(level="directorate")[1:]
    assert [row[0] for row in rows] == ["Adults", "Children", "All of these, each risk once"]
    assert [row[1] for row in rows] == ["1", "1", "2"]


def test_the_levels_are_links_and_the_chosen_one_is_bold(levels):
    links = re.search(
        r"Level: (.*?)\s*</span>", levels.section(level="service", since=days_ago(99)), re.DOTALL
    )[1]
    assert (
        re.sub("<[^>]*>", "", links) == "all, service, directorate, corporate"
        and "<strong>service</strong>" in links
    )
    href = f"?level=directorate&amp;since={days_ago(99)}#below"
    assert href in links


def test_with_a_single_level_there_is_no_choice(council):
    council.risk(council.top)
    assert "Level:" not in council.section() and 'name="level"' not in council.page(more="narrow")


def test_a_page_filtered_to_another_level_names_that_filter(levels):
    page = levels.page(level="service", more="narrow")
    assert "Filtered by level of the register: Service." in page and 'name="level"' in page


FILTERED = [
    {"level": "directorate"},
    {"band": "severe"},
    {"band": "above-tolerance", "level": "service"},
    {"band": "moderate"},
    {"category": "financial"},
]


def test_each_filtered_number_links_to_that_registers_list_with_the_same_filter(levels):
    registers = (levels.top, levels.children, levels.adults, levels.care)
    for register in (levels.top, levels.children, levels.care):
        levels.risk(register, (2, 2), category="financial"), levels.risk(register, (4, 3))
    for query in FILTERED:
        links = numbers(levels.section(**query))
        counts = counts_behind(links, registers, levels.client, levels.manager)
        assert (query, len(links) > 2, counts) == (query, True, links)


def test_a_cycle_of_parents_ends(council):
    Register.objects.filter(pk=council.top.pk).update(parent=council.care)
    registers = list(Register.objects.filter(organisation=council.organisation))
    assert [
        register.slug
        for register in registers_below(Register.objects.get(pk=council.top.pk), registers)
    ] == [
        *("adults", "children", "care", "old-ways"),
    ]


def test_many_child_registers_take_as_many_queries_as_one(council):
    def queries():
        with CaptureQueriesContext(connection) as context:
            council.page()
        return len(context)

    council.risk(council.children)
    council.page()
    expected = queries()
    for n in range(2):
        council.risk(council.register(f"team-{n}{n}", council.care, prefix=f"T{n}"))
    assert queries() == expected


# Breakdowns


def breakdowns_on(page):
    """title -> (sentence, {first cell: last cell, the total})."""
    breakdowns = {}
    for section in re.findall(
        r'<section aria-labelledby="by-[a-z_]+">.*?</section>', page, re.DOTALL
    ):
        rows = re.findall(r"<tr.*?</tr>", section, re.DOTALL)[1:]
        cells = [
            [
                re.sub("<[^>]*>", "", c).strip()
                for c in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
            ]
            for row in rows
        ]
        title, sentence = re.search(
            r"<h3[^>]*>(.*?)</h3>\s*<p[^>]*>(.*?)</p>", section, re.DOTALL
        ).groups()
        breakdowns[title] = sentence, {row[0]: row[-1] for row in cells}
    return breakdowns


def test_risks_are_counted_by_impact_category_and_directorate(council):
    children, adults = (
        make_directorate(council.organisation, name) for name in ("Children", "Adults")
    )
    head, other = (
        make_post(council.organisation, directorate=directorate)
        for directorate in (children, adults)
    )
    council.risk(
        council.top, owner=head, category="legal", adverse_impacts=[impact(), impact("disruption")]
    )
    council.risk(council.top, (2, 2), owner=head, category="legal")
    council.risk(council.top, (1, 1), owner=other, category="people")
    council.risk(council.top, None, owner=make_post(council.organisation))
    council.risk(council.top, None, adverse_impacts=[impact("disruption")])
    breakdowns = breakdowns_on(council.page(more="ways"))
    sentence, rows = breakdowns["Risks by adverse impact"]
    assert rows == {"Harm to users": "3", "Disruption": "2", "None named": "1"}
    assert sentence == (
        "Most often Harm to users: 3 of 5. One has none. "
        "A risk that names several stands in each of them."
    )
    assert breakdowns["Risks by category"][1] == {
        "Legal": "2",
        "People": "1",
        "Not decided yet": "2",
    }
    sentence, rows = breakdowns["Risks by directorate"]
    assert rows == {"Adults": "1", "Children": "2", "No owner, or one in none": "2"}
    assert sentence == "Most often Children: 2 of 5. Two have none."


def test_a_rating_by_an_earlier_scheme_is_counted_too(council):
    council.risk(council.top, category="legal")
    Register.objects.filter(pk=council.top.pk).update(scheme=preset("five-by-five-three-bands"))
    council.top.refresh_from_db()
    page = council.page(more="ways")
    assert breakdowns_on(page)["Risks by category"][1] == {"Legal": "1"}
    links = numbers(page)
    assert any("to-re-assess" in href for href in links)
    assert counts_behind(links, [council.top], council.client, council.manager) == links
