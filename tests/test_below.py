"""The registers below one: each in a row, each risk counted once; and more ways to count those of
one register.
"""

import re

import pytest
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
    preset,
)
from test_dashboard_filter import led_to, numbers

from registers.dashboard.child_registers import registers_below
from registers.models import Register, Role

pytestmark = pytest.mark.django_db


class Council:
    """A corporate register, two below it, one below the first of these, and one by
    another scheme.
    """

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

    def register(self, slug, parent, **said):
        said = {"name": slug.capitalize(), "prefix": slug[:3].upper(), "parent": parent, **said}
        return make_register(self.organisation, slug=slug, **said)

    def risk(self, register, ratings=(5, 5), ago=200, **said):
        return make_risk(register, by=self.manager, assessed=ratings, on=days_ago(ago), **said)

    def page(self, **asked):
        answer = self.client.get("/registers/ours/dashboard/", asked)
        assert answer.status_code == 200
        return answer.text

    def section(self, **asked):
        found = re.search(r'aria-labelledby="below".*?</section>', self.page(**asked), re.DOTALL)
        return found and found[0]

    def rows(self, **asked):
        """A tuple a row: register, risks, above tolerance, Severe, High, Moderate, Low, not scored,
        the highest.
        """
        rows = re.findall(r"<tr.*?</tr>", self.section(**asked), re.DOTALL)
        cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
        return [tuple(re.sub("<[^>]*>", "", cell).strip() for cell in row) for row in cells]


@pytest.fixture
def ours():
    return Council()


def test_each_register_below_has_a_row_and_each_risk_counts_once(ours):
    ours.risk(ours.top, (1, 2))
    ours.risk(ours.children, (5, 5)), ours.risk(ours.children, None)
    ours.risk(ours.care, (4, 3))
    taken = ours.risk(ours.care, (5, 4))
    make_escalation(taken, ours.children, by=ours.manager, approved_by=ours.manager)
    ours.risk(ours.other, (4, 4))
    make_revision(ours.risk(ours.adults), status="closed", by=ours.manager)
    assert ours.rows()[1:] == [
        ("Ours", "1", "0", "0", "0", "0", "1", "0", "2 Low"),
        ("Adults", "0", "0", "0", "0", "0", "0", "0", "none rated"),
        ("Children", "2", "1", "1", "0", "0", "0", "1", "25 Severe"),
        ("Care", "2", "1", "1", "1", "0", "0", "0", "20 Severe"),
        ("All of these, each risk once", "5", "2", "2", "1", "0", "1", "1", "25 Severe"),
    ]


def test_a_register_by_another_scheme_is_named_as_left_out(ours):
    ours.risk(ours.other, (4, 4))
    assert re.search(r"Left out.*Old-ways</a> \(.*version 1\)", ours.section())


@pytest.mark.parametrize("asked", [{}, {"as_at": days_ago(100)}])
def test_each_number_leads_to_that_registers_list(ours, asked):
    for register in (ours.top, ours.children, ours.care):
        make_assessment(ours.risk(register, (5, 5)), (2, 2), by=ours.manager, on=days_ago(50))
        ours.risk(register, (4, 3), category="financial")
    make_appetite(ours.organisation, "financial", "low", by=ours.manager, on=days_ago(150))
    links = numbers(ours.section(**asked))
    assert len(links) >= 9 and led_to(ours.client, links) == links
    assert {href.split("/")[2] for href in links} == {"ours", "children", "care"}


def test_a_number_leads_there_for_a_member_whose_list_opens_on_what_was_agreed(ours):
    make_agreement(ours.children, by=ours.manager)
    ours.risk(ours.children)
    ours.client.force_login(make_person(ours.organisation, Role.MEMBER))
    links = numbers(ours.section())
    assert links and led_to(ours.client, links) == links


def test_as_agreed_the_registers_below_are_a_link_away(ours):
    ours.risk(ours.top)
    agreement = make_agreement(ours.top, by=ours.manager)
    section = ours.section(agreed=agreement.pk)
    assert "What was agreed is this register alone." in section and "<table" not in section


def test_a_register_without_others_below_has_no_such_section(ours):
    assert "and those below it" not in ours.client.get("/registers/care/dashboard/").text


def test_an_exempt_risk_below_is_not_counted_for_who_may_not_see_it(ours):
    ours.risk(ours.care, is_exempt=True)
    ours.client.force_login(make_person(ours.organisation, Role.PEER))
    assert ours.rows()[-1][1] == "0"


def test_a_narrowed_page_narrows_them_too(ours):
    ours.risk(ours.top), ours.risk(ours.care), ours.risk(ours.care, (1, 1))
    assert [row[:3] for row in ours.rows(band="severe")[1:]] == [
        ("Ours", "1", "1"),
        ("Adults", "0", "0"),
        ("Children", "0", "0"),
        ("Care", "1", "1"),
        ("All of these, each risk once", "2", "2"),
    ]


