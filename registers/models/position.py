"""What a register said on any day, as on record at any instant.

A row is a risk in a period without a change (from_day, until_day), and the instants between which
that was on record (known_from, known_until). A change ends rows and adds rows; it rewrites none. So
today, a past day, what a body agreed and how many on each quarter end are one condition each. Rows
follow from revisions and assessments: `rebuild_positions --check` compares. docs/adr/0019 says why.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from registers.history.bulk_insert import build_row, insert_rows
from registers.history.timeline import (
    STILL_ON_RECORD,
    TimelineSegment,
    build_recorded_timeline,
)
from registers.models.assessment import Assessment
from registers.models.library import FailureType
from registers.models.people import Post
from registers.models.position_queries import PositionQuerySet
from registers.models.register import Register, ScoringScheme
from registers.models.revision import RiskRevision
from registers.models.risk import Risk
from registers.models.risk_content import RiskContent

BEFORE_ALL_RECORDS = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass
class PositionChanges:
    """What a change of one risk does to its positions.

    added: unsaved rows. ended: (key, the instant until which the row was on record). removed: keys
    of rows that nobody could have read.
    """

    added: list
    ended: list
    removed: list


class Positions(models.Manager.from_queryset(PositionQuerySet)):
    """All positions ever on record, and how they follow from the history of a risk."""

    def record(self, changes):
        """Write what follows from RiskChanges, whose rows were just added. Three statements.

        Reads the positions on record alone: what they do not hold was replaced for good by a later
        entry of the same day. Where something later is on record already, all of the risk is worked
        out anew.
        """
        stored = self._stored(changes)
        self._write([self._changes_of(change, stored[change.risk.pk]) for change in changes])
        self.mark_exempt(
            (change.risk.pk, change.risk.is_exempt)
            for change in changes
            if any(row.is_exempt != change.risk.is_exempt for row in stored[change.risk.pk])
        )

    def restore(self, histories):
        """Write what follows from whole histories that were just added.

        histories: (risk, its revisions, its current assessments of our own).
        """
        self._write([self.changes(risk, (), *history) for risk, *history in histories])

    def _stored(self, changes):
        """Key of a risk -> its positions on record since its change. New risks have none."""
        stored = defaultdict(list)
        risks = [change.risk.pk for change in changes if change.revisions[0].number > 1]
        if risks:
            since = min(change.since for change in changes)
            for row in self.filter(risk__in=risks, known_until__gte=since).with_history():
                stored[row.risk_id].append(row)
        return stored

    def _changes_of(self, change, stored):
        risk, since = change.risk, change.since
        if any(row.is_recorded_after(since) for row in stored):
            return self._all_changes(risk)
        revisions = {row.revision for row in stored} | {*change.revisions}
        assessments = {row.current for row in stored if row.current} | {*change.assessments}
        return self.changes(risk, stored, revisions, assessments, since=since)

    def rebuild(self, risk):
        """Write whatever in the risk's positions is not what follows from its whole history."""
        self._write([self._all_changes(risk)])
        self.mark_exempt([(risk.pk, risk.is_exempt)])

    def _all_changes(self, risk):
        history = list(risk.revisions.all()), list(risk.assessments.current())
        return self.changes(risk, self.filter(risk=risk), *history)

    def _write(self, changes):
        self.end(
            [end for change in changes for end in change.ended],
            [pk for change in changes for pk in change.removed],
        )
        insert_rows(
            Position, [vars(row) for change in changes for row in change.added], with_keys=False
        )

    @staticmethod
    def changes(risk, stored, revisions, assessments, *, since=None):
        """The PositionChanges that follow from what was recorded from that instant on.

        stored: positions of the risk, those on record at the instant or later. revisions,
        assessments: see build_recorded_timeline. Without an instant: all that follows from its
        history, where something else is stored.
        """
        since = since or BEFORE_ALL_RECORDS
        by_key = {row.pk: row for row in revisions}, {row.pk: row for row in assessments}
        rows = {
            (row.segment(*by_key), row.known_from): row
            for row in stored
            if row.known_until >= since
        }
        on_record = {segment: start for segment, start in rows if start < since}
        changes = PositionChanges([], [], [])
        for recorded in build_recorded_timeline(revisions, assessments, on_record, since):
            row = rows.pop((recorded.segment, recorded.known_from), None)
            if row is None:
                changes.added.append(Position.of(risk, recorded))
            elif row.known_until != recorded.known_until:
                changes.ended.append((row.pk, recorded.known_until))
        changes.removed.extend(row.pk for row in rows.values())
        return changes

    def end(self, ended, removed):
        """Write that rows are no longer on record. ended, removed: see PositionChanges."""
        if removed:
            self.filter(pk__in=removed).delete()
        keys_by_instant = defaultdict(list)
        for pk, instant in ended:
            keys_by_instant[instant].append(pk)
        for instant, keys in keys_by_instant.items():
            self.filter(pk__in=keys).update(known_until=instant)

    def mark_exempt(self, flags):
        """Put the exempt flags of today on positions of all days. flags: (key of a risk, flag)."""
        flags = list(flags)
        for flag in (True, False):
            if keys := [pk for pk, is_exempt in flags if is_exempt == flag]:
                rows = self.filter(risk__in=keys).exclude(is_exempt=flag)
                rows.update(is_exempt=flag)


