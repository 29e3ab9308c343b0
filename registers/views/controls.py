from functools import partial

from django.shortcuts import render

from registers.assurance_map import AssuranceSummary, assurance_rows
from registers.forms.assurance import AssuranceForm
from registers.forms.controls import (
    ControlForm,
    ControlTestForm,
    EditControlForm,
    RetireControlForm,
)
from registers.models import Assurance, Control
from registers.permissions import (
    Permission,
    counts_everything,
    get_register_for,
    get_risk_for,
    get_risk_record_for,
    positions_for,
)
from registers.risk_list import DEFAULT_ORDER, in_order
from registers.risk_page.controls import control_history
from registers.views.as_of import as_of_from, page_from, read_only
from registers.views.form_flow import handle_form, post_data


@read_only
def assurance_map(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    positions = positions_for(request.user, register, as_of.day, as_of.recorded_by).on_register()
    if as_of.is_future:
        positions = positions.none()
    page = page_from(request, in_order(positions, DEFAULT_ORDER, as_of.day), register)
    context = {
        "register": register,
        "as_of": as_of,
        "summary": AssuranceSummary(register, positions, as_of),
        "page": page,
        "rows": assurance_rows(page.object_list, as_of),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/assurance_map.html", context)


def assurance_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = AssuranceForm(post_data(request), risk=risk)
    return handle_form(
        risk, request, "assurance_new", form, partial(Assurance.give, risk), _assurance_message
    )


def _assurance_message(assurance):
    return (
        f"{assurance.risk.reference} has assurance from line {assurance.line}: "
        f"{assurance.get_opinion_display()}, {assurance.provider}."
    )


def control_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ControlForm(post_data(request), risk=risk)
    return handle_form(
        risk, request, "control_new", form, partial(Control.add, risk), _control_message
    )


def _control_message(control):
    return f"{control.risk.reference} has a new control: {control.title}."


def control_edit(request, slug, number, pk):
    risk, control = get_risk_record_for(
        request.user, slug, number, Control, pk, Permission.EDIT_RISK
    )
    form = EditControlForm(post_data(request), control=control)
    context = {"control": control, "entries": control_history(control)}
    return handle_form(
        risk,
        request,
        "control_edit",
        form,
        control.revise,
        lambda _: f"{control.title} is saved.",
        **context,
    )


def control_test(request, slug, number, pk):
    risk, control = get_risk_record_for(
        request.user, slug, number, Control, pk, Permission.EDIT_RISK
    )
    form = ControlTestForm(post_data(request), control=control)

    def message_of(_):
        return (
            f"The test of {control.title} is recorded: {control.get_operating_display().lower()}."
        )

    return handle_form(
        risk, request, "control_test", form, control.test, message_of, control=control
    )


def control_retire(request, slug, number, pk):
    risk, control = get_risk_record_for(
        request.user, slug, number, Control, pk, Permission.EDIT_RISK
    )
    form = RetireControlForm(post_data(request), control=control)
    message = f"{control.title} is retired. Its history is kept."
    return handle_form(
        risk, request, "control_retire", form, control.retire, message, control=control
    )
