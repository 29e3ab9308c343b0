"""What papers say: the dashboard's numbers, nothing exempt in Part A, and Dorset's table."""

import copy
from types import SimpleNamespace

import pytest
from council_templates import COUNCILS
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_body,
    make_meeting,
    make_organisation,
    make_paper,
    make_person,
    make_post,
    make_precedent,
    make_put_question,
    make_register,
    make_risk,
)
from paper_files import texts_of_pdf, texts_of_word

from registers.models import CaseStudy, FailureType, PaperFormat
from registers.papers import risk_tables
from registers.papers.checks import texts_of
from registers.papers.edits import paragraphs_of
from registers.papers.formats import file_of, formats
from registers.papers.freezing import freeze, thaw
from registers.papers.parts import PaperParts
from registers.papers.template import template_values
from registers.phrases.papers import hardest_sentence
from registers.risk_fields import FIELDS, Sort

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CANARY = "Zanzibarquartz"
DORSETS = ["tower-hamlets", "doncaster", "rotherham", "basildon"]


@pytest.fixture(scope="module")
def module_council(module_db):
    """A register with public risks and one exempt risk, whose every text has the canary."""
    organisation = make_organisation()
    register = make_register(organisation)
    manager = make_person(organisation, "manager")
    body = make_body(register)
    make_agreement(register, by=manager, body=body.name, on=days_ago(60))
    stuck = make_risk(register, assessed=(5, 5), on=days_ago(800), cause="Old pipes.")
    make_assessment(stuck, (2, 2), kind="target", on=days_ago(500))
    rose = make_risk(register, assessed=(1, 1), on=days_ago(300))
    make_assessment(rose, (5, 4), on=days_ago(3))
    make_risk(register, assessed=(1, 2), on=days_ago(2), title="A new one")
    make_risk(register, on=days_ago(100), title="Never rated")
    make_action(stuck, title="Mend the pipes", due_on=days_ago(10))
    make_precedent(stuck, by=manager)
    exempt = make_exempt_risk(register, manager)
    meeting = make_meeting(body, days_ago(20))
    post = make_post(organisation)
    make_put_question(meeting, register, by=manager, post=post, risk=exempt, wording=CANARY)
    question = make_put_question(meeting, register, by=manager, post=post)
    question.answer(by=manager, wording="We do, monthly.", is_published=True)
    secret = make_put_question(meeting, register, by=manager, wording="A question kept back?")
    secret.answer(by=manager, wording="An answer kept back.", is_published=False)
    paper = make_paper(register, by=manager, meeting=make_meeting(body, days_ago(-30)))
    return SimpleNamespace(register=register, manager=manager, paper=paper, meeting=meeting)


def make_exempt_risk(register, manager):
    sorts = (Sort.LINE, Sort.TEXT)
    texts = {field.name: f"{CANARY} {field.name}" for field in FIELDS if field.sort in sorts}
    texts |= {"title": f"{CANARY} title", "related_risks": ""}
    owner = make_post(register.organisation, f"{CANARY} post")
    risk = make_risk(
        register, assessed=(5, 5), on=days_ago(700), is_exempt=True, owner=owner, **texts
    )
    make_assessment(risk, (5, 5), rationale=f"{CANARY} rationale", on=days_ago(1))
    make_action(risk, title=f"{CANARY} action", due_on=days_ago(10))
    make_precedent(risk, by=manager, reason=f"{CANARY} reason")
    return risk


@pytest.fixture(scope="module")
def documents(module_council):
    return PaperParts.of(module_council.paper).documents


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def paragraphs(document, section):
    (row,) = [row for row in document.sections if row.key == section]
    return [block.text for block in row.blocks if block.kind == "paragraph"]


def table(document, key):
    blocks = [block for row in document.sections for block in row.blocks]
    return next((block for block in blocks if block.key == key), None)


def test_the_canary_is_in_part_b_and_nowhere_in_part_a(documents):
    exempt = "\n".join(texts_of(documents["B"]))
    for name in ("title", "cause", "event", "consequence", "committee_position", "rationale"):
        assert f"{CANARY} {name}" in exempt
    public = "\n".join(texts_of(documents["A"]))
    assert CANARY not in public
    assert "-005" not in public  # its reference


