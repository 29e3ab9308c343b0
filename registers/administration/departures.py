"""Moving to another post, and leaving: posts are handed over, roles and seats end, at once."""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from registers.administration.holders import posts_held_by, set_holder
from registers.administration.roles import end_roles, give_role, lock
from registers.history.seals import DELETED
from registers.models import AuditEntry, Seat
from registers.permissions.roles import roles_with


class PostsChanged(ValueError):
    """The person holds other posts by now than those that the form requested about."""


@transaction.atomic
def leave(person, organisation, *, on, handovers, by):
    """Hand over the person's posts there and end their roles and seats.

    on: their last day, today or earlier. handovers: a Handover for each post they hold. The posts
    change now. Raises PostsChanged and LastAdministrator: then nothing was written.
    """
    _lock_rows(person, organisation)
    posts = _hand_over(person, organisation, on, handovers, by)
    memberships = [
        row for row in organisation.memberships.filter(user=person) if ends_later(row, on)
    ]
    end_roles(memberships, until=on, by=by)
    seats = _end_seats(person, organisation, on, by)
    if posts or memberships or seats:
        roles = [row.role for row in memberships]
        facts = {"on": on.isoformat(), "posts": posts, "roles": roles, "seats": seats}
        _enter("left", person, organisation, by, facts)


@transaction.atomic
def move(person, organisation, *, on, handovers, ended_roles, post, is_interim, role, until, by):
    """Hand over some of the person's posts, end some of their roles, and give them others.

    on: the last day in the old post, today or earlier. handovers: those that they give up.
    ended_roles: keys of memberships. post: the new one, vacant so far, or None. role: a further
    one or ""; until: its last day. Raises PostsChanged and LastAdministrator: then nothing was
    written.
    """
    _lock_rows(person, organisation)
    post = post and organisation.posts.select_for_update().get(pk=post.pk)
    if post and post.holder_id:
        raise PostsChanged(f"{post.title} is no longer vacant.")
    if role:
        give_role(person, organisation, role=role, until=until, by=by)
    posts = _hand_over(person, organisation, on, handovers, by, is_whole=False)
    memberships = organisation.memberships.filter(user=person, pk__in=ended_roles)
    end_roles([row for row in memberships if ends_later(row, on)], until=on, by=by)
    if post:
        set_holder(post, holder=person, is_interim=is_interim, on=_first_day(on), by=by)
    facts = {"on": on.isoformat(), "from": posts, "to": post and post.pk, "role": role}
    _enter("moved", person, organisation, by, facts)


def ends_later(membership, day):
    """Whether the role holds after that day."""
    return membership.until is None or membership.until > day


def leaves_without(person, organisation, permission, on):
    """Whether nobody else may do that in the organisation once the person has left.

    False for somebody who may not do it, so that it does not end with them.
    """
    rows = organisation.memberships.filter(
        Q(until=None) | Q(until__gt=on), role__in=roles_with(permission), user__is_active=True
    )
    return set(rows.values_list("user", flat=True)) == {person.pk}


def _lock_rows(person, organisation):
    """Lock the organisation and what the person has there: audit entries lock their chain last."""
    lock(organisation)
    seats = Seat.objects.filter(body__organisation=organisation, user=person)
    for rows in (
        organisation.posts.filter(holder=person),
        organisation.memberships.filter(user=person),
        seats,
    ):
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _hand_over(person, organisation, on, handovers, by, *, is_whole=True):
    """Set the holders, and return the keys of the posts. is_whole: of all that the person holds."""
    keys = {post.pk for post in posts_held_by(person, organisation)}
    requested = {handover.post.pk for handover in handovers}
    if requested != keys if is_whole else requested - keys:
        raise PostsChanged(f"{person} holds other posts by now.")
    for handover in handovers:
        post, holder, is_interim = handover
        set_holder(post, holder=holder, is_interim=is_interim, on=_first_day(on), by=by)
    return sorted(requested)


def _first_day(last_day):
    """The first day with the next holder or without one: posts change when the form is saved."""
    return min(last_day + datetime.timedelta(days=1), timezone.localdate())


def _end_seats(person, organisation, on, by):
    """Keys of the seats that end, or never begin."""
    seats = Seat.objects.filter(
        Q(until=None) | Q(until__gt=on), body__organisation=organisation, user=person
    )
    keys = []
    for seat in seats.select_related("body"):
        keys.append(seat.pk)
        if seat.from_day > on:
            seat.enter(DELETED, by=by)
            seat.delete()
        else:
            seat.until = on
            seat.save(update_fields=["until"])
            seat.enter("changed", by=by)
    return keys


def _enter(verb, person, organisation, by, facts):
    AuditEntry.record(
        organisation=organisation,
        by=by,
        verb=f"user.{verb}",
        subject=person,
        facts=facts,
        text={"name": str(person), "by": str(by)},
    )