@pytest.fixture
def levels(ours):
    """The one above corporate, two below it directorates, the lowest a service, each
    with a risk.
    """
    for slug, level in (
        ("children", "directorate"),
        ("adults", "directorate"),
        ("care", "service"),
    ):
        Register.objects.filter(slug=slug).update(level=level)
    for register in (ours.top, ours.children, ours.adults, ours.care):
        ours.risk(register)
    return ours


def test_they_can_be_narrowed_to_one_level(levels):
    rows = levels.rows(level="directorate")[1:]
    assert [row[0] for row in rows] == ["Adults", "Children", "All of these, each risk once"]
    assert [row[1] for row in rows] == ["1", "1", "2"]


def test_the_levels_there_are_stand_to_choose_and_the_one_chosen_is_said(levels):
    said = re.search(
        r"Level: (.*?)</p>", levels.section(level="service", since=days_ago(99)), re.DOTALL
    )[1]
    assert (
        re.sub("<[^>]*>", "", said) == "all, service, directorate, corporate"
        and "<strong>service</strong>" in said
    )
    href = f"?level=directorate&amp;since={days_ago(99)}#below"
    assert href in said


def test_where_all_are_of_one_level_there_is_nothing_to_choose(ours):
    ours.risk(ours.top)
    assert "Level:" not in ours.section() and 'name="level"' not in ours.page(more="narrow")


def test_a_page_of_another_level_says_that_none_of_its_own_fits(levels):
    page = levels.page(level="service", more="narrow")
    assert "Only: level of the register Service." in page and 'name="level"' in page


@pytest.mark.parametrize(
    "said",
    [
        {"level": "directorate"},
        {"band": "severe"},
        {"band": "above-tolerance", "level": "service"},
        {"band": "moderate"},
        {"category": "financial"},
    ],
)
def test_each_narrowed_number_leads_to_that_registers_list_narrowed_alike(levels, said):
    for register in (levels.top, levels.children, levels.care):
        levels.risk(register, (2, 2), category="financial"), levels.risk(register, (4, 3))
    links = numbers(levels.section(**said))
    assert len(links) > 2 and led_to(levels.client, links) == links


def test_a_ring_of_registers_ends_where_it_closes(ours):
    Register.objects.filter(pk=ours.top.pk).update(parent=ours.care)
    every = list(Register.objects.filter(organisation=ours.organisation))
    assert [one.slug for one in registers_below(Register.objects.get(pk=ours.top.pk), every)] == [
        *("adults", "children", "care", "old-ways"),
    ]


def test_many_registers_below_cost_as_many_queries_as_one(ours):
    def queries():
        with CaptureQueriesContext(connection) as found:
            ours.page()
        return len(found)

    ours.risk(ours.children)
    ours.page()
    one = queries()
    for n in range(8):
        ours.risk(ours.register(f"team-{n}{n}", ours.care, prefix=f"T{n}"))
    assert queries() == one


# More ways to count


def ways(page):
    """title -> (sentence, rows: first cell and the last one, which counts all)."""
    found = {}
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
        title, said = re.search(
            r"<h3[^>]*>(.*?)</h3>\s*<p[^>]*>(.*?)</p>", section, re.DOTALL
        ).groups()
        found[title] = said, {row[0]: row[-1] for row in cells}
    return found


def test_risks_are_counted_by_impact_category_and_directorate(ours):
    children, adults = (
        make_directorate(ours.organisation, name) for name in ("Children", "Adults")
    )
    head, other = (make_post(ours.organisation, directorate=one) for one in (children, adults))
    ours.risk(
        ours.top, owner=head, category="legal", adverse_impacts=[impact(), impact("disruption")]
    )
    ours.risk(ours.top, (2, 2), owner=head, category="legal")
    ours.risk(ours.top, (1, 1), owner=other, category="people")
    ours.risk(ours.top, None, owner=make_post(ours.organisation))
    ours.risk(ours.top, None, adverse_impacts=[impact("disruption")])
    found = ways(ours.page(more="ways"))
    said, rows = found["Risks by adverse impact"]
    assert rows == {"Harm to users": "3", "Disruption": "2", "None named": "1"}
    assert (
        said
        == "Most often Harm to users: 3 of 5. One has none. A risk that names several stands in each of them."
    )
    assert found["Risks by category"][1] == {"Legal": "2", "People": "1", "Not decided yet": "2"}
    said, rows = found["Risks by directorate"]
    assert rows == {"Adults": "1", "Children": "2", "No owner, or one in none": "2"}
    assert said == "Most often Children: 2 of 5. Two have none."


def test_a_rating_by_an_earlier_scheme_is_counted_there_too(ours):
    ours.risk(ours.top, category="legal")
    Register.objects.filter(pk=ours.top.pk).update(scheme=preset("five-by-five-three-bands"))
    page = ours.page(more="ways")
    assert ways(page)["Risks by category"][1] == {"Legal": "1"}
    links = numbers(page)
    assert any("to-re-assess" in href for href in links) and led_to(ours.client, links) == links
