from django.contrib import messages
from django.shortcuts import render

from registers.appetite import appetite_by_category, categories_without_appetite
from registers.forms.appetite import AppetiteForm
from registers.models import Appetite, Tolerances
from registers.permissions import Permission, can_on, get_register_for, has_no_manager
from registers.phrases.bands import tolerated_in_words
from registers.views.as_of import as_of_from, read_only
from registers.views.form_flow import post_data, redirect_after, response_status, submit


@read_only
def register_settings(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    statements = register.organisation.appetites.filter(scheme=register.scheme).select_related("by")
    stated = appetite_by_category(
        statements.as_at(as_of.day, as_of.recorded_by).prefetch_related("scheme")
    )
    tolerance = Tolerances(register, [row.statement for row in stated]).on(as_of.day)
    context = {
        "register": register,
        "as_of": as_of,
        "rules": register.scheme.rules,
        "scheme_tolerance": register.scheme.rules.band(register.scheme.rules.tolerance),
        "stated": stated,
        "unstated": categories_without_appetite(stated),
        "tolerated": tolerated_in_words(tolerance),
        "alike": register.organisation.registers.filter(scheme=register.scheme).exclude(
            pk=register.pk
        ),
        "may_run": can_on(request.user, Permission.RUN_REGISTER, register),
        "has_no_manager": has_no_manager(request.user, register),
    }
    return render(request, "registers/register_settings.html", context)


def appetite_new(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    data = post_data(request)
    form = AppetiteForm(data, register=register, category=request.GET.get("category", ""))
    arguments = {"by": request.user, "scheme": register.scheme}
    if form.is_valid() and (
        appetite := submit(
            form, Appetite.state, register.organisation, **arguments, **form.cleaned_data
        )
    ):
        messages.success(
            request,
            f"{appetite} is recorded. The tolerance is {appetite.tolerated.label}.",
        )
        return redirect_after(request, "register_settings", register.slug)
    context = {"register": register, "form": form}
    return render(request, "registers/appetite_new.html", context, status=response_status(form))
