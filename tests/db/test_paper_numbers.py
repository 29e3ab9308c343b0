"""Every number of a risk paper is the dashboard's of the same reader, day and comparison day."""

import datetime
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_body,
    make_meeting,
    make_organisation,
    make_paper,
    make_person,
    make_post,
    make_precedent,
    make_put_question,
    make_register,
    make_revision,
    make_risk,
)

from registers.agreements import agreement_cards
from registers.home import gaps_of
from registers.models import PaperDraft, Register, Tolerances
from registers.papers.chapters import paper_sections
from registers.papers.exempt_part import exempt_sections
from registers.papers.parts import PaperParts
from registers.papers.risk_paper import materials_of
from registers.permissions import positions_for
from registers.phrases.papers import gaps_sentence
from registers.views.as_of import as_of_from
from registers.views.dashboard import _dashboard
from registers.views.filters import narrowing_from

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW, SIGNS = 14, 5  # more than the dashboard names of a kind of movement, and of a case


@pytest.fixture(scope="module")
def module_council(module_db):
    """A register with risks that are new, rose, fell, left, are stuck, exempt, late and unrated."""
    organisation = make_organisation()
    register = make_register(organisation)
    people = {role: make_person(organisation, role) for role in ("manager", "officer")}
    by, body = people["manager"], make_body(register)
    stuck = make_risk(register, assessed=(5, 5), on=days_ago(800), cause="Old pipes.")
    make_assessment(stuck, (2, 2), kind="target", on=days_ago(500))
    make_assurance(stuck, by=by)
    rose = make_risk(register, assessed=(1, 1), on=days_ago(300))
    make_risk(register, assessed=(5, 5), on=days_ago(700), title="Secret", is_exempt=True)
    agreement = make_agreement(register, by=by, body=body)
    make_assessment(rose, (5, 4), on=days_ago(3))
    fell = make_risk(register, assessed=(5, 4), on=days_ago(300))
    make_assessment(fell, (2, 2), on=days_ago(3))
    closed = make_risk(register, assessed=(3, 3), on=days_ago(300))
    make_revision(closed, status="closed", revision_event="closed", on=days_ago(2))
    for number in range(NEW):
        make_risk(register, assessed=(1, 2), on=days_ago(2), title=f"New {number}")
    make_risk(register, on=days_ago(100), title="Never rated")
    make_action(stuck, title="Mend the pipes", due_on=days_ago(10))
    redated = make_action(rose, title="Hire", due_on=days_ago(50))
    for version, day in enumerate((days_ago(20), days_ago(-20)), 1):
        redated.revise(by=by, version=version, due_on=day)
    for number in range(1, SIGNS + 1):
        make_precedent(stuck, f"DON-W{number}", by=by)
    meeting = make_meeting(body, days_ago(20))
    question = make_put_question(meeting, register, by=by, post=make_post(organisation))
    question.answer(by=by, wording="We do, monthly.", is_published=True)
    paper = make_paper(register, by=by, meeting=make_meeting(body, days_ago(-30)))
    return SimpleNamespace(register=register, people=people, paper=paper, agreement=agreement)


def page_dashboard(person, council, query):
    """The dashboard of the page at that address."""
    register = Register.objects.select_related("organisation", "scheme").get(pk=council.register.pk)
    request = RequestFactory().get("/", query)
    request.user = person
    as_of = as_of_from(request, register, is_compared=True)
    positions = positions_for(person, register, as_of.day, as_of.recorded_by)
    narrowing = narrowing_from(request, register, as_of, positions)
    tolerances = Tolerances.of(register)
    return _dashboard(person, register, as_of, positions, narrowing, tolerances)


