"""What may stand behind a rating that falls."""

from django.db.models import DateField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from registers.models.action import Action, ActionRevision
from registers.models.assessment import Assessment
from registers.models.control import Assurance, ControlRevision


def has_supporting_evidence(risk, since, until):
    """Whether a control of the risk was tested, an assurance given or an action finished after the
    one day and by the end of the other: what was known on the day of the last rating stands behind
    that one already. Three queries at most. What the test or the assurance found is for people to
    read: it may well speak for a higher rating.
    """
    looked = {"gt": since, "lte": until}

    def between(field):
        return {f"{field}__{lookup}": day for lookup, day in looked.items()}

    return (
        ControlRevision.objects.filter(record__risk=risk, **between("last_tested_on")).exists()
        or Assurance.objects.filter(risk=risk, **between("effective_on")).exists()
        or Action.objects.filter(
            risk=risk, status=Action.Status.DONE, **between("done_on")
        ).exists()
    )


def unexplained(positions, day, known_by=None):
    """Those of these positions on whose way into their band nothing is on record: neither was the
    judgement given evidence, nor was a control tested, an assurance given or an action finished
    since the one before and by its day (has_supporting_evidence, asked of many and of any day). positions:
    of risks that fell into their band (`band_before`).
    """
    judged = Assessment.objects.current().as_at(day, known_by).filter(risk=OuterRef("risk"))
    fell = judged.filter(effective_on__lte=OuterRef("band_since")).order_by("-effective_on", "-pk")
    before = judged.filter(effective_on__lt=OuterRef("band_since")).order_by("-effective_on", "-pk")
    positions = positions.annotate(
        fell_on=F("band_since"),
        fell_saying=Subquery(fell.values("evidence")[:1]),
        judged_before=Coalesce(
            Subquery(before.values("effective_on")[:1]), Value(day.min), output_field=DateField()
        ),
    )

    def between(rows, field, risk):
        days = {f"{field}__gt": OuterRef("judged_before"), f"{field}__lte": OuterRef("fell_on")}
        return Exists(rows.as_at(day, known_by).filter(**{risk: OuterRef("risk")}, **days))

    done = ActionRevision.objects.filter(status=Action.Status.DONE)
    return positions.filter(
        ~between(ControlRevision.objects, "last_tested_on", "record__risk"),
        ~between(Assurance.objects, "effective_on", "risk"),
        ~between(done, "done_on", "record__risk"),
        fell_saying="",
    )
