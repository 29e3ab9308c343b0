"""Quarterly summaries, and extracts for the annual governance statement."""

from types import SimpleNamespace

import pytest
from makers import (
    days_ago,
    make_action,
    make_assessment,
    make_body,
    make_control,
    make_meeting,
    make_organisation,
    make_paper,
    make_person,
    make_post,
    make_register,
    make_risk,
)

from registers.dashboard.headline import Headline
from registers.dashboard.overdue import Overdue
from registers.papers.checks import texts_of
from registers.papers.parts import PaperParts
from registers.papers.position import paper_dashboard, paper_days
from registers.permissions import public_reader

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CANARY = "Zanzibarquartz"
KINDS = ("summary", "governance")


@pytest.fixture(scope="module")
def council(module_db):
    """Two risks above tolerance, one of them exempt, both since long before the last year's end."""
    organisation = make_organisation()
    register = make_register(organisation)
    manager = make_person(organisation, "manager")
    body = make_body(register)
    owner = make_post(organisation, "Head of Housing")
    stuck = make_risk(register, assessed=(5, 5), on=days_ago(1200), owner=owner)
    make_control(stuck, title="The yearly check", operating="fails", on=days_ago(1000))
    make_assessment(stuck, (5, 4), on=days_ago(3))
    make_risk(register, assessed=(1, 2), on=days_ago(1100), title="A small one")
    exempt = {"is_exempt": True, "title": f"{CANARY} title", "cause": f"{CANARY} cause"}
    secret = make_risk(register, assessed=(5, 5), on=days_ago(1100), **exempt)
    make_action(secret, title=f"{CANARY} action", due_on=days_ago(10))
    meeting = make_meeting(body, days_ago(-30))
    papers = {kind: make_paper(register, by=manager, meeting=meeting, kind=kind) for kind in KINDS}
    documents = {kind: PaperParts.of(paper).documents for kind, paper in papers.items()}
    return SimpleNamespace(
        register=register, manager=manager, meeting=meeting, papers=papers, documents=documents
    )


def blocks(document):
    return {block.key: block for section in document.sections for block in section.blocks}


def test_the_numbers_of_a_summary_are_the_dashboards(council):
    draft = council.papers["summary"].drafts.get()
    reader = public_reader(council.register.organisation)
    dashboard = paper_dashboard(council.register, reader, draft)
    stands = blocks(council.documents["summary"]["A"])
    headline, overdue = dashboard.section(Headline), dashboard.section(Overdue)
    assert dashboard.data.above_count == 1
    assert stands["executive_summary.above"].text == headline.sentences[0]
    assert stands["movement.1"].text == dashboard.moved.sentences[0]
    assert stands["overdue_actions.count"].text == dashboard.data.action_counts.sentence
    assert len(stands["above_tolerance.risks"].rows) == dashboard.data.above_count
    rows = [(row.name, str(row.actions), str(row.reviews)) for row in overdue.rows]
    assert [(row[0], row[1], row[3]) for row in stands["overdue_actions.posts"].rows] == rows


def test_a_risk_above_tolerance_without_an_action_is_a_decision_asked_for(council):
    text = blocks(council.documents["summary"]["A"])["recommendation.actions"].text
    reference = council.register.reference(1)
    assert text.startswith(f"{reference} is above tolerance and has no open action.")


def test_the_extract_is_of_the_last_financial_year(council):
    day, since = paper_days(council.meeting, council.register, kind="governance")
    assert (day.month, day.day, day.year - since.year) == (3, 31, 1)
    assert day == council.papers["governance"].drafts.get().effective_on


def test_the_extract_names_a_control_that_is_not_effective(council):
    stands = blocks(council.documents["governance"]["A"])
    assert stands["assurance_gaps.weak"].rows[0][0] == "The yearly check"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exempt_stands_in_part_b_alone(council, kind):
    assert CANARY in "\n".join(texts_of(council.documents[kind]["B"]))
    assert CANARY not in "\n".join(texts_of(council.documents[kind]["A"]))


def test_without_a_risk_both_say_so(council):
    register = make_register(council.register.organisation)
    meeting = make_meeting(make_body(register, name="Cabinet"), days_ago(-30))
    for kind in KINDS:
        paper = make_paper(register, by=council.manager, meeting=meeting, kind=kind)
        stands = blocks(PaperParts.of(paper).documents["A"])
        assert "no risk" in stands["executive_summary.above"].text.lower()
        assert not any(block.kind == "table" for block in stands.values())
