"""The rows that a change of a risk adds, built and checked but not saved.

For the verbs of a Risk, which write one change at a time, and for registers.bulk_changes, which
writes thousands: both build and refuse the same.
"""

from django.utils import timezone

from registers.dates import is_future
from registers.history.audit import AuditPayload
from registers.history.bulk_insert import build_row
from registers.history.errors import InvalidTransition
from registers.models.assessment import Assessment
from registers.models.revision import RiskRevision


class RiskBuilder:
    @classmethod
    def take_many_values(cls, content):
        """Take the many-to-many values that are given out of `content`: name -> a set of rows."""
        return {name: set(content.pop(name) or ()) for name in cls.MANY if name in content}

    @classmethod
    def initial_event(cls, status):
        return (
            RiskRevision.Event.DRAFTED if status == cls.Status.DRAFT else RiskRevision.Event.LOGGED
        )

    def build_assessment(
        self, *, by, likelihood, impact, effective_on, recorded_at=None, **judgement
    ):
        """An unsaved assessment of the risk by the scheme of its register.

        Raises RatingOutsideScheme for a rating, or an end of a range, that the scheme lacks, and
        ValueError for a future day.
        """
        self.check_not_future(effective_on, recorded_at)
        scheme = self.register.scheme
        placing = scheme.rules.place(likelihood, impact)
        # The ends of a range are levels of the scheme as well.
        for end in ("low", "high"):
            end_ratings = [judgement.get(f"{name}_{end}") for name in ("likelihood", "impact")]
            if end_ratings != [None, None]:
                scheme.rules.place(
                    likelihood if end_ratings[0] is None else end_ratings[0],
                    impact if end_ratings[1] is None else end_ratings[1],
                )
        return build_row(
            Assessment,
            risk=self,
            by=by,
            scheme=scheme,
            likelihood=likelihood,
            impact=impact,
            score=placing.score,
            band=placing.band.slug,
            effective_on=effective_on,
            recorded_at=recorded_at or timezone.now(),
            **judgement,
        )

    def set_current(self, assessment):
        """Make it the current one, unless one of a later day is; return the changes that follow.

        Its band sets the next review. An assessment of another kind or perspective never is.
        """
        if not assessment.is_our_current:
            return {}
        if self.current and assessment.effective_on < self.current.effective_on:
            return {}
        self.current = assessment
        return {"next_review_on": assessment.review_by}

    def build_revision(
        self,
        event,
        *,
        by,
        on,
        changes,
        recorded_at=None,
        assessment=None,
        review=None,
        reason="",
        on_behalf_of=None,
    ):
        """An unsaved revision: what the latest one says with the changes, without MANY.

        changes: of a new risk, all its content; see check_changes. Raises ValueError for a future
        day or one before that of the latest revision.
        """
        self.check_not_future(on, recorded_at)
        latest = self.latest
        if latest and on < latest.effective_on:
            raise ValueError(
                f"{self.reference} already has a revision of {latest.effective_on}: "
                "history runs forward."
            )
        revision = build_row(
            RiskRevision,
            risk=self,
            number=self.version + 1,
            what=event,
            by=by,
            on_behalf_of=on_behalf_of,
            reason=reason,
            assessment=assessment,
            review=review,
            effective_on=on,
            recorded_at=recorded_at or timezone.now(),
            **(latest.values() if latest else {}),
        )
        for name, value in changes.items():
            setattr(revision, name, value)
        return revision

    def set_latest(self, revision):
        """Point to a revision that has its key."""
        self.latest, self.version = revision, revision.number
        self.is_exempt = revision.is_exempt

    def revision_payload(self, revision, many_values=None):
        """The AuditPayload about that revision, which has been written.

        many_values: see RiskRevision.seals.
        """
        references = {"assessment": revision.assessment_id}
        references |= {"review": revision.review_id} if revision.review_id else {}
        return AuditPayload.of(
            verb=f"risk.{revision.what}",
            subject=self,
            facts={"revision": revision.pk, "version": revision.number, **references},
            seals=[*revision.seals(many_values), *([self.seal()] if revision.number == 1 else ())],
            text={
                "reference": self.reference,
                "title": revision.title,
                "by": str(revision.by),
                "reason": revision.reason,
            },
        )

    def check_changes(self, changes):
        """Raise TypeError for what is no field of a risk, ValueError for another's owner."""
        if unknown := set(changes) - set(self.FIELDS):
            raise TypeError(f"A risk has no {', '.join(sorted(unknown))}.")
        owner = changes.get("owner")
        if owner and owner.organisation_id != self.register.organisation_id:
            raise ValueError(f"{owner} is a post of another organisation.")

    def has_no_changes(self, changes, by, reason, many_values):
        """Whether neither the content nor, where one is given, the reason is new."""
        latest = self.latest
        return latest.has_values(changes, many_values) and (
            not reason or (latest.by_id, latest.reason) == (by.pk, reason)
        )

    def check_transition(self, event):
        """Raise InvalidTransition for a change that the status does not allow."""
        if refusal := self.refusal(event):
            raise InvalidTransition(f"{refusal}.")

    @staticmethod
    def check_not_future(day, recorded_at=None):
        """Raise ValueError for a day that had not come at that instant, or has not come now.

        So what is on record at an instant holds on no later day (PositionQuerySet.as_at).
        """
        if is_future(day, recorded_at):
            raise ValueError(f"Nothing is recorded for {day}: that day has not come yet.")
