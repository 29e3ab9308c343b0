"""A register's risks as the checks read them: as many queries for one risk as for ten thousand, and
no long texts.
"""

import datetime
from collections import defaultdict
from functools import cache
from itertools import groupby
from operator import itemgetter
from sys import intern

from django.db.models import Max, Q
from django.db.models.functions import Left

from registers.models import (
    Action,
    Assessment,
    Assurance,
    Control,
    ControlRevision,
    Review,
    Risk,
    ScoringScheme,
    Tolerances,
)
from registers.quality.checks import EVENT_READ
from registers.quality.findings import ActionRow, AssuranceRow, ControlRow, Ground, Judged, RiskRow

CURRENT, OWN = Assessment.Kind.CURRENT, Assessment.Perspective.ORGANISATION
SAID = (
    *(
        "pk",
        "number",
        "title",
        "is_exempt",
        "version",
        "owner",
        "category",
        "response",
        "tolerated_until",
    ),
    *("target_on", "next_review_on"),
)


def ground_of(register, day) -> Ground:
    """What the register's risks are held against on that day. Two queries."""
    stated = Tolerances.of(register).statements_as_at(day)
    return Ground(
        day=day,
        scheme=register.scheme.rules,
        tolerances={category: row.tolerance for category, row in stated.items()},
        agreed_on=tuple(register.agreements.order_by("on").values_list("on", flat=True)),
    )


def rows_of(register, risks, day) -> list[RiskRow]:
    """Those of these risks that are on the register, by number. risks: a queryset of what the
    reader may see. Six queries, and one for each earlier scheme that rated some.
    """
    risks = risks.filter(status__in=Risk.ON_REGISTER)
    among = risks.order_by().values("pk")
    judged = _judged(among, register.scheme_id, day)
    beside = {
        "reviewed_on": dict(
            Review.objects.filter(risk__in=among, effective_on__lte=day)
            .order_by()
            .values_list("risk")
            .annotate(latest=Max("effective_on"))
        ),
        "actions": _actions(among),
        **dict(zip(("controls", "assurances"), _held(among), strict=True)),
    }
    rows = (
        risks.order_by("number")
        .annotate(event_read=Left("event", EVENT_READ))
        .annotate(has_cause=~Q(cause=""), has_consequence=~Q(consequence=""))
        .values_list(*SAID, "event_read", "has_cause", "has_consequence")
    )
    names = (*SAID, "event", "has_cause", "has_consequence")
    return [
        RiskRow(
            **dict(zip(names, row, strict=True)),
            **judged.get(row[0], {}),
            **{name: found[row[0]] for name, found in beside.items() if row[0] in found},
        )
        for row in rows
    ]


def _judged(among, scheme, day):
    """risk -> currents, inherent, target and raters of its RiskRow."""
    rows = (
        Assessment.objects.filter(
            Q(perspective=OWN) | Q(kind=CURRENT), risk__in=among, effective_on__lte=day
        )
        .order_by("risk", "effective_on", "pk")
        .annotate(says=~Q(evidence=""))
        .values_list(
            *("risk", "kind", "perspective", "by", "effective_on", "scheme"),
            *("likelihood", "impact", "score", "band", "says"),
        )
    )
    rules_of = cache(lambda pk: ScoringScheme.objects.get(pk=pk).rules)
    currents, latest, raters = defaultdict(list), defaultdict(dict), defaultdict(set)
    for (
        risk,
        kind,
        perspective,
        by,
        on,
        of,
        likelihood,
        impact,
        score,
        band,
        says,
    ) in rows.iterator():
        is_ours = of == scheme
        was_above = not is_ours and rules_of(of).is_above_tolerance(band)
        judged = Judged(
            on, of, likelihood, impact, score, intern(band) if is_ours else "", says, was_above
        )
        if kind == CURRENT:
            raters[risk].add(by)
            if perspective == OWN:
                currents[risk].append(judged)
        else:
            latest[risk][kind] = judged
    return {
        risk: {"currents": tuple(currents[risk]), "raters": len(raters[risk]), **latest[risk]}
        for risk in {*raters, *latest}
    }


def _actions(among):
    """risk -> its actions."""
    found = defaultdict(list)
    said = Action.objects.filter(risk__in=among).order_by("risk", "pk")
    for risk, *row in said.values_list(
        "risk", "status", "due_on", "original_due_on", "redated", "done_on"
    ):
        found[risk].append(ActionRow(*row))
    return found


def _held(among):
    """risk -> its controls; risk -> its assurances. One of a control counts as a test of it."""
    controls, assurances, assured = defaultdict(list), defaultdict(list), {}
    given = Assurance.objects.filter(risk__in=among).order_by("risk", "pk")
    for risk, control, *row in given.values_list(
        "risk", "control", "line", "effective_on", "expires_on"
    ):
        assurance = AssuranceRow(*row)
        assurances[risk].append(assurance)
        assured[control] = max(assurance.given_on, assured.get(control, datetime.date.min))
    said = ControlRevision.objects.filter(record__risk__in=among).order_by(
        "record__risk", "record", "number"
    )
    said = said.values_list("record__risk", "record", "status", "effective_on", "last_tested_on")
    for (risk, pk), revisions in groupby(said, key=itemgetter(0, 1)):
        *_, statuses, days, tests = zip(*revisions, strict=True)
        tested = max((day for day in (tests[-1], assured.get(pk)) if day), default=None)
        tests = tuple(dict.fromkeys(day for day in tests if day))
        controls[risk].append(
            ControlRow(statuses[-1] == Control.Status.IN_PLACE, days[0], tested, tests)
        )
    return controls, assurances
