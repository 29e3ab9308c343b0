"""What a newer version of a scheme changes, and which risks it makes "to re-assess"."""

from dataclasses import dataclass

from django.db.models import Count, Q

from registers.models import Appetite
from registers.phrases.register import (
    earlier_scheme_sentence,
    matrix_in_words,
    review_days_in_words,
    to_re_assess_sentence,
)

ABSENT = "none"


@dataclass(frozen=True)
class Difference:
    """part: of the scheme, in words; before, after: what it is in either version."""

    part: str
    before: str
    after: str


class SchemePreview:
    """What would change if the register took a newer version of its scheme. Three queries.

    positions: today's, as far as the reader may see.
    """

    def __init__(self, register, scheme, positions):
        self.scheme, self.rules = scheme, scheme.rules
        self.differences = list(differences_between(register.scheme, scheme))
        is_current, is_rated = Q(scheme=register.scheme), ~Q(band="")
        counts = positions.on_register().aggregate(
            current=Count("pk", filter=is_rated & is_current),
            earlier=Count("pk", filter=is_rated & ~is_current),
        )
        self.count = counts["current"]
        self.sentences = [
            to_re_assess_sentence(counts["current"], str(register.scheme)),
            earlier_scheme_sentence(counts["earlier"]),
        ]
        statements = Appetite.objects.filter(organisation=register.organisation)
        self.has_appetite = statements.filter(scheme=register.scheme).exists()
        self.siblings = list(
            register.organisation.registers.filter(scheme=register.scheme).exclude(pk=register.pk)
        )


def differences_between(before, after):
    """Yield the Difference of each part in which two ScoringSchemes differ."""
    pairs = [("Name", before.name, after.name), *_parts(before.rules, after.rules)]
    for part, old, new in pairs:
        if old != new:
            yield Difference(part, old, new)


def _parts(before, after):
    yield "Bands, lowest first", _labels(before.bands), _labels(after.bands)
    for slug in dict.fromkeys([*before.ranks, *after.ranks]):
        label = (before if slug in before.ranks else after).band(slug).label
        yield f"{label}: review", _review(before, slug), _review(after, slug)
    yield "Tolerance", *(rules.band(rules.tolerance).label for rules in (before, after))
    yield "Escalated from", *(rules.band(rules.escalation).label for rules in (before, after))
    yield from _level_pairs("Likelihood", before.likelihood, after.likelihood)
    yield from _level_pairs("Impact", before.impact, after.impact)
    sizes = [(len(rules.likelihood), len(rules.impact)) for rules in (before, after)]
    moved = _moved_pairs(before, after) if sizes[0] == sizes[1] else None
    yield "Matrix", matrix_in_words(*sizes[0]), matrix_in_words(*sizes[1], moved or None)


def _labels(bands):
    return ", ".join(band.label for band in bands)


def _review(rules, slug):
    return review_days_in_words(rules.band(slug).review_days) if slug in rules.ranks else ABSENT


def _level_pairs(name, before, after):
    for place in range(max(len(before), len(after))):
        words = [
            _level_in_words(levels[place]) if place < len(levels) else ABSENT
            for levels in (before, after)
        ]
        yield f"{name} {place + 1}", *words


def _level_in_words(level):
    return f"{level.label}: {level.guidance}" if level.guidance else level.label


def _moved_pairs(before, after):
    """How many pairs of ratings lie in a band of another name."""
    rows = zip(before.cells, after.cells, strict=True)
    return sum(old != new for row, other in rows for old, new in zip(row, other, strict=True))
