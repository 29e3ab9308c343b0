from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from registers.forms import MarkForms
from registers.permissions import Permission, get_register_for, get_risk_for
from registers.risk_page.precedents import (
    signs_to_look_at,
    standing_of,
    suggestions_for,
    suggestions_of,
)
from registers.views.form_flow import post_data, response_status, submit


@require_POST
def risk_suggestions(request, slug):
    """A part of a page, for the script beside the form: the words come in the body, never in an
    address.
    """
    register = get_register_for(request.user, slug, Permission.EDIT_RISK)
    context = {"register": register, "suggestions": suggestions_for(request.POST)}
    return render(request, "registers/risk_suggestions.html", context)


def risk_precedents(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    beside = {
        "suggestions": suggestions_of(risk),
        "standing": standing_of(risk, timezone.localdate()),
    }
    forms = MarkForms(post_data(request), **beside)
    if forms.sent.is_valid() and (
        mark := submit(forms.sent, risk.mark, by=request.user, **forms.verb_arguments)
    ):
        messages.success(
            request,
            f"{mark.sign.code} is marked {mark.get_mark_display().lower()} on {risk.reference}.",
        )
        return redirect("risk_precedents", slug, number)
    context = {
        "register": risk.register,
        "risk": risk,
        "forms": forms,
        "form": forms.sent,
        **beside,
    }
    return render(
        request, "registers/risk_precedents.html", context, status=response_status(forms.sent)
    )


def leads_to_signs(risk):
    """What is said to somebody who has just logged a risk that resembles signs; nothing where it
    resembles none.
    """
    found = len(suggestions_of(risk))
    if not found:
        return ""
    address = reverse("risk_precedents", args=[risk.register.slug, risk.number])
    words = f"{signs_to_look_at(found)} to look at"
    return format_html(
        ' <a class="govuk-notification-banner__link" href="{}">{}</a>.', address, words
    )
