from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from registers.agreements import ChangesSinceAgreement, agreement_cards
from registers.forms.agreements import AgreementForm, SupersessionForm
from registers.models import Agreement, Decision, Tolerances
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    defaults_to_agreed,
    get_register_for,
    positions_for,
    readers_agreement,
)
from registers.services import agree, supersede
from registers.views.as_of import page_of, read_only
from registers.views.form_flow import post_data, response_status, submit


@read_only
def agreement_list(request, slug):
    register = get_register_for(request.user, slug)
    related = ("by", "supersession__by", "supersession__replacement", "replaces__agreement")
    page = page_of(request, register.agreements.select_related(*related))
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
    if is_confirmed(request, form) and (
        agreement := submit(form, agree, **arguments, **form.cleaned_data)
    ):
        day = date_format(agreement.on, "j F Y")
        words = f"Agreement recorded. We have kept the position at {day} as reported to {{}}."
        messages.success(request, words.format(agreement.body_in_sentence))
        return redirect("agreement_list", register.slug)
    return _answer(request, "agreement_new", register, form)


def agreement_supersede(request, slug, pk):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    agreement = get_object_or_404(register.agreements.select_related("supersession"), pk=pk)
    decision = "" if agreement.decision == Decision.AGREED else agreement.decision
    form = SupersessionForm(
        post_data(request),
        register=register,
        decision=decision,
        **{name: getattr(agreement, name) for name in ("body", "on", "met_on", "note")},
    )
    if is_confirmed(request, form) and submit(
        form,
        supersede,
        agreement=agreement,
        by=request.user,
        reason=form.cleaned_data["reason"],
        replacement=form.replacement,
        token=form.cleaned_data["token"],
    ):
        words = "is withdrawn" if form.is_withdrawal else "is superseded"
        messages.success(request, f"The agreement of {agreement.body_in_sentence} {words}.")
        return redirect("agreement_list", register.slug)
    return _answer(request, "agreement_supersede", register, form, agreement=agreement)


def is_confirmed(request, form):
    """Whether a form comes back from its check page, to be saved."""
    return form.is_valid() and "confirmed" in request.POST


def _answer(request, page, register, form, **context):
    """The form or, of one that is in order and not sent back to be changed, its check page."""
    context |= {"register": register, "form": form}
    is_to_check = form.is_bound and form.is_valid() and not hasattr(form, "is_refused")
    if is_to_check and "change" not in request.POST:
        is_withdrawal = getattr(form, "is_withdrawal", False)
        day = None if is_withdrawal else form.cleaned_data["on"]
        context |= {
            "checks_answers": True,
            "kept": day and _kept_counts(request.user, register, day),
        }
    return render(request, f"registers/{page}.html", context, status=response_status(form))


def _kept_counts(user, register, day):
    """What an agreement recorded now would keep of that day, in numbers."""
    cut_off = Agreement(on=day, recorded_at=timezone.now()).recorded_by
    positions = positions_for(user, register, day, cut_off).on_register()
    scheme = register.scheme_on(day, cut_off)
    tolerance = Tolerances.of(register).on(day, cut_off, scheme)
    return {
        "risks": positions.count(),
        "above": positions.above_tolerance(scheme, tolerance).count(),
        "counts_everything": counts_everything(user, register),
    }


def agreed_positions(user, agreement):
    """What the agreement agreed, as far as this reader may see today."""
    return positions_for(user, agreement.register, agreement.on, agreement.recorded_by)


def since_latest(user, register, latest=None):
    """What has changed since the agreement that the reader goes by, or None without one.

    latest: that agreement, where it was read already.
    """
    readers = None if latest else readers_agreement(user, register)
    latest = readers.agreement if readers else latest
    positions = positions_for(user, register, timezone.localdate())
    return latest and ChangesSinceAgreement(
        register,
        latest,
        agreed_positions=agreed_positions(user, latest),
        positions=positions,
    )
