"""What may explain a rating that decreased."""

from django.db.models import DateField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from registers.models.action import Action, ActionRevision
from registers.models.assessment import Assessment
from registers.models.control import Assurance, ControlRevision


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
        or Action.objects.filter(
            risk=risk, status=Action.Status.DONE, **between("done_on")
        ).exists()
    )


def unexplained(positions, day, known_by=None):
    """Those of these positions whose decrease into their band nothing on record explains.

    Neither has the assessment evidence, nor was a control tested, an assurance given or an action
    finished between the assessment before it and its day: has_supporting_evidence for many rows and
    any day. positions: of risks that decreased into their band (`band_before`).
    """
    assessments = Assessment.objects.current().as_at(day, known_by).filter(risk=OuterRef("risk"))
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
        return Exists(rows.as_at(day, known_by).filter(**{risk: OuterRef("risk")}, **days))

    done_actions = ActionRevision.objects.filter(status=Action.Status.DONE)
    return positions.filter(
        ~between(ControlRevision.objects, "last_tested_on", "record__risk"),
        ~between(Assurance.objects, "effective_on", "risk"),
        ~between(done_actions, "done_on", "record__risk"),
        fell_saying="",
    )