@pytest.mark.parametrize("kind", [PaperFormat.HTML, PaperFormat.WORD, PaperFormat.PDF])
def test_the_canary_is_in_the_file_of_part_b_and_nowhere_in_that_of_part_a(documents, kind):
    if kind not in formats():
        pytest.skip("pango is not installed")
    assert CANARY in texts_of_file(documents["B"], kind)
    public = texts_of_file(documents["A"], kind)
    assert "Old pipes." in public
    assert CANARY not in public and "-005" not in public


@pytest.mark.parametrize("council", ["cover", "columns"])
def test_the_canary_is_nowhere_in_a_councils_word_file_of_part_a(documents, council):
    template = COUNCILS[council]()
    assert CANARY in texts_of_file(documents["B"], PaperFormat.WORD, template)
    assert CANARY not in texts_of_file(documents["A"], PaperFormat.WORD, template)


def texts_of_file(document, kind, template=None):
    content = file_of(document, kind, template)
    if kind == PaperFormat.HTML:
        return content.decode()
    texts = texts_of_word if kind == PaperFormat.WORD else texts_of_pdf
    return "\n".join(texts(content).values())


def test_part_a_counts_as_a_reader_without_exempt_access_does(documents):
    (_, above, *_) = paragraphs(documents["A"], "executive_summary")
    assert above.startswith("Two of 4 risks are above tolerance (Severe)")


def test_part_b_counts_the_exempt_risk_too(documents):
    count, above, _ = paragraphs(documents["B"], "executive_summary")
    assert count == "One of the 5 risks on this register is exempt."
    assert "Three of 5 risks are above tolerance" in above


def test_part_a_says_nothing_of_unpublished_answers(documents):
    public = "\n".join(texts_of(documents["A"]))
    assert "We do, monthly." in public
    assert "kept back" not in public
    assert paragraphs(documents["A"], "questions") == [
        "One further question was put for that meeting, without a published answer."
    ]


def test_part_b_has_the_questions_about_exempt_risks(documents):
    questions = [row[0] for row in table(documents["B"], "questions.answers").rows]
    assert CANARY in questions


def test_a_risk_above_tolerance_has_cause_target_and_dates(documents):
    row = next(
        row for row in table(documents["A"], "above_tolerance.risks").rows if "Old pipes." in row[1]
    )
    assert "Target: " in row[3] and "Target: Not recorded" not in row[3]
    assert row[4].startswith("Identified on: Not recorded\nOn this register since: ")


def test_an_overdue_action_has_its_original_date(documents):
    (row,) = table(documents["A"], "overdue_actions.actions").rows
    assert (row[0], row[3] == row[4], row[5]) == ("Mend the pipes", True, "No")


def test_the_matrix_counts_every_rated_risk_of_its_readers(documents):
    matrix = table(documents["A"], "matrix.counts")
    assert sum(cell.count for row in matrix.rows for cell in row) == 3
    assert matrix.rows[0][-1].shade > matrix.rows[-1][0].shade


def test_missing_data_is_said_to_be_missing(documents):
    assert paragraphs(documents["A"], "other_implications") == ["Not recorded."]
    assert (
        paragraphs(documents["A"], "equalities")[-1] == "No equality impact assessment is recorded."
    )


def test_an_empty_register_makes_a_paper(council):
    register = make_register(council.register.organisation)
    paper = make_paper(register, by=council.manager)
    (document,) = PaperParts.of(paper).documents.values()
    assert document.part == ""
    assert "No risks were on this register on that day." in "\n".join(texts_of(document))


@pytest.fixture(scope="module")
def wide_paper(module_council):
    """The parts of a paper on the register and one below, which has an exempt risk of its own."""
    council = module_council
    below = make_register(council.register.organisation, name="Adult services", prefix="ASC")
    make_risk(below, assessed=(5, 5), title="Homes close", cause="No staff.")
    make_risk(below, assessed=(5, 5), title=f"{CANARY} below", is_exempt=True)
    paper = make_paper(council.register, by=council.manager, further_registers=[below.pk])
    return PaperParts.of(paper)


