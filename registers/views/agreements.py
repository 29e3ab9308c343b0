from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from registers.agreements import ChangesSinceAgreement, agreement_cards
from registers.forms.agreements import AgreementForm, SupersessionForm
from registers.models import Agreement, Meeting, Tolerances
from registers.permissions import (
    Permission,
    can_on,
    counts_everything,
    defaults_to_agreed,
    get_register_for,
    positions_for,
    readers_agreement,
)
from registers.services import agree, supersede
from registers.views.as_of import page_of, read_only
from registers.views.form_flow import (
    Check,
    check_page,
    is_confirmed,
    is_to_be_changed,
    post_data,
    response_status,
    submit,
)

NEW_CHECK = Check(
    "Check your answers",
    "You cannot change or delete an agreement once it is recorded. If it is wrong, you can "
    "supersede it, and both are kept.",
    "Record this agreement",
)
REPLACEMENT_CHECK = Check(
    "Check your answers",
    "You cannot change or delete this once it is recorded. Both agreements are kept.",
    "Record this agreement",
)
WITHDRAWAL_CHECK = Check(
    "Check your answers",
    "You cannot change or delete this once it is recorded. The agreement is kept, marked as "
    "withdrawn.",
    "Withdraw the agreement",
)


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
        "may_agree": can_on(request.user, Permission.RUN_REGISTER, register),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/agreement_list.html", context)


def agreement_new(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    form = AgreementForm(post_data(request), register=register, **_of_meeting(request, register))
    context = {"register": register}
    if form.is_valid() and not is_to_be_changed(request):
        if not is_confirmed(request):
            return _check_page(request, form, NEW_CHECK, **context)
        arguments = {**context, "by": request.user, **form.cleaned_data}
        if agreement := submit(form, agree, **arguments):
            day = date_format(agreement.on, "j F Y")
            words = f"Agreement recorded. We have kept the position at {day} as reported to {{}}."
            messages.success(request, words.format(agreement.body_in_sentence))
            return redirect("agreement_list", register.slug)
    context |= {"form": form}
    return render(request, "registers/agreement_new.html", context, status=response_status(form))


def _of_meeting(request, register):
    """Body and day of the meeting that the address names, to begin the form with."""
    number = request.GET.get("meeting", "")
    if not number.isdecimal() or len(number) > 9:
        return {}
    meetings = Meeting.objects.filter(body__organisation=register.organisation, pk=number)
    meeting = meetings.first()
    return {"body": meeting.body_id, "met_on": meeting.on} if meeting else {}


def agreement_supersede(request, slug, pk):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    agreement = get_object_or_404(register.agreements.select_related("supersession"), pk=pk)
    form = SupersessionForm(post_data(request), register=register, agreement=agreement)
    context = {"register": register, "agreement": agreement}
    if form.is_valid() and not is_to_be_changed(request):
        if not is_confirmed(request):
            check = WITHDRAWAL_CHECK if form.is_withdrawal else REPLACEMENT_CHECK
            return _check_page(request, form, check, **context)
        if submit(form, supersede, agreement=agreement, by=request.user, **form.supersession):
            words = "is withdrawn" if form.is_withdrawal else "is superseded"
            messages.success(request, f"The agreement of {agreement.body_in_sentence} {words}.")
            return redirect("agreement_list", register.slug)
    context |= {"form": form}
    page = "registers/agreement_supersede.html"
    return render(request, page, context, status=response_status(form))


def _check_page(request, form, check, *, register, **context):
    """The check page of an agreement, with what it would keep in numbers."""
    counts = None
    if check is not WITHDRAWAL_CHECK:
        counts = _kept_counts(request.user, register, form.cleaned_data["on"])
    context |= {
        "register": register,
        "kept": counts,
        "cancel_href": reverse("agreement_list", args=[register.slug]),
    }
    return check_page(request, form, check, "registers/agreement_check.html", **context)


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
