"""The record of a meeting: who came, interests, resolutions, deep dives and the minutes."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from registers.forms.meeting_record import (
    ApologiesForm,
    AttendanceForm,
    DeclarationForm,
    DeepDiveForm,
    DeepDiveOutcomeForm,
    MinutesApprovalForm,
    ReasonForm,
    ResolutionForm,
)
from registers.meetings.record import attendance_of, declarable_items
from registers.models import Attendance, Declaration, DeepDive, MinutesApproval, Resolution
from registers.papers.resolutions import exclusion_drafts
from registers.permissions import (
    Permission,
    can,
    declarations_for,
    get_deep_dive_for,
    get_meeting_for,
    may_declare,
    may_send_apologies,
    papers_of_meeting,
    refuse_unless,
)
from registers.views.form_flow import post_data, response_status, submit


def meeting_apologies(request, pk):
    """A member's own apologies, or anybody's for who runs meetings, with a substitute."""
    meeting = get_meeting_for(request.user, pk)
    refuse_unless(may_send_apologies(request.user, meeting), meeting.body.organisation)
    is_for_all = can(request.user, Permission.RUN_MEETINGS, meeting.body.organisation)
    form = ApologiesForm(
        post_data(request), meeting=meeting, user=request.user, is_for_all=is_for_all
    )
    return _record(request, "meeting_apologies", form, Attendance.record, meeting, "Saved.")


def meeting_attendance(request, pk):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    attendance = attendance_of(meeting)
    form = AttendanceForm(post_data(request), meeting=meeting, attendance=attendance)
    if form.is_valid() and submit(form, form.save, by=request.user) is not None:
        return _to_meeting(request, meeting, "Attendance saved.")
    return _page(request, "meeting_attendance", form, meeting, attendance=attendance)


def declaration_new(request, pk):
    meeting = get_meeting_for(request.user, pk)
    refuse_unless(may_declare(request.user, meeting), meeting.body.organisation)
    form = DeclarationForm(
        post_data(request),
        meeting=meeting,
        items=declarable_items(request.user, meeting),
        user=request.user,
        is_for_all=can(request.user, Permission.RUN_MEETINGS, meeting.body.organisation),
    )
    message = "Declaration recorded."
    return _record(request, "declaration_new", form, Declaration.declare, meeting, message)


def declaration_withdraw(request, pk, declaration):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    declaration = get_object_or_404(declarations_for(request.user, meeting), pk=declaration)
    form = ReasonForm(post_data(request))
    values = form.is_valid() and form.cleaned_data
    if values and submit(form, declaration.withdraw, by=request.user, **values):
        return _to_meeting(request, meeting, "Declaration withdrawn.")
    return _page(request, "declaration_withdraw", form, meeting, declaration=declaration)


def resolution_new(request, pk):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    drafts = exclusion_drafts(papers_of_meeting(request.user, meeting))
    key = request.GET.get("paper")
    draft = next((row for row in drafts if str(row.paper.pk) == key), None)
    form = ResolutionForm(post_data(request), draft=draft)
    values = form.is_valid() and form.cleaned_data
    if values and submit(form, Resolution.record, meeting, by=request.user, **values):
        return _to_meeting(request, meeting, "Resolution recorded.")
    return _page(request, "resolution_new", form, meeting, draft=draft, drafts=drafts)


def resolution_correct(request, pk, resolution):
    """Another row stands in its place; both are kept."""
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    resolution = get_object_or_404(meeting.resolutions, pk=resolution)
    form = ResolutionForm(post_data(request), resolution=resolution)
    values = form.is_valid() and {**form.cleaned_data, "corrects": resolution}
    if values and submit(form, Resolution.record, meeting, by=request.user, **values):
        return _to_meeting(request, meeting, "Resolution corrected.")
    return _page(request, "resolution_correct", form, meeting, resolution=resolution)


def deep_dive_new(request, pk):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    initial = {"risk": request.GET.get("risk", "")[:40]}
    form = DeepDiveForm(post_data(request), meeting=meeting, user=request.user, initial=initial)
    return _record(request, "deep_dive_new", form, DeepDive.plan, meeting, "Deep dive planned.")


def deep_dive_conclude(request, pk, deep_dive):
    meeting, row = get_deep_dive_for(request.user, pk, deep_dive)
    form = DeepDiveOutcomeForm(post_data(request))
    values = form.is_valid() and form.cleaned_data
    if values and submit(form, row.conclude, by=request.user, **values):
        return _to_meeting(request, meeting, "Deep dive recorded.")
    return _page(request, "deep_dive_conclude", form, meeting, deep_dive=row)


def minutes_approve(request, pk):
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    if meeting.is_cancelled:
        raise Http404("A meeting that was cancelled has no minutes.")
    form = MinutesApprovalForm(post_data(request), meeting=meeting)
    message = "Approval recorded."
    return _record(request, "minutes_approve", form, MinutesApproval.record, meeting, message)


def _record(request, page, form, verb, meeting, message):
    """Record what a valid form says of the meeting and go back to it, or show the form's page."""
    arguments = form.is_valid() and getattr(form, "arguments", form.cleaned_data)
    if arguments and submit(form, verb, meeting, by=request.user, **arguments):
        return _to_meeting(request, meeting, message)
    return _page(request, page, form, meeting)


def _to_meeting(request, meeting, message):
    messages.success(request, message)
    return redirect(meeting)


def _page(request, page, form, meeting, **context):
    context |= {"organisation": meeting.body.organisation, "meeting": meeting, "form": form}
    return render(request, f"meetings/{page}.html", context, status=response_status(form))
