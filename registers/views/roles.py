"""Who may do what in an organisation, for everybody of it."""

from django.shortcuts import render

from registers.administration.role_table import permission_rows, roles_in_words
from registers.permissions import (
    Permission,
    get_organisation_for,
    permissions_of,
    roles_in,
)
from registers.phrases.sectors import member_noun
from registers.views.as_of import read_only


@read_only
def role_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation, Permission.VIEW_REGISTER)
    context = {
        "organisation": organisation,
        "roles": roles_in_words(roles_in(request.user, organisation)),
        "permissions": permission_rows(permissions_of(request.user, organisation)),
        "member_noun": member_noun(organisation.sector),
    }
    return render(request, "administration/role_list.html", context)
