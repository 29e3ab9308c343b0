"""A risk with its verbs.

What it says stands on its revisions, its ratings on its assessments. Both are added, never edited;
`Risk` points to the latest ones. What a register said on a day: position.py.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from registers.history.append_only import create_idempotent
from registers.history.audit import AuditEntry
from registers.history.bulk_insert import build_row
from registers.history.errors import EditConflict, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel
from registers.models.assessment import Assessment, share_schemes
from registers.models.precedent import Precedent
from registers.models.register import Register
from registers.models.review import Review, latest_next_review
from registers.models.revision import RiskRevision
from registers.models.risk_builder import RiskBuilder
from registers.models.risk_content import LatestContent
from registers.models.risk_lifecycle import RiskLifecycle


class Risk(RiskLifecycle, RiskBuilder, LatestContent, SealedModel):
    # `latest`, `version` and `is_exempt` are held against its revisions, and `current` against its
    # judgements; the token is that of the form that made it. Sealed is which risk it is, whose, and
    # who raised it when.
    SEAL_EXCLUDES = ("is_exempt", "version", "latest", "current", "token")

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="risks")
    number = models.PositiveIntegerField()
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    raised_on = models.DateField()
    version = models.PositiveIntegerField(default=0)
    is_exempt = models.BooleanField(
        "exempt from publication",
        default=False,
        help_text="Today: it decides who may see the risk.",
    )
    latest = models.ForeignKey(
        RiskRevision,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Null until the first is inserted, in the same transaction.",
    )
    current = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["register_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "number"], name="risk_number_once_in_register"
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.title}"

    def get_absolute_url(self):
        return reverse("risk_detail", args=[self.register.slug, self.number])

    @property
    def reference(self):
        return self.register.reference(self.number)

    @classmethod
    def log(
        cls,
        register,
        *,
        by,
        token=None,
        likelihood=None,
        impact=None,
        driver=None,
        rationale="",
        raised_on=None,
        effective_on=None,
        recorded_at=None,
        **content,
    ):
        """Put a risk on a register, with an assessment where ratings are given, and return it.

        raised_on: the day from which the risk counts, where that is before effective_on (else
        today), the day of the assessment. The same token by the same person in the same register
        returns the risk that it made. recorded_at is for imports and the demo. Raises
        RatingOutsideScheme for a rating that the scheme lacks.
        """
        judgement = {
            "likelihood": likelihood,
            "impact": impact,
            "driver": driver,
            "rationale": rationale,
        }
        token = FormToken(token, register, by)
        same = cls.objects.filter(register=register, raised_by=by)
        if risk := token.row_of(same):
            return risk._return_logged(content, judgement, raised_on)
        judged_on = effective_on or timezone.localdate()
        day = min(raised_on or judged_on, judged_on)
        assessment = judgement | {
            "kind": Assessment.Kind.CURRENT,
            "effective_on": judged_on,
            "recorded_at": recorded_at or timezone.now(),
        }

        def insert(token):
            return cls._log(register, {**content}, assessment, by=by, day=day, token=token)

        return token.insert(
            cls,
            insert,
            same=same,
            again=lambda risk: risk._return_logged(content, judgement, raised_on),
        )

    @classmethod
    def _log(cls, register, content, judgement, *, by, day, token):
        risk = build_row(cls, register=register, raised_by=by, raised_on=day, token=token)
        risk.check_changes(content)
        risk.number = register.take_number()
        risk.save(force_insert=True)
        event = cls.initial_event(content.get("status"))
        first = {"by": by, "on": day, "recorded_at": judgement["recorded_at"]}
        is_rated = judgement["likelihood"] is not None
        if is_rated and day == judgement["effective_on"]:
            assessment = risk.build_assessment(by=by, **judgement)
            assessment.save()
            content |= risk.set_current(assessment)
            risk._record(event, content, assessment=assessment, **first)
        else:
            risk._record(event, content, **first)
            if is_rated:
                risk.assess(by=by, version=risk.version, **judgement)
        return risk

    @transaction.atomic
    def revise(
        self,
        *,
        by,
        version,
        revision_event=None,
        reason="",
        on_behalf_of=None,
        effective_on=None,
        recorded_at=None,
        **changes,
    ):
        """Change the content and return the revision.

        Without any change, or when the same form is sent twice, returns the latest revision.
        Otherwise raises EditConflict when the risk is not at that version, InvalidTransition when
        it is closed.
        """
        self.check_changes(changes)
        is_at_version, many_values = self._lock(version), self.many_values()
        if self.has_no_changes(changes, by, reason, many_values):
            return self.latest
        revision_event = revision_event or RiskRevision.Event.EDITED
        self._check_change(revision_event, is_at_version, version)
        return self._record(
            revision_event,
            many_values | changes,
            by=by,
            on=effective_on or timezone.localdate(),
            recorded_at=recorded_at,
            reason=reason,
            on_behalf_of=on_behalf_of,
        )

    def change_history(self, day, recorded_by=None, drafts=True):
        """Its revisions up to a day, newest first, each with its differences as `revision.changes`.

        recorded_by: leave out what was recorded after that instant. drafts: include revisions from
        before the risk was put on the register.
        """
        rows = self.revisions.as_at(day, recorded_by)
        if not drafts:  # nor what it said when it was taken away as a draft and came back
            rows = rows.filter(
                number__gte=models.Subquery(self._put_on_register.values("number")[:1])
            )
        revisions = list(
            rows.select_related(
                *("by", "on_behalf_of", "owner", "primary_failure_type", "happened_under")
            )
            .select_related("assessment__by", "review__by")
            .prefetch_related(*self.MANY, "assessment__scheme")
            .order_by("number")
        )
        for earlier, revision in zip([None, *revisions], revisions, strict=False):
            revision.changes = revision.changes_since(earlier) if earlier else []
        return revisions[::-1]

    def judgements(self, day, recorded_by=None, drafts=True):
        """Its assessments up to a day, latest first, with their words.

        drafts: include those that another replaced while the risk was a draft. What was current
        when it was put on the register is included in any case.
        """
        rows = (
            self.assessments.as_at(day, recorded_by).with_words().order_by("-effective_on", "-pk")
        )
        rows = list(rows.prefetch_related(None))
        share_schemes(rows, self.register)
        if drafts:
            return rows
        first = models.Subquery(self._put_on_register.values("number")[:1])
        notes = set(self.revisions.filter(number__lt=first).values_list("assessment", flat=True))
        latest = {}
        for row in rows:
            if row.pk in notes:
                latest.setdefault((row.perspective, row.kind), row.pk)
        return [row for row in rows if row.pk not in notes or row.pk in latest.values()]

    @property
    def _put_on_register(self):
        return self.revisions.filter(status__in=self.ON_REGISTER).order_by("number")

    def changed_since(self, version):
        """(the revisions after that version, oldest first; what they changed together)."""
        revisions = [
            r for r in self.change_history(timezone.localdate())[::-1] if r.number >= version
        ]
        later = [r for r in revisions if r.number > version]
        base = [r for r in revisions if r.number == version]
        return later, later[-1].changes_since(base[0]) if later and base else []

    @transaction.atomic
    def assess(self, *, by, version, token=None, recorded_at=None, **judgement):
        """Add an assessment and return it. The same token returns the one that it made.

        Raises EditConflict when the risk is not at that version, RatingOutsideScheme for a rating
        that the scheme lacks.
        """
        is_at_version = self._lock(version)
        token = FormToken(token, self, by)
        existing = token.row_of(self.assessments.filter(by=by))
        if existing:
            values = {
                name: value for name, value in judgement.items() if name != "effective_on" or value
            }
            return return_existing_or_raise(
                existing, existing.has_values(values), existing.recorded_at
            )
        self._check_change(RiskRevision.Event.ASSESSED, is_at_version, version)
        judgement["effective_on"] = judgement.get("effective_on") or timezone.localdate()
        recorded_at = recorded_at or timezone.now()

        def insert(token):
            assessment = self.build_assessment(
                by=by, recorded_at=recorded_at, token=token, **judgement
            )
            assessment.save()
            return assessment

        assessment = token.insert(Assessment, insert)
        self._record(
            RiskRevision.Event.ASSESSED,
            self.many_values() | self.set_current(assessment),
            by=by,
            on=max(judgement["effective_on"], self.latest.effective_on),
            recorded_at=recorded_at,
            assessment=assessment,
        )
        return assessment

    @transaction.atomic
    def review(
        self,
        *,
        by,
        version,
        outcome,
        note,
        next_on,
        asked_outside="",
        effective_on=None,
        recorded_at=None,
        token=None,
    ):
        """Add a review and return it; next_on becomes the day of the next review.

        The same token returns the review that it made. Raises EditConflict when the risk is not at
        that version.
        """
        is_at_version = self._lock(version)
        token = FormToken(token, self, by)
        existing = token.row_of(self.reviews.filter(by=by))
        fields = {
            "outcome": outcome,
            "note": note,
            "next_on": next_on,
            "asked_outside": asked_outside,
        }
        if existing:
            dated = {"effective_on": effective_on} if effective_on else {}
            return return_existing_or_raise(
                existing, existing.has_values(fields | dated), existing.recorded_at
            )
        self._check_change(RiskRevision.Event.REVIEWED, is_at_version, version)
        day = effective_on or timezone.localdate()
        self.check_not_future(day)
        if not day < next_on <= latest_next_review(day):
            raise ValueError(
                f"The review after one of {day} lies after it and within two years: "
                f"not on {next_on}."
            )
        dates = {"effective_on": day, "recorded_at": recorded_at or timezone.now()}

        def insert(token):
            return self.reviews.create(by=by, token=token, **fields, **dates)

        review = token.insert(Review, insert)
        self._record(
            RiskRevision.Event.REVIEWED,
            self.many_values() | {"next_review_on": next_on},
            by=by,
            on=max(day, self.latest.effective_on),
            recorded_at=recorded_at,
            review=review,
        )
        return review

    def mark(self, *, by, sign, mark, reason, words=(), **options):
        """Add an officer's mark on a warning sign, and return the Precedent: see create_idempotent.

        The content of the risk and its version stay as they are.
        """
        fields = {"sign": sign, "mark": mark, "reason": reason, "words": list(words)}
        return create_idempotent(Precedent, self, by=by, verb="risk.precedent", **fields, **options)

    def _return_logged(self, content, judgement, raised_on):
        """The risk itself, for the form that logged it, sent again; later changes do not count."""
        first = self.revisions.get(number=1)
        is_same = (
            first.has_values(content)
            and first.has_first_judgement(judgement)
            and raised_on in (None, self.raised_on)
        )
        return return_existing_or_raise(self, is_same, first.recorded_at)

    def _lock(self, version):
        """Lock the row until the transaction ends and read it anew; whether it has that version.

        With its latest revision, its current assessment, its register and its scheme, in the same
        query.
        """
        related = ("latest", "current", "register__scheme", "register__organisation")
        rows = Risk.objects.select_for_update(of=("self",)).select_related(*related)
        vars(self).update(vars(rows.get(pk=self.pk)))
        # Where PostgreSQL had to wait for the lock, it joined what it had seen before: nothing.
        for name in ("latest", "current"):
            if getattr(self, name) is None:
                self._state.fields_cache.pop(name, None)
        if self.current:
            share_schemes([self.current], self.register)
        return self.version == version

    def _check_change(self, event, is_at_version, version):
        """Refuse a change of an older version, and one that the status does not allow.

        For one risk. Bulk changes check many at once: services.py and bulk_changes.py.
        """
        if not is_at_version:
            raise EditConflict(self, version)
        self.check_transition(event)

    def _record(self, event, changes, **details):
        """Write a change: a revision, what the risk points to, its positions and the audit entry.

        changes: by field, with all of MANY. details: see build_revision.
        """
        changes = dict.fromkeys(self.MANY, ()) | changes
        many_values = self.take_many_values(changes)
        revision = self.build_revision(event, changes=changes, **details)
        revision.save()
        for name, rows in many_values.items():
            if rows:
                getattr(revision, name).add(*rows)
        self.set_latest(revision)
        self.save(update_fields=["latest", "version", "is_exempt", "current"])
        self.positions.record(self, revision, revision.assessment)
        AuditEntry.record_many(
            organisation=self.register.organisation,
            by=revision.by,
            payloads=[self.revision_payload(revision, many_values)],
        )
        return revision
