"""Papers: their versions, clearances, final texts and editions."""

import copy
import hashlib
import re
import uuid
from types import SimpleNamespace

import pytest
from audit_check import verify
from makers import (
    clear_paper,
    days_ago,
    finalise_paper,
    make_organisation,
    make_paper,
    make_person,
    make_register,
    make_revision,
    make_risk,
    publish_paper,
    seal_rows,
)

from registers.models import (
    ClearanceRule,
    Consultation,
    DuplicateSubmission,
    InvalidTransition,
    PublishedPaper,
)
from registers.papers.formats import files_of
from registers.papers.parts import PaperParts, final_documents
from registers.papers.progress import PaperProgress, Step

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WORDS = {"part": "A", "key": "executive_summary.about", "drafted": "As drafted."}


@pytest.fixture(scope="module")
def module_council(module_db):
    register = make_register(make_organisation())
    manager = make_person(register.organisation, "manager")
    paper = make_paper(register, by=manager)
    return SimpleNamespace(register=register, manager=manager, paper=paper)


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


def test_drafts_and_edits_count_as_versions(council):
    paper, by = council.paper, council.manager
    assert paper.version == 1
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    paper.refresh(by=by, day=days_ago(0), since=days_ago(30), version=2)
    assert paper.version == 3


def test_an_edit_survives_a_new_draft_and_is_marked(council):
    paper, by = council.paper, council.manager
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    paper.refresh(by=by, day=days_ago(0), since=days_ago(30), version=2)
    (first, *_) = PaperParts.of(paper).documents["A"].sections[0].blocks
    assert (first.text, first.is_edited) == ("Ours.", True)


def test_empty_words_are_the_drafted_ones_again(council):
    paper, by = council.paper, council.manager
    drafted = PaperParts.of(paper).documents
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    paper.edit(by=by, wording="", version=2, **WORDS)
    assert PaperParts.of(paper).documents == drafted


def test_a_paragraph_that_somebody_else_changed_is_not_overwritten(council):
    paper, by = council.paper, council.manager
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    with pytest.raises(InvalidTransition, match="somebody else changed"):
        paper.edit(by=by, wording="Theirs.", version=1, **WORDS)


def test_the_same_form_again_makes_one_edit(council):
    edit = {"by": council.manager, "wording": "Ours.", "version": 1, "token": uuid.uuid4(), **WORDS}
    assert council.paper.edit(**edit) == council.paper.edit(**edit)
    with pytest.raises(DuplicateSubmission):
        council.paper.edit(**edit | {"wording": "Others."})


def test_a_text_that_changed_is_not_cleared_unread(council):
    paper, by = council.paper, council.manager
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    with pytest.raises(InvalidTransition, match="changed after you opened it"):
        paper.clear(by=by, kind="legal", cleared_by="Legal", version=1)


def test_an_edit_asks_for_every_clearance_again(council):
    paper, by = council.paper, council.manager
    clear_paper(paper, by=by)
    assert PaperProgress(paper).next_step == Step.FINALISE
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    progress = PaperProgress(paper)
    assert progress.next_step == Step.CLEAR
    assert all(row.earlier for row in progress.missing)


def test_a_paper_that_is_not_cleared_is_not_finalised(council):
    with pytest.raises(InvalidTransition, match="not cleared yet: Author, Finance"):
        finalise_paper(council.paper, by=council.manager)


def test_an_organisation_chooses_the_clearances(council):
    by = council.manager
    ClearanceRule.state(council.register.organisation, by=by, kinds=["chief-executive"])
    assert ClearanceRule.kinds_of(council.register.organisation) == ["chief-executive"]
    council.paper.clear(by=by, kind="chief-executive", cleared_by="The chief", version=1)
    assert finalise_paper(council.paper, by=by).version == 1


def test_what_was_published_keeps_its_bytes(council):
    paper, by = council.paper, council.manager
    (row,) = publish_paper(paper, by=by)
    content = bytes(row.content)
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    make_risk(council.register, title="A risk of later", assessed=(5, 5))
    paper.refresh(by=by, day=days_ago(0), since=days_ago(30), version=1)
    row.refresh_from_db()
    assert (bytes(row.content), row.is_intact) == (content, True)