def test_a_paper_on_several_registers_has_a_chapter_for_each(wide_paper):
    document = wide_paper.documents["A"]
    headings = [row.heading for row in document.sections if row.key == "above_tolerance"]
    register = wide_paper.paper.register
    name = "Risks above tolerance"
    assert headings == [f"{register}: {name}", f"Adult services: {name}"]
    keys = [block.key for row in document.sections for block in row.blocks]
    assert len({*keys}) == len(keys)
    assert len({row.anchor for row in document.sections}) == len(document.sections)


def test_its_cover_says_of_each_register_what_its_dashboard_does_and_adds_nothing_up(wide_paper):
    summary = paragraphs(wide_paper.documents["A"], "executive_summary")
    register = wide_paper.paper.register
    above = [text for text in summary if "above tolerance" in text]
    assert above[0].startswith(f"{register}: Two of 4 risks are above tolerance")
    assert above[1].startswith("Adult services: The one risk is above tolerance")
    assert sum("This paper reports" in text for text in summary) == 1


def test_its_part_b_tells_of_the_exempt_risks_of_each_register(wide_paper):
    public, exempt = ("\n".join(texts_of(wide_paper.documents[part])) for part in "AB")
    assert f"{CANARY} below" in exempt and f"{CANARY} title" in exempt
    assert CANARY not in public and "ASC-002" not in public


def test_an_edit_finds_its_place_in_a_chapter(wide_paper):
    key = f"above_tolerance.count@{wide_paper.paper.further_registers[0]}"
    assert key in paragraphs_of(wide_paper.documents["A"])


def test_a_template_names_a_section_of_all_registers(wide_paper):
    texts = template_values(wide_paper.documents["A"])["above_tolerance"]["text"]
    assert "Old pipes." in texts and "No staff." in texts


def test_a_table_that_does_not_list_all_says_how_many_more_in_both_parts(council, monkeypatch):
    make_risk(council.register, assessed=(5, 5), title="Also exempt", is_exempt=True)
    paper = make_paper(council.register, by=council.manager)
    monkeypatch.setattr(risk_tables, "LISTED", 1)
    public, exempt = PaperParts.of(paper).documents.values()
    assert paragraphs(public, "above_tolerance")[-1] == "The register lists 1 more."
    assert paragraphs(exempt, "executive_summary")[0].startswith("Two of the 6 risks")
    for section in ("above_tolerance", "exempt_information"):
        assert paragraphs(exempt, section) == ["The register lists 1 more."]
    assert paragraphs(public, "equalities")[0].startswith("Two risks above tolerance would fall")


def test_a_sentence_names_twenty_risks_and_says_how_many_more():
    words = hardest_sentence([f"R-{number}" for number in range(1, 24)])
    assert "R-20 and 3 more" in words and "R-21" not in words


def test_no_paragraph_is_empty(documents):
    """It would have a number and nothing after it."""
    blocks = [block for part in documents.values() for row in part.sections for block in row.blocks]
    assert all(block.text for block in blocks if block.kind == "paragraph")


def test_the_learning_paper_has_every_row_of_dorsets_table(council):
    paper = make_paper(council.register, by=council.manager, kind="learning", case_slugs=DORSETS)
    (document,) = PaperParts.of(paper).documents.values()
    rows = {row[0].partition("\n")[0]: row[1:] for row in table(document, "failures.cases").rows}
    cases = CaseStudy.objects.filter(slug__in=DORSETS)
    assert {*rows} == {case.name for case in cases}
    for case in cases:
        failures, consequences = rows[case.name]
        assert failures == case.summary
        assert consequences.startswith(case.consequences)
    types = table(document, "failure_types.types").rows
    assert [name for name, _ in types] == [row.name for row in FailureType.objects.all()]
    assert len(table(document, "lessons.lessons").items) == 8


def test_a_frozen_document_is_the_same_again(documents):
    assert {part: thaw(freeze(row)) for part, row in documents.items()} == documents
