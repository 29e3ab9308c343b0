"""Exempting a risk from publication, and lifting that."""

from registers.forms import ExemptForm, LiftExemptionForm
from registers.permissions import Permission, can, get_risk_for, would_see_exempt
from registers.views.form_flow import handle_form, post_data

OUT_OF_SIGHT = (
    " You no longer see it, as you neither raised it nor hold the post that owns it: "
    "a risk manager does."
)


def risk_exempt(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ExemptForm(post_data(request), risk=risk)
    stays = would_see_exempt(request.user, risk)
    message = f"{risk.reference} is exempt from publication.{'' if stays else OUT_OF_SIGHT}"
    may_lift = risk.is_exempt and can(
        request.user, Permission.RUN_REGISTER, risk.register.organisation
    )
    context = {"to": risk if stays else risk.register, "stays": stays, "may_lift": may_lift}
    return handle_form(risk, request, "risk_exempt", form, risk.exempt, message, **context)


def risk_lift_exemption(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    form = LiftExemptionForm(post_data(request), risk=risk)
    message = f"{risk.reference} is exempt no longer: whoever reads the register sees it."
    return handle_form(risk, request, "risk_lift_exemption", form, risk.lift_exemption, message)
