"""Papers: the list, and one of them as it is."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from registers.meetings.deadlines import last_day_to_publish
from registers.papers.checks import (
    named_exempt_risks,
    page_count,
    texts_of,
    unexplained_acronyms,
)
from registers.papers.edits import EXEMPT, PUBLIC
from registers.papers.formats import formats_of
from registers.papers.kinds import content_of
from registers.papers.parts import PaperParts
from registers.papers.placeholders import has_place_on_cover, numbered_sections
from registers.papers.progress import PaperProgress
from registers.papers.reading import is_held, readable_text
from registers.permissions import (
    Permission,
    can_on,
    clearances_of,
    exempt_risks_in,
    get_paper_for,
    get_register_for,
    may_read_part_b,
    papers_for,
    permissions_of,
)
from registers.phrases.papers import acronyms_sentence, long_paper_sentence
from registers.read_audit import record_part_b_read
from registers.views.as_of import page_of, read_only


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
    parts = PaperParts.of(paper)
    text = readable_text(request.user, parts, progress)
    if can_on(request.user, Permission.READ_DRAFT_PAPERS, paper.register):
        context["preparation"] = _preparation(request.user, parts, progress, text)
    part = part_of(request)
    if text.documents or part == EXEMPT:
        context |= _document(text, part)
        audit_part(request, paper, part)
        if paper.is_published and can_on(request.user, Permission.ASK_QUESTION, paper.register):
            context["asks_about"] = f"paper-{paper.pk}-{part}"
    return render(request, "papers/paper_detail.html", context)


def audit_part(request, paper, part):
    """Record that somebody reads a Part B."""
    if part == EXEMPT and request.method == "GET":
        record_part_b_read(paper, by=request.user)


def part_of(request):
    """The part that an address names."""
    return EXEMPT if request.GET.get("part") == EXEMPT else PUBLIC


def _preparation(user, parts, progress, text):
    """What this person may do next."""
    paper = parts.paper
    may_write = can_on(user, Permission.RUN_REGISTER, paper.register)
    sees_part_b = may_read_part_b(user, paper)
    preparation = {
        "draft": parts.draft,
        "is_held": is_held(parts, progress),
        "exempt_since": parts.exempt_since if sees_part_b and not progress.is_published else [],
        "may_write": may_write and progress.final is None,
        "may_clear": bool(clearances_of(user, paper.organisation)) and progress.final is None,
        "may_publish": Permission.RUN_MEETINGS in permissions_of(user, paper.organisation),
        "may_change": may_write,
    }
    if preparation["may_write"] and text.documents:
        preparation["remarks"] = _remarks(paper, text.documents)
        edits = [(row, key) for key in text.documents for row in parts.stale_edits(key)]
        preparation["stale"] = edits
    return preparation


def _remarks(paper, documents):
    """What the author should look at, in sentences."""
    public = documents[PUBLIC]
    sentences = []
    limit = content_of(paper).page_limit
    if (pages := page_count(public)) > limit:
        sentences.append(long_paper_sentence(pages, limit))
    if acronyms := unexplained_acronyms(public):
        sentences.append(acronyms_sentence(acronyms))
    exempt_risks = exempt_risks_in(paper.organisation)
    if names := named_exempt_risks(texts_of(public), exempt_risks):
        sentences.append(f"Part A names what is exempt: {', '.join(names)}. Take it out.")
    return sentences


def _document(text, part):
    """404 for a part that the paper or the reader has not."""
    if part not in text.documents:
        raise Http404("No such part for this reader.")
    document = text.documents[part]
    return {
        "document": document,
        "cover": [row for row in document.sections if has_place_on_cover(row)],
        "sections": numbered_sections(document),
        "part": part,
        "has_tabs": EXEMPT in text.documents,
        "downloads": formats_of(text.final, part),
    }
