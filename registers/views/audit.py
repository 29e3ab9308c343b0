"""Who did what: the audit trail of an organisation and of a register."""

from django.core.exceptions import BadRequest
from django.shortcuts import render

from registers.administration.audit_trail import CHECKED, AuditTrail
from registers.administration.people import all_people
from registers.forms.audit import AuditFilterForm
from registers.permissions import Permission, get_organisation_for, get_register_for
from registers.views.as_of import read_only


@read_only
def audit_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    context = trail_context(request, organisation)
    return render(request, "administration/audit_list.html", context)


@read_only
def register_audit(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER, is_read=True)
    context = trail_context(request, register.organisation, register)
    return render(request, "registers/register_audit.html", context)


def trail_context(request, organisation, register=None):
    """What both pages show. 400 for an address that no filter understands."""
    form = AuditFilterForm(request.GET, people=all_people(organisation))
    if not form.is_valid():
        raise BadRequest("The address asks for something that the audit trail does not have.")
    trail = AuditTrail(organisation, request.user, form.cleaned_data, register)
    return {
        "organisation": organisation,
        "register": register,
        "form": form,
        "trail": trail,
        "problems": trail.problems,
        "checked": CHECKED,
        "is_narrowed": any(value for name, value in form.cleaned_data.items() if name != "before"),
    }
