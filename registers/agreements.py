"""What bodies agreed of a register in few numbers, and what has changed since the latest of them."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q

from registers.dashboard import trends
from registers.dashboard.headings import words_of
from registers.dashboard.movement import moves_of, named_of
from registers.dashboard.period_comparison import movement, read_all
from registers.phrases import a_number, above_in_words
from registers.scoring import ABOVE_TOLERANCE


@dataclass(frozen=True)
class AgreedCard:
    """An agreement in few numbers. href and above_href lead to the lists of the risks that it
    counts; words: which bands were above what was tolerated, as known then.
    """

    agreement: object
    total: int
    above_tolerance: int
    words: str
    href: str
    above_href: str


def agreed_cards(register, agreements, agreed, tolerances):
    """One card an agreement, in the order given. agreed: the rows of them all that the reader may
    see; tolerances: what is let stand, on any day. One query, and one where the statements of
    appetite were not read yet.
    """
    counts = {}
    alike = (
        agreed.on_register()
        .filter(agreement__in=[agreement.pk for agreement in agreements])
        .order_by()
    )
    by = ("agreement", "band", "scheme", "category")
    for agreement, *row in alike.values_list(*by).annotate(n=Count("pk")):
        counts.setdefault(agreement, []).append(row)
    return [
        _card(register, agreement, counts.get(agreement.pk, []), tolerances)
        for agreement in agreements
    ]


def _card(register, agreement, rows, tolerances):
    def href(**filters):
        return f"{register.get_absolute_url()}?{urlencode({'agreed': agreement.pk, **filters})}"

    tolerance = tolerances.on(agreement.on, agreement.known_by)
    return AgreedCard(
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
    )


class Since:
    """What has changed since an agreement. agreed: what it keeps; now: positions of today. Reads on
    first use, and risk by risk only what is told by name: how many changed band is counted by the
    database.
    """

    def __init__(self, register, agreement, *, agreed, now):
        self.register, self.agreement = register, agreement
        self._agreed, self._now = agreed.on_register(), now.on_register()

    @cached_property
    def changed(self):
        """How many risks stand in another band than they did. Whatever stands in its band since
        before the agreement is known to have stood in it then, unless of such a day more was
        recorded later.
        """
        rated = {"scheme": self.register.scheme}
        came = Q(band_since__gt=self.agreement.on) | Q(risk__in=self.agreement.known_otherwise)
        was = (
            self._agreed.filter(**rated, risk=OuterRef("risk"))
            .exclude(band="")
            .exclude(band=OuterRef("band"))
        )
        return self._now.filter(came, Exists(was.order_by()), **rated).exclude(band="").count()

    @cached_property
    def _moved(self):
        now, agreed = (
            read_all(rows, self.register.scheme_id) for rows in (self._now, self._agreed)
        )
        return movement(now, agreed, self.register.scheme.rules.ranks)

    @cached_property
    def _counts(self):
        return Counter(one.move for one in self._moved)

    @cached_property
    def moves(self):
        named = named_of(self._moved)
        words = words_of(self.register, [one.pk for rows in named.values() for one in rows])
        return moves_of(self._counts, named, words, self.register.scheme.rules)

    @property
    def is_as_agreed(self):
        return not any(count for kind, count in self._counts.items() if kind != trends.UNCHANGED)

    @property
    def sentence(self):
        return f"{_risks(self.changed)} changed band since."

    @property
    def sentence_of_all(self):
        counts = self._counts
        if self.is_as_agreed:
            return "Nothing has changed since: no risk has come, gone or changed band."
        said = [f"{_risks(counts[trends.UP] + counts[trends.DOWN])} changed band since"]
        for kind, is_so in (
            (trends.SCORED, "rated for the first time"),
            (trends.NEW, "new"),
            (trends.LEFT, "closed"),
        ):
            if n := counts[kind]:
                said.append(f"{a_number(n)} {'is' if n == 1 else 'are'} {is_so}")
        return f"{', '.join(said)}."


def _risks(count):
    if not count:
        return "No risk has"
    return f"{a_number(count).capitalize()} {'risk has' if count == 1 else 'risks have'}"
