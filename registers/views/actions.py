from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import redirect, render

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
from registers.reports import action_counts, actions_on, dates_of, listed, with_risks
from registers.views.narrowing import narrowing_from
from registers.views.reading import page_of, read_only, reading_from
from registers.views.saving import saved, status_of


@read_only
def action_list(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    positions = positions_for(request.user, register, reading.day, reading.agreement).on_register()
    positions = positions.none() if reading.is_future else positions
    beside = narrowing_from(request, register, reading, positions, prefix="risk")
    positions = beside.on(positions, reading.day, reading.known_by)
    asked = {**reading.asked, **beside.asked_beside}
    actions = actions_on(positions, reading)
    narrowed = ActionFilter(request.GET, actions, organisation=register.organisation, day=reading.day)
    if narrowed.form.errors:
        raise BadRequest("The address asks for actions that this register does not have.")
    page = page_of(request, listed(narrowed.qs))
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
    form = NewActionForm(request.POST if request.method == "POST" else None, risk=risk)
    if form.is_valid() and (action := saved(form, Action.add, risk, by=request.user, **form.cleaned_data)):
        undated = "" if action.due_on else " It has no day yet."
        messages.success(request, f"The action is added to {risk.reference}.{undated}")
        return redirect(f"{risk.get_absolute_url()}#actions")
    context = {"register": risk.register, "risk": risk, "form": form}
    return render(request, "registers/action_new.html", context, status=status_of(form))


def action_edit(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = EditActionForm(request.POST if request.method == "POST" else None, risk=risk, action=action)
    if form.is_valid() and _taken(request, risk, action.revise, form, "is saved"):
        return redirect(f"{risk.get_absolute_url()}#actions")
    context = {"register": risk.register, "risk": risk, "action": action, "form": form, "dates": dates_of(action)}
    return render(request, "registers/action_edit.html", context, status=status_of(form))


def action_done(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionDoneForm(request.POST if request.method == "POST" else None, risk=risk, action=action)
    if form.is_valid() and _taken(request, risk, action.complete, form, "is done"):
        return redirect(f"{risk.get_absolute_url()}#actions")
    context = {"register": risk.register, "risk": risk, "action": action, "form": form}
    return render(request, "registers/action_done.html", context, status=status_of(form))


def action_drop(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionDropForm(request.POST if request.method == "POST" else None, risk=risk, action=action)
    if form.is_valid() and _taken(request, risk, action.drop, form, "is dropped"):
        return redirect(f"{risk.get_absolute_url()}#actions")
    context = {"register": risk.register, "risk": risk, "action": action, "form": form}
    return render(request, "registers/action_drop.html", context, status=status_of(form))


def action_reopen(request, slug, number, pk):
    risk, action = get_beside_risk_for(request.user, slug, number, Action, pk, Permission.EDIT_RISK)
    form = ActionReopenForm(request.POST if request.method == "POST" else None, risk=risk, action=action)
    if form.is_valid() and _taken(request, risk, action.reopen, form, "is open again"):
        return redirect(f"{risk.get_absolute_url()}#actions")
    context = {"register": risk.register, "risk": risk, "action": action, "form": form}
    return render(request, "registers/action_reopen.html", context, status=status_of(form))


def _taken(request, risk, verb, form, words):
    """Whether the step was taken; otherwise the form knows what somebody else did meanwhile."""
    revision = saved(form, verb, by=request.user, **form.cleaned_data)
    if revision:
        messages.success(request, f"{risk.reference}: “{revision.title}” {words}.")
    return bool(revision)
