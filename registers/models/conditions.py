"""What may be missing, assured or unexplained about a risk on a day, as conditions on positions.

For the list, the worklist and the counts that lead to them. The home page and the dashboard count
MissingInformation from one index; what reads other tables is kept apart from it.
"""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import DateField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from registers.dates import years_later
from registers.models.action import Action, ActionRevision
from registers.models.assessment import Assessment
from registers.models.control import Assurance, Control, ControlRevision, Line


class MissingInformation(models.TextChoices):
    """Most pressing first. The value is part of addresses.

    The labels follow a number ("7 owned by a vacant post").
    """

    LATE_REVIEW = "late-review", "whose review is late"
    NO_RATING = "no-rating", "with no current rating yet"
    EARLIER_SCHEME = "earlier-scheme", "rated by an earlier scheme"
    NO_OWNER = "no-owner", "with no owner decided"
    VACANT_POST = "vacant-post", "owned by a vacant post"
    NO_FAILURE_TYPE = "no-failure-type", "with no failure type decided"

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

    BEYOND = "beyond", "with an opinion from beyond line 1"
    FIRST_LINE = "first-line", "resting on line 1 alone"
    EXPIRED = "expired", "whose every opinion has run out"
    NONE = "none", "with no assurance at all"

    def on(self, day, recorded_by=None):
        """The condition that this is true of a position's risk on that day."""
        latest = Assurance.objects.latest_by_line(day, recorded_by).filter(risk=OuterRef("risk"))
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

    NONE = "none", "with no control written down"
    UNTESTED = "untested", "with a control not tested in twelve months"

    def on(self, day, recorded_by=None):
        """The condition that a position's risk has this weakness on that day."""
        later = ControlRevision.objects.as_at(day, recorded_by).filter(
            record=OuterRef("record"), number__gt=OuterRef("number")
        )
        latest = ControlRevision.objects.as_at(day, recorded_by).filter(
            ~Exists(later), record__risk=OuterRef("risk")
        )
        in_place = latest.filter(status=Control.Status.IN_PLACE)
        if self is ControlWeakness.NONE:
            return ~Q(Exists(in_place))
        untested = Q(last_tested_on=None) | Q(last_tested_on__lt=tested_since(day))
        return Q(Exists(in_place.filter(untested)))


def tested_since(day):
    """The first day on which a test still counts on that day: twelve months before."""
    return years_later(day, -1)


def has_supporting_evidence(risk, since, until):
    """Whether anything in the period may explain a lower rating.

    That is a control tested, an assurance given or an action finished, after the one day and by the
    end of the other: what was known on the day of the last rating is part of that one. Three
    queries at most. Whether the findings support a lower rating is for people to read.
    """
    period = {"gt": since, "lte": until}

    def between(field):
        return {f"{field}__{lookup}": day for lookup, day in period.items()}

    return (
        ControlRevision.objects.filter(record__risk=risk, **between("last_tested_on")).exists()
        or Assurance.objects.filter(risk=risk, **between("effective_on")).exists()
        or ActionRevision.objects.in_force()
        .filter(record__risk=risk, status=Action.Status.DONE, **between("done_on"))
        .exists()
    )


def unexplained(positions, day, recorded_by=None):
    """Those of these positions whose decrease into their band nothing on record explains.

    Neither has the assessment evidence, nor was a control tested, an assurance given or an action
    finished between the assessment before it and its day: has_supporting_evidence for many rows and
    any day. positions: of risks that decreased into their band (`band_before`).
    """
    assessments = Assessment.objects.current().as_at(day, recorded_by).filter(risk=OuterRef("risk"))
    last = assessments.filter(effective_on__lte=OuterRef("band_since")).order_by(
        "-effective_on", "-pk"
    )
    earlier = assessments.filter(effective_on__lt=OuterRef("band_since")).order_by(
        "-effective_on", "-pk"
    )
    positions = positions.annotate(
        fell_on=F("band_since"),
        fell_saying=Subquery(last.values("evidence")[:1]),
        judged_before=Coalesce(
            Subquery(earlier.values("effective_on")[:1]), Value(day.min), output_field=DateField()
        ),
    )

    def between(rows, field, risk):
        days = {f"{field}__gt": OuterRef("judged_before"), f"{field}__lte": OuterRef("fell_on")}
        return Exists(rows.as_at(day, recorded_by).filter(**{risk: OuterRef("risk")}, **days))

    done_actions = ActionRevision.objects.filter(status=Action.Status.DONE)
    return positions.filter(
        ~between(ControlRevision.objects, "last_tested_on", "record__risk"),
        ~between(Assurance.objects, "effective_on", "risk"),
        ~between(done_actions, "done_on", "record__risk"),
        fell_saying="",
    )
