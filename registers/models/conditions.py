"""What may be missing, assured or unexplained about a risk on a day, as conditions on positions.

For the list, the worklist and the counts that lead to them. The home page and the dashboard count
MissingInformation from one index; what reads other tables is kept apart from it.
"""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from registers.dates import years_later
from registers.models.action import Action, ActionRevision
from registers.models.assessment import Assessment
from registers.models.control import Assurance, Control, ControlRevision, Line


class MissingInformation(models.TextChoices):
    """Most pressing first. The value is part of addresses.

    The labels follow a number ("7 risks owned by a vacant post").
    """

    LATE_REVIEW = "late-review", "with an overdue review"
    NO_RATING = "no-rating", "with no residual rating"
    EARLIER_SCHEME = "earlier-scheme", "rated under an earlier scheme"
    NO_OWNER = "no-owner", "with no owner"
    VACANT_POST = "vacant-post", "owned by a vacant post"
    NO_FAILURE_TYPE = "no-failure-type", "with no failure type"

    def on(self, day=None):
        """The condition that this is missing of a position.

        day: what a review is late by; only LATE_REVIEW needs it. Who holds a post is known for
        today only.
        """
        return {
            MissingInformation.LATE_REVIEW: Q(next_review_on__lt=day),
            MissingInformation.NO_RATING: Q(band=""),
            MissingInformation.EARLIER_SCHEME: ~Q(band="") & ~Q(scheme=F("register__scheme")),
            MissingInformation.NO_OWNER: Q(owner=None),
            MissingInformation.VACANT_POST: Q(owner__isnull=False, owner__holder=None),
            MissingInformation.NO_FAILURE_TYPE: Q(primary_failure_type=None),
        }[self]

    @classmethod
    def among(cls, gaps, day):
        """The condition that a position lacks at least one of these."""
        return reduce(or_, (gap.on(day) for gap in gaps))


class AssuranceLevel(models.TextChoices):
    """How far the latest opinion of each line still holds: exactly one is true of each risk.

    The value is part of addresses.
    """

    BEYOND = "beyond", "with assurance from line 2, 3 or 4"
    FIRST_LINE = "first-line", "with assurance from line 1 only"
    EXPIRED = "expired", "with only expired assurance"
    NONE = "none", "with no assurance"

    def on(self, day, recorded_by=None):
        """The condition that this is true of a position's risk on that day."""
        latest = Assurance.objects.latest_per(
            "risk", "line", day=day, recorded_by=recorded_by
        ).filter(risk=OuterRef("risk"))
        holding = latest.filter(expires_on__gte=day)
        beyond = Exists(holding.exclude(line=Line.FIRST))
        return {
            AssuranceLevel.BEYOND: Q(beyond),
            AssuranceLevel.FIRST_LINE: Q(Exists(holding)) & ~Q(beyond),
            AssuranceLevel.EXPIRED: Q(Exists(latest)) & ~Q(Exists(holding)),
            AssuranceLevel.NONE: ~Q(Exists(latest)),
        }[self]


class ControlWeakness(models.TextChoices):
    """What is wrong with the controls of a risk. The value is part of addresses."""

    NONE = "none", "with no controls recorded"
    UNTESTED = "untested", "with a control not tested in twelve months"

    def on(self, day, recorded_by=None):
        """The condition that a position's risk has this weakness on that day."""
        latest = ControlRevision.objects.latest_per("record", day=day, recorded_by=recorded_by)
        in_place = latest.filter(record__risk=OuterRef("risk"), status=Control.Status.IN_PLACE)
        if self is ControlWeakness.NONE:
            return ~Q(Exists(in_place))
        untested = Q(last_tested_on=None) | Q(last_tested_on__lt=tested_since(day))
        return Q(Exists(in_place.filter(untested)))


# How long a test of a control counts.
TEST_YEARS = 1


def tested_since(day):
    """The first day on which a test still counts on that day: twelve months before."""
    return years_later(day, -TEST_YEARS)


def evidence(day, recorded_by=None):
    """What may explain a lower rating, as at that day: (rows, the path to the risk, the day).

    Controls that were tested, assurances that were given and actions that are finished. Whether the
    findings support a lower rating is for people to read.
    """
    actions = ActionRevision.objects.latest_per("record", day=day, recorded_by=recorded_by)
    return (
        (ControlRevision.objects.as_at(day, recorded_by), "record__risk", "last_tested_on"),
        (Assurance.objects.as_at(day, recorded_by), "risk", "effective_on"),
        (actions.filter(status=Action.Status.DONE), "record__risk", "done_on"),
    )


def evidence_days(risks, day, recorded_by=None):
    """Key of a risk -> the days of its evidence. risks: a queryset of keys. One query."""
    querysets = [
        rows.filter(**{f"{path}__in": risks, f"{on}__isnull": False})
        .order_by()
        .values_list(path, on)
        for rows, path, on in evidence(day, recorded_by)
    ]
    days = defaultdict(list)
    for risk, on in querysets[0].union(*querysets[1:]):
        days[risk].append(on)
    return days


def evidence_between(risk, since, until, day, recorded_by=None):
    """The rows of evidence of a risk after the one day and by the end of the other.

    What was known on the day of the last rating is part of that one. Three querysets. risk, since,
    until: values or OuterRefs.
    """
    return [
        rows.filter(**{path: risk, f"{on}__gt": since, f"{on}__lte": until})
        for rows, path, on in evidence(day, recorded_by)
    ]


def has_supporting_evidence(risk, since, until):
    """Whether anything on record may explain a lower rating. Three queries at most."""
    today = timezone.localdate()
    return any(rows.exists() for rows in evidence_between(risk, since, until, today))


def unexplained(positions, day, recorded_by=None):
    """Those of these positions whose decrease into their band nothing on record explains.

    Neither has the assessment evidence, nor is there any between the assessment before it and its
    day. positions: of risks that decreased into their band (`band_before`).
    """
    ratings = Assessment.objects.current().filter(risk=OuterRef("risk")).as_at(day, recorded_by)
    latest = ratings.order_by("-effective_on", "-pk")
    last = latest.filter(effective_on__lte=OuterRef("band_since"))
    earlier = latest.filter(effective_on__lt=OuterRef("band_since"))
    positions = positions.annotate(
        fell_saying=Subquery(last.values("evidence")[:1]),
        judged_before=Coalesce(
            Subquery(earlier.values("effective_on")[:1]), Value(day.min), output_field=DateField()
        ),
    )
    risk, since, until = OuterRef("risk"), OuterRef("judged_before"), OuterRef("band_since")
    rows_of_each_kind = evidence_between(risk, since, until, day, recorded_by)
    return positions.filter(*(~Exists(rows) for rows in rows_of_each_kind), fell_saying="")
