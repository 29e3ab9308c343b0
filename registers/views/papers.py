"""Papers: the list, one of them as it is, and its published files."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from registers.meetings.deadlines import last_day_to_publish
from registers.models import PaperFormat
from registers.papers.checks import (
    PAGE_LIMIT,
    named_exempt_risks,
    page_count,
    texts_of,
    unexplained_acronyms,
)
from registers.papers.edits import EXEMPT, PUBLIC
from registers.papers.parts import PaperParts, body_of, cover_of, final_documents
from registers.papers.progress import PaperProgress
from registers.permissions import (
    Permission,
    can_on,
    clearances_of,
    exempt_risks_of,
    get_paper_for,
    get_register_for,
    may_read_part_b,
    papers_for,
    permissions_of,
)
from registers.phrases.papers import acronyms_sentence, long_paper_sentence
from registers.views.as_of import page_of, read_only

CONTENT_TYPES = {
    PaperFormat.HTML: "text/html; charset=utf-8",
    PaperFormat.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    PaperFormat.PDF: "application/pdf",
}


@read_only
def paper_list(request, slug):
    register = get_register_for(request.user, slug)
    page = page_of(request, papers_for(request.user, register))
    context = {
        "register": register,
        "page": page,
        "papers": [(paper, _publish_by(paper, register.organisation)) for paper in page],
        "may_write": can_on(request.user, Permission.RUN_REGISTER, register),
        "may_read_drafts": can_on(request.user, Permission.READ_DRAFT_PAPERS, register),
        "today": timezone.localdate(),
    }
    return render(request, "papers/paper_list.html", context)


def _publish_by(paper, organisation):
    """The last day on which it can be published in time."""
    meeting = paper.meeting
    return last_day_to_publish(meeting.on, meeting.clear_days, organisation.nation)


@read_only
def paper_detail(request, slug, pk):
    """The paper as it is: the draft for who prepares it, what was published for all others."""
    paper = get_paper_for(request.user, slug, pk)
    sees_part_b = may_read_part_b(request.user, paper)
    progress = PaperProgress(paper)
    context = {
        "register": paper.register,
        "paper": paper,
        "progress": progress,
        "publish_by": _publish_by(paper, paper.organisation),
        "today": timezone.localdate(),
        "sees_part_b": sees_part_b,
    }
    part = EXEMPT if request.GET.get("part") == EXEMPT else PUBLIC
    if can_on(request.user, Permission.READ_DRAFT_PAPERS, paper.register):
        context |= _of_draft(request.user, paper, progress, part, sees_part_b)
    else:
        context |= _of_publication(progress, part, sees_part_b)
    return render(request, "papers/paper_detail.html", context)


def _of_draft(user, paper, progress, part, sees_part_b):
    """The text as it is, with what this person may do next."""
    parts = PaperParts.of(paper)
    may_write = can_on(user, Permission.RUN_REGISTER, paper.register)
    documents = final_documents(progress.final) if progress.final else None
    if documents is None:
        documents = parts.documents if sees_part_b else _public_draft(parts)
    is_held = bool(parts.exempt_since) and not progress.is_published
    preparation = {
        "draft": parts.draft,
        "is_held": is_held,
        "exempt_since": parts.exempt_since if is_held and sees_part_b else [],
        "may_write": may_write and progress.final is None,
        "may_clear": bool(clearances_of(user, paper.organisation)) and progress.final is None,
        "may_publish": Permission.RUN_MEETINGS in permissions_of(user, paper.organisation),
        "may_change": may_write,
    }
    if may_write and progress.final is None:
        preparation["remarks"] = _remarks(paper, documents)
        preparation["stale"] = [(row, key) for key in documents for row in parts.stale_edits(key)]
    return {**_document(documents, part, sees_part_b), "preparation": preparation}


def _public_draft(parts):
    """Part A alone, which does not say whether there is another."""
    return {PUBLIC: parts.document(PUBLIC, tells_of_part_b=False)}


def _remarks(paper, documents):
    """What the author should look at, in sentences."""
    public = documents[PUBLIC]
    sentences = []
    if (pages := page_count(public)) > PAGE_LIMIT:
        sentences.append(long_paper_sentence(pages, PAGE_LIMIT))
    if acronyms := unexplained_acronyms(public):
        sentences.append(acronyms_sentence(acronyms))
    exempt_risks = exempt_risks_of(paper.register).select_related("register", "latest")
    if names := named_exempt_risks(texts_of(public), exempt_risks):
        sentences.append(f"Part A names what is exempt: {', '.join(names)}. Take it out.")
    return sentences


def _of_publication(progress, part, sees_part_b):
    """The latest text that was published. There is one: papers_for says so."""
    return _document(final_documents(progress.editions[0][0].final), part, sees_part_b)


def _document(documents, part, sees_part_b):
    """404 for a part that the paper or the reader has not."""
    if part not in documents or (part == EXEMPT and not sees_part_b):
        raise Http404("No such part for this reader.")
    has_tabs = sees_part_b and EXEMPT in documents
    document = documents[part]
    return {
        "document": document,
        "cover": cover_of(document),
        "sections": body_of(document),
        "part": part,
        "has_tabs": has_tabs,
    }


@read_only
def paper_file(request, slug, pk, file):
    """A published file, byte by byte as it was published; 404 where its bytes changed since."""
    paper = get_paper_for(request.user, slug, pk)
    row = get_object_or_404(paper.published.exclude(format=PaperFormat.ADDRESS), pk=file)
    if row.part == EXEMPT and not may_read_part_b(request.user, paper):
        raise Http404("No such file for this reader.")
    if not row.is_intact:
        raise Http404("The file is not the one that was published.")
    response = HttpResponse(bytes(row.content), content_type=CONTENT_TYPES[row.format])
    name = f"{paper.register.file_stem}-paper-{paper.pk}-{row.edition}{row.part.lower()}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{row.format}"'
    return response
