"""The registers of an organisation, for its administrator: add, change, archive."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from registers.administration.registers import registers_with_counts
from registers.forms.organisation_registers import NewRegisterForm, RegisterForm
from registers.models import InvalidTransition, Register
from registers.permissions import get_organisation_for
from registers.views.as_of import read_only
from registers.views.form_flow import post_data
from registers.views.organisation_changes import atomic_post, organisation_to_change, save_or_show


def _find_register(organisation, pk):
    registers = organisation.registers.select_related("scheme", "parent", "directorate")
    register = get_object_or_404(registers, pk=pk)
    register.organisation = organisation
    return register


@read_only
def register_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    registers = registers_with_counts(organisation)
    context = {
        "organisation": organisation,
        "registers": [register for register in registers if not register.is_archived],
        "archived": [register for register in registers if register.is_archived],
    }
    return render(request, "administration/register_list.html", context)


@atomic_post
def register_new(request, organisation):
    organisation = organisation_to_change(request, organisation)
    form = NewRegisterForm(post_data(request), instance=Register(organisation=organisation))
    to = ("register_list", organisation.slug)
    context = {"organisation": organisation}
    return save_or_show(request, "register_new", form, "Register added.", *to, **context)


@atomic_post
def register_edit(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    record = _find_register(organisation, pk)
    form = RegisterForm(post_data(request), instance=record)
    context = {"organisation": organisation, "record": record, "name": record.name}
    to = ("register_list", organisation.slug)
    return save_or_show(request, "register_edit", form, "Register saved.", *to, **context)


@atomic_post
def register_archive(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    record = _find_register(organisation, pk)
    step, message = record.archive, f"{record} is archived."
    return _take_step(request, "register_archive", record, step, message)


@atomic_post
def register_bring_back(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    record = _find_register(organisation, pk)
    step, message = record.bring_back, f"{record} is in use again."
    return _take_step(request, "register_bring_back", record, step, message)


def _take_step(request, page, record, step, message):
    """The page that asks before a step; on a POST the step."""
    refusal = ""
    if request.method == "POST":
        try:
            step(by=request.user)
        except InvalidTransition as reason:
            refusal = str(reason)
        else:
            messages.success(request, message)
            return redirect("register_list", record.organisation.slug)
    context = {"organisation": record.organisation, "record": record, "refusal": refusal}
    status = 409 if refusal else 200
    return render(request, f"administration/{page}.html", context, status=status)
