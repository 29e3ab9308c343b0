"""The scoring schemes of an organisation, and what a draft would mean for its registers."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count, F

from registers.models import Register, SchemeDraft, ScoringScheme
from registers.permissions import positions_across, schemes_for
from registers.scheme_comparison import differences_between
from registers.scoring import Band, RatingOutsideScheme


@dataclass(frozen=True)
class SchemeUse:
    """registers: of the organisation, which use the scheme today."""

    scheme: ScoringScheme
    registers: list

    @property
    def size(self):
        rules = self.scheme.rules
        return len(rules.likelihood), len(rules.impact)


class SchemeList:
    """The presets, the organisation's own schemes and its drafts. Three queries."""

    def __init__(self, organisation):
        registers = defaultdict(list)
        for register in organisation.registers.order_by("name"):
            registers[register.scheme_id].append(register)
        uses = [SchemeUse(row, registers[row.pk]) for row in schemes_for(organisation)]
        self.own_schemes = [use for use in uses if use.scheme.organisation_id]
        self.presets = [use for use in uses if not use.scheme.organisation_id]
        drafts = SchemeDraft.objects.filter(organisation=organisation, published=None)
        self.drafts = list(drafts.select_related("source"))


def registers_using(scheme, organisation):
    """The organisation's registers that use the scheme today."""
    return organisation.registers.filter(scheme=scheme).order_by("name")


def registers_to_adopt(scheme, organisation):
    """The organisation's registers in use that could take the scheme. Two queries for each."""
    registers = organisation.registers.in_use().select_related("scheme", "organisation")
    return [row for row in registers if row.newer_schemes().filter(pk=scheme.pk).exists()]


@dataclass(frozen=True)
class BandCount:
    """Of one register: how many risks are in the band, and would be if rated again the same."""

    band: Band
    current: int
    judged_again: int


@dataclass(frozen=True)
class RegisterPreview:
    """band_counts: highest first. unplaced: risks with a level that the draft does not have."""

    register: Register
    band_counts: list[BandCount]
    unplaced: int

    @property
    def total(self):
        return sum(row.current for row in self.band_counts)


class PublishPreview:
    """What publishing a draft would mean. Three queries.

    registers: a RegisterPreview of each that uses an earlier version, of the risks that this
    administrator may see. Nothing where the draft has problems.
    """

    def __init__(self, draft, user, day):
        self.problems, self.registers, self.differences = draft.problems, [], []
        if self.problems:
            return
        self.rules = draft.rules
        self.differences = list(differences_between(draft.source, draft))
        registers = draft.organisation.registers.filter(scheme__slug=draft.source.slug)
        registers = list(registers.select_related("organisation", "scheme").order_by("name"))
        ratings = count_ratings(user, registers, day)
        self.registers = [self._preview(register, ratings[register.pk]) for register in registers]

    def _preview(self, register, ratings):
        """ratings: (band, likelihood, impact) -> how many risks."""
        ranks = register.scheme.rules.ranks
        current, judged_again, unplaced = Counter(), Counter(), 0
        for (band, likelihood, impact), count in ratings.items():
            current[ranks[band]] += count
            try:
                judged_again[self.rules.place(likelihood, impact).band.rank] += count
            except RatingOutsideScheme:
                unplaced += count
        band_counts = [
            BandCount(band, current[band.rank], judged_again[band.rank])
            for band in reversed(self.rules.bands)
        ]
        return RegisterPreview(register, band_counts, unplaced)


def count_ratings(user, registers, day):
    """Key of a register -> {(band, likelihood, impact): how many risks}, as its scheme rates them.

    Of the risks that the reader may see on that day. Risks rated under an earlier version and
    risks without a rating are left out.
    """
    positions = positions_across(user, registers, day).on_register().exclude(band="")
    positions = positions.filter(scheme=F("register__scheme")).order_by()
    ratings = defaultdict(dict)
    keys = ("register", "band", "likelihood", "impact")
    for register, *rating, count in positions.values_list(*keys).annotate(Count("pk")):
        ratings[register][tuple(rating)] = count
    return ratings