def test_verify_audit_finds_a_published_file_whose_bytes_changed(council):
    (row,) = publish_paper(council.paper, by=council.manager)
    seal_rows()
    assert verify() == ""
    PublishedPaper._base_manager.filter(pk=row.pk).update(content=b"Another paper.")
    assert re.search(rf"published paper {row.pk} is not what was sealed", verify())


def test_a_later_edition_supersedes_and_the_first_one_stays(council):
    paper, by = council.paper, council.manager
    publish_paper(paper, by=by)
    paper.refresh(by=by, day=days_ago(0), since=days_ago(30), version=1)
    publish_paper(paper, by=by)
    assert [rows[0].edition for rows in PaperProgress(paper).editions] == [2, 1]


def test_a_final_text_is_published_once(council):
    paper, by = council.paper, council.manager
    (row,) = publish_paper(paper, by=by)
    with pytest.raises(InvalidTransition, match="published already"):
        row.final.publish(by=by, files=files_of(final_documents(row.final)))


def test_the_same_form_again_publishes_once(council):
    clear_paper(council.paper, by=council.manager)
    final = finalise_paper(council.paper, by=council.manager)
    form = {"by": council.manager, "address": "https://example.org/paper", "token": uuid.uuid4()}
    assert final.publish(**form) == final.publish(**form)


def test_a_text_that_changed_after_it_was_final_is_not_published(council):
    paper, by = council.paper, council.manager
    clear_paper(paper, by=by)
    final = finalise_paper(paper, by=by)
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    with pytest.raises(InvalidTransition, match="changed after you opened it"):
        final.publish(by=by, address="https://example.org/paper")


def test_a_draft_keeps_its_position(council):
    drafted = PaperParts.of(council.paper).documents
    make_risk(council.register, assessed=(5, 5), on=days_ago(40))
    assert PaperParts.of(council.paper).documents == drafted


def test_a_consultation_is_no_clearance_and_nothing_waits_for_it(council):
    paper, by = council.paper, council.manager
    row = Consultation.record(paper, by=by, member="Cabinet Member", version=1)
    progress = PaperProgress(paper)
    assert (progress.consultation, progress.next_step) == (row, Step.CLEAR)
    assert len(progress.missing) == len(ClearanceRule.USUAL)


def test_a_text_that_changed_is_not_consulted_on_unread(council):
    paper, by = council.paper, council.manager
    paper.edit(by=by, wording="Ours.", version=1, **WORDS)
    with pytest.raises(InvalidTransition, match="changed after you opened it"):
        Consultation.record(paper, by=by, member="Cabinet Member", version=1)


def test_a_risk_that_was_open_for_a_while_since_the_draft_is_named(council):
    """Somebody may have written of it then, though it was exempt at the draft, or not there yet."""
    risk = make_risk(council.register, assessed=(5, 5), is_exempt=True)
    paper = make_paper(council.register, by=council.manager)
    make_revision(risk, is_exempt=False)
    make_revision(risk, is_exempt=True)
    later = make_risk(council.register, title="Raised since")
    make_revision(later, is_exempt=True)
    make_risk(council.register, title="Never open", is_exempt=True)
    assert PaperParts.of(paper).exempt_since == [risk, later]


def test_a_paper_does_not_cover_a_register_of_another_organisation(council):
    other = make_register(make_organisation())
    with pytest.raises(ValueError, match="is not of"):
        make_paper(council.register, by=council.manager, further_registers=[other.pk])


def test_a_risk_that_became_exempt_after_the_draft_is_named(council):
    risk = make_risk(council.register, assessed=(5, 5))
    paper = make_paper(council.register, by=council.manager)
    assert PaperParts.of(paper).exempt_since == []
    make_revision(risk, is_exempt=True)
    assert PaperParts.of(paper).exempt_since == [risk]
    paper.refresh(by=council.manager, day=days_ago(0), since=days_ago(30), version=1)
    assert PaperParts.of(paper).exempt_since == []
