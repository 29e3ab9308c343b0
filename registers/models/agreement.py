"""Agreements: a register's position on a day as a body agreed it, kept as it was known then."""

import datetime
import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registers.history.audit import AppendOnly
from registers.history.seals import SealedModel
from registers.history.timeline import build_timeline
from registers.models.assessment import Assessment
from registers.models.position import Position
from registers.models.register import Register
from registers.models.revision import RiskRevision
from registers.models.risk import Risk

# Prefix of the names under which a seal covers the rows that an agreement keeps.
POSITION = "positions."


class Agreement(SealedModel, AppendOnly):
    SEAL_EXCLUDES = ("token",)  # of the form that made it: states nothing

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="agreements")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    body = models.CharField(
        max_length=100, help_text="Who agreed, in the organisation's own words."
    )
    on = models.DateField(help_text="The day whose position it is.")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["register", "-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="agreement_has_a_body"),
        ]

    def __str__(self):
        return f"{self.body} on {self.on}"

    @property
    def recorded_by(self):
        """The cut-off: whatever was recorded after this instant is not part of the agreement.

        The end of the day, or earlier where the agreement was recorded on that very day.
        """
        end = datetime.datetime.combine(self.on, datetime.time.max, timezone.get_default_timezone())
        return min(end, self.recorded_at)

    @property
    def positions(self):
        return Position.everything.filter(agreement=self)

    def build_positions(self):
        """Yield the rows that keep it, from history and not saved: one for each risk known then.

        A constant number of queries.
        """
        for risk, segments in courses_known(
            self.register.risks.order_by("number"), self.on, self.recorded_by
        ):
            for segment in segments[-1:]:
                yield Position.of(risk, segment, agreement=self)

    @cached_property
    def known_otherwise(self):
        """The keys of risks about which something on these days was recorded after the cut-off.

        For those, live positions of the days until this one differ from what was known. An
        assessment has its revision, which may be of a later day. Cached, as a page counts without
        them repeatedly. Reads what was recorded since, not all that the register ever recorded:
        hence no join.
        """
        risks = Risk.objects.filter(
            pk=models.OuterRef("risk"), register=self.register_id
        ).order_by()
        later = RiskRevision.objects.filter(
            models.Exists(risks), recorded_at__gt=self.recorded_by
        ).order_by()
        concerns = Q(effective_on__lte=self.on) | Q(assessment__effective_on__lte=self.on)
        return sorted(set(later.filter(concerns).values_list("risk", flat=True)))

    @classmethod
    def seal_related(cls):
        """Every column of the kept rows but today's exempt flag, which is updated on them."""
        excludes = ("id", "agreement", "is_exempt")
        return [
            f"{POSITION}{f.attname}"
            for f in Position._meta.concrete_fields
            if f.name not in excludes
        ]

    @classmethod
    def rows_to_seal(cls, keys):
        agreements = super().rows_to_seal(keys)
        for agreement in agreements.values():
            agreement.position_rows = []
        for position in Position.everything.filter(agreement__in=agreements).order_by("risk"):
            agreements[position.agreement_id].position_rows.append(position)
        return agreements

    @cached_property
    def position_rows(self):
        return list(self.positions.order_by("risk"))

    def seal_value(self, name):
        if not name.startswith(POSITION):
            return super().seal_value(name)
        column = name.removeprefix(POSITION)
        return [vars(position)[column] for position in self.position_rows]


def positions_known(risks, day, recorded_by):
    """All positions of these risks until a day, as known at an instant; not saved.

    Their keys are negative: of no row. risks: a queryset. Five queries, whatever the number of
    risks.
    """
    histories = courses_known(risks.prefetch_related("register"), day, recorded_by)
    segments = [(risk, segment) for risk, course in histories for segment in course]
    positions = [Position.of(risk, segment) for risk, segment in segments]
    for number, (position, (risk, _)) in enumerate(zip(positions, segments, strict=True), start=1):
        position.pk, position.register = -number, risk.register
    return positions


def courses_known(risks, day, recorded_by):
    """(risk, its segments until a day as known at an instant) for each risk, in their order.

    risks: a queryset. Four queries, whatever the number of risks.
    """
    condition = {"risk__in": risks.order_by().values("pk")}
    revisions = RiskRevision.objects.filter(**condition).as_at(day, recorded_by)
    revisions_by_risk = _by_risk(
        revisions.only(
            *("risk", "number", "effective_on", "status", "title", "primary_failure_type", "owner"),
            *("next_review_on", "happened_on", "category"),
        )
    )
    assessments = (
        Assessment.objects.filter(**condition)
        .current()
        .as_at(day, recorded_by)
        .prefetch_related("scheme")
    )
    assessments_by_risk = _by_risk(
        assessments.only(*"risk effective_on scheme band likelihood impact score".split())
    )
    for risk in risks.only("register", "number", "is_exempt"):
        yield (
            risk,
            build_timeline(
                revisions_by_risk.get(risk.pk, ()), assessments_by_risk.get(risk.pk, ())
            ),
        )


def _by_risk(rows):
    grouped = {}
    for row in rows.order_by("risk", "pk"):
        grouped.setdefault(row.risk_id, []).append(row)
    return grouped
