from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.formats import date_format

from registers.escalations import escalations_of_register, listed_risks, listings_by_risk
from registers.forms.escalations import DecisionForm, EscalationForm
from registers.models import Escalation
from registers.permissions import (
    Permission,
    can_on,
    counts_everything,
    get_register_for,
    get_risk_for,
    get_risk_record_for,
    positions_across,
    risks_across,
)
from registers.views.as_of import as_of_from, page_of, read_only
from registers.views.form_flow import post_data, redirect_after, response_status, submit


@read_only
def escalation_list(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    registers = list(register.organisation.registers.all())
    risks = risks_across(request.user, registers)
    proposals = escalations_of_register(register, risks.none() if as_of.is_future else risks, as_of)
    page = page_of(request, proposals)
    context = {
        "register": register,
        "as_of": as_of,
        "page": page,
        "waiting": [row for row in page.object_list if row.waits],
        "decided": [row for row in page.object_list if not row.waits],
        "waiting_count": proposals.filter(waits=True).count(),
        "taken_up": taken_up_by(request.user, register, as_of),
        "may_decide": as_of.is_today and can_on(request.user, Permission.RUN_REGISTER, register),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/escalation_list.html", context)


def risk_escalate(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = EscalationForm(post_data(request), risk=risk)
    if form.is_valid() and (
        escalation := submit(form, Escalation.propose, risk, by=request.user, **form.verb_arguments)
    ):
        to = escalation.to_register
        messages.success(
            request,
            f"{risk.reference}: your proposal waits for a risk manager\u2019s decision on {to}.",
        )
        return redirect(risk)
    context = {"register": risk.register, "risk": risk, "form": form}
    return render(request, "registers/risk_escalate.html", context, status=response_status(form))


def escalation_decide(request, slug, number, pk):
    risk, escalation = get_risk_record_for(
        request.user, slug, number, Escalation, pk, Permission.RUN_REGISTER
    )
    form = DecisionForm(post_data(request))
    if form.is_valid() and (
        decision := submit(form, escalation.decide, by=request.user, **form.cleaned_data)
    ):
        _add_message(
            request, risk, decision, is_own=_is_submitted_decision(request.user, decision, form)
        )
        return redirect_after(request, "escalation_list", escalation.to_register.slug)
    context = {"register": risk.register, "risk": risk, "escalation": escalation, "form": form}
    return render(
        request, "registers/escalation_decide.html", context, status=response_status(form)
    )


def taken_up_by(user, register, as_of, registers=None):
    """What this register lists of other registers, as this reader may see it on the day read.

    Empty for a future day. registers: those in use of its organisation, where they are known.
    """
    listing = {} if as_of.is_future else listings_by_risk(register, as_of)
    if not listing:
        return []
    candidates = register.organisation.registers.in_use() if registers is None else registers
    registers = [candidate for candidate in candidates if candidate != register]
    positions = positions_across(user, registers, as_of.day, as_of.recorded_by)
    return listed_risks(listing, positions)


def _is_submitted_decision(user, decision, form):
    values = form.cleaned_data
    return (decision.by, decision.is_approved, decision.reason) == (
        user,
        values["is_approved"],
        values["reason"],
    )


def _add_message(request, risk, decision, is_own):
    if is_own:
        messages.success(request, f"{risk.reference}: {str(decision).lower()}.")
        return
    day = date_format(decision.effective_on, "j F Y")
    decision_text = f"{str(decision).lower()} by {decision.by} on {day}"
    messages.warning(
        request,
        f"Not saved: {risk.reference} is already {decision_text}. That decision is final.",
    )
