"""What a reader sees of a register: exempt risks, drafts, and marks on warning signs.

The same rule is written once as a condition on rows for a reader (`visible_rows`), and once for a
person named by the row (`can_be_worked_on_by`). Both take what a seat or a grant adds to a role
from exempt.py.
"""

import datetime
from typing import NamedTuple

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, When

from registers.models import Agreement, Declaration, Membership, NeedToKnow, Risk, RiskRevision
from registers.permissions.bodies import readers_agreements
from registers.permissions.exempt import (
    excluded_risks,
    granted_risks,
    grants_about,
    has_exempt_access,
    interests_in,
    seats_overseeing,
    sees_all_exempt,
)
from registers.permissions.roles import Permission, can, permissions_of, roles_with


def counts_everything(user, register):
    """False where exempt risks may be left out of this reader's numbers: the page then says so."""
    return sees_all_exempt(user, register)


def sees_drafts(user, register):
    """Drafts are working papers of those who edit risks; for others they do not exist."""
    return can(user, Permission.EDIT_RISK, register.organisation)


def would_see_exempt(user, risk):
    """Whether this reader still sees the risk once it is marked as exempt."""
    permissions = permissions_of(user, risk.register.organisation)
    excluded = excluded_risks(user, risk.register)
    if excluded is None or risk.pk in excluded:
        return False
    is_own = user.pk in (risk.raised_by_id, risk.owner and risk.owner.holder_id)
    return (
        has_exempt_access(user, risk.register)
        or (Permission.SEE_OWN_EXEMPT in permissions and is_own)
        or risk.pk in granted_risks(user, risk.register)
    )


def is_own_risk(user):
    """The condition that SEE_OWN_EXEMPT is about: the user raised the risk or holds its post."""
    return Q(raised_by=user) | Q(latest__owner__holder=user)


def is_no_draft(risk, is_on_register, day=None):
    """The condition that a risk is or was on its register: neither a draft nor closed as one.

    risk: the name by which the row refers to its risk. is_on_register: the condition that decides
    for most rows without a look at revisions. day: the end of the period looked at, if not today.
    """
    revisions = RiskRevision.objects.filter(risk=OuterRef(risk), status__in=Risk.ON_REGISTER)
    if day:
        revisions = revisions.filter(effective_on__lte=day)
    return is_on_register | Exists(revisions.order_by())


def visible_rows(user, registers, is_own, is_no_draft, risk="pk"):
    """The condition on rows with `register` and `is_exempt` that this reader may see them.

    is_own: a function of the condition that the risk is one of the reader's own. is_no_draft: of
    the condition that it is more than a draft. Both are called only for readers whom they concern.
    risk: the name by which the row refers to its risk.
    """
    registers_by_rights = {}
    for register in registers:
        permissions = permissions_of(user, register.organisation)
        if Permission.VIEW_REGISTER in permissions:
            every_exempt = has_exempt_access(user, register)
            rights = (
                excluded_risks(user, register),
                every_exempt,
                not every_exempt and Permission.SEE_OWN_EXEMPT in permissions,
                frozenset() if every_exempt else granted_risks(user, register),
                Permission.EDIT_RISK in permissions,
            )
            registers_by_rights.setdefault(rights, []).append(register.pk)
    condition = Q(pk__in=())
    for (excluded, every_exempt, own_exempt, grants, drafts), pks in registers_by_rights.items():
        not_exempt = Q() if every_exempt else Q(is_exempt=False)
        if own_exempt:
            not_exempt |= is_own()
        if grants:
            not_exempt |= Q(**{f"{risk}__in": sorted(grants)})
        if excluded is None:
            not_exempt = Q(is_exempt=False)
        elif excluded:
            not_exempt &= Q(is_exempt=False) | ~Q(**{f"{risk}__in": sorted(excluded)})
        condition |= Q(register__in=pks) & not_exempt & (Q() if drafts else is_no_draft())
    return condition


def can_be_worked_on_by(person, risk=""):
    """The condition that a person named by the row may see its risk and edit it today.

    person: a field or annotation. risk: the path from the row to its risk ("risk__"), if it is not
    the row itself. True or False, never null, so that it can be negated.
    """
    memberships = Membership.objects.active().filter(
        user=OuterRef(person),
        user__is_active=True,
        organisation=OuterRef(f"{risk}register__organisation"),
    )

    def may(permission):
        return Exists(memberships.filter(role__in=roles_with(permission)))

    is_own = Q(**{f"{risk}raised_by": F(person)}) | Q(**{f"{risk}latest__owner__holder": F(person)})
    register = OuterRef(f"{risk}register")
    has_seat = Exists(seats_overseeing(body__registers=register, user=OuterRef(person)))
    has_grant = Exists(grants_about(risk, user=OuterRef(person)))
    is_excluded = Exists(interests_in(risk, person=OuterRef(person)))
    sees = Q(**{f"{risk}is_exempt": False}) | ~is_excluded & (
        is_own & may(Permission.SEE_OWN_EXEMPT)
        | may(Permission.SEE_EXEMPT)
        | may(Permission.SEE_OVERSEEN_EXEMPT) & has_seat
        | may(Permission.SEE_GRANTED_EXEMPT) & has_grant
    )
    edits = may(Permission.EDIT_RISK)
    return Case(When(edits & sees, then=True), default=False, output_field=BooleanField())


def sees_every_exempt_risk(person, register="register"):
    """The condition that a person named by the row sees every exempt risk of its register today.

    Of one row what exempt.sees_all_exempt says of a user. person: a field or annotation. register:
    the path from the row to it. True or False, never null.
    """
    memberships = Membership.objects.active().filter(
        user=OuterRef(person),
        user__is_active=True,
        organisation=OuterRef(f"{register}__organisation"),
    )

    def may(permission):
        return Exists(memberships.filter(role__in=roles_with(permission)))

    about = OuterRef(register)
    has_seat = Exists(seats_overseeing(body__registers=about, user=OuterRef(person)))
    grants = NeedToKnow.objects.active().filter(register=about, risk=None, user=OuterRef(person))
    interests = Declaration.objects.excluding().filter(
        Q(register=about) | Q(risk__register=about), person=OuterRef(person)
    )
    sees = ~Exists(interests.order_by()) & (
        may(Permission.SEE_EXEMPT)
        | may(Permission.SEE_OVERSEEN_EXEMPT) & has_seat
        | may(Permission.SEE_GRANTED_EXEMPT) & Exists(grants.order_by())
    )
    return Case(When(sees, then=True), default=False, output_field=BooleanField())


class VisibilityCutOff(NamedTuple):
    """Up to when a reader is shown marks on warning signs.

    agreement: the one that sets the cut-off, if one does.
    """

    day: datetime.date
    recorded_by: datetime.datetime | None
    agreement: Agreement | None = None


def mark_visibility(user, registers, day, recorded_by=None):
    """register -> its VisibilityCutOff, or None where no mark is shown.

    Marks are officers' working notes until a body agrees the register: readers who may not edit its
    risks see them as the agreement has them that they go by. One query, or none.
    """
    read_only = [
        register
        for register in registers
        if not can(user, Permission.EDIT_RISK, register.organisation)
    ]
    by_register = readers_agreements(user, read_only) if read_only else {}
    cut_offs = {register: VisibilityCutOff(day, recorded_by) for register in registers}
    for register in read_only:
        readers = by_register.get(register.pk)
        agreement = readers and readers.agreement
        cut_offs[register] = agreement and VisibilityCutOff(
            min(day, agreement.on),
            min(recorded_by or agreement.recorded_by, agreement.recorded_by),
            agreement,
        )
    return cut_offs
