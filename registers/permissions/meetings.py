"""The meetings that a person reaches: those of the bodies of their organisations."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from registers.models import Meeting, Seat
from registers.permissions.roles import Permission, organisations_for, permissions_of


def meetings_for(user):
    """The meetings of every organisation that the person belongs to today.

    Each with `is_own`: whether they sit on its body today.
    """
    organisations = organisations_for(user, Permission.VIEW_REGISTER)
    seats = Seat.objects.active().filter(user=user, body=OuterRef("body")).order_by()
    meetings = Meeting.objects.filter(body__organisation__in=organisations)
    return meetings.select_related("body__organisation").annotate(is_own=Exists(seats))


def get_meeting_for(user, pk, permission=Permission.VIEW_REGISTER):
    """The meeting; 404 for a stranger to its organisation, 403 without the permission."""
    meeting = get_object_or_404(Meeting.objects.select_related("body__organisation"), pk=pk)
    permissions = permissions_of(user, meeting.body.organisation)
    if not permissions:
        raise Http404("No such meeting for this reader.")
    if permission not in permissions:
        raise PermissionDenied
    return meeting
