"""Agreements in numbers, and what has changed since the latest."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, Value
from django.utils import timezone

from registers.headings import read_headings
from registers.models import Position, Tolerances
from registers.movement import (
    DOWN,
    LEFT,
    NEW,
    RATED_OTHERWISE,
    SCORED,
    UNCHANGED,
    UP,
    group_movements,
    movements_between,
    movements_to_list,
    read_risk_points,
)
from registers.phrases.bands import above_in_words
from registers.phrases.register import changed_band_sentence, changes_sentence
from registers.scoring import ABOVE_TOLERANCE, TO_RE_ASSESS

NOTHING_SINCE = "Nothing has changed since. No risk is new, closed or in another band."
OTHER_SCHEME_SINCE = "The register has adopted another scheme since, so we do not compare bands."


@dataclass(frozen=True)
class AgreementCard:
    """An agreement in few numbers. href, above_href: the lists of the risks that it counts.

    words: the bands that were above tolerance, as known then. to_re_assess: rated by another scheme
    than the one in force then, and so neither above tolerance nor within it; re_assess_href: their
    list.
    """

    agreement: object
    total: int
    above_tolerance: int
    words: str
    href: str
    above_href: str
    to_re_assess: int
    re_assess_href: str


def agreement_cards(register, agreed_positions):
    """One card an agreement, in the order given, by the scheme that was in force then.

    agreed_positions: (agreement, its positions, as far as the reader may see). Three queries, and
    one for each earlier scheme.
    """
    counts = {}
    groups = [_grouped(agreement, positions) for agreement, positions in agreed_positions]
    for key, *row in groups[0].union(*groups[1:], all=True) if groups else ():
        counts.setdefault(key, []).append(row)
    cards, tolerances = [], {}
    for agreement, _ in agreed_positions:
        past_register = register.as_rated_on(agreement.on, agreement.recorded_by)
        scheme = past_register.scheme_id
        if scheme not in tolerances:
            tolerances[scheme] = Tolerances.of(past_register)
        rows = counts.get(agreement.pk, [])
        cards.append(_card(past_register, agreement, rows, tolerances[scheme]))
    return cards


def _grouped(agreement, positions):
    """(key of the agreement, band, scheme, category, how many)."""
    rows = positions.on_register().order_by().annotate(agreement=Value(agreement.pk))
    return rows.values_list("agreement", "band", "scheme", "category").annotate(n=Count("pk"))


def _card(register, agreement, rows, tolerances):
    def href(**filters):
        return f"{register.get_absolute_url()}?{urlencode({'agreed': agreement.pk, **filters})}"

    tolerance = tolerances.on(agreement.on, agreement.recorded_by)
    return AgreementCard(
        agreement,
        total=sum(n for *_, n in rows),
        above_tolerance=sum(
            n
            for band, scheme, category, n in rows
            if scheme == register.scheme_id and tolerance.is_above(band, category)
        ),
        words=above_in_words(tolerance),
        href=href(),
        above_href=href(band=ABOVE_TOLERANCE),
        to_re_assess=sum(n for band, scheme, _, n in rows if band and scheme != register.scheme_id),
        re_assess_href=href(band=TO_RE_ASSESS),
    )


def changed_since(positions, agreements):
    """Key of a register -> how many risks are in another band than one of its agreements had them.

    positions: of today, on the register. By one scheme: other ratings are not compared. One query,
    none without agreements.
    """
    if not agreements:
        return {}
    conditions = (
        Q(register=agreement.register_id, known_from__gt=agreement.recorded_by)
        & Exists(_in_other_band(agreement))
        for agreement in agreements
    )
    rows = positions.filter(reduce(or_, conditions)).exclude(band="").order_by()
    return dict(rows.values_list("register").annotate(n=Count("pk")))


def _in_other_band(agreement):
    """Of a position of today, that one of its risk as agreed, where it has another band."""
    # By risk alone, for which there is an index: who may see the risk is decided outside.
    agreed = Position.objects.filter(risk=OuterRef("risk"), scheme=OuterRef("scheme"))
    agreed = agreed.on_register().as_at(agreement.on, agreement.recorded_by)
    return agreed.exclude(band="").exclude(band=OuterRef("band")).order_by()


class ChangesSinceAgreement:
    """What has changed since an agreement.

    agreed_positions: its own; positions: of today. Read on first use; how many risks changed band
    is counted by the database.
    """

    def __init__(self, register, agreement, *, agreed_positions, positions):
        self.register, self.agreement = register, agreement
        self._agreed, self._today = agreed_positions.on_register(), positions.on_register()

    @cached_property
    def changed(self):
        """How many risks are in another band than they were, by one scheme.

        What came on record before the cut-off, and is still the same today, was agreed.
        """
        today = self._today.filter(scheme=self.register.scheme)
        return changed_since(today, [self.agreement]).get(self.agreement.register_id, 0)

    @cached_property
    def _movements(self):
        today, agreed = (
            read_risk_points(rows, self.register.scheme_id) for rows in (self._today, self._agreed)
        )
        return movements_between(today, agreed, self.register.scheme.rules.ranks)

    @cached_property
    def _counts(self):
        return Counter(movement.kind for movement in self._movements)

    @cached_property
    def groups(self):
        movements_by_kind = movements_to_list(self._movements)
        keys = [movement.pk for rows in movements_by_kind.values() for movement in rows]
        headings = read_headings(self.register, keys)
        return group_movements(
            self._counts, movements_by_kind, headings, self.register.scheme.rules
        )

    @property
    def is_as_agreed(self):
        return not any(count for kind, count in self._counts.items() if kind != UNCHANGED)

    @property
    def sentence(self):
        return OTHER_SCHEME_SINCE if self._took_scheme else changed_band_sentence(self.changed)

    @property
    def _took_scheme(self):
        """Whether another scheme is in force today than was when it was agreed."""
        agreement, scheme_on = self.agreement, self.register.scheme_on
        agreed = scheme_on(agreement.on, agreement.recorded_by)
        return agreed != scheme_on(timezone.localdate())

    @property
    def sentence_of_all(self):
        counts = self._counts
        if self.is_as_agreed:
            return OTHER_SCHEME_SINCE if self._took_scheme else NOTHING_SINCE
        sentence = changes_sentence(
            counts[UP] + counts[DOWN],
            counts[SCORED],
            counts[RATED_OTHERWISE],
            counts[NEW],
            counts[LEFT],
        )
        return f"{OTHER_SCHEME_SINCE} {sentence}" if self._took_scheme else sentence
