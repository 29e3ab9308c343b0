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
from registers.history.bulk_insert import build_row
from registers.history.errors import EditConflict, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.history.seals import SealedModel
from registers.models.assessment import Assessment, share_schemes
from registers.models.precedent import Precedent
from registers.models.register import Register
from registers.models.revision import RiskRevision
from registers.models.risk_change import ChangeBatch
from registers.models.risk_content import LatestContent
from registers.models.risk_lifecycle import RiskLifecycle


class Risk(RiskLifecycle, LatestContent, SealedModel):
    # `latest`, `version` and `is_exempt` are held against its revisions, and `current` against its
    # judgements; the token is that of the form that made it. Sealed is which risk it is, whose, and
    # who raised it when.
    SEAL_EXCLUDES = ("is_exempt", "version", "latest", "current", "token")
    POINTERS = ("latest", "version", "is_exempt", "current")

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
        batch = ChangeBatch(by=by, recorded_at=judgement["recorded_at"])
        fields = {"register": register, "number": register.take_number(), "token": token}
        risk = build_row(cls, raised_by=by, raised_on=day, **fields)
        is_rated = judgement["likelihood"] is not None
        batch.change(risk).log(content, on=day, judgement=judgement if is_rated else None)
        batch.commit()
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
        is_at_version = self._lock(version)
        batch = ChangeBatch(by=by, recorded_at=recorded_at)
        change = batch.change(self)
        if not change.brings_something(changes, reason):
            return self.latest
        self._check_version(is_at_version, version)
        details = {"reason": reason, "on_behalf_of": on_behalf_of, "effective_on": effective_on}
        change.revise(revision_event=revision_event, **details, **changes)
        batch.commit()
        return self.latest

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

    def progress_up_to(self, day, recorded_by=None, drafts=True):
        """Its progress notes up to a day, latest first.

        drafts: include those that were recorded before it came onto the register.
        """
        notes = self.progress_notes.as_at(day, recorded_by).select_related("by")
        notes = notes if drafts else notes.since_on_register()
        return notes.order_by("-effective_on", "-pk")

    def reviews_up_to(self, day, recorded_by=None, drafts=True):
        """Its reviews up to a day, oldest first.

        drafts: include those that were recorded before it came onto the register.
        """
        reviews = self.reviews.as_at(day, recorded_by).select_related("by")
        if not drafts:
            first = self._put_on_register.values("recorded_at")[:1]
            reviews = reviews.filter(recorded_at__gte=models.Subquery(first))
        return reviews.order_by("effective_on", "pk")

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

    def assess(self, *, by, version, token=None, recorded_at=None, **judgement):
        """Add an assessment and return it. The same token returns the one that it made.

        Raises EditConflict when the risk is not at that version, RatingOutsideScheme for a rating
        that the scheme lacks.
        """
        rows = self.assessments.filter(by=by)
        return self._add(
            rows, "assess", judgement, by=by, version=version, token=token, recorded_at=recorded_at
        )

    def review(self, *, by, version, token=None, recorded_at=None, **fields):
        """Add a review and return it. Its day of the next review becomes the risk's.

        fields: outcome, note, next_on, and may have asked_outside and effective_on. The same token
        returns the review that it made. Raises EditConflict when the risk is not at that version.
        """
        rows = self.reviews.filter(by=by)
        return self._add(
            rows, "review", fields, by=by, version=version, token=token, recorded_at=recorded_at
        )

    def _add(self, rows, step, fields, *, by, version, token, recorded_at):
        """Add one of these rows by a step of a RiskChange. rows: of this risk and person."""
        token = FormToken(token, self, by)
        if fields.get("effective_on", ...) is None:
            fields = {name: value for name, value in fields.items() if name != "effective_on"}

        def insert(value):
            is_at_version = self._lock(version)
            if row := token.row_of(rows):
                return return_existing_or_raise(row, row.has_values(fields), row.recorded_at)
            self._check_version(is_at_version, version)
            batch = ChangeBatch(by=by, recorded_at=recorded_at)
            row = getattr(batch.change(self), step)(token=value, **fields)
            batch.commit()
            return row

        return token.insert(rows.model, insert)

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

    def _check_version(self, is_at_version, version):
        if not is_at_version:
            raise EditConflict(self, version)

    def point_to(self, revision):
        """Make it the latest one."""
        self.latest, self.version = revision, revision.number
        self.is_exempt = revision.is_exempt

    def audit_fields(self, revision, many_values=None):
        """Arguments of AuditPayload.of about that revision, which has been written.

        many_values: see RiskRevision.seals.
        """
        references = {"assessment": revision.assessment_id}
        references |= {"review": revision.review_id} if revision.review_id else {}
        return {
            "verb": f"risk.{revision.what}",
            "subject": self,
            "facts": {"revision": revision.pk, "version": revision.number, **references},
            "seals": [
                *revision.seals(many_values),
                *([self.seal()] if revision.number == 1 else ()),
            ],
            "text": {
                "reference": self.reference,
                "title": revision.title,
                "by": str(revision.by),
                "reason": revision.reason,
            },
        }
