"""An organisation's own page, for its administrator."""

from django.contrib import messages
from django.shortcuts import redirect, render

from registers.administration.next_steps import next_steps
from registers.forms.organisations import OrganisationForm
from registers.permissions import get_organisation_for
from registers.views.as_of import read_only
from registers.views.form_flow import post_data


@read_only
def organisation_detail(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    steps = next_steps(organisation, request.user)
    context = {"organisation": organisation, "next_steps": steps}
    return render(request, "administration/organisation_detail.html", context)


def organisation_edit(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    form = OrganisationForm(post_data(request), instance=organisation)
    if form.is_valid():
        form.save(by=request.user)
        messages.success(request, "Organisation saved.")
        return redirect("organisation_detail", organisation.slug)
    context = {"organisation": organisation, "form": form}
    return render(request, "administration/organisation_edit.html", context)
