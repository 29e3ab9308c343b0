"""The lead of a dashboard: the position in one sentence, then risks by name, then one question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from registers.dashboard.data import OTHER_SCHEME, UNSCORED
from registers.dashboard.period_comparison import rated_count
from registers.dashboard.priority_risks import PriorityRisk, PriorityRisks
from registers.dashboard.section import Section
from registers.models import Position, Risk
from registers.movement import ABOVE, FELL, NEW, ROSE, WITHIN
from registers.phrases.bands import above_in_words
from registers.phrases.dashboard import (
    FEW,
    AboveCount,
    above_tolerance_sentence,
    band_since_in_words,
    changed_label,
    empty_sentence,
    materialised_on,
    other_scheme_sentence,
    rated_after_it_happened,
    scheme_then_sentence,
    stuck_label,
    stuck_sentence,
    unrated_sentence,
)
from registers.phrases.numbers import join_names
from registers.scoring import ABOVE_TOLERANCE

SHOWN = 3  # risks of each kind


@dataclass(frozen=True)
class LeadRisk:
    """A risk that the lead names. bands: those it was in, the oldest first. note: in words.

    band_words: the bands for who does not see the arrows between them. is_unexplained: it fell, and
    nothing on record says why.
    """

    position: Position
    bands: tuple[str, ...] = ()
    band_words: str = ""
    note: str = ""
    is_unexplained: bool = False


@dataclass(frozen=True)
class LeadGroup:
    """Risks of one kind. risks: those that are named of the count; href: the list of all."""

    kind: str
    label: str
    count: int
    href: str
    risks: list[LeadRisk]

    @property
    def unlisted(self) -> int:
        return self.count - len(self.risks)


class Headline(Section):
    template = "dashboard/headline.html"
    anchor = "position"
    is_shown = True

    @property
    def sentences(self) -> list[str]:
        """Three at most, for a paper: what is above tolerance, stuck, and which actions are late.

        The first also says how many are rated by another scheme, and so count as neither above nor
        within tolerance. Without a rated risk none is in a band, and there is nothing on that.
        """
        data = self.data
        if not data.total:
            return [empty_sentence(data.unfiltered_total)]
        top = data.rules.bands[-1]
        if not data.rated_total:
            return [self.sentence, data.action_counts.sentence]
        stuck = [(data.register.reference(number), ends) for _, number, ends in data.stuck]
        return [
            self.sentence,
            stuck_sentence(
                top.label,
                stuck,
                data.current_by_band[top.slug],
                is_scheme_newer=data.is_scheme_newer_than_stuck,
            ),
            data.action_counts.sentence,
        ]

    @property
    def sentence(self) -> str:
        """What is above tolerance, and how that compares."""
        data = self.data
        if not data.total:
            return empty_sentence(data.unfiltered_total)
        previous_total = sum(data.previous_by_band.values())
        is_compared = (
            data.as_of.has_comparison
            and data.compares_bands
            and bool(rated_count(data.previous_by_band) or not previous_total)
        )
        to_re_assess = data.current_by_band.get(OTHER_SCHEME[0], 0)
        above = AboveCount(
            data.above_count,
            data.total - to_re_assess if data.rated_total else 0,
            above_in_words(data.tolerance),
            data.previous_above_count if is_compared else None,
            previous_total,
            data.as_of.since,
            to_re_assess=to_re_assess,
        )
        re_assess = [other_scheme_sentence(to_re_assess)] if to_re_assess else []
        return " ".join([above_tolerance_sentence(above), *re_assess])

    @property
    def scheme_sentence(self) -> str:
        """That bands are not compared, where another scheme was in force; else ""."""
        data = self.data
        if not data.as_of.has_comparison or data.compares_bands:
            return ""
        return scheme_then_sentence(data.as_of.since, str(data.previous_scheme))

    @property
    def heading_keys(self):
        return [*self.data.materialised[:SHOWN], *(pk for pk, *_ in self.data.stuck[:SHOWN])]

    @cached_property
    def groups(self) -> list[LeadGroup]:
        """What is new, has happened, crossed tolerance, rose, fell, and is stuck; none empty."""
        new, *changed = [self._changed(kind) for kind in (NEW, ABOVE, WITHIN, ROSE, FELL)]
        groups = [new, self._materialised(), *changed, self._stuck()]
        return [group for group in groups if group.count]

    @property
    def has_changes(self) -> bool:
        """Whether any risk is new, or changed its band."""
        return any(self.dashboard.moved.by_tolerance.values())

    def _changed(self, kind: str) -> LeadGroup:
        data, moved = self.data, self.dashboard.moved
        rows = moved.by_tolerance.get(kind, [])
        is_also = bool(moved.by_tolerance.get({ROSE: ABOVE, FELL: WITHIN}.get(kind, "")))
        return LeadGroup(
            kind,
            changed_label(kind, is_also=is_also),
            len(rows),
            data.href(changed=kind, since=data.as_of.since.isoformat()),
            [self._moved(row) for row in moved.leading.get(kind, [])],
        )

    def _moved(self, movement) -> LeadRisk:
        moved = self.dashboard.moved.moved_risk(movement)
        if movement.kind == NEW:
            current = moved.position.current
            return LeadRisk(
                moved.position, note=current.band_now.label if current else UNSCORED[1].lower()
            )
        return LeadRisk(
            moved.position,
            tuple(moved.bands),
            moved.band_words,
            self._happened_note(moved.position),
            moved.is_unexplained,
        )

    def _happened_note(self, position: Position) -> str:
        """What the change of band means for a risk that has happened; "" of any other."""
        happened_on = self.data.materialised_on.get(position.pk)
        if not (happened_on and position.current):
            return ""
        return rated_after_it_happened(position.current.effective_on, happened_on)

    def _materialised(self) -> LeadGroup:
        data, headings = self.data, self.dashboard.headings
        return LeadGroup(
            "materialised",
            changed_label("materialised"),
            len(data.materialised),
            data.href(status=Risk.Status.HAPPENED.value),
            [
                LeadRisk(headings[pk], note=materialised_on(data.materialised_on[pk]))
                for pk in data.materialised[:SHOWN]
            ],
        )

    def _stuck(self) -> LeadGroup:
        data, headings = self.data, self.dashboard.headings
        return LeadGroup(
            "stuck",
            stuck_label(data.rules.bands[-1].label),
            len(data.stuck),
            data.href(stuck="yes"),
            [
                LeadRisk(headings[pk], note=band_since_in_words(headings[pk].band_since))
                for pk, *_ in data.stuck[:SHOWN]
            ],
        )

    @property
    def question(self) -> PriorityRisk | None:
        """The risk to ask about first, with its one question."""
        return next(iter(self.dashboard.section(PriorityRisks).risks), None)

    @property
    def unrated_sentences(self) -> list[str]:
        count = self.data.current_by_band.get(UNSCORED[0])
        return [unrated_sentence(count)] if count else []

    @property
    def unrated_references(self) -> str:
        """The references of those without a rating, where they are few."""
        data = self.data
        if not 0 < data.current_by_band[UNSCORED[0]] <= FEW:
            return ""
        rows = data.rows.current.filter(band="").order_by("number")
        numbers = rows.values_list("number", flat=True)
        return join_names([data.register.reference(number) for number in numbers])

    @property
    def above_href(self) -> str:
        return self.data.href(band=ABOVE_TOLERANCE)

    @property
    def late_href(self) -> str:
        return self.data.links.actions("late")
