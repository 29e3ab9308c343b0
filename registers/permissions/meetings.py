"""The meetings that a person reaches: those of the bodies of their organisations."""

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404

from registers.models import Body, Meeting, Membership, Seat
from registers.permissions.roles import (
    Permission,
    PermissionMissing,
    organisations_for,
    permissions_of,
)


def meetings_for(user):
    """The meetings of every organisation that the person belongs to today.

    Each with `is_own`: whether they sit on its body today.
    """
    organisations = organisations_for(user, Permission.VIEW_REGISTER)
    seats = Seat.objects.active().filter(user=user, body=OuterRef("body")).order_by()
    meetings = Meeting.objects.filter(body__organisation__in=organisations)
    return meetings.select_related("body__organisation").annotate(is_own=Exists(seats))


def sits_on_a_body(user):
    """Whether the person sits on any body today. A sandbox does not count."""
    seats = Seat.objects.active().filter(user=user, body__organisation__sandbox_of=None)
    return seats.exists()


def seats_to_write_to(meeting):
    """A seat for each person who sits on its body on its day and has a role there today."""
    memberships = Membership.objects.active().filter(
        user=OuterRef("user"), organisation=meeting.body.organisation
    )
    seats = meeting.body.seats.active(meeting.on).filter(
        Exists(memberships.order_by()), user__is_active=True
    )
    seats = seats.select_related("user__reminder_choice").order_by("user")
    return list({seat.user_id: seat for seat in seats}.values())


def next_meeting_for(user, day):
    """The next meeting, from that day on, of the bodies that the person sits on; or None."""
    seats = Seat.objects.active().filter(user=user, body=OuterRef("body"))
    roles = Membership.objects.active().filter(
        user=user, organisation=OuterRef("body__organisation")
    )
    meetings = Meeting.objects.not_cancelled().filter(
        Exists(seats.order_by()),
        Exists(roles.order_by()),
        on__gte=day,
        body__organisation__sandbox_of=None,
    )
    return meetings.select_related("body").order_by("on", "starts_at", "pk").first()


def get_meeting_body_for(user, pk):
    """The body, for who reads its meetings; 404 for a stranger to its organisation."""
    body = get_object_or_404(Body.objects.select_related("organisation"), pk=pk)
    permissions = permissions_of(user, body.organisation)
    if not permissions:
        raise Http404("No such body for this reader.")
    if Permission.VIEW_REGISTER not in permissions:
        raise PermissionMissing(body.organisation)
    return body


def get_meeting_for(user, pk, permission=Permission.VIEW_REGISTER):
    """The meeting; 404 for a stranger to its organisation, 403 without the permission."""
    meeting = get_object_or_404(Meeting.objects.select_related("body__organisation"), pk=pk)
    permissions = permissions_of(user, meeting.body.organisation)
    if not permissions:
        raise Http404("No such meeting for this reader.")
    if permission not in permissions:
        raise PermissionMissing(meeting.body.organisation)
    return meeting
