"""Whether a risk may be published, and on what ground it may not."""

from django.contrib import messages
from django.shortcuts import redirect, render

from registers.forms import ExemptForm, LiftExemptionForm
from registers.permissions import Permission, can, get_risk_for, would_see_exempt
from registers.views.saving import saved, status_of

OUT_OF_SIGHT = " You no longer see it, as you neither raised it nor hold the post that owns it: a risk manager does."


def risk_exempt(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ExemptForm(request.POST if request.method == "POST" else None, risk=risk)
    stays = would_see_exempt(request.user, risk)
    if form.is_valid() and saved(form, risk.exempt, by=request.user, **form.cleaned_data):
        messages.success(request, f"{risk.reference} is exempt from publication.{'' if stays else OUT_OF_SIGHT}")
        return redirect(risk if stays else risk.register)
    context = {"register": risk.register, "risk": risk, "form": form, "stays": stays}
    context["may_lift"] = risk.is_exempt and can(request.user, Permission.RUN_REGISTER, risk.register.organisation)
    return render(request, "registers/risk_exempt.html", context, status=status_of(form))


def risk_lift_exemption(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    form = LiftExemptionForm(request.POST if request.method == "POST" else None, risk=risk)
    if form.is_valid() and saved(form, risk.lift_exemption, by=request.user, **form.cleaned_data):
        messages.success(request, f"{risk.reference} is exempt no longer: whoever reads the register sees it.")
        return redirect(risk)
    context = {"register": risk.register, "risk": risk, "form": form}
    return render(request, "registers/risk_lift_exemption.html", context, status=status_of(form))
