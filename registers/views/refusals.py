"""The page for what somebody may not do, which leaves an audit entry."""

from django.views import defaults

from registers.permissions import PermissionMissing
from registers.read_audit import record_page_refusal


def permission_denied(request, exception):
    """`handler403`. A refusal by an organisation's table of roles is in its audit trail."""
    if isinstance(exception, PermissionMissing) and request.method in ("GET", "POST"):
        page = request.resolver_match.url_name
        record_page_refusal(exception.organisation, page, by=request.user)
    return defaults.permission_denied(request, exception)
