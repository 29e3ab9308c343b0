"""Where today's band differs from the agreed one that a page shows: said at each figure.

A member opens on what their body was given. Without this a risk that rose since would still read
as it did then.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from registers.models import Position
from registers.phrases.register import today_differs_in_words
from registers.scoring import Band


@dataclass(frozen=True)
class TodayDiffers:
    """band: today's, None where the risk has no rating. since: from when it has been in it.

    is_above: whether that is above today's tolerance; None where the page did not ask.
    is_off_register: whether the risk was closed since; the rest then says nothing.
    """

    band: Band | None
    since: datetime.date
    is_off_register: bool = False
    is_above: bool | None = None

    @property
    def words(self) -> str:
        """ "Now Severe, since 14 October, above tolerance" """
        return today_differs_in_words(
            self.band.label if self.band else "",
            self.since,
            is_off_register=self.is_off_register,
            is_above=self.is_above,
        )


def mark_differences(positions: Iterable[Position], today, tolerance=None, was_above=None) -> None:
    """Give each of these positions that reads otherwise today its `today`, a TodayDiffers.

    today: the positions of today that the reader may see (permissions.positions_for). tolerance:
    today's, to say whether a risk is above it; was_above: what the page says of that. One query,
    none without positions.
    """
    by_risk = {position.risk_id: position for position in positions}
    if not by_risk:
        return
    for row in today.filter(risk__in=by_risk).order_by().select_related("scheme"):
        position = by_risk[row.risk_id]
        is_off_register = position.is_on_register and not row.is_on_register
        is_above = None if is_off_register else _is_above(row, tolerance)
        is_same_band = (row.band, row.scheme_id) == (position.band, position.scheme_id)
        if is_off_register or not is_same_band or is_above not in (None, was_above):
            band = row.scheme.rules.band(row.band) if row.scheme else None
            position.today = TodayDiffers(band, row.band_since, is_off_register, is_above)


def _is_above(row, tolerance):
    """None where that is not asked, or the risk has no rating by the scheme in force."""
    if tolerance is None or row.scheme is None or row.scheme.rules != tolerance.scheme:
        return None
    return tolerance.is_above(row.band, row.category)
