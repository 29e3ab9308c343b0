from functools import partial
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.shortcuts import render

from registers.actions import action_counts, actions_on_day, dates_of, in_list_order, with_risks
from registers.forms.actions import (
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
    get_register_for,
    get_risk_for,
    get_risk_record_for,
    positions_for,
)
from registers.views.as_of import as_of_from, page_of, read_only
from registers.views.filters import narrowing_from
from registers.views.form_flow import handle_form, post_data


@read_only
def action_list(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    positions = positions_for(request.user, register, as_of.day, as_of.recorded_by).on_register()
    positions = positions.none() if as_of.is_future else positions
    narrowing = narrowing_from(request, register, as_of, positions, prefix="risk")
    positions = narrowing.on(positions, as_of.day, as_of.recorded_by)
    query_params = {**as_of.query_params, **narrowing.prefixed_query_params}
    actions = actions_on_day(positions, as_of)
    action_filter = ActionFilter(
        request.GET, actions, organisation=register.organisation, day=as_of.day
    )
    if action_filter.form.errors:
        raise BadRequest("The address asks for actions that this register does not have.")
    page = page_of(request, in_list_order(action_filter.qs))
    context = {
        "register": register,
        "as_of": as_of,
        "narrowing": narrowing,
        "asked": f"{urlencode(query_params)}&" if query_params else "",
        "filter": action_filter,
        "counts": action_counts(actions, as_of.day),
        "page": page,
        "rows": with_risks(page.object_list, positions),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/action_list.html", context)


def action_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = NewActionForm(post_data(request), risk=risk)
    return handle_form(
        risk,
        request,
        "action_new",
        form,
        partial(Action.add, risk),
        _added_message,
    )


def _added_message(action):
    no_day = "" if action.due_on else " It has no due date yet."
    return f"The action is added to {action.risk.reference}.{no_day}"


def action_edit(request, slug, number, pk):
    risk, action = get_risk_record_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = EditActionForm(post_data(request), risk=risk, action=action)
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
    risk, action = get_risk_record_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionDoneForm(post_data(request), risk=risk, action=action)
    return _step(risk, action, request, "action_done", form, action.complete, "is done")


def action_drop(request, slug, number, pk):
    risk, action = get_risk_record_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionDropForm(post_data(request), risk=risk, action=action)
    return _step(risk, action, request, "action_drop", form, action.drop, "is cancelled")


def action_reopen(request, slug, number, pk):
    risk, action = get_risk_record_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionReopenForm(post_data(request), risk=risk, action=action)
    return _step(risk, action, request, "action_reopen", form, action.reopen, "is reopened")


def _step(risk, action, request, page, form, verb, words, **context):
    def message_of(revision):
        return f"{risk.reference}: “{revision.title}” {words}."

    return handle_form(
        risk,
        request,
        page,
        form,
        verb,
        message_of,
        action=action,
        **context,
    )
