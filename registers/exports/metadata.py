"""What an export says of itself: its register, day and body, and what is left out."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from registers.cell_lists import format_day
from registers.dates import instant_in_words
from registers.models import Agreement, Register
from registers.phrases.files import exempt_sentence
from registers.phrases.register import reported_in_words

EXEMPT_LEFT_OUT = "This file leaves out exempt risks, unless you may see them."


@dataclass(frozen=True)
class ExportMetadata:
    """What an export says of itself.

    agreement: the one that the rows are as agreed by; None where they are as known at export.
    sees_all_exempt: whether the reader sees every exempt risk; is_narrowed: whether the list was
    filtered.
    """

    register: Register
    day: datetime.date
    exported_at: datetime.datetime
    agreement: Agreement | None = None
    sees_all_exempt: bool = True
    is_narrowed: bool = False

    @classmethod
    def of(cls, register, as_of, **options) -> "ExportMetadata":
        """as_of: the day and agreement of the page (views.as_of.AsOf)."""
        return cls(register, as_of.day, timezone.localtime(), as_of.agreement, **options)

    def file_name(self, ending: str, content: str = "risks") -> str:
        """ "corporate-risks-as-agreed-2026-09-30-filtered-exempt-not-included.csv"."""
        basis = "as-agreed" if self.agreement else "as-at"
        parts = [self.register.file_stem, content, basis, self.day.isoformat()]
        parts += ["filtered"] if self.is_narrowed else []
        parts += [] if self.sees_all_exempt else ["exempt-not-included"]
        return f"{'-'.join(parts)}.{ending}"

    @property
    def position_in_words(self) -> str:
        """ "As reported to Cabinet: position at 30 September 2026", "As at 30 September 2026"."""
        if self.agreement:
            return reported_in_words(self.agreement)
        return f"As at {format_day(self.day)}"

    @property
    def as_of_in_words(self) -> str:
        """The same, and what was known of that day."""
        if self.agreement:
            return f"{self.position_in_words}, as recorded by then"
        return (
            f"{self.position_in_words}: the position at the end of that day, as recorded when this "
            "file was created"
        )

    def exempt_sentence(self, count: int) -> str:
        """count: exempt risks among those in the file."""
        if not self.sees_all_exempt:
            return EXEMPT_LEFT_OUT
        return exempt_sentence(count)

    @property
    def exported_at_text(self) -> str:
        """ "25 November 2026, 6:05pm"."""
        return instant_in_words(self.exported_at)
