"""Whose exempt risks a reader sees beyond what their role gives: one rule, in one place.

Those of a register that a body they sit on oversees, and what was granted to them as a need to
know. A seat or a grant counts on its days and while the role does.
"""

from typing import NamedTuple

from django.db.models import BigIntegerField, F, OuterRef, Q, Value
from django.db.models.functions import Cast

from registers.models import NeedToKnow, Seat
from registers.permissions.roles import Permission, has_grants, permissions_of


class ExemptAccess(NamedTuple):
    """Keys of what a person may see although it is exempt.

    overseen: registers that their bodies oversee. registers: those granted to them. risks: key of a
    register -> those of its risks that were granted one by one.
    """

    overseen: frozenset
    registers: frozenset
    risks: dict


def sees_all_exempt(user, register):
    """Whether the reader sees every exempt risk of the register.

    One query for each user object, and none for those whose role decides it or who have no grant.
    """
    permissions = permissions_of(user, register.organisation)
    if Permission.SEE_EXEMPT in permissions:
        return True
    has_bodies = Permission.SEE_OVERSEEN_EXEMPT in permissions
    is_grantee = Permission.SEE_GRANTED_EXEMPT in permissions and has_grants(user)
    return (has_bodies and register.pk in _exempt_access(user).overseen) or (
        is_grantee and register.pk in _exempt_access(user).registers
    )


def granted_risks(user, register):
    """Keys of the register's risks that were granted to the reader one by one."""
    permissions = permissions_of(user, register.organisation)
    if Permission.SEE_GRANTED_EXEMPT not in permissions or not has_grants(user):
        return frozenset()
    return _exempt_access(user).risks.get(register.pk, frozenset())


def seats_overseeing(**conditions):
    """The seats held today, each beside every register of its organisation that its body oversees.

    conditions: lookups on both, for instance `body__registers`.
    """
    seats = Seat.objects.active().order_by()
    return seats.filter(body__registers__organisation=F("body__organisation"), **conditions)


def grants_about(risk, **whose):
    """The grants that hold today about the risk of a row. risk: the path from the row to it."""
    is_about = Q(risk__isnull=True) | Q(risk=OuterRef(f"{risk}pk"))
    grants = NeedToKnow.objects.active().filter(register=OuterRef(f"{risk}register"), **whose)
    return grants.filter(is_about).order_by()


def _exempt_access(user):
    if "_exempt_access" not in user.__dict__:
        user.__dict__["_exempt_access"] = _read_access(user)
    return user.__dict__["_exempt_access"]


def _read_access(user):
    none = Cast(Value(None), BigIntegerField())
    seats = seats_overseeing(user=user).values_list(Value("seat"), "body__registers", none)
    grants = NeedToKnow.objects.active().filter(user=user).order_by()
    rows = grants.values_list(Value("grant"), "register", "risk").union(seats, all=True)
    keys = {"seat": set(), "grant": set()}
    risks = {}
    for kind, register, risk in rows:
        if risk is None:
            keys[kind].add(register)
        else:
            risks.setdefault(register, set()).add(risk)
    return ExemptAccess(
        frozenset(keys["seat"]),
        frozenset(keys["grant"]),
        {register: frozenset(numbers) for register, numbers in risks.items()},
    )
