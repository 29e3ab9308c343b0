"""Reminders: by mail, as chosen, and in a calendar that needs no sign-in."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from registers.forms.reminders import CalendarAddressForm, ReminderForm
from registers.models import CalendarKey, ReminderChoice, ReminderKind
from registers.permissions import Permission, can_somewhere, sits_on_a_body
from registers.reminders.calendar import DAYS_AHEAD, DAYS_BACK, LIMIT, calendar_of
from registers.tasks.task_list import tasks_between
from registers.views.as_of import read_only
from registers.views.form_flow import post_data


def reminders(request):
    may_have_tasks = can_somewhere(request.user, Permission.EDIT_RISK)
    offered = _kinds_for(request.user, may_have_tasks)
    form = ReminderForm(post_data(request), person=request.user, offered=offered)
    if form.is_bound and not offered:
        raise PermissionDenied
    if form.is_valid():
        ReminderChoice.choose(by=request.user, kinds=form.choice)
        kinds = form.cleaned_data["kinds"]
        messages.success(
            request,
            "We saved your choice." if kinds else "We saved your choice: you get no reminders.",
        )
        return redirect("reminders")
    key = CalendarKey.in_use_by(request.user)
    context = {
        "form": form,
        "may_have_tasks": may_have_tasks,
        "has_choice": bool(offered),
        "calendar_key": key,
    }
    return render(request, "reminders/reminders.html", context)


def _kinds_for(person, may_have_tasks):
    """The kinds of mail that the person may get."""
    has_meetings = sits_on_a_body(person)
    return [
        kind
        for kind in ReminderKind
        if (has_meetings if kind == ReminderKind.MEETING else may_have_tasks)
    ]


def calendar_address(request):
    """Makes an address and shows it: the only page that ever does."""
    if not can_somewhere(request.user, Permission.EDIT_RISK):
        raise PermissionDenied
    form = CalendarAddressForm(post_data(request))
    address = ""
    if form.is_valid():
        address = address_of(CalendarKey.make(by=request.user, **form.cleaned_data))
    context = {
        "form": form,
        "address": address,
        "calendar_key": CalendarKey.in_use_by(request.user),
    }
    return render(request, "reminders/calendar_address.html", context)


def calendar_stop(request):
    if request.method == "POST":
        CalendarKey.revoke(by=request.user)
        messages.success(request, "You stopped the calendar. Its address no longer works.")
        return redirect("reminders")
    return render(
        request,
        "reminders/calendar_stop.html",
        {"calendar_key": CalendarKey.in_use_by(request.user)},
    )


@login_not_required
@read_only
def calendar_feed(request, secret):
    """Whoever has the secret reads what its person may see today; for anybody else 404."""
    reader = CalendarKey.reader_of(secret)
    if not reader or not can_somewhere(reader, Permission.VIEW_REGISTER):
        raise Http404("No calendar of that address.")
    today = timezone.localdate()
    first, last = today - timedelta(DAYS_BACK), today + timedelta(DAYS_AHEAD)
    tasks = tasks_between(reader, first, last, today, LIMIT)
    calendar = calendar_of(tasks, site=settings.SITE_URL)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": 'inline; filename="failing-well.ics"',
    }
    return HttpResponse(calendar, content_type="text/calendar; charset=utf-8", headers=headers)


def address_of(secret):
    return settings.SITE_URL + reverse("calendar_feed", args=[secret])
