"""What a register said on any day: a row for each period without a change of a risk.

Derived from revisions and assessments as known now, and rebuilt with every change of a risk, so
that today, a past day and "how many on each quarter end" are the same plain query.
`rebuild_positions --check` compares it with history. Beside these live rows are those that
agreements keep as known then: in `Position.everything`, not in `.objects`.
"""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from registers.dates import quarter_ends_before
from registers.history.bulk_insert import build_row, keys_of, put, values_of
from registers.history.timeline import FOR_EVER, build_timeline
from registers.models.assessment import Assessment, share_schemes
from registers.models.conditions import MissingInformation
from registers.models.library import FailureType
from registers.models.people import Post
from registers.models.register import Register, ScoringScheme
from registers.models.revision import RiskRevision
from registers.models.risk import Risk
from registers.models.risk_content import RiskContent

# Texts that a list does not show.
LONG = [
    *("cause", "event", "consequence", "notes", "reason", "response_reason", "committee_position"),
    *("definition_of_good", "exempt_interest", "happened_what", "depends_on"),
]
# Quarter ends running in the highest band.
STUCK = 4


class PositionQuerySet(models.QuerySet):
    def as_at(self, day):
        """The rows of the end of that day: at most one a risk.

        Nothing is recorded for a future day, so today's rows are those without an end: the index
        then returns them in order of score.
        """
        if day >= timezone.localdate():
            return self.filter(until_day=FOR_EVER)
        return self.filter(from_day__lte=day, until_day__gt=day)

    def on_register(self):
        return self.filter(is_on_register=True)

    def with_words(self):
        """With everything a page shows of a risk, in three queries.

        All rows share their register and scheme objects.
        """
        words = ("revision__owner__directorate", "revision__primary_failure_type", "current")
        return self.select_related(*words).prefetch_related("register", "current__scheme")

    def with_headings(self):
        """The same without the long texts: what a list shows."""
        texts = [f"revision__{name}" for name in LONG]
        return self.with_words().defer(*texts, "current__rationale", "current__evidence")

    def list_for_register(self, register):
        """A list of these rows, all of that register: it and its scheme are not read again."""
        rows = list(self.prefetch_related(None))
        for row in rows:
            row.register = register
        share_schemes([row.current for row in rows if row.current], register)
        return rows

    @classmethod
    def headings_by_key(cls, pks, register=None):
        """Key -> row, live or agreed, with what a list shows.

        register: where all are of one.
        """
        rows = Position.everything.with_headings()
        if register is None:
            return rows.in_bulk(pks)
        return {row.pk: row for row in rows.filter(pk__in=pks).list_for_register(register)}

    def in_band(self, slug, scheme):
        """Rated by that scheme; a rating by another says nothing of its bands."""
        return self.filter(band=slug, scheme=scheme)

    def to_re_assess(self):
        """Rated by another scheme than the one in force, and not assessed again since."""
        return self.filter(MissingInformation.EARLIER_SCHEME.on())

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

    def most_urgent_first(self, day):
        """Late reviews, longest overdue first; then unrated risks; then by score, highest first."""
        late = models.Case(
            models.When(MissingInformation.LATE_REVIEW.on(day), then="next_review_on")
        )
        unrated = models.Case(models.When(MissingInformation.NO_RATING.on(), then=0), default=1)
        return self.order_by(late.asc(nulls_last=True), unrated, "-score", "risk_id")

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


class LivePositions(models.Manager.from_queryset(PositionQuerySet)):
    """Positions as known now, without what agreements keep.

    The default manager: for `risk.positions` and the like as well.
    """

    def get_queryset(self):
        return super().get_queryset().filter(agreement=None)

    def rebuild(self, risk):
        """Rebuild the risk's live positions from its history.

        Positions kept by agreements only get its exempt flag.
        """
        self._clear({risk.pk: risk.is_exempt})
        segments = build_timeline(risk.revisions.all(), risk.assessments.current())
        return self.bulk_create(Position.of(risk, segment) for segment in segments)

    def rebuild_many(self, histories):
        """The same for several risks in as many queries as for one.

        histories: (risk, its revisions, its current assessments of our own), all of them and all
        saved.
        """
        self.replace(
            {risk.pk: risk.is_exempt for risk, *_ in histories},
            self.due(histories, keys_of(Position)),
        )

    @staticmethod
    def due(histories, keys):
        """The live rows that follow from these histories, unsaved: as values_of returns them.

        keys: of new rows.
        """
        rows = (
            Position.of(risk, segment, key=next(keys))
            for risk, *history in histories
            for segment in build_timeline(*history)
        )
        return values_of(Position, map(vars, rows))

    def replace(self, risks, rows):
        """Replace the live rows of risks. risks: their keys -> whether they are exempt."""
        self._clear(risks)
        put(Position, rows)

    def _clear(self, risks):
        self.filter(risk__in=risks).delete()
        for flag in (True, False):
            if keys := [risk for risk, is_exempt in risks.items() if is_exempt == flag]:
                Position.everything.filter(risk__in=keys).exclude(is_exempt=flag).update(
                    is_exempt=flag
                )


