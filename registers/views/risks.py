import uuid
from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html

from registers.forms.assessments import AssessmentForm, IndependentForm
from registers.forms.progress_notes import ProgressNoteForm
from registers.forms.related_risks import RelatedRisksForm
from registers.forms.reviews import ReviewForm
from registers.forms.risks import EditRiskForm, LogRiskForm
from registers.imports.progress import imported_rows_for
from registers.models import ProgressNote, Review, Risk
from registers.permissions import (
    Permission,
    assesses_as,
    can,
    can_on,
    get_register_for,
    get_risk_for,
    independent_perspective,
    mark_visibility,
    may_close,
    risks_across,
)
from registers.precedents import suggestions_for
from registers.read_audit import record_exempt_read
from registers.risk_page.history import build_history
from registers.risk_page.page import risk_page_context, sparkline_of
from registers.risk_page.related import without_hidden
from registers.views.as_of import as_of_from, read_only
from registers.views.form_flow import handle_form, post_data, response_status, submit
from registers.views.message_links import message_link, with_next_step
from registers.views.precedents import suggestions_link

UNSCORED = "It has no rating yet. Assess it when you can."
DRAFTED = (
    "is saved as a draft. Only officers and managers can see it until you put it on the register."
)
# By status, and whether it is rated.
LOGGED = {
    (Risk.Status.OPEN, True): "is on the register.",
    (Risk.Status.OPEN, False): f"is on the register. {UNSCORED}",
    (Risk.Status.DRAFT, True): DRAFTED,
    (Risk.Status.DRAFT, False): DRAFTED,
}


def risk_new(request, slug):
    register = get_register_for(request.user, slug, Permission.EDIT_RISK)
    form = LogRiskForm(post_data(request), register=register)
    if form.is_valid() and (
        risk := submit(form, Risk.log, register, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, logged_message(request.user, risk))
        return redirect(risk)
    suggestions = suggestions_for(form.data) if form.is_bound else []
    context = {
        "register": register,
        "form": form,
        "suggestions": suggestions,
        "has_posts": register.organisation.posts.exists(),
        "may_administer": can(request.user, Permission.ADMINISTER, register.organisation),
    }
    return render(request, "registers/risk_new.html", context, status=response_status(form))


def logged_message(reader, risk):
    """What has become of a new risk; from the first of a register the way to its dashboard."""
    words = (risk.reference, LOGGED[risk.status, bool(risk.current)], suggestions_link(risk))
    message = format_html("{} {}{}", *words)
    if risk.number == 1 and risk.status == Risk.Status.OPEN:
        dashboard = reverse("dashboard", args=[risk.register.slug])
        message = format_html("{} {}.", message, message_link("See it on the dashboard", dashboard))
    return with_next_step(message, reader, risk.register.organisation)


@read_only
def risk_detail(request, slug, number):
    risk = get_risk_for(request.user, slug, number)
    as_of = as_of_from(request, risk.register)
    may_edit = can_on(request.user, Permission.EDIT_RISK, risk.register)
    context = {
        "register": risk.register,
        "risk": risk,
        "as_of": as_of,
        **risk_page_context(request.user, risk, as_of, may_edit=may_edit),
        "copy_token": uuid.uuid4(),
        "came_in": imported_rows_for(request.user, risk),
        "may_edit": may_edit,
        **_step_permissions(request.user, risk),
    }
    audit_read(request, risk)
    return render(request, "risk_page/risk_detail.html", context)


def _step_permissions(reader, risk):
    return {
        "may_run": can_on(reader, Permission.RUN_REGISTER, risk.register),
        "may_ask": can_on(reader, Permission.ASK_QUESTION, risk.register),
        "may_close": may_close(reader, risk),
        "assesses_as": assesses_as(reader, risk.register),
    }


def risk_edit(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = EditRiskForm(post_data(request), risk=risk)
    return handle_form(risk, request, "risk_edit", form, risk.revise, f"{risk.reference} is saved.")


def risk_related(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    registers = list(risk.register.organisation.registers.all())
    risks = risks_across(request.user, registers)
    form = RelatedRisksForm(post_data(request), risk=risk, registers=registers, risks=risks)
    message = f"The related risks of {risk.reference} are saved."
    return handle_form(risk, request, "risk_related", form, risk.revise, message)


def risk_assess(request, slug, number):
    risk = get_risk_for(
        request.user, slug, number, Permission.ASSESS_RISK, Permission.ASSESS_INDEPENDENTLY
    )
    is_ours, data = assesses_as(request.user, risk.register) == "own", post_data(request)
    if is_ours:
        form = AssessmentForm(data, risk=risk)
    else:
        perspective = independent_perspective(request.user, risk.register.organisation)
        form = IndependentForm(data, risk=risk, perspective=perspective)

    def message_of(rating):
        rating_name = (
            f"a new {rating.get_kind_display().lower()} rating"
            if is_ours
            else "your independent rating"
        )
        return f"{risk.reference} has {rating_name}: {rating.band_now.label}, {rating.score}."

    return handle_form(risk, request, "risk_assess", form, risk.assess, message_of, is_ours=is_ours)


def risk_review(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ReviewForm(post_data(request), risk=risk)

    def message_of(review):
        return f"{risk.reference} is reviewed. Next review: {date_format(review.next_on, 'j F Y')}."

    return handle_form(
        risk, request, "risk_review", form, risk.review, message_of, to=partial(_after, risk)
    )


def _after(risk, review):
    """Where a review leads: on to the proposal where the risk is to be taken higher."""
    if review.outcome == Review.Outcome.HIGHER:
        return reverse("risk_escalate", args=[risk.register.slug, risk.number])
    return risk


def progress_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ProgressNoteForm(post_data(request), risk=risk)
    message = f"{risk.reference} has a new progress note."
    return handle_form(
        risk, request, "progress_new", form, partial(ProgressNote.put, risk), message
    )


@read_only
def risk_history(request, slug, number):
    risk = get_risk_for(request.user, slug, number)
    as_of = as_of_from(request, risk.register)
    may_edit = can_on(request.user, Permission.EDIT_RISK, risk.register)
    marks = mark_visibility(request.user, [risk.register], as_of.day, as_of.recorded_by)[
        risk.register
    ]
    entries = build_history(risk, as_of.day, as_of.recorded_by, marks=marks, with_drafts=may_edit)
    entries = without_hidden(request.user, risk, entries)
    revisions = [entry.revision for entry in entries if entry.revision]
    assessments = risk.judgements(as_of.day, as_of.recorded_by, drafts=may_edit)
    context = {
        "register": risk.register,
        "risk": risk,
        "as_of": as_of,
        "title": revisions[0].title if revisions and not as_of.is_future else "",
        "entries": [] if as_of.is_future else entries,
        "sparkline": sparkline_of(assessments, as_of.day),
    }
    audit_read(request, risk)
    return render(request, "risk_page/risk_history.html", context)


def audit_read(request, risk):
    if request.method == "GET":
        record_exempt_read(risk, by=request.user)
