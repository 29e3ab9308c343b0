"""A risk's lifecycle: onto the register, happened, exempt, closed, reopened; a copy as a draft."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from registers.forms.risk_lifecycle import (
    CloseForm,
    DuplicateForm,
    ExemptForm,
    HappenedForm,
    LiftExemptionForm,
    ReopenForm,
)
from registers.forms.risks import OpenRiskForm
from registers.permissions import (
    Permission,
    PermissionMissing,
    can_on,
    get_risk_for,
    may_close,
    would_see_exempt,
)
from registers.views.form_flow import Check, handle_form, post_data

# Closing, exempting, dropping an action and retiring a control can all be undone: no check there.
PUT_ON_REGISTER = Check(
    "Check before you put this risk on the register",
    "Everybody who reads the register will see this risk. It cannot become a draft again.",
    "Put it on the register",
)
MATERIALISED = Check(
    "Check before you record that this risk has materialised",
    "The register will show this risk as materialised. You cannot undo this.",
    "Record that it has materialised",
)
LIFT_EXEMPTION = Check(
    "Check before you lift the exemption",
    "Everybody who reads the register will see this risk and its history. You cannot undo what "
    "people have read.",
    "Lift the exemption",
)
OUT_OF_SIGHT = " You can no longer see it. Ask a risk manager if you need to."


def risk_put_on_register(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = OpenRiskForm(post_data(request), risk=risk)
    message = f"{risk.reference} is on the register."
    return handle_form(
        risk, request, "risk_put_on_register", form, risk.open, message, check=PUT_ON_REGISTER
    )


def risk_happened(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = HappenedForm(post_data(request), risk=risk)
    message = f"{risk.reference} is recorded as materialised. Assess it again for what may still "
    "happen."
    return handle_form(
        risk, request, "risk_happened", form, risk.happen, message, check=MATERIALISED
    )


def risk_close(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    if not may_close(request.user, risk):
        raise PermissionMissing(risk.register.organisation)
    form = CloseForm(post_data(request), risk=risk)
    message = f"{risk.reference} is closed. Its history is kept, and a risk manager can reopen it."
    return handle_form(risk, request, "risk_close", form, risk.close, message)


def risk_reopen(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    form = ReopenForm(post_data(request), risk=risk)
    message = f"{risk.reference} is reopened, with its details, ratings and history."
    return handle_form(risk, request, "risk_reopen", form, risk.reopen, message)


def risk_exempt(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ExemptForm(post_data(request), risk=risk)
    stays = would_see_exempt(request.user, risk)
    message = f"{risk.reference} is exempt from publication.{'' if stays else OUT_OF_SIGHT}"
    may_lift = risk.is_exempt and can_on(request.user, Permission.RUN_REGISTER, risk.register)
    context = {"to": risk if stays else risk.register, "stays": stays, "may_lift": may_lift}
    return handle_form(risk, request, "risk_exempt", form, risk.exempt, message, **context)


def risk_lift_exemption(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    form = LiftExemptionForm(post_data(request), risk=risk)
    message = f"{risk.reference} is no longer exempt. Everybody who reads the register can see it."
    return handle_form(
        risk,
        request,
        "risk_lift_exemption",
        form,
        risk.lift_exemption,
        message,
        check=LIFT_EXEMPTION,
    )


@require_POST
def risk_duplicate(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = DuplicateForm(request.POST)
    # Nothing in it can be invalid.
    form.is_valid()
    copy = risk.duplicate(by=request.user, **form.cleaned_data)
    messages.success(
        request,
        f"{copy.reference} is a draft, copied from {risk.reference}. Change what is different.",
    )
    return redirect("risk_edit", slug, copy.number)