def _on_register(name, *fields, agreed=False):
    """An index of what is on a register, live or as agreed.

    Django writes a true boolean in a way that only a condition matches, and SQLite reads the table
    again unless the columns of the condition are in the index as well.
    """
    first = ["agreement", *fields, "register"] if agreed else ["register", *fields, "agreement"]
    condition = Q(is_on_register=True, agreement__isnull=not agreed)
    return models.Index(
        fields=[*first, "risk", "is_exempt", "is_on_register"], condition=condition, name=name
    )


class Position(models.Model):
    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="positions")
    register = models.ForeignKey(
        Register, on_delete=models.CASCADE, related_name="positions", db_index=False
    )
    number = models.PositiveIntegerField(help_text="The risk's, to sort by.")
    from_day = models.DateField()
    until_day = models.DateField(help_text="The first day on which this no longer stood.")
    revision = models.ForeignKey(RiskRevision, on_delete=models.CASCADE, related_name="+")
    current = models.ForeignKey(Assessment, on_delete=models.CASCADE, null=True, related_name="+")
    is_exempt = models.BooleanField(
        help_text="Today's flag, on the rows of the past too: it decides who may see them."
    )
    is_on_register = models.BooleanField(
        help_text="Open or has happened: neither a draft nor closed."
    )
    primary_failure_type = models.ForeignKey(
        FailureType, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    scheme = models.ForeignKey(
        ScoringScheme,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="Gave the band.",
    )
    owner = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    next_review_on = models.DateField(null=True)
    happened_on = models.DateField(null=True, help_text="On which it came true, if it did.")
    category = models.CharField(
        max_length=12, blank=True, help_text="Decides which tolerance holds."
    )
    band = models.SlugField(blank=True, db_index=False, help_text="Empty: not scored.")
    band_since = models.DateField(
        help_text="From when it has been in this band, or unrated, without a break."
    )
    band_before = models.SlugField(
        blank=True, db_index=False, help_text="From which it came then, by the same scheme."
    )
    likelihood = models.PositiveSmallIntegerField(help_text="0: not scored.")
    impact = models.PositiveSmallIntegerField(help_text="0: not scored.")
    score = models.PositiveSmallIntegerField(help_text="0: not scored.")
    agreement = models.ForeignKey(
        "registers.Agreement",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="Keeps this row as it was known then. Empty: as known now.",
    )

    objects = LivePositions()
    everything = PositionQuerySet.as_manager()

    class Meta:
        ordering = ["risk_id", "from_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "from_day"],
                condition=Q(agreement=None),
                name="position_starts_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["agreement", "risk"], name="position_once_in_an_agreement"
            ),
            models.CheckConstraint(
                condition=Q(until_day__gt=F("from_day")), name="position_lasts_a_day_at_least"
            ),
        ]
        # The list in its usual order; then bands counted by the day they start and by the day they
        # end, with everything else that the dashboard and the home page count, so that they read
        # nothing but the index: what stands today in the order in which it is counted. The last one
        # is all that for what an agreement keeps.
        indexes = [
            models.Index(
                fields=["register", "until_day"], condition=Q(agreement=None), name="position_until"
            ),
            # The few that came true.
            models.Index(
                fields=["register", "agreement", "until_day", "happened_on"],
                condition=Q(happened_on__isnull=False),
                name="position_happened",
            ),
            _on_register("position_list", "until_day", "-score", "number"),
            _on_register("position_starts", "from_day", "band", "scheme", "category"),
            _on_register(
                "position_ends",
                *(
                    "until_day",
                    "band",
                    "scheme",
                    "likelihood",
                    "impact",
                    "primary_failure_type",
                    "from_day",
                ),
                *("owner", "next_review_on", "score", "category", "band_since", "band_before"),
            ),
            _on_register(
                "position_agreed",
                *(
                    "-score",
                    "number",
                    "band",
                    "scheme",
                    "likelihood",
                    "impact",
                    "primary_failure_type",
                    "category",
                ),
                *("band_since", "band_before"),
                agreed=True,
            ),
        ]

    def __str__(self):
        return f"{self.risk_id} from {self.from_day} until {self.until_day}"

    def get_absolute_url(self):
        return reverse("risk_detail", args=[self.register.slug, self.number])

    @property
    def reference(self):
        return self.register.reference(self.number)

    @classmethod
    def of(cls, risk, segment, agreement=None, key=None):
        """The unsaved row for one segment of the risk's timeline."""
        current = segment.current
        return build_row(
            cls,
            pk=key,
            risk=risk,
            register_id=risk.register_id,
            number=risk.number,
            from_day=segment.from_day,
            until_day=segment.until_day,
            revision=segment.revision,
            current=current,
            is_exempt=risk.is_exempt,
            is_on_register=segment.revision.status in RiskContent.ON_REGISTER,
            primary_failure_type_id=segment.revision.primary_failure_type_id,
            owner_id=segment.revision.owner_id,
            next_review_on=segment.revision.next_review_on,
            happened_on=segment.revision.happened_on,
            category=segment.revision.category,
            scheme_id=current.scheme_id if current else None,
            band=current.band if current else "",
            band_since=segment.band_since,
            band_before=segment.band_before,
            likelihood=current.likelihood if current else 0,
            impact=current.impact if current else 0,
            score=current.score if current else 0,
            agreement=agreement,
        )
