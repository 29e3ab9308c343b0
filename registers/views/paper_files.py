"""The files of a paper: as it was published, or of the text as it is."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect

from registers.models import PaperFormat
from registers.papers.edits import EXEMPT
from registers.papers.formats import FILE_ERRORS, file_of
from registers.papers.parts import PaperParts
from registers.papers.progress import PaperProgress
from registers.papers.reading import readable_text
from registers.permissions import get_paper_for, may_read_part_b
from registers.read_snapshot import read_snapshot
from registers.views.as_of import read_only
from registers.views.document_files import file_response
from registers.views.papers import audit_part, part_of


@read_only
def paper_file(request, slug, pk, file):
    """A published file, byte by byte as it was published; 404 where its bytes changed since."""
    paper = get_paper_for(request.user, slug, pk)
    row = get_object_or_404(paper.published.exclude(format=PaperFormat.ADDRESS), pk=file)
    if row.part == EXEMPT and not may_read_part_b(request.user, paper):
        raise Http404("No such file for this reader.")
    audit_part(request, paper, row.part)
    return _published(paper, row)


@read_only
def paper_docx(request, slug, pk):
    """Its Word file: as published, else of the text as it is."""
    return _file(request, get_paper_for(request.user, slug, pk), PaperFormat.WORD)


@read_only
def paper_pdf(request, slug, pk):
    """Its PDF: as published, else of the text as it is."""
    return _file(request, get_paper_for(request.user, slug, pk), PaperFormat.PDF)


def _file(request, paper, kind):
    part = part_of(request)
    with read_snapshot():
        parts = PaperParts.of(paper)
        text = readable_text(request.user, parts, PaperProgress(paper))
        document = text.documents.get(part)
        draft = text.final.draft if text.final else parts.draft
        template = draft.template_content
    if document is None:
        raise Http404("No such part for this reader.")
    audit_part(request, paper, part)
    if text.final and (files := text.final.published.filter(address="")):
        return _published(paper, get_object_or_404(files, part=part, format=kind))
    try:
        content = file_of(document, kind, template)
    except FILE_ERRORS as problem:
        messages.error(request, str(problem))
        return redirect(paper)
    return _response(paper, kind, part, content, "final" if text.final else "draft")


def _published(paper, row):
    if not row.is_intact:
        raise Http404("The file is not the one that was published.")
    return _response(paper, row.format, row.part, bytes(row.content), str(row.edition))


def _response(paper, kind, part, content, state):
    suffix = "-part-b" if part == EXEMPT else ""
    name = f"{paper.register.file_stem}-paper-{paper.pk}-{state}{suffix}.{kind}"
    return file_response(content, kind, name)
