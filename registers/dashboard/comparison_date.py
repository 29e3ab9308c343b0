"""Which day a dashboard compares with, said in words, and which others stand to choose: quarter
ends and the days on which a body agreed the register.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.formats import date_format

from registers.dates import quarter_ends_before

QUARTERS, AGREED = 8, 4


class Agreed(Protocol):
    """What is read of an agreement."""

    on: datetime.date
    body: str


@dataclass(frozen=True)
class Compared:
    """day: the one read; since: the one compared with; agreements: of the register before the day
    read, the latest first.
    """

    day: datetime.date
    since: datetime.date
    agreements: Sequence[Agreed]

    @property
    def words(self) -> str:
        """ "30 September 2026, the last quarter end" """
        return self._said(self.since)

    @property
    def others(self) -> list[tuple[datetime.date, str]]:
        """(day, words) of the last quarter end and of the latest agreement, without the one
        compared with.
        """
        usual = [self._quarters[-1], *(agreement.on for agreement in self.agreements[:1])]
        return [(day, self._said(day)) for day in dict.fromkeys(usual) if day != self.since]

    @property
    def choices(self) -> list[tuple[datetime.date, str]]:
        """(day, words) of all that stand to choose, the latest first; the one compared with among
        them.
        """
        days = {
            self.since,
            *self._quarters,
            *(agreement.on for agreement in self.agreements[:AGREED]),
        }
        return [(day, self._said(day)) for day in sorted(days, reverse=True)]

    @property
    def _quarters(self) -> list[datetime.date]:
        return quarter_ends_before(self.day, QUARTERS)

    def _said(self, day: datetime.date) -> str:
        bodies = dict.fromkeys(
            agreement.body for agreement in self.agreements if agreement.on == day
        )
        why = [f"when {body} agreed it" for body in bodies]
        if day in self._quarters:
            why.insert(0, "the last quarter end" if day == self._quarters[-1] else "a quarter end")
        return ", ".join([date_format(day, "j F Y"), *why])
