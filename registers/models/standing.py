"""Where a risk stands in its life: draft, open, has happened, closed. Each step is a revision."""

from django.db import transaction

from registers.models.revision import RiskRevision

What = RiskRevision.What


class OutOfTurn(ValueError):
    """A step that does not follow from where the risk stands: closing what is closed, reopening what is open."""


class Standing:
    """The verbs of a Risk that change its status. Each takes `by=` and `version=`, may take `effective_on=` and
    `recorded_at=`, returns the revision, and raises Conflict when the risk is not at that version; OutOfTurn where the
    risk does not stand where the step begins. The same step sent twice by one person is one."""

    def open(self, *, reason="", **how):
        """Put a draft on the register."""
        return self._step(What.LOGGED, self.Status.OPEN, {self.Status.DRAFT}, reason=reason, **how)

    def happen(self, *, happened_on, happened_what, reason="", **how):
        """It came true: keep the rating that stood at the end of the day before. The risk stays on the register."""
        before = self.assessments.current().filter(effective_on__lt=happened_on)
        said = {"happened_on": happened_on, "happened_what": happened_what, "happened_under": before.last()}
        begins = set(self.ON_REGISTER)
        return self._step(What.HAPPENED, self.Status.HAPPENED, begins, reason=reason, **said, **how)

    def close(self, *, reason, depends_on="", **how):
        """Take it off the register. depends_on: the posts or arrangements that the closing rests on."""
        begins = {*self.ON_REGISTER, self.Status.DRAFT}
        return self._step(What.CLOSED, self.Status.CLOSED, begins, reason=reason, depends_on=depends_on, **how)

    def reopen(self, *, reason, **how):
        """Bring it back with everything it had."""
        return self._step(What.REOPENED, self.Status.OPEN, {self.Status.CLOSED}, reason=reason, **how)

    @transaction.atomic
    def _step(self, what, status, begins, *, by, version, reason, **said):
        is_at_version = self._lock(version)
        latest = self.revisions.latest()
        if not is_at_version and (latest.what, latest.by_id, latest.reason) == (what, by.pk, reason):
            return latest
        if is_at_version and self.status not in begins:
            raise OutOfTurn(f"{self.reference} is {self.get_status_display().lower()}.")
        return self.revise(by=by, version=version, what=what, status=status, reason=reason, **said)
