"""Need to know: whom the monitoring officer granted sight of exempt risks."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format

from registers.forms.need_to_know import NeedToKnowForm, WithdrawalForm
from registers.models import NeedToKnow
from registers.permissions import Permission, get_organisation_for
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
from registers.views.organisation_changes import LAYOUT

CHECK = Check(
    "Check your answers",
    "You cannot change this access once it is granted. You can withdraw it. We keep a record of "
    "both.",
    "Grant access",
)


@read_only
def need_to_know_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation, Permission.GRANT_NEED_TO_KNOW)
    related = ("user", "register", "risk__register", "by", "withdrawal__by")
    grants = organisation.needs_to_know.select_related(*related)
    active = grants.active()
    context = {
        "organisation": organisation,
        "active": active.order_by("until", "pk"),
        "page": page_of(request, grants.exclude(pk__in=active.order_by().values("pk"))),
    }
    return render(request, "administration/need_to_know_list.html", context)


def need_to_know_new(request, organisation):
    organisation = get_organisation_for(request.user, organisation, Permission.GRANT_NEED_TO_KNOW)
    form = NeedToKnowForm(post_data(request), organisation=organisation, by=request.user)
    context = {
        "organisation": organisation,
        "cancel_href": reverse("need_to_know_list", args=[organisation.slug]),
    }
    if form.is_valid() and not is_to_be_changed(request):
        if not is_confirmed(request):
            return check_page(request, form, CHECK, layout=LAYOUT, **context)
        if grant := submit(form, NeedToKnow.grant, by=request.user, **form.grant):
            day = date_format(grant.until, "j F Y")
            messages.success(request, f"Access granted to {grant.user} until {day}.")
            return redirect("need_to_know_list", organisation.slug)
    page = "administration/need_to_know_new.html"
    return render(request, page, {**context, "form": form}, status=response_status(form))


def need_to_know_withdraw(request, organisation, pk):
    organisation = get_organisation_for(request.user, organisation, Permission.GRANT_NEED_TO_KNOW)
    grants = organisation.needs_to_know.select_related("user", "register", "risk__register")
    grant = get_object_or_404(grants, pk=pk)
    form = WithdrawalForm(post_data(request))
    if form.is_valid() and submit(form, grant.withdraw, by=request.user, **form.cleaned_data):
        messages.success(request, f"Withdrawn. {grant.user} has lost this access.")
        return redirect("need_to_know_list", organisation.slug)
    is_active = organisation.needs_to_know.active().filter(pk=pk).exists()
    context = {"organisation": organisation, "grant": grant, "is_active": is_active, "form": form}
    page = "administration/need_to_know_withdraw.html"
    return render(request, page, context, status=response_status(form))
