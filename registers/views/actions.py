from functools import partial
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.shortcuts import render

from registers.actions import action_counts, actions_on_day, dates_of, in_list_order, with_risks
from registers.forms import (
    ActionDoneForm,
    ActionDropForm,
    ActionFilter,
    ActionReopenForm,
    EditActionForm,
    NewActionForm,
)
from registers.models import Action
from registers.permissions import (
    Permission,
    counts_everything,
    get_beside_risk_for,
    get_register_for,
    get_risk_for,
    positions_for,
)
from registers.views.as_of import page_of, read_only, reading_from
from registers.views.dashboard_filter import narrowing_from
from registers.views.form_flow import posted, step_of


@read_only
def action_list(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    positions = positions_for(request.user, register, reading.day, reading.agreement).on_register()
    positions = positions.none() if reading.is_future else positions
    beside = narrowing_from(request, register, reading, positions, prefix="risk")
    positions = beside.on(positions, reading.day, reading.known_by)
    asked = {**reading.query_params, **beside.asked_beside}
    actions = actions_on_day(positions, reading)
    narrowed = ActionFilter(
        request.GET, actions, organisation=register.organisation, day=reading.day
    )
    if narrowed.form.errors:
        raise BadRequest("The address asks for actions that this register does not have.")
    page = page_of(request, in_list_order(narrowed.qs))
    context = {
        "tab": "actions",
        "register": register,
        "reading": reading,
        "beside": beside,
        "asked": f"{urlencode(asked)}&" if asked else "",
        "filter": narrowed,
        "counts": action_counts(actions, reading.day),
        "page": page,
        "rows": with_risks(page.object_list, positions),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/action_list.html", context)


def action_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = NewActionForm(posted(request), risk=risk)
    return step_of(
        risk,
        request,
        "action_new",
        form,
        partial(Action.add, risk),
        _added,
        to=_among_actions(risk),
    )


def _added(action):
    return f"The action is added to {action.risk.reference}.{'' if action.due_on else ' It has no day yet.'}"


def action_edit(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = EditActionForm(posted(request), risk=risk, action=action)
    return _step(
        risk,
        action,
        request,
        "action_edit",
        form,
        action.revise,
        "is saved",
        dates=dates_of(action),
    )


def action_done(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionDoneForm(posted(request), risk=risk, action=action)
    return _step(risk, action, request, "action_done", form, action.complete, "is done")


def action_drop(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionDropForm(posted(request), risk=risk, action=action)
    return _step(risk, action, request, "action_drop", form, action.drop, "is dropped")


def action_reopen(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionReopenForm(posted(request), risk=risk, action=action)
    return _step(risk, action, request, "action_reopen", form, action.reopen, "is open again")


def _step(risk, action, request, page, form, verb, words, **context):
    def said(revision):
        return f"{risk.reference}: “{revision.title}” {words}."

    return step_of(
        risk, request, page, form, verb, said, to=_among_actions(risk), action=action, **context
    )


def _among_actions(risk):
    return f"{risk.get_absolute_url()}#actions"
