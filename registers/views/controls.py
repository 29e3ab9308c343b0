from django.contrib import messages
from django.shortcuts import redirect, render

from registers.forms import AssuranceForm, ControlForm, ControlTestForm, EditControlForm, RetireControlForm
from registers.forms.filters import SORTS
from registers.models import Assurance, Control
from registers.permissions import (
    Permission,
    counts_everything,
    get_beside_risk_for,
    get_register_for,
    get_risk_for,
    positions_for,
)
from registers.reports import AssuranceSummary, control_story, rows_of
from registers.views.reading import page_from, read_only, reading_from
from registers.views.saving import saved, status_of


@read_only
def assurance_map(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    positions = positions_for(request.user, register, reading.day, reading.agreement).on_register()
    if reading.is_future:
        positions = positions.none()
    page = page_from(request, positions.order_by(*SORTS["score"]), register)
    context = {
        "tab": "assurance",
        "register": register,
        "reading": reading,
        "summary": AssuranceSummary(register, positions, reading),
        "page": page,
        "rows": rows_of(page.object_list, reading),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/assurance_map.html", context)


def assurance_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = AssuranceForm(request.POST if request.method == "POST" else None, risk=risk)
    if form.is_valid() and (given := saved(form, Assurance.give, risk, by=request.user, **form.cleaned_data)):
        opinion = given.get_opinion_display()
        messages.success(request, f"{risk.reference} has an opinion of line {given.line}: {opinion}, {given.provider}.")
        return redirect(risk)
    context = {"register": risk.register, "risk": risk, "form": form}
    return render(request, "registers/assurance_new.html", context, status=status_of(form))


def control_new(request, slug, number):
    risk = get_risk_for(request.user, slug, number, Permission.EDIT_RISK)
    form = ControlForm(request.POST if request.method == "POST" else None, risk=risk)
    if form.is_valid() and (control := saved(form, Control.add, risk, by=request.user, **form.cleaned_data)):
        messages.success(request, f"{risk.reference} has a control: {control.title}.")
        return redirect(risk)
    context = {"register": risk.register, "risk": risk, "form": form}
    return render(request, "registers/control_new.html", context, status=status_of(form))


def control_edit(request, slug, number, pk):
    risk, control = get_beside_risk_for(request.user, slug, number, Control, pk, Permission.EDIT_RISK)
    form = EditControlForm(request.POST if request.method == "POST" else None, control=control)
    if form.is_valid() and saved(form, control.revise, by=request.user, **form.cleaned_data):
        messages.success(request, f"{control.title} is saved.")
        return redirect(risk)
    context = {
        "register": risk.register,
        "risk": risk,
        "control": control,
        "form": form,
        "entries": control_story(control),
    }
    return render(request, "registers/control_edit.html", context, status=status_of(form))


def control_test(request, slug, number, pk):
    risk, control = get_beside_risk_for(request.user, slug, number, Control, pk, Permission.EDIT_RISK)
    form = ControlTestForm(request.POST if request.method == "POST" else None, control=control)
    if form.is_valid() and saved(form, control.test, by=request.user, **form.cleaned_data):
        messages.success(request, f"The test of {control.title} is recorded: {_found(control)}.")
        return redirect(risk)
    context = {"register": risk.register, "risk": risk, "control": control, "form": form}
    return render(request, "registers/control_test.html", context, status=status_of(form))


def control_retire(request, slug, number, pk):
    risk, control = get_beside_risk_for(request.user, slug, number, Control, pk, Permission.EDIT_RISK)
    form = RetireControlForm(request.POST if request.method == "POST" else None, control=control)
    if form.is_valid() and saved(form, control.retire, by=request.user, **form.cleaned_data):
        messages.success(request, f"{control.title} is marked as no longer used. What it said stays.")
        return redirect(risk)
    context = {"register": risk.register, "risk": risk, "control": control, "form": form}
    return render(request, "registers/control_retire.html", context, status=status_of(form))


def _found(control):
    return control.get_operating_display().lower()
