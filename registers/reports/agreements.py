"""What bodies agreed of a register in few numbers, and what has changed since the latest of them."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count

from registers.reports import frames
from registers.reports.moves import moves_of
from registers.reports.wording import a_number


@dataclass(frozen=True)
class BandAbove:
    """A band above the one that is tolerated, and how many risks stood in it."""

    label: str
    count: int
    href: str


@dataclass(frozen=True)
class AgreedCard:
    """An agreement in few numbers. href leads to the list of the risks that it counts."""

    agreement: object
    total: int
    above: list
    href: str

    @property
    def above_tolerance(self):
        return sum(band.count for band in self.above)


def agreed_cards(register, agreements, agreed):
    """One card an agreement, in the order given. agreed: the rows of them all that the reader may see. One query."""
    counts = {}
    alike = agreed.on_register().filter(agreement__in=[agreement.pk for agreement in agreements]).order_by()
    for agreement, band, scheme, n in alike.values_list("agreement", "band", "scheme").annotate(n=Count("pk")):
        counts.setdefault(agreement, {})[band, scheme] = n
    return [_card(register, agreement, counts.get(agreement.pk, {})) for agreement in agreements]


def _card(register, agreement, by_band):
    def href(**filters):
        return f"{register.get_absolute_url()}?{urlencode({'agreed': agreement.pk, **filters})}"

    above = [
        BandAbove(band.label, by_band.get((band.slug, register.scheme_id), 0), href(band=band.slug))
        for band in reversed(register.scheme.rules.above_tolerance)
    ]
    return AgreedCard(agreement, sum(by_band.values()), above, href())


class Since:
    """What has changed since an agreement. agreed: what it keeps; now: positions of today. Reads on first use."""

    def __init__(self, register, agreement, *, agreed, now):
        self.register, self.agreement = register, agreement
        self._agreed, self._now = agreed.on_register(), now.on_register()

    @cached_property
    def _moved(self):
        now, agreed = (frames.standing_frame(rows, self.register.scheme_id) for rows in (self._now, self._agreed))
        return frames.movement(now, agreed, self.register.scheme.rules.ranks)

    @cached_property
    def _counts(self):
        return Counter(self._moved["move"])

    @cached_property
    def moves(self):
        return moves_of(self._moved, self.register.scheme.rules)

    @property
    def changed(self):
        """How many risks stand in another band than they did."""
        return self._counts[frames.UP] + self._counts[frames.DOWN]

    @property
    def is_as_agreed(self):
        return not any(count for kind, count in self._counts.items() if kind != frames.UNCHANGED)

    @property
    def sentence(self):
        return f"{_risks(self.changed)} changed band since."

    @property
    def sentence_of_all(self):
        counts = self._counts
        if self.is_as_agreed:
            return "Nothing has changed since: no risk has come, gone or changed band."
        said = [f"{_risks(self.changed)} changed band since"]
        for kind, is_so in ((frames.SCORED, "rated for the first time"), (frames.NEW, "new"), (frames.LEFT, "closed")):
            if n := counts[kind]:
                said.append(f"{a_number(n)} {'is' if n == 1 else 'are'} {is_so}")
        return f"{', '.join(said)}."


def _risks(count):
    if not count:
        return "No risk has"
    return f"{a_number(count).capitalize()} {'risk has' if count == 1 else 'risks have'}"
