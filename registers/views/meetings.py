"""Meetings: the list, one of them, and what the clerk does with it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from registers.dates import FinancialYear
from registers.forms.committee_actions import NewCommitteeActionForm
from registers.forms.meetings import (
    CancellationForm,
    LateItemForm,
    MeetingForm,
    NewMeetingForm,
    OfficerForm,
    PreElectionPeriodForm,
)
from registers.meetings.calendar import meeting_days
from registers.meetings.record import Phase, phase_of, record_of
from registers.models import LateItem, Meeting, PreElectionPeriod
from registers.models.committee_action import municipal_year
from registers.permissions import (
    Permission,
    can,
    can_on,
    get_meeting_for,
    get_organisation_for,
    meetings_for,
    organisations_for,
    permissions_of,
    sits_at,
)
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
from registers.views.organisation_changes import announce, atomic_post, organisation_to_change

# Who has these knows that there is no question.
READS_EVERYTHING = {Permission.READ_QUESTIONS, Permission.SEE_EXEMPT}
LAYOUT = "meetings/layout.html"
SERIES_CHECK = Check(
    "Check the days of the meetings",
    "You can move or cancel each meeting afterwards.",
    "Add these meetings",
)


@read_only
def meeting_list(request):
    """Those to come, the next first; then those that were, the latest first."""
    today = timezone.localdate()
    meetings = meetings_for(request.user)
    to_come = list(meetings.filter(on__gte=today).order_by("on", "starts_at", "pk"))
    context = {
        "days": [meeting_days(row, row.body.organisation, ()) for row in to_come],
        "page": page_of(request, meetings.filter(on__lt=today).order_by("-on", "-pk")),
        "organisations": organisations_for(request.user, Permission.VIEW_REGISTER),
        "run": organisations_for(request.user, Permission.RUN_MEETINGS),
        "today": today,
    }
    return render(request, "meetings/meeting_list.html", context)


@read_only
def meeting_detail(request, pk):
    """Before, at and after the meeting; only what is next is offered."""
    meeting = get_meeting_for(request.user, pk)
    organisation, record = meeting.body.organisation, record_of(request.user, meeting)
    context = {
        "organisation": organisation,
        "meeting": meeting,
        "days": meeting_days(meeting, organisation, organisation.pre_election_periods.all()),
        "officers": meeting.attending.order_by("title"),
        "record": record,
        "papers": record.papers,
        "year": municipal_year(organisation, meeting.on),
        "question_year": FinancialYear.of(meeting.on, organisation.year_starts_in),
        "today": timezone.localdate(),
        **_steps(request.user, meeting, record.registers),
    }
    return render(request, "meetings/meeting_detail.html", context)


def _steps(user, meeting, registers):
    """What the reader may do next on the meeting's page."""
    organisation, phase = meeting.body.organisation, phase_of(meeting)
    may_run = can(user, Permission.RUN_MEETINGS, organisation) and phase != Phase.CLOSED
    return {
        "phase": phase,
        "may_run": may_run,
        "may_agree": can(user, Permission.RUN_REGISTER, organisation),
        "may_read_all": permissions_of(user, organisation) >= READS_EVERYTHING,
        "sits": phase != Phase.CLOSED and sits_at(user, meeting),
        "asked_on": [row for row in registers if can_on(user, Permission.ASK_QUESTION, row)],
        "action_form": NewCommitteeActionForm(meeting=meeting) if may_run else None,
    }


def meeting_new(request, organisation):
    """One meeting, or a series, whose days are checked first."""
    organisation = get_organisation_for(request.user, organisation, Permission.RUN_MEETINGS)
    initial = {"body": request.GET.get("body")}
    form = NewMeetingForm(post_data(request), organisation=organisation, initial=initial)
    context = {"organisation": organisation}
    if form.is_valid() and not is_to_be_changed(request):
        if form.is_series and not is_confirmed(request):
            template = "meetings/series_check.html"
            return check_page(request, form, SERIES_CHECK, template, layout=LAYOUT, **context)
        meeting = form.save(by=request.user)
        announce(request, organisation, form.message)
        return redirect("meeting_list") if form.is_series else redirect(meeting)
    context |= {"form": form}
    return render(request, "meetings/meeting_new.html", context, status=response_status(form))


