"""The steps of a paper until it is final: begin, edit, draft again, clear, consult, finalise."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from registers.forms.papers import (
    ClearanceRuleForm,
    ClearForm,
    ConsultForm,
    FinaliseForm,
    NewPaperForm,
    PaperRefreshForm,
    PaperTextForm,
)
from registers.models import ClearanceRule, Consultation, FinalPaper, InvalidTransition, Paper
from registers.papers.checks import named_exempt_risks, texts_of
from registers.papers.edits import PUBLIC, paragraphs_of
from registers.papers.freezing import freeze
from registers.papers.grounds import statute_of
from registers.papers.parts import EXEMPT_SINCE, PaperParts, documents_to_freeze
from registers.papers.position import paper_days
from registers.permissions import (
    Permission,
    clearances_of,
    exempt_risks_in,
    get_paper_for,
    get_register_for,
    may_read_part_b,
    name_for,
    registers_in,
)
from registers.views.form_flow import post_data, response_status, submit


def paper_new(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    organisation = register.organisation
    form = NewPaperForm(
        post_data(request),
        register=register,
        further_registers=registers_in(request.user, organisation).exclude(pk=register.pk),
        exempt_risks=exempt_risks_in(organisation),
    )
    arguments = form.is_valid() and {"by": request.user, **form.arguments}
    if arguments and (paper := submit(form, Paper.begin, register, **arguments)):
        messages.success(request, "Paper drafted.")
        return redirect(paper)
    return _render(request, "paper_new", form, register=register)


def paper_text(request, slug, pk, part, key):
    """Put other words in place of one drafted paragraph."""
    paper = get_paper_for(request.user, slug, pk, Permission.RUN_REGISTER)
    parts = PaperParts.of(paper)
    paragraph = paragraphs_of(parts.drafted[part]).get(key) if part in parts.drafted else None
    edit = parts.edits.get(part, {}).get(key)
    if paragraph is None or not may_read_part_b(request.user, paper):
        raise Http404("No such paragraph.")
    form = PaperTextForm(
        post_data(request),
        part=part,
        exempt_risks=exempt_risks_in(paper.organisation),
        version=paper.version,
        wording=edit.wording if edit else paragraph.text,
    )
    if form.is_valid():
        words = {"part": part, "key": key, "drafted": paragraph.text}
        values = form.arguments
        if values["wording"] == paragraph.text:
            values["wording"] = ""
        if submit(form, paper.edit, by=request.user, **words, **values):
            messages.success(request, "Paragraph saved.")
            return redirect(f"{paper.get_absolute_url()}{'' if part == PUBLIC else '?part=B'}")
    context = {"paragraph": paragraph, "edit": edit, "part": part}
    return _page(request, "paper_text", form, paper, **context)


def paper_refresh(request, slug, pk):
    """Draft it again, of the register as it is now. Edits stay."""
    paper = get_paper_for(request.user, slug, pk, Permission.RUN_REGISTER)
    parts = PaperParts.of(paper)
    sees_part_b = may_read_part_b(request.user, paper)
    exempt = parts.exempt_since if sees_part_b else []
    form = PaperRefreshForm(
        post_data(request),
        exempt_since=exempt,
        organisation=paper.organisation,
        version=paper.version,
        template=parts.draft.template,
    )
    if form.is_valid():
        day, since = paper_days(paper.meeting, paper.register, kind=paper.kind)
        days = {"day": day, "since": since}
        if submit(form, paper.refresh, by=request.user, **days, **form.arguments):
            messages.success(request, "Paper drafted again.")
            return redirect(paper)
    edits = [edit for rows in parts.edits.values() for edit in rows.values()]
    context = {"exempt_since": exempt, "edits": edits, "draft": parts.draft}
    return _page(request, "paper_refresh", form, paper, **context)


def paper_clear(request, slug, pk):
    """Record a clearance, for who gives it and for who runs the register."""
    paper = get_paper_for(request.user, slug, pk, Permission.READ_DRAFT_PAPERS)
    kinds = clearances_of(request.user, paper.organisation)
    if not kinds:
        raise PermissionDenied
    post = name_for(request.user, request.user, paper.organisation).post
    initial = {"cleared_by": post, "kind": kinds[0] if len(kinds) == 1 else None}
    form = ClearForm(post_data(request), kinds=kinds, version=paper.version, **initial)
    if form.is_valid() and submit(form, paper.clear, by=request.user, **form.arguments):
        messages.success(request, "Clearance recorded.")
        return redirect(paper)
    return _page(request, "paper_clear", form, paper)


def paper_consult(request, slug, pk):
    """Record what the lead member said. Nothing waits for it."""
    paper = get_paper_for(request.user, slug, pk, Permission.RUN_MEETINGS)
    form = ConsultForm(post_data(request), version=paper.version, effective_on=timezone.localdate())
    values = form.is_valid() and form.arguments
    if values and submit(form, Consultation.record, paper, by=request.user, **values):
        messages.success(request, "Consultation recorded.")
        return redirect(paper)
    return _page(request, "paper_consult", form, paper)


def paper_finalise(request, slug, pk):
    """Freeze the text, with the opinion on a part that is not for publication."""
    paper = get_paper_for(request.user, slug, pk, Permission.RUN_REGISTER)
    parts = PaperParts.of(paper)
    statute = statute_of(paper.organisation) if parts.has_part_b else None
    form = FinaliseForm(post_data(request), statute=statute, version=paper.version)
    if form.is_valid() and submit(form, _finalise, form, parts, by=request.user):
        messages.success(request, "Paper finalised. The clerk can publish it.")
        return redirect(paper)
    return _page(request, "paper_finalise", form, paper, statute=statute)


@transaction.atomic
def _finalise(form, parts, *, by):
    paper, values = parts.paper, form.final_values
    if parts.exempt_since:
        raise InvalidTransition(EXEMPT_SINCE)
    documents = documents_to_freeze(parts, form.statute, values)
    exempt_risks = exempt_risks_in(paper.organisation)
    if names := named_exempt_risks(texts_of(documents[PUBLIC]), exempt_risks):
        raise InvalidTransition(f"Part A names what is exempt: {', '.join(names)}")
    return FinalPaper.make(
        paper,
        by=by,
        documents={part: freeze(document) for part, document in documents.items()},
        version=form.cleaned_data["text_version"],
        token=form.cleaned_data["token"],
        **values,
    )


def clearance_rule(request, slug):
    """Which clearances the papers of the organisation need."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    organisation = register.organisation
    form = ClearanceRuleForm(
        post_data(request), initial={"kinds": ClearanceRule.kinds_of(organisation)}
    )
    if form.is_valid():
        values = {"by": request.user, **form.cleaned_data}
        if submit(form, ClearanceRule.state, organisation, **values):
            messages.success(request, "Clearances saved.")
            return redirect("paper_list", register.slug)
    return _render(request, "clearance_rule", form, register=register)


def _page(request, page, form, paper, **context):
    return _render(request, page, form, register=paper.register, paper=paper, **context)


def _render(request, page, form, **context):
    context |= {"form": form}
    return render(request, f"papers/{page}.html", context, status=response_status(form))