def _on_register(name, *fields):
    """An index of what is on a register.

    Django writes a true boolean in a way that only a condition matches, and SQLite reads the table
    again unless the column of the condition is in the index as well.
    """
    return models.Index(
        fields=["register", *fields, "known_from", "risk", "is_exempt", "is_on_register"],
        condition=Q(is_on_register=True),
        name=name,
    )


class Position(models.Model):
    # How the risk reads today where that differs (today_differences.py).
    today = None
    # Of its texts, in a search (risk_search.py).
    excerpt = None

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
        help_text="Open or materialised: neither a draft nor closed."
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
    known_from = models.DateTimeField(help_text="The instant from which this was on record.")
    known_until = models.DateTimeField(
        default=STILL_ON_RECORD, help_text="The instant from which it no longer was."
    )

    objects = Positions()

    class Meta:
        ordering = ["risk_id", "from_day", "known_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "from_day"],
                condition=Q(known_until=STILL_ON_RECORD),
                name="position_starts_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(until_day__gt=F("from_day")), name="position_lasts_a_day_at_least"
            ),
            models.CheckConstraint(
                condition=Q(known_until__gt=F("known_from")), name="position_was_on_record"
            ),
        ]
        # The list in its usual order; then bands counted by the day they start and by the day they
        # end, with everything else that the dashboard and the home page count, so that they read
        # nothing but the index.
        indexes = [
            models.Index(fields=["register", "known_until", "until_day"], name="position_until"),
            # The few that came true.
            models.Index(
                fields=["register", "known_until", "until_day", "happened_on"],
                condition=Q(happened_on__isnull=False),
                name="position_happened",
            ),
            _on_register("position_list", "until_day", "known_until", "-score", "number"),
            _on_register(
                "position_starts", "known_until", "from_day", "band", "scheme", "category"
            ),
            _on_register(
                "position_ends",
                *(
                    "known_until",
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
        ]

    def __str__(self):
        return f"{self.risk_id} from {self.from_day} until {self.until_day}"

    def get_absolute_url(self):
        return reverse("risk_detail", args=[self.register.slug, self.number])

    @property
    def reference(self):
        return self.register.reference(self.number)

    @property
    def is_to_re_assess(self):
        """Whether another scheme than the one in force rated it: to_re_assess, for one row."""
        return bool(self.band) and self.scheme_id != self.register.scheme_id

    def segment(self, revisions, assessments):
        """The segment of the risk's timeline that the row is. revisions, assessments: by key."""
        revision, current = revisions.get(self.revision_id), assessments.get(self.current_id)
        days = self.from_day, self.until_day
        return TimelineSegment(*days, revision, current, self.band_since, self.band_before)

    def is_recorded_after(self, instant):
        """Whether the row came on record, or was replaced, after that instant."""
        return self.known_from > instant or instant < self.known_until < STILL_ON_RECORD

    @classmethod
    def of(cls, risk, recorded):
        """The unsaved row for one RecordedSegment of the risk's timeline."""
        segment, current = recorded.segment, recorded.segment.current
        return build_row(
            cls,
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
            known_from=recorded.known_from,
            known_until=recorded.known_until,
        )
