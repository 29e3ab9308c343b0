"""Whose exempt risks a reader sees beyond what their role gives: one rule, in one place.

Those of a register that a body they sit on oversees, and what was granted to them as a need to
know. A seat or a grant counts on its days and while the role does. And what none of these shows
them: the item of a meeting for which they declared an interest and left the room.
"""

from typing import NamedTuple

from django.db.models import BigIntegerField, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce

from registers.models import Declaration, NeedToKnow, Seat
from registers.permissions.roles import Permission, permissions_of


class ExemptAccess(NamedTuple):
    """Keys of what a person may see although it is exempt.

    overseen: registers that their bodies oversee. registers: those granted to them. risks: key of a
    register -> those of its risks that were granted one by one. excluded: the same, of those from
    which an interest keeps them; None in place of the risks: from all of the register.
    """

    overseen: frozenset
    registers: frozenset
    risks: dict
    excluded: dict


def sees_all_exempt(user, register):
    """Whether the reader sees every exempt risk of the register. One query for each user object."""
    return not is_excluded(user, register) and has_exempt_access(user, register)


def is_excluded(user, register):
    """Whether an interest keeps the reader from an exempt risk of the register, or from all."""
    return register.pk in _exempt_access(user).excluded


def excluded_risks(user, register):
    """Keys of the register's risks from which an interest keeps the reader; None: all of them."""
    return _exempt_access(user).excluded[register.pk] if is_excluded(user, register) else ()


def has_exempt_access(user, register):
    """Whether role, seat or grant show the reader every exempt risk, interests left aside."""
    permissions = permissions_of(user, register.organisation)
    if Permission.SEE_EXEMPT in permissions:
        return True
    has_bodies = Permission.SEE_OVERSEEN_EXEMPT in permissions
    is_grantee = Permission.SEE_GRANTED_EXEMPT in permissions
    return (has_bodies and register.pk in _exempt_access(user).overseen) or (
        is_grantee and register.pk in _exempt_access(user).registers
    )


def granted_risks(user, register):
    """Keys of the register's risks that were granted to the reader one by one."""
    permissions = permissions_of(user, register.organisation)
    if Permission.SEE_GRANTED_EXEMPT not in permissions:
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


def interests_in(risk, **whose):
    """The interests that keep somebody from the risk of a row while it is exempt.

    risk: the path from the row to it.
    """
    is_about = Q(risk=OuterRef(f"{risk}pk")) | Q(register=OuterRef(f"{risk}register"))
    return Declaration.objects.excluding().filter(is_about, **whose).order_by()


def _exempt_access(user):
    if "_exempt_access" not in user.__dict__:
        user.__dict__["_exempt_access"] = _read_access(user)
    return user.__dict__["_exempt_access"]


def _read_access(user):
    none = Cast(Value(None), BigIntegerField())
    seats = seats_overseeing(user=user).values_list(Value("seat"), "body__registers", none)
    grants = NeedToKnow.objects.active().filter(user=user).order_by()
    grants = grants.values_list(Value("grant"), "register", "risk")
    interests = Declaration.objects.excluding().filter(person=user).order_by()
    register = Coalesce("register", "risk__register")
    interests = interests.values_list(Value("interest"), register, "risk")
    keys = {"seat": set(), "grant": set(), "interest": set()}
    risks = {"grant": {}, "interest": {}}
    for kind, register, risk in grants.union(seats, interests, all=True):
        if risk is None:
            keys[kind].add(register)
        else:
            risks[kind].setdefault(register, set()).add(risk)
    by_kind = {
        kind: {register: frozenset(numbers) for register, numbers in rows.items()}
        for kind, rows in risks.items()
    }
    return ExemptAccess(
        frozenset(keys["seat"]),
        frozenset(keys["grant"]),
        by_kind["grant"],
        by_kind["interest"] | dict.fromkeys(keys["interest"]),
    )
