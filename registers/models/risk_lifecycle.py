"""Where a risk stands in its life: draft, open, has happened, closed. Each step is a revision."""

from django.db import transaction
from django.utils import timezone

from registers.history.form_token import FormToken
from registers.models.revision import RiskRevision
from registers.models.risk_content import RiskContent

Event = RiskRevision.Event
DRAFT, OPEN, HAPPENED, CLOSED = RiskContent.Status
ON_REGISTER = RiskContent.ON_REGISTER

# From where a change begins. What is closed only comes back, or learns who may read it.
TRANSITIONS = {
    Event.LOGGED: {DRAFT},
    Event.HAPPENED: {*ON_REGISTER},
    Event.CLOSED: {DRAFT, *ON_REGISTER},
    Event.REOPENED: {CLOSED},
    **{what: {DRAFT, *ON_REGISTER} for what in (Event.EDITED, Event.ASSESSED, Event.REVIEWED)},
    **{what: {DRAFT, *ON_REGISTER, CLOSED} for what in (Event.EXEMPTED, Event.EXEMPTION_LIFTED)},
}


class InvalidTransition(ValueError):
    """A step that does not follow from where the risk stands: editing or closing what is closed,
    reopening what is open.
    """


class RiskLifecycle:
    """The verbs of a Risk that change its status. Each takes `by=` and `version=`, may take
    `effective_on=` and `recorded_at=`, returns the revision, and raises EditConflict when the risk is
    not at that version; InvalidTransition where the risk does not stand where the step begins. The same
    step sent twice by one person is one.
    """

    NOT_COPIED = (  # what a copy does not take over
        *(
            "next_review_on",
            "response",
            "response_reason",
            "tolerated_until",
            "target_on",
            "committee_position",
        ),
        *("told_by", "told_on", "happened_on", "happened_what", "happened_under", "depends_on"),
    )

    def open(self, *, reason="", **how):
        """Put a draft on the register, with whatever else is said of it now."""
        return self._step(Event.LOGGED, self.Status.OPEN, reason=reason, **how)

    @transaction.atomic
    def happen(self, *, happened_on, happened_what, reason="", **how):
        """It came true: keep the rating that stood at the end of the day before. The risk stays on
        the register. Raises ValueError for a day to come or before the risk was raised.
        """
        self._lock(how["version"])  # before the rating is looked up, or another may come in between
        if not self.raised_on <= happened_on <= timezone.localdate():
            raise ValueError(
                f"{self.reference} was raised on {self.raised_on}: it cannot have happened {happened_on}."
            )
        before = self.assessments.current().filter(effective_on__lt=happened_on)
        said = {
            "happened_on": happened_on,
            "happened_what": happened_what,
            "happened_under": before.last(),
        }
        return self._step(Event.HAPPENED, self.Status.HAPPENED, reason=reason, **said, **how)

    def close(self, *, reason, depends_on="", **how):
        """Take it off the register. depends_on: the posts or arrangements that the closing rests
        on.
        """
        return self._step(
            Event.CLOSED, self.Status.CLOSED, reason=reason, depends_on=depends_on, **how
        )

    def reopen(self, *, reason, **how):
        """Bring it back with everything it had; what was closed as a draft, as a draft."""
        was_on_register = self.revisions.filter(status__in=self.ON_REGISTER).exists()
        status = self.Status.OPEN if was_on_register else self.Status.DRAFT
        return self._step(Event.REOPENED, status, reason=reason, **how)

    def exempt(self, *, exempt_ground, exempt_interest, exempt_decided_by, **how):
        """Mark it as not for publication, or say the grounds anew. A closed one may be marked as
        well.
        """
        said = {"exempt_ground": exempt_ground, "exempt_interest": exempt_interest}
        said |= {"exempt_decided_by": exempt_decided_by, "is_exempt": True}
        return self._step(Event.EXEMPTED, None, **said, **how)

    def lift_exemption(self, *, reason, **how):
        """Open it to everybody who may read the register. The grounds stay in its history."""
        said = dict.fromkeys(("exempt_ground", "exempt_interest", "exempt_decided_by"), "")
        return self._step(
            Event.EXEMPTION_LIFTED, None, reason=reason, is_exempt=False, **said, **how
        )

    def duplicate(self, *, by, token=None):
        """A draft beside it that says the same; not what was decided, judged or told of this one.
        The same token gives back the copy that it made, whatever was changed meanwhile: nobody
        typed anything.
        """
        if existing := FormToken(token, self.register, by).row_of(
            self.register.risks.filter(raised_by=by)
        ):
            return existing
        said = {
            name: value for name, value in self.content().items() if name not in self.NOT_COPIED
        }
        title = f"Copy of {self.title}"[: self._meta.get_field("title").max_length]
        return self.log(
            self.register,
            by=by,
            token=token,
            **said | {"title": title, "status": self.Status.DRAFT},
        )

    def lock_for_update(self):
        """Hold the row until the transaction ends, for something that is put beside it. Raises
        InvalidTransition where it is closed.
        """
        self.refresh_from_db(
            fields=["status"], from_queryset=type(self).objects.select_for_update()
        )
        if self.status == CLOSED:
            raise InvalidTransition(
                f"{self.reference} is closed: what stands beside it stays as it was."
            )

    def closures(self, day, known_by=None):
        """The revisions up to a day that closed or reopened it, newest first."""
        found = self.revisions.as_at(day, known_by).filter(what__in=(Event.CLOSED, Event.REOPENED))
        return found.select_related("by").order_by("-number")

    def refusal(self, what):
        """Why that change does not follow from where the risk stands, in words, or None."""
        if what == Event.EXEMPTION_LIFTED and not self.is_exempt:
            return f"{self.reference} is not exempt: there is nothing to lift"
        if self.status in TRANSITIONS.get(what, ()):
            return None
        if what == Event.REOPENED:
            return f"{self.reference} is not closed: there is nothing to reopen"
        if what == Event.LOGGED and self.status != CLOSED:
            return f"{self.reference} is on the register already"
        if self.status == DRAFT:
            return f"{self.reference} is a draft: put it on the register first"
        return f"{self.reference} is closed{' already' if what == Event.CLOSED else ': it has to be reopened first'}"

    @transaction.atomic
    def _step(self, what, status, *, by, version, reason="", **said):
        is_at_version = self._lock(version)
        said |= {"status": status} if status else {}
        latest = self.revisions.latest()
        is_same = (latest.what, latest.by_id, latest.reason) == (what, by.pk, reason)
        if not is_at_version and is_same and self.has_values(said):
            return latest
        self._check_change(what, is_at_version, version)
        return self.revise(by=by, version=version, what=what, reason=reason, **said)
