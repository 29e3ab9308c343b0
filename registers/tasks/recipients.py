"""Whose a task is.

It is of the holder of the post that owns the record; where the record has no owner of its own, of
the post that owns its risk; where nobody owns either, of whoever raised the risk. Where that person
may not act on it today (the post is vacant, they have left, they may not see the risk), it goes to
the organisation's risk managers, so that nothing is missed as long as there is one.
"""

from functools import cached_property

from django.db.models import Case, F, Q, When
from django.utils import timezone

from registers.models import Risk
from registers.permissions import (
    Permission,
    can,
    can_be_worked_on_by,
    positions_across,
    registers_for,
    risks_across,
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

    def narrow(self, rows, owners, risk="risk__"):
        """Those of these rows that are tasks of this person.

        rows: of risks that the person may see and edit. owners: the paths to the posts that may own
        a row, the nearest first. risk: the path to its risk.
        """
        is_mine = self._is_recipient(owners, risk)
        if not self.managed:
            return rows.filter(is_mine)
        holders = [When(**{f"{path}__isnull": False}, then=F(f"{path}__holder")) for path in owners]
        rows = rows.annotate(recipient=Case(*holders, default=F(f"{risk}raised_by")))
        rows = rows.annotate(is_with_somebody=can_be_worked_on_by("recipient", risk))
        is_nobodys = Q(**{f"{risk}register__in": self.managed}, is_with_somebody=False)
        return rows.filter(is_mine | is_nobodys)

    def _is_recipient(self, owners, risk):
        """The condition that the task goes to this person in the first place."""
        condition, none_before = Q(), Q()
        for path in owners:
            condition |= none_before & Q(**{f"{path}__holder": self.user})
            none_before &= Q(**{f"{path}__isnull": True})
        return condition | none_before & Q(**{f"{risk}raised_by": self.user})

    def is_for_manager(self, risk, *owners):
        """Whether the person has the task in place of somebody else. owners: posts or None."""
        holders = (post.holder_id for post in owners if post)
        return next(holders, risk.raised_by_id) != self.user.pk
