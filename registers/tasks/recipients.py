"""Whose a task is.

It is of the holder of the post that owns the record; where the record has no owner of its own, of
the post that owns its risk; where nobody owns either, of whoever raised the risk. Where that person
may not act on it today (the post is vacant, they have left, they may not see the risk), it goes to
the organisation's risk managers, so that nothing is missed as long as there is one.
"""

from collections import defaultdict
from functools import cached_property

from django.db.models import Case, F, Q, When
from django.utils import timezone

from registers.models import Membership, Risk
from registers.permissions import (
    Permission,
    can,
    can_be_worked_on_by,
    positions_across,
    registers_for,
    risks_across,
    roles_with,
)


class TaskReader:
    """A person who may have tasks, and the records among which theirs are.

    day: today, or the day of a mail. registers: key -> each register whose risks they may edit.
    """

    def __init__(self, user, day, registers=None):
        self.user, self.day = user, day
        readable = registers_for(user) if registers is None else registers
        self.registers = {
            register.pk: register
            for register in readable
            if can(user, Permission.EDIT_RISK, register.organisation)
        }

    @cached_property
    def managed(self):
        """The registers that the person runs."""
        return [
            register
            for register in self.registers.values()
            if can(self.user, Permission.RUN_REGISTER, register.organisation)
        ]

    @property
    def positions(self):
        """Of the risks on these registers today that the person may see."""
        today = timezone.localdate()
        return positions_across(self.user, self.registers.values(), today).on_register()

    @property
    def risks(self):
        """The same risks."""
        risks = risks_across(self.user, self.registers.values())
        return risks.filter(latest__status__in=Risk.ON_REGISTER)

    @property
    def risk_keys(self):
        return self.risks.order_by().values("pk")

    @cached_property
    def _editors(self):
        """Key of an organisation that they manage -> keys of who may edit its risks today."""
        managed = {register.organisation_id for register in self.managed}
        memberships = Membership.objects.active().filter(
            organisation__in=managed,
            user__is_active=True,
            role__in=roles_with(Permission.EDIT_RISK),
        )
        editors = defaultdict(set)
        for organisation, user in memberships.order_by().values_list("organisation", "user"):
            editors[organisation].add(user)
        return editors

    def narrow(self, rows, owners):
        """Those of these rows that may be tasks of this person: see `among`.

        rows: of risks that the person may see and edit. owners: the paths to the posts that may own
        a row, the nearest first.
        """
        holders = [When(**{f"{path}__isnull": False}, then=F(f"{path}__holder")) for path in owners]
        recipient = Case(*holders, default=F("risk__raised_by"))
        return self.among(rows, recipient, self._is_recipient(owners))

    def among(self, rows, recipient, is_mine, register="risk__register", is_unreadable=None):
        """Those of this person, and those in place of somebody who can do nothing about them.

        recipient: an expression of whose they are. is_mine: the condition that it is this person.
        register: the path to it. is_unreadable: the condition that the recipient may not read the
        row, whatever its risk. For a risk manager the rows come with `recipient` and
        `exempt_risk`: whether the one may work on the other is asked by `workable`, for all kinds
        of tasks together.
        """
        if not self.managed:
            return rows.filter(is_mine)
        exempt = When(risk__is_exempt=True, then=F("risk"))
        rows = rows.annotate(
            recipient=recipient, exempt_risk=Case(When(is_mine, then=None), exempt, default=None)
        )
        condition, is_unreadable = is_mine, is_unreadable or Q(pk__in=())
        for organisation, editors in self._editors.items():
            managed = [row.pk for row in self.managed if row.organisation_id == organisation]
            is_left = Q(recipient=None) | ~Q(recipient__in=editors) | Q(exempt_risk__isnull=False)
            is_left |= is_unreadable
            condition |= Q(**{f"{register}__in": managed}) & is_left
        return rows.filter(condition)

    def workable(self, pairs):
        """Those of these pairs of keys, of a person and a risk, where the one may see and edit the
        other today. A query where there are any.
        """
        if not pairs:
            return set()
        people, risks = map(set, zip(*pairs, strict=True))
        rows = Risk.objects.filter(pk__in=risks).order_by()
        rows = rows.annotate(person=F("register__organisation__memberships__user"))
        rows = rows.filter(can_be_worked_on_by("person"), person__in=people)
        return set(rows.values_list("person", "pk"))

    def _is_recipient(self, owners):
        """The condition that the task goes to this person in the first place."""
        condition, none_before = Q(), Q()
        for path in owners:
            condition |= none_before & Q(**{f"{path}__holder": self.user})
            none_before &= Q(**{f"{path}__isnull": True})
        return condition | none_before & Q(risk__raised_by=self.user)

    def is_for_manager(self, risk, *owners):
        """Whether the person has the task in place of somebody else. owners: posts or None."""
        holders = (post.holder_id for post in owners if post)
        return next(holders, risk.raised_by_id) != self.user.pk
