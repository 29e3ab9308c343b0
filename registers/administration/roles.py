"""Roles of people in an organisation: given, and ended on a day.

Every change locks the organisation first, so that two administrators cannot both leave.
"""

import datetime

from django.db import transaction
from django.db.models import Q

from registers.models import Membership, Organisation, Role
from registers.permissions import Permission
from registers.permissions.roles import roles_with


class LastAdministrator(ValueError):
    """Nobody would administer the organisation after that day."""


class RoleConflict(ValueError):
    """Somebody else changed the role's last day meanwhile."""


@transaction.atomic
def give_role(person, organisation, *, role, until, by):
    """Give the person a role and return the Membership. until: its last day, or None.

    One that they have already gets the later of both last days: the same form, sent twice, changes
    nothing.
    """
    lock(organisation)
    membership = Membership.objects.filter(
        user=person, organisation=organisation, role=role
    ).first()
    if membership is None:
        membership = Membership.objects.create(
            user=person, organisation=organisation, role=role, until=until
        )
        membership.enter("added", by=by)
    elif _is_earlier(membership.until, until):
        _save_last_day(membership, until, by)
    return membership


@transaction.atomic
def change_last_day(membership, *, until, former, by):
    """Let a role end on another day. until: None for no end; former: the day that it had before.

    Raises RoleConflict where it has another day by now, and LastAdministrator.
    """
    lock(membership.organisation)
    membership.refresh_from_db(fields=["until"])
    if membership.until != former:
        raise RoleConflict(f"{membership} ends on {membership.until}.")
    end_roles([membership], until=until, by=by)


def end_roles(memberships, *, until, by):
    """Give roles of a locked organisation another last day; those that have it stay as they are.

    Raises LastAdministrator where that leaves nobody to administer the organisation.
    """
    for membership in memberships:
        if membership.until == until:
            continue
        if _is_earlier(until, membership.until) and is_last_with(
            Permission.ADMINISTER, membership, until
        ):
            raise LastAdministrator(f"{membership} is the last.")
        _save_last_day(membership, until, by)


def is_last_with(permission, membership, until):
    """Whether nobody else may do that after this role ended on a day: its holder is the last.

    False for a role that does not give the permission. until: that day.
    """
    if Role(membership.role) not in roles_with(permission):
        return False
    rows = Membership.objects.filter(
        Q(until=None) | Q(until__gt=until),
        organisation=membership.organisation_id,
        role__in=roles_with(permission),
        user__is_active=True,
    )
    return not rows.exclude(pk=membership.pk).exists()


def lock(organisation):
    """Let changes of the organisation's people wait until this transaction ends."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _is_earlier(day, other):
    """Whether a last day comes before another. None: no end."""
    return (day or datetime.date.max) < (other or datetime.date.max)


def _save_last_day(membership, until, by):
    membership.until = until
    membership.save(update_fields=["until"])
    membership.enter("changed", by=by)
