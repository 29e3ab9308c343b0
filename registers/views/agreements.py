from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from registers.agreements import ChangesSinceAgreement, agreement_cards
from registers.forms.agreements import AgreementForm
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    defaults_to_agreed,
    get_register_for,
    positions_for,
)
from registers.services import agree
from registers.views.as_of import page_of, read_only
from registers.views.form_flow import post_data, response_status, submit


@read_only
def agreement_list(request, slug):
    register = get_register_for(request.user, slug)
    page = page_of(request, register.agreements.select_related("by"))
    agreed = [(row, agreed_positions(request.user, row)) for row in page.object_list]
    context = {
        "register": register,
        "page": page,
        "cards": agreement_cards(register, agreed),
        "since": since_latest(request.user, register) if page.number == 1 else None,
        "query_today": f"?as_at={timezone.localdate()}"
        if defaults_to_agreed(request.user, register)
        else "",
        "may_agree": can(request.user, Permission.RUN_REGISTER, register.organisation),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/agreement_list.html", context)


def agreement_new(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    form = AgreementForm(post_data(request), register=register)
    arguments = {"register": register, "by": request.user}
    if form.is_valid() and (agreement := submit(form, agree, **arguments, **form.cleaned_data)):
        day = date_format(agreement.on, "j F Y")
        messages.success(request, f"The position of {day} is kept as {agreement.body} agreed it.")
        return redirect("agreement_list", register.slug)
    context = {"register": register, "form": form}
    return render(request, "registers/agreement_new.html", context, status=response_status(form))


def agreed_positions(user, agreement):
    """What the agreement agreed, as far as this reader may see today."""
    return positions_for(user, agreement.register, agreement.on, agreement.recorded_by)


def since_latest(user, register, latest=None):
    """What has changed since the latest agreement, or None without one.

    latest: that agreement, where it was read already.
    """
    latest = latest or register.agreements.first()
    positions = positions_for(user, register, timezone.localdate())
    return latest and ChangesSinceAgreement(
        register,
        latest,
        agreed_positions=agreed_positions(user, latest),
        positions=positions,
    )
