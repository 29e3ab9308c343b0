"""The rows that a change of a risk leaves, made and checked but not saved.

For the verbs of a Risk, which write one change at a time, and for registers.bulk_changes, which
writes thousands: what either of them writes is made and refused here.
"""

from django.utils import timezone

from registers.dates import is_future
from registers.history.audit import AuditPayload
from registers.history.bulk_insert import build_row
from registers.models.assessment import Assessment
from registers.models.revision import RiskRevision
from registers.models.risk_lifecycle import InvalidTransition


class RiskBuilder:
    @classmethod
    def build(cls, register, **content):
        """A new risk, without what it may have several of. Raises ValueError for an owner of
        another organisation.
        """
        cls.check_owner(register, content)
        return build_row(cls, register=register, version=1, **content)

    @classmethod
    def initial_event(cls, status):
        return (
            RiskRevision.Event.DRAFTED if status == cls.Status.DRAFT else RiskRevision.Event.LOGGED
        )

    def build_assessment(
        self, *, by, likelihood, impact, effective_on, recorded_at=None, **judgement
    ):
        """A judgement of the risk by the scheme of its register. Raises RatingOutsideScheme for a
        rating, or an end of a range, that the scheme lacks, and ValueError for a day to come.
        """
        self.check_not_future(effective_on)
        scheme = self.register.scheme
        placing = scheme.rules.place(likelihood, impact)
        for end in ("low", "high"):  # the ends of a range are levels of the scheme as well
            lies = [judgement.get(f"{name}_{end}") for name in ("likelihood", "impact")]
            if lies != [None, None]:
                scheme.rules.place(
                    likelihood if lies[0] is None else lies[0],
                    impact if lies[1] is None else lies[1],
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

    def set_current(self, current):
        """Take that judgement as the current one, whose band sets the next review; whether that is
        another than until now.
        """
        if current == self.current:
            return False
        self.current = current
        self.next_review_on = current.review_by
        return True

    def build_revision(
        self,
        what,
        *,
        by,
        on,
        after=None,
        recorded_at=None,
        assessment=None,
        review=None,
        reason="",
        on_behalf_of=None,
    ):
        """The revision that says what the risk says now, without what it may have several of.
        after: the day of the one before it, if any. Raises ValueError for a day to come or before
        that one.
        """
        self.check_not_future(on)
        if after and on < after:
            raise ValueError(
                f"{self.reference} already has a revision of {after}: history runs forward."
            )
        return build_row(
            RiskRevision,
            risk=self,
            number=self.version,
            what=what,
            by=by,
            on_behalf_of=on_behalf_of,
            reason=reason,
            assessment=assessment,
            review=review,
            effective_on=on,
            recorded_at=recorded_at or timezone.now(),
            **{name: self.__dict__[name] for name in self.columns()},
        )

    def revision_payload(self, revision, many_values=None):
        """What the audit chain is to say of that revision, which has been written. several: see
        RiskRevision.seals.
        """
        beside = {"assessment": revision.assessment_id}
        beside |= {"review": revision.review_id} if revision.review_id else {}
        return AuditPayload.of(
            verb=f"risk.{revision.what}",
            subject=self,
            facts={"revision": revision.pk, "version": revision.number, **beside},
            seals=[*revision.seals(many_values), *([self.seal()] if revision.number == 1 else ())],
            text={
                "reference": self.reference,
                "title": revision.title,
                "by": str(revision.by),
                "reason": revision.reason,
            },
        )

    def check_changes(self, changes):
        """Raises TypeError for what is no field of a risk, ValueError for an owner of another
        organisation.
        """
        if unknown := set(changes) - set(self.FIELDS):
            raise TypeError(f"A risk has no {', '.join(sorted(unknown))} to revise.")
        self.check_owner(self.register, changes)

    def has_no_changes(self, changes, latest, by, reason, many_values=None):
        """Whether nothing would be new: neither what is said nor, where one is given, the reason."""
        return self.has_values(changes, many_values) and (
            not reason or (latest.by_id, latest.reason) == (by.pk, reason)
        )

    def check_transition(self, what):
        """Raises InvalidTransition for a change that does not follow from where the risk stands."""
        if refusal := self.refusal(what):
            raise InvalidTransition(f"{refusal}.")

    @staticmethod
    def check_owner(register, content):
        owner = content.get("owner")
        if owner and owner.organisation_id != register.organisation_id:
            raise ValueError(f"{owner} is a post of another organisation.")

    @staticmethod
    def check_not_future(day):
        if is_future(day):
            raise ValueError(f"Nothing is recorded for {day}: that day has not come yet.")
