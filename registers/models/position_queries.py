"""Questions to a table of positions: on a day, as on record at an instant, and which of them."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from registers.dates import quarter_ends_before
from registers.history.timeline import FOR_EVER, STILL_ON_RECORD
from registers.models.assessment import share_schemes
from registers.models.conditions import MissingInformation
from registers.models.revision import RiskRevision
from registers.models.risk import Risk
from registers.risk_fields import Sort, names_of

# Texts that a list does not show.
LONG = (*names_of(Sort.TEXT), "reason")
# What a timeline takes of a revision and of an assessment.
REVISION_FIELDS = (
    *("effective_on", "recorded_at", "number", "status", "owner", "primary_failure_type"),
    *("next_review_on", "happened_on", "category"),
)
ASSESSMENT_FIELDS = (
    *("effective_on", "recorded_at", "scheme", "band", "likelihood", "impact", "score"),
)
# The texts that a search looks into.
SEARCHED = (
    *("revision__title", "revision__cause", "revision__event"),
    *("revision__consequence", "revision__notes", "current__rationale"),
)
MOST_WORDS = 10
# Quarter ends running in the highest band.
STUCK = 4


def searched_words(search):
    """The words that a search looks for; further ones are left out."""
    return search.split()[:MOST_WORDS]


class PositionQuerySet(models.QuerySet):
    def on_record(self, recorded_by=None):
        """The rows that were on record at that instant; without one, those that are now."""
        if recorded_by is None:
            return self.filter(known_until=STILL_ON_RECORD)
        return self.filter(known_from__lte=recorded_by, known_until__gt=recorded_by)

    def as_at(self, day, recorded_by=None):
        """The rows of the end of that day, as on record at an instant: at most one a risk.

        Nothing is recorded for a future day. So the rows of the day of that instant are those
        without an end, which an index finds in order of score.
        """
        rows = self.on_record(recorded_by)
        if day >= timezone.localdate(recorded_by):
            return rows.filter(until_day=FOR_EVER)
        return rows.filter(from_day__lte=day, until_day__gt=day)

    def on_register(self):
        return self.filter(is_on_register=True)

    def with_words(self):
        """With everything a page shows of a risk, in three queries.

        All rows share their register and scheme objects.
        """
        words = ("revision__owner__directorate", "revision__primary_failure_type", "current")
        return self.select_related(*words).prefetch_related("register", "current__scheme")

    def with_headings(self):
        """The same without the long texts and the instants: what a list shows."""
        texts = [f"revision__{name}" for name in LONG]
        texts += ["current__rationale", "current__evidence"]
        return self.with_words().defer(*texts, "known_from", "known_until")

    def with_history(self):
        """With what a timeline takes of the revision and of the assessment. One query."""
        names = [f.name for f in self.model._meta.concrete_fields]
        names += [f"revision__{name}" for name in REVISION_FIELDS]
        names += [f"current__{name}" for name in ASSESSMENT_FIELDS]
        return self.select_related("revision", "current").only(*names)

    def list_for_register(self, register):
        """A list of these rows, all of that register: it and its scheme are not read again."""
        rows = list(self.prefetch_related(None))
        for row in rows:
            row.register = register
        share_schemes([row.current for row in rows if row.current], register)
        return rows

    def headings_by_key(self, pks, register=None):
        """Key -> row, with what a list shows, whatever these rows are narrowed to.

        register: where all are of one.
        """
        rows = self.model.objects.with_headings()
        if register is None:
            return rows.in_bulk(pks)
        return {row.pk: row for row in rows.filter(pk__in=pks).list_for_register(register)}

    def with_all_of(self, words, *, references=True):
        """Those that have each of the words in one of their texts, or as their reference."""
        rows = self
        for word in searched_words(words):
            condition = reduce(or_, (Q(**{f"{name}__icontains": word}) for name in SEARCHED))
            if references and word.rpartition("-")[2].isdecimal() and len(word) < 18:
                condition |= Q(number=int(word.rpartition("-")[2]))
            rows = rows.filter(condition)
        return rows

    def in_band(self, slug, scheme):
        """Rated by that scheme; a rating by another says nothing of its bands."""
        return self.filter(band=slug, scheme=scheme)

    def to_re_assess(self, scheme):
        """Rated by another scheme than this one, which is in force."""
        return self.exclude(band="").exclude(scheme=scheme)

    def above_tolerance(self, scheme, tolerance):
        """Rated by that scheme above what is tolerated for the risk's category.

        tolerance: that of the day read.
        """
        condition = Q(band__in=[band.slug for band in tolerance.above()])
        if tolerance.by_category:
            condition &= ~Q(category__in=[*tolerance.by_category])
        for category in tolerance.by_category:
            condition |= Q(
                category=category, band__in=[band.slug for band in tolerance.above(category)]
            )
        return self.filter(condition, scheme=scheme)

    def could_be_higher(self, scheme):
        """With a range by that scheme whose upper end is in a higher band than the rating."""
        return self._reaching(
            scheme,
            lambda high: Q(band__in=[b.slug for b in scheme.rules.bands if b.rank < high.rank]),
        )

    def could_be_above(self, scheme, tolerance):
        """Not above tolerance by that scheme, but with a range whose upper end is."""
        bands, categories = [band.slug for band in scheme.rules.bands], [*tolerance.by_category]

        def tolerated(high, category):
            is_above = tolerance.is_above(high.slug, category)
            return [slug for slug in bands if is_above and not tolerance.is_above(slug, category)]

        def reaches(high):
            condition = (
                ~Q(category__in=categories) & Q(band__in=tolerated(high, ""))
                if categories
                else Q(band__in=tolerated(high, ""))
            )
            for category in categories:
                condition |= Q(category=category, band__in=tolerated(high, category))
            return condition

        return self._reaching(scheme, reaches)

    def _reaching(self, scheme, condition_for):
        """Those with a range whose upper end is in a band that matters.

        condition_for: band at the upper end -> the condition on the rest of the row.
        """
        ends = {
            f"high_{name}": Coalesce(f"current__{name}_high", name)
            for name in ("likelihood", "impact")
        }
        cells = [
            (level.value, other.value, placing)
            for level, row in scheme.rules.matrix
            for other, placing in row
        ]
        reached = (
            Q(high_likelihood=likelihood, high_impact=impact) & condition_for(placing.band)
            for likelihood, impact, placing in cells
        )
        ranged = Q(current__likelihood_high__isnull=False) | Q(current__impact_high__isnull=False)
        return self.alias(**ends).filter(ranged, reduce(or_, reached), scheme=scheme)

    def stuck(self, scheme, day):
        """In the highest band of that scheme at four quarter ends before a day, and still."""
        ends = quarter_ends_before(day, STUCK)
        if len(ends) < STUCK:
            return self.none()
        return self.in_band(scheme.rules.bands[-1].slug, scheme).filter(band_since__lte=ends[0])

    def missing(self, *gaps, day):
        """On the register and lacking at least one of these on that day."""
        return self.on_register().filter(MissingInformation.among(gaps, day))

    def answered_for_by(self, user):
        """Owned by a post that this person holds, or raised by them and without an owner."""
        raised = Risk.objects.filter(pk=models.OuterRef("risk"), raised_by=user)
        return self.filter(Q(owner__holder=user) | Q(owner=None) & models.Exists(raised))

    def of_failure_type(self, slug):
        """Those with the failure type, as the primary one or as another."""
        other_types = RiskRevision.other_failure_types.through.objects.filter(
            riskrevision=models.OuterRef("revision"), failuretype__slug=slug
        )
        return self.filter(Q(primary_failure_type__slug=slug) | models.Exists(other_types))

    def of_adverse_impact(self, impact):
        """Those whose current rating the impact drives, and those that name it.

        None: those without any.
        """
        impacts = RiskRevision.adverse_impacts.through.objects.filter(
            riskrevision=models.OuterRef("revision")
        )
        if impact is None:
            return self.filter(~models.Exists(impacts), current__driver=None)
        return self.filter(
            Q(current__driver=impact) | models.Exists(impacts.filter(adverseimpact=impact))
        )

    def marked(self, marks):
        """Those with one of these marks on warning signs."""
        return self.filter(models.Exists(marks.filter(risk=models.OuterRef("risk")).order_by()))