@atomic_post
def meeting_edit(request, pk):
    meeting = _meeting_to_change(request, pk)
    form = MeetingForm(post_data(request), instance=meeting)
    context = {"organisation": meeting.body.organisation, "meeting": meeting}
    return _save(request, "meeting_edit", form, "Meeting saved.", meeting, **context)


def meeting_cancel(request, pk):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    form = CancellationForm(post_data(request))
    if form.is_valid():
        submit(form, meeting.cancel, by=request.user, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Meeting cancelled.")
            return redirect(meeting)
    context = {"organisation": meeting.body.organisation, "meeting": meeting, "form": form}
    return render(request, "meetings/meeting_cancel.html", context, status=response_status(form))


@atomic_post
def meeting_officers(request, pk):
    """The officers who attend, with a form to add one."""
    meeting = _meeting_to_change(request, pk)
    form = OfficerForm(post_data(request), meeting=meeting)
    officers = meeting.attending.order_by("title")
    context = {"organisation": meeting.body.organisation, "meeting": meeting}
    context["officers"] = officers
    to = ("meeting_officers", meeting.pk)
    return _save(request, "meeting_officers", form, "Officer added.", *to, **context)


@require_POST
@atomic_post
def meeting_officer_remove(request, pk, post):
    meeting = _meeting_to_change(request, pk)
    post = get_object_or_404(meeting.attending, pk=post)
    meeting.attending.remove(post)
    meeting.enter("changed", by=request.user, text={"changes": f"no longer attending: {post}"})
    messages.success(request, "Officer removed.")
    return redirect("meeting_officers", meeting.pk)


def late_item_new(request, pk):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    form = LateItemForm(post_data(request))
    values = form.is_valid() and form.cleaned_data
    if values and submit(form, LateItem.accept, meeting, by=request.user, **values):
        messages.success(request, "Late item recorded.")
        return redirect(meeting)
    context = {"organisation": meeting.body.organisation, "meeting": meeting, "form": form}
    return render(request, "meetings/late_item_new.html", context, status=response_status(form))


@read_only
def pre_election_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation, Permission.RUN_MEETINGS)
    context = {"organisation": organisation, "periods": organisation.pre_election_periods.all()}
    return render(request, "meetings/pre_election_list.html", context)


@atomic_post
def pre_election_new(request, organisation):
    organisation = organisation_to_change(request, organisation, Permission.RUN_MEETINGS)
    period = PreElectionPeriod(organisation=organisation)
    return _save_period(request, period, "Election added.")


@atomic_post
def pre_election_edit(request, organisation, pk):
    organisation = organisation_to_change(request, organisation, Permission.RUN_MEETINGS)
    period = get_object_or_404(organisation.pre_election_periods, pk=pk)
    return _save_period(request, period, "Election saved.")


def _meeting_to_change(request, pk):
    """The meeting, for who runs meetings; on a POST held until the transaction ends."""
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    if request.method == "POST":
        rows = Meeting.objects.select_for_update(no_key=True, of=("self",))
        meeting = rows.select_related("body__organisation").get(pk=pk)
    return meeting


def _save_period(request, period, message):
    form = PreElectionPeriodForm(post_data(request), instance=period)
    organisation, is_new = period.organisation, period.pk is None
    context = {"organisation": organisation, "period": None if is_new else period}
    to = ("pre_election_list", organisation.slug)
    return _save(request, "pre_election_edit", form, message, *to, **context)


def _save(request, page, form, message, *to, **context):
    """Save a valid form and redirect, or show its page. to: as redirect() takes it."""
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, message)
        return redirect(*to)
    context |= {"form": form}
    return render(request, f"meetings/{page}.html", context, status=response_status(form))
