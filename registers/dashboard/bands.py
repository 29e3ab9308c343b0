"""How many risks stand in each band, now and then; and what has no band of the scheme in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registers.dashboard.data import OTHER_SCHEME, UNSCORED, Basis
from registers.phrases import number_in_words
from registers.scoring import Band


@dataclass(frozen=True)
class BandCount:
    """band is None for risks that are not scored."""

    label: str
    band: Band | None
    count: int
    before: int
    href: str
    href_before: str

    @property
    def change(self) -> int:
        return self.count - self.before

    @property
    def fewer(self) -> int:
        return -self.change


def bands_of(basis: Basis) -> list[BandCount]:
    """Highest band first, then those without one."""
    known = {band.slug: band for band in basis.rules.bands}
    size, since = len(known), basis.reading.since
    return [
        BandCount(
            label,
            known.get(key),
            basis.now[key],
            basis.then[key],
            basis.href(band=name),
            basis.href(since, band=name),
        )
        for key, label, name in [*basis.groups[:size][::-1], *basis.groups[size:]]
    ]


def unrated_said(now: Mapping[str, int]) -> list[str]:
    """now: key of a group -> how many risks."""
    found = []
    for (key, *_), said in (
        (UNSCORED, "no current rating"),
        (OTHER_SCHEME, "to be re-assessed by this scheme"),
    ):
        if n := now.get(key):
            found.append(f"{number_in_words(n).capitalize()} {'has' if n == 1 else 'have'} {said}.")
    return found
