"""What a newer version of a scheme changes, and which risks it makes "to re-assess"."""

from dataclasses import dataclass

from django.db.models import Count, Q

from registers.models import Appetite
from registers.phrases.bands import renamed_band_sentence
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
    yield "Bands, lowest first", _labels(before.bands), _bands_after(before.bands, after.bands)
    yield from _review_pairs(before, after)
    yield from _threshold_pairs(before, after)
    yield from _level_pairs("Likelihood", before.likelihood, after.likelihood)
    yield from _level_pairs("Impact", before.impact, after.impact)
    sizes = [(len(rules.likelihood), len(rules.impact)) for rules in (before, after)]
    moved = _moved_pairs(before, after) if sizes[0] == sizes[1] else None
    yield "Matrix", matrix_in_words(*sizes[0]), matrix_in_words(*sizes[1], moved or None)


def _labels(bands):
    return ", ".join(band.label for band in bands)


def _bands_after(before, after):
    """The labels, and which bands only have another name: those of as many bands at their place."""
    labels = _labels(after)
    if len(before) != len(after):
        return labels
    renamed = [
        renamed_band_sentence(old.label, new.label)
        for old, new in zip(before, after, strict=True)
        if old.label != new.label
    ]
    return " ".join([f"{labels}.", *renamed]) if renamed else labels


def _review_pairs(before, after):
    """By place where there are as many bands, else by name."""
    if len(before.bands) == len(after.bands):
        for old, new in zip(before.bands, after.bands, strict=True):
            yield f"{new.label}: review", _review_days(old), _review_days(new)
        return
    for slug in dict.fromkeys([*before.ranks, *after.ranks]):
        bands = [rules.band(slug) if slug in rules.ranks else None for rules in (before, after)]
        label = next(band.label for band in bands if band)
        yield f"{label}: review", *map(_review_days, bands)


def _review_days(band):
    return review_days_in_words(band.review_days) if band else ABSENT


def _threshold_pairs(before, after):
    """Only where another band is meant, not where its band has another name."""
    is_by_place = len(before.bands) == len(after.bands)
    for part, slug, newer_slug in (
        ("Tolerance", before.tolerance, after.tolerance),
        ("Escalated from", before.escalation, after.escalation),
    ):
        band, newer = before.band(slug), after.band(newer_slug)
        if not (is_by_place and band.rank == newer.rank):
            yield part, band.label, newer.label


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
    """How many pairs of ratings lie in another band: at another place where there are as many bands
    in both versions, else of another name.
    """
    is_by_place = len(before.bands) == len(after.bands)
    rows, newer_rows = (
        [[rules.ranks[slug] if is_by_place else slug for slug in row] for row in rules.cells]
        for rules in (before, after)
    )
    pairs = zip(rows, newer_rows, strict=True)
    return sum(old != new for row, other in pairs for old, new in zip(row, other, strict=True))
