"""An organisation's sandbox: what it is, for all its people, and making it, for administrators."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from registers.administration.sandboxes import Making, make_sandbox
from registers.forms.sandboxes import SandboxForm
from registers.permissions import (
    Permission,
    can,
    get_organisation_for,
    name_for,
    sandbox_registers_for,
)
from registers.views.as_of import read_only
from registers.views.form_flow import post_data, response_status, submit


@read_only
def sandbox_detail(request, organisation):
    organisation = _get_real_organisation_for(request.user, organisation, Permission.VIEW_REGISTER)
    sandbox = organisation.sandbox
    making = sandbox and Making.of(sandbox)
    may_make = can(request.user, Permission.ADMINISTER, organisation)
    context = {
        "organisation": organisation,
        "sandbox": sandbox,
        "making": making,
        "maker": making
        and (making.by if may_make else name_for(request.user, making.by, organisation)),
        "may_make": may_make,
        "may_open": bool(sandbox) and can(request.user, Permission.VIEW_REGISTER, sandbox),
        "may_administer": bool(sandbox) and can(request.user, Permission.ADMINISTER, sandbox),
        "registers": list(sandbox_registers_for(request.user).filter(organisation=sandbox)),
    }
    return render(request, "administration/sandbox_detail.html", context)


def sandbox_new(request, organisation):
    """Asks before a sandbox is made, and makes it."""
    organisation = _get_real_organisation_for(request.user, organisation, Permission.ADMINISTER)
    sandbox = organisation.sandbox
    form = SandboxForm(post_data(request), sandbox=sandbox)
    arguments = {"by": request.user, **form.cleaned_data} if form.is_valid() else {}
    if arguments and submit(form, make_sandbox, organisation, **arguments):
        messages.success(request, "The sandbox is ready.")
        return redirect("sandbox_detail", organisation.slug)
    context = {"organisation": organisation, "sandbox": sandbox, "form": form}
    status = response_status(form)
    return render(request, "administration/sandbox_new.html", context, status=status)


def _get_real_organisation_for(user, slug, permission):
    """Answered like get_organisation_for; 404 for a sandbox, which has none of its own."""
    organisation = get_organisation_for(user, slug, permission)
    if organisation.is_sandbox:
        raise Http404("A sandbox has no sandbox.")
    return organisation
