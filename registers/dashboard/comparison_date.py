"""The day that a dashboard compares with, in words, and other days to choose from.

Those are quarter ends, and the days on which a body agreed the register.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from registers.dates import quarter_ends_before
from registers.models import Agreement

QUARTERS, AGREEMENTS = 8, 4


@dataclass(frozen=True)
class ComparisonDate:
    """day: the one read; since: the one compared with.

    agreements: of the register before the day read, the latest first.
    """

    day: datetime.date
    since: datetime.date
    agreements: Sequence[Agreement]

    @property
    def words(self) -> str:
        """ "30 September 2026, the last quarter end" """
        return self._in_words(self.since)

    @property
    def alternatives(self) -> list[tuple[datetime.date, str]]:
        """(day, words) of the last quarter end and the latest agreement, unless compared with."""
        defaults = [self._quarters[-1], *(agreement.on for agreement in self.agreements[:1])]
        return [(day, self._in_words(day)) for day in dict.fromkeys(defaults) if day != self.since]

    @property
    def choices(self) -> list[tuple[datetime.date, str]]:
        """(day, words) of all days to choose from, the latest first, with the one compared with."""
        days = {
            self.since,
            *self._quarters,
            *(agreement.on for agreement in self.agreements[:AGREEMENTS]),
        }
        return [(day, self._in_words(day)) for day in sorted(days, reverse=True)]

    @property
    def _quarters(self) -> list[datetime.date]:
        return quarter_ends_before(self.day, QUARTERS)

    def _in_words(self, day: datetime.date) -> str:
        bodies = dict.fromkeys(
            agreement.body_in_sentence for agreement in self.agreements if agreement.on == day
        )
        reasons = [f"reported to {body}" for body in bodies]
        if day in self._quarters:
            reasons.insert(
                0, "the last quarter end" if day == self._quarters[-1] else "a quarter end"
            )
        return ", ".join([date_format(day, "j F Y"), *reasons])
