"""The actions of a committee: recorded at a meeting, changed, finished, cancelled and reopened."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from registers.forms.committee_actions import (
    CommitteeActionCancelForm,
    CommitteeActionDoneForm,
    CommitteeActionReopenForm,
    EditCommitteeActionForm,
    NewCommitteeActionForm,
)
from registers.meetings.committee_actions import all_actions
from registers.models import CommitteeAction
from registers.permissions import (
    Permission,
    can,
    get_committee_action_for,
    get_meeting_body_for,
    get_meeting_for,
    may_complete,
    refuse_unless,
)
from registers.views.as_of import read_only
from registers.views.form_flow import post_data, redirect_after, response_status, submit


@read_only
def committee_action_list(request, body):
    body = get_meeting_body_for(request.user, body)
    context = {
        "organisation": body.organisation,
        "body": body,
        "actions": all_actions(request.user, body),
        "today": timezone.localdate(),
    }
    return render(request, "meetings/committee_action_list.html", context)


@read_only
def committee_action_detail(request, pk, action):
    action = get_committee_action_for(request.user, pk, action)
    context = {
        "organisation": action.organisation,
        "meeting": action.meeting,
        "action": action,
        "revisions": action.revisions.select_related("by", "post").order_by("-number"),
        "may_run": can(request.user, Permission.RUN_MEETINGS, action.organisation),
        "may_complete": may_complete(request.user, action),
        "today": timezone.localdate(),
    }
    return render(request, "meetings/committee_action_detail.html", context)


def committee_action_new(request, pk):
    """Sent from the meeting's page, which it leads back to for the next one."""
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    form = NewCommitteeActionForm(post_data(request), meeting=meeting)
    values = form.is_valid() and form.cleaned_data
    if values and (
        action := submit(form, CommitteeAction.record, meeting, by=request.user, **values)
    ):
        messages.success(request, f"Action {action} recorded.")
        return redirect(f"{meeting.get_absolute_url()}#actions")
    context = {"organisation": meeting.body.organisation, "meeting": meeting, "form": form}
    template = "meetings/committee_action_new.html"
    return render(request, template, context, status=response_status(form))


def committee_action_edit(request, pk, action):
    action = _action_to_run(request, pk, action)
    form = EditCommitteeActionForm(post_data(request), action=action, user=request.user)
    return _take(request, "committee_action_edit", form, action.revise, "Action saved.", action)


def committee_action_done(request, pk, action):
    action = get_committee_action_for(request.user, pk, action)
    refuse_unless(may_complete(request.user, action), action.organisation)
    form = CommitteeActionDoneForm(post_data(request), action=action)
    message = "Action marked as done."
    return _take(request, "committee_action_done", form, action.complete, message, action)


def committee_action_cancel(request, pk, action):
    action = _action_to_run(request, pk, action)
    form = CommitteeActionCancelForm(post_data(request), action=action)
    message = "Action cancelled."
    return _take(request, "committee_action_cancel", form, action.cancel, message, action)


def committee_action_reopen(request, pk, action):
    action = _action_to_run(request, pk, action)
    form = CommitteeActionReopenForm(post_data(request), action=action)
    message = "Action reopened."
    return _take(request, "committee_action_reopen", form, action.reopen, message, action)


def _action_to_run(request, pk, action):
    """An action of a meeting, for who runs meetings."""
    action = get_committee_action_for(request.user, pk, action)
    may_run = can(request.user, Permission.RUN_MEETINGS, action.organisation)
    refuse_unless(may_run, action.organisation)
    return action


def _take(request, page, form, verb, message, action):
    """Take a step of an action and redirect, or show the page of its form."""
    if form.is_valid() and submit(form, verb, by=request.user, **form.cleaned_data):
        messages.success(request, message)
        return redirect_after(request, action)
    context = {"organisation": action.organisation, "meeting": action.meeting, "action": action}
    context |= {"form": form}
    return render(request, f"meetings/{page}.html", context, status=response_status(form))
