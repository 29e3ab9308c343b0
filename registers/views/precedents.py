from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from registers.forms.precedents import MarkForms
from registers.permissions import Permission, get_register_for, get_risk_for
from registers.phrases.register import signs_to_look_at
from registers.precedents import suggestions_for, suggestions_of
from registers.risk_page.precedents import marked_signs_of
from registers.views.form_flow import post_data, response_status, submit
from registers.views.message_links import message_link


@require_POST
def risk_suggestions(request, slug):
    """A part of a page, for the script beside the form. The words come in the body, never in an
    address.
    """
    register = get_register_for(request.user, slug, Permission.EDIT_RISK)
    context = {"register": register, "suggestions": suggestions_for(request.POST)}
    return render(request, "registers/risk_suggestions.html", context)


def risk_precedents(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    signs = {
        "suggestions": suggestions_of(risk),
        "standing": marked_signs_of(risk, timezone.localdate()),
    }
    forms = MarkForms(post_data(request), **signs)
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
        **signs,
    }
    return render(
        request, "registers/risk_precedents.html", context, status=response_status(forms.sent)
    )


def suggestions_link(risk):
    """A link to the signs that a new risk resembles, for the message that it is logged.

    Empty where it resembles none.
    """
    count = len(suggestions_of(risk))
    if not count:
        return ""
    address = reverse("risk_precedents", args=[risk.register.slug, risk.number])
    return format_html(" {}.", message_link(signs_to_look_at(count), address))
