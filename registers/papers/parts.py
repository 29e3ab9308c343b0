"""The parts of a paper: each built for its readers, with its edits, in the draft's position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.formats import date_format

from registers.models import FinalPaper, Paper, PaperDraft, PaperText
from registers.papers.chapters import chapters
from registers.papers.document import Document, Section
from registers.papers.edits import (
    EXEMPT,
    PUBLIC,
    StaleEdit,
    edits_of,
    stale_edits,
    with_edits,
)
from registers.papers.exempt_part import has_exempt_risks
from registers.papers.freezing import thaw
from registers.papers.grounds import Statute, opinion_sentences
from registers.papers.kinds import content_of
from registers.papers.risk_paper import Material, materials_of, paragraphs
from registers.permissions import exempt_reader, exempt_since, public_reader
from registers.phrases.files import name_in_files
from registers.phrases.papers import registers_label

DRAFT = "Draft"
EXEMPT_SINCE = "a risk became exempt after the draft was made, so draft the paper again first"


@dataclass(frozen=True)
class PaperParts:
    """The parts of a paper as its latest draft and its edits have them."""

    paper: Paper
    draft: PaperDraft

    @classmethod
    def of(cls, paper: Paper) -> PaperParts:
        drafts = paper.drafts.select_related("template").defer("template__content")
        return cls(paper, drafts.order_by("pk").last())

    @cached_property
    def _public(self) -> list[Material]:
        reader = public_reader(self.paper.register.organisation)
        return materials_of(self.paper, self.draft, reader, is_public=True)

    @cached_property
    def _exempt(self) -> list[Material]:
        """Those of the registers that have exempt risks."""
        if content_of(self.paper).exempt is None:
            return []
        reader = exempt_reader(self.paper.register.organisation)
        materials = materials_of(self.paper, self.draft, reader, is_public=False)
        return [row for row in materials if has_exempt_risks(row)]

    @property
    def has_part_b(self) -> bool:
        return bool(self._exempt)

    @cached_property
    def exempt_since(self) -> list:
        """The risks that became exempt after the draft was made, so that edits may tell of them."""
        risks = exempt_since(self.paper, self.draft.recorded_at)
        return list(risks.select_related("register", "latest").order_by("register", "number"))

    @cached_property
    def drafted(self) -> dict[str, Document]:
        """Part of an edit -> the Document of that part, without edits."""
        content = content_of(self.paper)
        parts = {PUBLIC: self._document(content.public(self._public))}
        if self.has_part_b:
            sections = tuple(chapters(self._exempt, content.exempt))
            parts[EXEMPT] = self._document(sections, EXEMPT)
        return parts

    @cached_property
    def edits(self) -> dict[str, dict[str, PaperText]]:
        return {part: edits_of(self.paper, part) for part in (PUBLIC, EXEMPT)}

    def document(self, part: str, *, tells_of_part_b: bool) -> Document:
        """A part with its edits. tells_of_part_b: whether it may say that it is Part A of two."""
        document = with_edits(self.drafted[part], self.edits[part])
        return replace(document, part=PUBLIC) if tells_of_part_b and part == PUBLIC else document

    @property
    def documents(self) -> dict[str, Document]:
        """Every part, as who sees everything reads it."""
        return {part: self.document(part, tells_of_part_b=self.has_part_b) for part in self.drafted}

    def stale_edits(self, part: str) -> list[StaleEdit]:
        return stale_edits(self.drafted[part], self.edits[part].values())

    def _document(self, sections: tuple[Section, ...], part: str = "") -> Document:
        return Document(self.paper.title, front_of(self.paper), sections, part, DRAFT)


def front_of(paper: Paper) -> dict[str, tuple[str, str]]:
    """The lines of the opening table."""
    meeting, register = paper.meeting, paper.register
    organisation = register.organisation
    front = {
        "authority": ("Authority", name_in_files(organisation)),
        "committee": ("Committee", meeting.body.name),
        "date": ("Date of meeting", date_format(meeting.on, "j F Y")),
        "officer": ("Officer", paper.officer.title),
        "subject": ("Subject of report", paper.title),
        "register": (registers_label(len(paper.registers)), ", ".join(map(str, paper.registers))),
    }
    return front | ({"contact": ("Officer contact", paper.contact)} if paper.contact else {})


def documents_to_freeze(parts: PaperParts, statute: Statute, values) -> dict[str, Document]:
    """Part -> its final Document. values: of the FinalPaper; they say why a Part B is exempt."""
    documents = {part: replace(row, mark="") for part, row in parts.documents.items()}
    if EXEMPT not in documents:
        return documents
    texts = opinion_sentences(statute, values)
    opinion = paragraphs("exempt_information", "Part B: not for publication", **texts)
    return {part: _with_opinion(row, opinion) for part, row in documents.items()}


def _with_opinion(document: Document, opinion: Section) -> Document:
    """The opinion last, and in Part B before why each risk is exempt, in one section."""
    sections = [row for row in document.sections if row.key != opinion.key]
    blocks = [block for row in document.sections if row.key == opinion.key for block in row.blocks]
    opinion = replace(opinion, blocks=(*opinion.blocks, *blocks))
    return replace(document, sections=(*sections, opinion))


def final_documents(final: FinalPaper) -> dict[str, Document]:
    """Part -> its frozen Document."""
    return {part: thaw(content) for part, content in final.documents.items()}
