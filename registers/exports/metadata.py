"""What a file that was taken away says of itself: whose risks, of which day, as known by whom, and
what is left out.
"""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from registers.cell_lists import format_day
from registers.models import Agreement, Register
from registers.phrases import number_in_words

LEFT_OUT = "Exempt risks not included, unless you raised them or hold the post that owns them."


@dataclass(frozen=True)
class About:
    """agreement: what the rows are as agreed by, None: as known when it was exported. everything:
    whether the reader sees every exempt risk; is_narrowed: whether the list was filtered.
    """

    register: Register
    day: datetime.date
    exported_at: datetime.datetime
    agreement: Agreement | None = None
    everything: bool = True
    is_narrowed: bool = False

    @classmethod
    def of(cls, register, reading, **said) -> "About":
        """As the page was read."""
        return cls(register, reading.day, timezone.localtime(), reading.agreement, **said)

    def file_name(self, ending: str, what: str = "risks") -> str:
        """ "corporate-risks-as-agreed-2026-09-30-filtered-exempt-not-included.csv"."""
        as_of = "as-agreed" if self.agreement else "as-at"
        parts = [self.register.slug, what, as_of, self.day.isoformat()]
        parts += ["filtered"] if self.is_narrowed else []
        parts += [] if self.everything else ["exempt-not-included"]
        return f"{'-'.join(parts)}.{ending}"

    @property
    def as_of(self) -> str:
        """ "As agreed by Cabinet on 30 September 2026: what was known by then"."""
        day = format_day(self.day)
        if self.agreement:
            return f"As agreed by {self.agreement.body} on {day}: what was known by then"
        return (
            f"As at {day}: what was effective by the end of that day, as known when this was made"
        )

    def exempt_said(self, count: int) -> str:
        """What is said of exempt risks. count: how many there are among those the reader sees."""
        if not self.everything:
            return LEFT_OUT
        if not count:
            return "No exempt risk is in it."
        if count == 1:
            return "One risk in it is exempt: not for publication."
        return f"{number_in_words(count).capitalize()} risks in it are exempt: not for publication."

    @property
    def made(self) -> str:
        """ "25 November 2026, 18:05"."""
        return f"{format_day(self.exported_at.date())}, {self.exported_at:%H:%M}"
