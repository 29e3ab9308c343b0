"""A risk's lifecycle: draft, open, has happened, closed. Each step is a revision."""

from django.db import transaction
from django.utils import timezone

from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.revision import RiskRevision
from registers.models.risk_change import ChangeBatch
from registers.models.risk_content import RiskContent
from registers.risk_fields import names_of

Event = RiskRevision.Event
DRAFT, OPEN, HAPPENED, CLOSED = RiskContent.Status
ON_REGISTER = RiskContent.ON_REGISTER

# The statuses in which each change may be made. A closed risk can only be reopened or (un)exempted.
TRANSITIONS = {
    Event.LOGGED: {DRAFT},
    Event.HAPPENED: {*ON_REGISTER},
    Event.CLOSED: {DRAFT, *ON_REGISTER},
    Event.REOPENED: {CLOSED},
    **{event: {DRAFT, *ON_REGISTER} for event in (Event.EDITED, Event.ASSESSED, Event.REVIEWED)},
    **{event: {DRAFT, *ON_REGISTER, CLOSED} for event in (Event.EXEMPTED, Event.EXEMPTION_LIFTED)},
}


class RiskLifecycle:
    """The verbs of a Risk that change its status.

    Each takes `by=` and `version=`, may take `effective_on=` and `recorded_at=`, and returns the
    revision; the same step sent twice by one person is one. Raises EditConflict when the risk is
    not at that version, InvalidTransition where its status does not allow the step. NOT_COPIED:
    fields that `duplicate` leaves out.
    """

    NOT_COPIED = names_of(is_copied=False)

    def open(self, *, reason="", **options):
        """Put a draft on the register, with any other changes."""
        return self._step(Event.LOGGED, self.Status.OPEN, reason=reason, **options)

    @transaction.atomic
    def happen(self, *, happened_on, happened_what, reason="", **options):
        """Record that it came true, and keep the rating at the end of the day before.

        The risk stays on the register. Raises ValueError for a future day or one before the risk
        was raised.
        """
        # Before the rating is looked up, or another may be added in between.
        self._lock(options["version"])
        if not self.raised_on <= happened_on <= timezone.localdate():
            raise ValueError(
                f"{self.reference} was raised on {self.raised_on}: "
                f"it cannot have happened {happened_on}."
            )
        ratings = self.assessments.current().filter(effective_on__lt=happened_on)
        changes = {
            "happened_on": happened_on,
            "happened_what": happened_what,
            "happened_under": ratings.last(),
        }
        return self._step(Event.HAPPENED, self.Status.HAPPENED, reason=reason, **changes, **options)

    def close(self, *, reason, depends_on="", **options):
        """Take it off the register.

        depends_on: the posts or arrangements on which the closing rests.
        """
        return self._step(
            Event.CLOSED, self.Status.CLOSED, reason=reason, depends_on=depends_on, **options
        )

    def reopen(self, *, reason, **options):
        """Put it back with everything it had; what was closed as a draft, as a draft."""
        was_on_register = self.revisions.filter(status__in=self.ON_REGISTER).exists()
        status = self.Status.OPEN if was_on_register else self.Status.DRAFT
        return self._step(Event.REOPENED, status, reason=reason, **options)

    def exempt(self, *, exempt_ground, exempt_interest, exempt_decided_by, **options):
        """Exempt it from publication, or change the grounds. A closed risk may be exempted too."""
        changes = {"exempt_ground": exempt_ground, "exempt_interest": exempt_interest}
        changes |= {"exempt_decided_by": exempt_decided_by, "is_exempt": True}
        return self._step(Event.EXEMPTED, None, **changes, **options)

    def lift_exemption(self, *, reason, **options):
        """Open it to everybody who may read the register. The grounds stay in its history."""
        cleared = dict.fromkeys(("exempt_ground", "exempt_interest", "exempt_decided_by"), "")
        return self._step(
            Event.EXEMPTION_LIFTED, None, reason=reason, is_exempt=False, **cleared, **options
        )

    def duplicate(self, *, by, token=None):
        """A draft with the same content, without what was decided, judged or reported of this one.

        The same token returns the copy that it made, whatever was changed since: nobody typed
        anything.
        """
        if existing := FormToken(token, self.register, by).row_of(
            self.register.risks.filter(raised_by=by)
        ):
            return existing
        content = {
            name: value for name, value in self.content().items() if name not in self.NOT_COPIED
        }
        title = f"Copy of {self.title}"[: self.latest._meta.get_field("title").max_length]
        return self.log(
            self.register,
            by=by,
            token=token,
            **content | {"title": title, "status": self.Status.DRAFT},
        )

    def lock_for_update(self):
        """Lock the row until the transaction ends, to add something to the risk.

        Raises InvalidTransition where it is closed.
        """
        self.refresh_from_db(
            fields=["latest"], from_queryset=type(self).objects.select_for_update()
        )
        if self.status == CLOSED:
            raise InvalidTransition(
                f"{self.reference} is closed. Reopen the risk before you change its records."
            )

    def closures(self, day, recorded_by=None):
        """The revisions up to a day that closed or reopened it, newest first."""
        revisions = self.revisions.as_at(day, recorded_by).filter(
            what__in=(Event.CLOSED, Event.REOPENED)
        )
        return revisions.select_related("by").order_by("-number")

    def refusal(self, event):
        """Why the status does not allow that change, in words, or None."""
        if event == Event.EXEMPTION_LIFTED and not self.is_exempt:
            return f"{self.reference} is not exempt, so there is no exemption to lift"
        if self.status in TRANSITIONS.get(event, ()):
            return None
        if event == Event.REOPENED:
            return f"{self.reference} is not closed, so there is nothing to reopen"
        if event == Event.LOGGED and self.status != CLOSED:
            return f"{self.reference} is already on the register"
        if self.status == DRAFT:
            return f"{self.reference} is a draft. Put it on the register first"
        if event == Event.CLOSED:
            return f"{self.reference} is already closed"
        return f"{self.reference} is closed. Reopen it first"

    @transaction.atomic
    def _step(self, revision_event, status, *, by, version, reason="", **changes):
        is_at_version = self._lock(version)
        changes |= {"status": status} if status else {}
        latest = self.latest
        is_same = (latest.what, latest.by_id, latest.reason) == (revision_event, by.pk, reason)
        if not is_at_version and is_same and self.has_values(changes):
            return latest
        self._check_version(is_at_version, version)
        batch = ChangeBatch(by=by, recorded_at=changes.pop("recorded_at", None))
        batch.change(self).step(revision_event, reason=reason, **changes)
        batch.commit()
        return self.latest