def draft_of(council, basis):
    """The draft of the paper, and the same position in the address of a page.

    As at a past day; as agreed: as recorded by the agreement. The draft is never saved.
    """
    draft = council.paper.drafts.get()
    since = {"since": draft.since.isoformat()}
    if basis == "today":
        return draft, since
    day, recorded_at = days_ago(30), draft.recorded_at
    if basis == "agreed":
        day, recorded_at = council.agreement.on, council.agreement.recorded_by
    since = day - datetime.timedelta(days=400)
    fields = {"effective_on": day, "recorded_at": recorded_at, "since": since}
    draft = PaperDraft(paper=council.paper, organisation=draft.organisation, version=1, **fields)
    query = {"as_at": day.isoformat()}
    if basis == "agreed":
        query = {"agreed": council.agreement.pk}
    return draft, {**query, "since": since.isoformat()}


@pytest.mark.parametrize("basis", ["today", "at", "agreed"])
@pytest.mark.parametrize(("role", "part"), [("officer", "A"), ("manager", "B")])
def test_every_section_says_what_it_says_of_the_dashboards_page(module_council, role, part, basis):
    council = module_council
    person = council.people[role]
    draft, query = draft_of(council, basis)
    (material,) = materials_of(council.paper, draft, person, is_public=part == "A")
    material.__dict__["dashboard"] = page_dashboard(person, council, query)
    sections = paper_sections([material]) if part == "A" else exempt_sections(material)
    document = PaperParts(council.paper, draft).drafted[part]
    for section, expected in zip(document.sections, sections, strict=True):
        assert section == expected


@pytest.fixture(scope="module")
def public(module_council):
    """Key of a block -> the block, of Part A."""
    document = PaperParts.of(module_council.paper).documents["A"]
    return {block.key: block for section in document.sections for block in section.blocks}


def listed_and_more(public, section, table):
    """How many rows the table has, and how many more the sentence below it says there are."""
    more = public.get(f"{section}.unlisted")
    return len(public[f"{section}.{table}"].rows), int(more.text.split()[3]) if more else 0


@pytest.mark.parametrize(
    ("section", "name", "count"),
    [("above_tolerance", "risks", 2), ("stuck", "risks", 1), ("overdue_actions", "actions", 2)],
)
def test_a_table_has_as_many_rows_as_its_sentence_counts(public, section, name, count):
    assert listed_and_more(public, section, name) == (count, 0)


def test_a_table_of_what_changed_says_how_many_more_there_are(public):
    listed, more = listed_and_more(public, "movement", "risks")
    assert listed + more == NEW + len(("rose", "fell", "closed"))
    assert more == NEW - 10 - 3  # the dashboard names ten, and three above


def test_a_table_of_warning_signs_says_how_many_more_there_are(public):
    assert listed_and_more(public, "warning_signs", "signs") == (3, SIGNS - 3)


def test_the_matrix_counts_the_risks_that_the_headline_counts(public):
    cells = [cell for row in public["matrix.counts"].rows for cell in row]
    assert sum(cell.count for cell in cells) == NEW + len(("stuck", "rose", "fell"))
    assert sum(cell.before for cell in cells) == len(("stuck", "rose", "fell", "closed"))


def test_the_gaps_are_those_beside_the_dashboard(module_council, public):
    council, day = module_council, days_ago(0)
    positions = positions_for(council.people["officer"], council.register, day).on_register()
    gaps = [(count, gap.label) for gap, count in gaps_of(positions, day, is_today=False)]
    assert len(gaps) > 1
    assert public["register_quality.gaps"].text == gaps_sentence(gaps, positions.count())


def test_the_agreed_position_is_that_of_the_card_on_the_agreements_page(module_council, public):
    council = module_council
    positions = positions_for(
        council.people["officer"],
        council.register,
        council.agreement.on,
        council.agreement.recorded_by,
    )
    (card,) = agreement_cards(council.register, [(council.agreement, positions)])
    counts = f"The register had {card.total} risks then, one of them above tolerance"
    assert (card.total, card.above_tolerance) == (2, 1)
    assert counts in public["agreed_position.agreed"].text
