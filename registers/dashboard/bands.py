"""How many risks are in each band, on the day read and on the day compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from registers.dashboard.section import Section
from registers.scoring import Band


@dataclass(frozen=True)
class BandCount:
    """band: None for risks without one of the scheme in force."""

    label: str
    band: Band | None
    count: int
    previous: int
    href: str
    previous_href: str

    @property
    def change(self) -> int:
        return self.count - self.previous

    @property
    def fewer(self) -> int:
        return -self.change


class Bands(Section):
    template = "dashboard/bands.html"
    anchor, title = "bands", "Risks by band"
    indicator = title

    @cached_property
    def rows(self) -> list[BandCount]:
        """The highest band first, then risks without one."""
        data = self.data
        bands = {band.slug: band for band in data.rules.bands}
        size, since = len(bands), data.as_of.since
        return [
            BandCount(
                label,
                bands.get(key),
                data.current_by_band[key],
                data.previous_by_band[key],
                data.href(band=name),
                data.href(since, band=name),
            )
            for key, label, name in [*data.groups[:size][::-1], *data.groups[size:]]
        ]

    @property
    def is_compared(self) -> bool:
        return self.data.compares_bands
