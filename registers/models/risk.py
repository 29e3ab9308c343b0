"""A risk, everything it has ever said, and every judgement made of it.

`Risk` keeps the latest copy. `RiskRevision` and `Assessment` are added, never edited: what a
register said on a day is read from them (see position.py).
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from registers.history.append_only import create_idempotent
from registers.history.audit import AuditEntry
from registers.history.errors import EditConflict, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel
from registers.models.assessment import Assessment, share_schemes
from registers.models.precedent import Precedent
from registers.models.register import Register
from registers.models.review import Review, latest_next_review
from registers.models.revision import RiskRevision
from registers.models.risk_builder import RiskBuilder
from registers.models.risk_content import RiskContent
from registers.models.risk_lifecycle import RiskLifecycle


class Risk(RiskLifecycle, RiskBuilder, RiskContent, SealedModel):
    # What it says and how often that changed is held against its latest revision, and `current`
    # against its judgements; the token is that of the form that made it. Sealed is which risk it
    # is, whose, and who raised it when.
    SEAL_EXCLUDES = (*RiskContent.SINGLE, "version", "current", "token")

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="risks")
    number = models.PositiveIntegerField()
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    raised_on = models.DateField()
    version = models.PositiveIntegerField(default=0)
    current = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["register_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "number"], name="risk_number_once_in_register"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="risk_has_a_title"),
            models.CheckConstraint(
                condition=~Q(response=RiskContent.Response.TOLERATE)
                | ~Q(response_reason="") & Q(tolerated_until__isnull=False),
                name="risk_is_tolerated_for_a_reason_and_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(happened_on=None) | ~Q(happened_what=""),
                name="risk_that_happened_says_what",
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
        """Put a risk on a register, with its first assessment when ratings are given, and return
        it.

        raised_on: the day from which the register speaks of it, where that is before effective_on
        (else today), the day of the judgement. The same token by the same person in the same
        register gives back the risk that it made. recorded_at is for imports and the demo;
        RatingOutsideScheme is raised for a rating the scheme lacks.
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
            return risk._logged_again(content, judgement, raised_on)
        judged_on = effective_on or timezone.localdate()
        day = min(raised_on or judged_on, judged_on)
        said = judgement | {
            "kind": Assessment.Kind.CURRENT,
            "effective_on": judged_on,
            "recorded_at": recorded_at,
        }

        def insert(token):
            return cls._log(register, {**content}, said, by=by, day=day, token=token)

        return token.insert(
            cls,
            insert,
            same=same,
            again=lambda risk: risk._logged_again(content, judgement, raised_on),
        )

    @classmethod
    def _log(cls, register, content, judgement, *, by, day, token):
        what, recorded_at = cls.initial_event(content.get("status")), judgement["recorded_at"]
        risk = cls._add(register, content, token=token, raised_by=by, raised_on=day)
        is_rated = judgement["likelihood"] is not None
        if is_rated and day == judgement["effective_on"]:
            risk._record(what, by, day, recorded_at, assessment=risk._judge(by=by, **judgement))
        else:
            risk._record(what, by, day, recorded_at)
            if is_rated:
                risk.assess(by=by, version=risk.version, **judgement)
        return risk

    @transaction.atomic
    def revise(
        self,
        *,
        by,
        version,
        what=None,
        reason="",
        on_behalf_of=None,
        effective_on=None,
        recorded_at=None,
        **changes,
    ):
        """Change what the risk says and return the revision.

        What says nothing new, or is the same form sent twice, gives back the revision that stands.
        Otherwise raises EditConflict when the risk is not at that version, InvalidTransition when it is closed.
        """
        self.check_changes(changes)
        is_at_version = self._lock(version)
        latest = self.revisions.latest()
        if self.has_no_changes(changes, latest, by, reason):
            return latest
        what = what or RiskRevision.Event.EDITED
        self._check_change(what, is_at_version, version)
        many_values = {name: changes.pop(name) for name in self.MANY if name in changes}
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=[*changes])
        for name, rows in many_values.items():
            getattr(self, name).set(rows)
        self._move_on()
        day = effective_on or timezone.localdate()
        return self._record(what, by, day, recorded_at, reason=reason, on_behalf_of=on_behalf_of)

    def change_history(self, day, known_by=None, drafts=True):
        """Its revisions up to a day, newest first, each with what it changed: `revision.changes`.

        known_by: the instant after which what was recorded is left out. drafts: whether what it
        said until it was put on the register is told too.
        """
        found = self.revisions.as_at(day, known_by)
        if not drafts:  # nor what it said when it was taken away as a draft and came back
            found = found.filter(
                number__gte=models.Subquery(self._put_on_register.values("number")[:1])
            )
        revisions = list(
            found.select_related(
                *("by", "on_behalf_of", "owner", "primary_failure_type", "happened_under")
            )
            .select_related("assessment__by", "review__by")
            .prefetch_related(*self.MANY, "assessment__scheme")
            .order_by("number")
        )
        for earlier, revision in zip([None, *revisions], revisions, strict=False):
            revision.changes = revision.changes_since(earlier) if earlier else []
        return revisions[::-1]

    def judgements(self, day, known_by=None, drafts=True):
        """Its assessments up to a day, latest first, with their words.

        drafts: whether those are among them that another took the place of while it was a draft.
        What stood when it was put on the register is told in any case.
        """
        rows = self.assessments.as_at(day, known_by).with_words().order_by("-effective_on", "-pk")
        rows = list(rows.prefetch_related(None))
        share_schemes(rows, self.register)
        if drafts:
            return rows
        first = models.Subquery(self._put_on_register.values("number")[:1])
        notes = set(self.revisions.filter(number__lt=first).values_list("assessment", flat=True))
        stood = {}
        for row in rows:
            if row.pk in notes:
                stood.setdefault((row.perspective, row.kind), row.pk)
        return [row for row in rows if row.pk not in notes or row.pk in stood.values()]

    @property
    def _put_on_register(self):
        return self.revisions.filter(status__in=self.ON_REGISTER).order_by("number")

    def changed_since(self, version):
        """The revisions after that version, oldest first, and what they changed together: for a
        EditConflict.
        """
        revisions = [
            r for r in self.change_history(timezone.localdate())[::-1] if r.number >= version
        ]
        later = [r for r in revisions if r.number > version]
        base = [r for r in revisions if r.number == version]
        return later, later[-1].changes_since(base[0]) if later and base else []

    @transaction.atomic
    def assess(self, *, by, version, token=None, recorded_at=None, **judgement):
        """Add a judgement and return it. Raises EditConflict when the risk is not at that version,
        RatingOutsideScheme for a rating the scheme lacks. The same token gives back the assessment
        that it made.
        """
        is_at_version = self._lock(version)
        token = FormToken(token, self, by)
        existing = token.row_of(self.assessments.filter(by=by))
        if existing:
            said = {
                name: value for name, value in judgement.items() if name != "effective_on" or value
            }
            return return_existing_or_raise(
                existing, existing.has_values(said), existing.recorded_at
            )
        self._check_change(RiskRevision.Event.ASSESSED, is_at_version, version)
        judgement["effective_on"] = judgement.get("effective_on") or timezone.localdate()
        self._move_on()

        def insert(token):
            return self._judge(by=by, recorded_at=recorded_at, token=token, **judgement)

        assessment = token.insert(Assessment, insert)
        day = max(judgement["effective_on"], self.revisions.latest().effective_on)
        self._record(RiskRevision.Event.ASSESSED, by, day, recorded_at, assessment=assessment)
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
        """Add a look at the risk and return it; next_on becomes the day of its next review. Raises
        EditConflict when the risk is not at that version. The same token gives back the review that it
        made.
        """
        is_at_version = self._lock(version)
        token = FormToken(token, self, by)
        existing = token.row_of(self.reviews.filter(by=by))
        said = {
            "outcome": outcome,
            "note": note,
            "next_on": next_on,
            "asked_outside": asked_outside,
        }
        if existing:
            of_day = {"effective_on": effective_on} if effective_on else {}
            return return_existing_or_raise(
                existing, existing.has_values(said | of_day), existing.recorded_at
            )
        self._check_change(RiskRevision.Event.REVIEWED, is_at_version, version)
        day = effective_on or timezone.localdate()
        self.check_not_future(day)
        if not day < next_on <= latest_next_review(day):
            raise ValueError(
                f"The review after one of {day} lies after it and within two years: not on {next_on}."
            )
        when = {"effective_on": day, "recorded_at": recorded_at or timezone.now()}

        def insert(token):
            return self.reviews.create(by=by, token=token, **said, **when)

        review = token.insert(Review, insert)
        self.next_review_on = next_on
        self.save(update_fields=["next_review_on"])
        self._move_on()
        day = max(day, self.revisions.latest().effective_on)
        self._record(RiskRevision.Event.REVIEWED, by, day, recorded_at, review=review)
        return review

    def mark(self, *, by, sign, mark, reason, words=(), **how):
        """Say what an officer makes of a warning sign beside this risk, and return the Precedent.
        What the risk says and its version stay as they are. See create_idempotent.
        """
        said = {"sign": sign, "mark": mark, "reason": reason, "words": list(words)}
        return create_idempotent(Precedent, self, by=by, verb="risk.precedent", **said, **how)

    def _logged_again(self, content, judgement, raised_on):
        """The risk itself: the form that logged it came again. What has been changed since does not
        count.
        """
        first = self.revisions.get(number=1)
        is_same = (
            first.has_values(content)
            and first.has_first_judgement(judgement)
            and raised_on in (None, self.raised_on)
        )
        return return_existing_or_raise(self, is_same, first.recorded_at)

    @classmethod
    def _add(cls, register, content, **fields):
        many_values = {name: content.pop(name, ()) for name in cls.MANY}
        risk = cls.build(register, **fields, **content)
        risk.number = register.take_number()
        risk.save(force_insert=True)
        for name, rows in many_values.items():
            if rows:
                getattr(risk, name).set(rows)
        return risk

    def _lock(self, version):
        """Hold the row until the transaction ends, read it anew, and say whether it is at that
        version.
        """
        self.refresh_from_db(from_queryset=Risk.objects.select_for_update())
        return self.version == version

    def _check_change(self, what, is_at_version, version):
        """The one place that refuses a change of an older version, and one that does not follow
        from the status.
        """
        if not is_at_version:
            raise EditConflict(self, version)
        self.check_transition(what)

    def _move_on(self):
        self.version += 1
        self.save(update_fields=["version"])

    def _judge(self, **judgement):
        assessment = self.build_assessment(**judgement)
        assessment.save()
        if self.set_current(self.assessments.current().last()):
            self.save(update_fields=["current", "next_review_on"])
        return assessment

    def _record(self, what, by, day, recorded_at, **told):
        """Snapshot, audit entry and positions of a change that has just been made to this risk."""
        latest = self.revisions.order_by("number").last()
        after = latest and latest.effective_on
        revision = self.build_revision(
            what, by=by, on=day, after=after, recorded_at=recorded_at, **told
        )
        revision.save()
        many_values = self.many_values()
        for name, rows in many_values.items():
            if rows:
                getattr(revision, name).set(rows)
        self.positions.rebuild(self)
        organisation = self.register.organisation
        AuditEntry.record_many(
            organisation=organisation,
            by=by,
            payloads=[self.revision_payload(revision, many_values)],
        )
        return revision
