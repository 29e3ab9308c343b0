"""Actions of a committee: what a meeting asked a post to do, numbered by municipal year."""

import datetime
from functools import cached_property

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet
from registers.history.audit import AuditEntry
from registers.history.differences import changes_between
from registers.history.errors import EditConflict, InvalidTransition, return_existing_or_raise
from registers.history.form_token import FormToken
from registers.models.body import Body
from registers.models.meeting import Meeting
from registers.models.organisation_record import OrganisationRecord
from registers.models.people import Post, Sector
from registers.models.register import Register
from registers.models.risk import Risk

LONGEST = 500  # characters of what is to be done
# Whose year runs between annual meetings. Others count by their financial year.
MUNICIPAL = {Sector.COUNCIL, Sector.COMBINED_AUTHORITY, Sector.POLICE, Sector.FIRE}
MAY = 5


def municipal_year(organisation, day) -> int:
    """The calendar year in which the municipal year of a day began: 2026 for 2026/27.

    It begins at the annual meeting of that calendar year, if one is marked; else on 1 May, or on
    the first day of the financial year where bodies hold no annual meeting. One query.
    """
    return day.year if day >= first_day_of_year(organisation, day.year) else day.year - 1


def first_day_of_year(organisation, year) -> datetime.date:
    """The first day of the municipal year that began in that calendar year."""
    meetings = Meeting.objects.not_cancelled().filter(
        body__organisation=organisation, is_annual=True, on__year=year
    )
    month = MAY if organisation.sector in MUNICIPAL else organisation.year_starts_in
    annual = meetings.order_by("on").values_list("on", flat=True).first()
    return annual or datetime.date(year, month, 1)


def year_in_words(year) -> str:
    """ "2026/27"."""
    return f"{year}/{(year + 1) % 100:02}"


class CommitteeActionQuerySet(DatedQuerySet):
    def with_latest(self):
        """With what each says today. One query more."""
        revisions = CommitteeActionRevision.objects.in_force().select_related("post", "risk")
        return self.prefetch_related(Prefetch("revisions", revisions, to_attr="in_force"))


class CommitteeAction(OrganisationRecord):
    """The identity of an action: its number and the meeting. What it says is on its revisions.

    year: that in which its municipal year began. register: where its owner's tasks list it.
    """

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="committee_actions")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="actions")
    year = models.PositiveSmallIntegerField("municipal year")
    number = models.PositiveIntegerField()
    register = models.ForeignKey(Register, on_delete=models.PROTECT, null=True, related_name="+")

    objects = CommitteeActionQuerySet.as_manager()

    class Meta:
        ordering = ["year", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "year", "number"], name="committee_action_number_once_in_a_year"
            ),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("committee_action_detail", args=[self.meeting_id, self.pk])

    @property
    def reference(self):
        """ "2026/27-05"."""
        return f"{year_in_words(self.year)}-{self.number:02}"

    @cached_property
    def latest(self):
        """No query for one of with_latest."""
        rows = self.__dict__.pop("in_force", None)
        return rows[0] if rows else self.revisions.latest()

    @property
    def owner_id(self):
        return self.latest.post_id

    @property
    def version(self):
        return self.latest.number

    @classmethod
    @transaction.atomic
    def record(cls, meeting, *, by, wording, post, token=None, **fields):
        """Add an action of a meeting, with the next number of its year, and return it.

        fields: due_on, risk and, for the demo, effective_on and recorded_at.

        The same token by the same person returns the action that it made. Raises ValueError for
        records of another organisation, InvalidTransition where the meeting takes no more records.
        """
        content = {"wording": wording, "post": post, "due_on": fields.pop("due_on", None)}
        content["risk"] = fields.pop("risk", None)
        body = Body.objects.select_for_update(no_key=True).get(pk=meeting.body_id)
        organisation = meeting.body.organisation
        _check_organisation(organisation, post, content["risk"])
        meeting.lock_for_record()
        token = FormToken(token, meeting, by)
        rows = cls.objects.filter(by=by, meeting=meeting)
        if action := token.row_of(rows):
            return action._existing(content)

        def insert(token):
            dates = _dates(**fields)
            year = municipal_year(organisation, meeting.on)
            last = body.committee_actions.filter(year=year).aggregate(last=Max("number"))["last"]
            action = cls.objects.create(
                organisation=organisation,
                body=body,
                meeting=meeting,
                year=year,
                number=(last or 0) + 1,
                register=_register_of(meeting, content["risk"]),
                token=token,
                by=by,
                **dates,
            )
            action._add("added", content, by=by, **dates)
            return action

        return token.insert(cls, insert, same=rows, again=lambda row: row._existing(content))

    @transaction.atomic
    def revise(self, *, by, version, reason="", effective_on=None, recorded_at=None, **changes):
        """Change what it says, and return the revision; without a change the latest one.

        Raises EditConflict where it is not at that version, ValueError for a post or risk of
        another organisation.
        """
        self._lock()
        if self.latest.has_values(changes):
            return self.latest
        if self.version != version:
            raise EditConflict(self, version)
        _check_organisation(self.organisation, changes.get("post"), changes.get("risk"))
        dates = _dates(effective_on, recorded_at)
        return self._add("edited", changes, by=by, reason=reason, **dates)

    def complete(self, *, by, version, done_on, evidence, **timing):
        """Record that it is done, and how that is known. Raises as revise does, and
        InvalidTransition where it is done or cancelled already.
        """
        changes = {"status": CommitteeActionStatus.DONE, "done_on": done_on, "evidence": evidence}
        return self._step(CommitteeActionStatus.OPEN, by=by, version=version, **changes, **timing)

    def cancel(self, *, by, version, reason, **timing):
        """Record that it will not be done, and why. Raises the same as complete."""
        changes = {"status": CommitteeActionStatus.CANCELLED, "reason": reason}
        return self._step(CommitteeActionStatus.OPEN, by=by, version=version, **changes, **timing)

    def reopen(self, *, by, version, reason):
        """Record that it was not done after all. Raises InvalidTransition for one that is open."""
        changes = {"status": CommitteeActionStatus.OPEN, "done_on": None, "evidence": ""}
        return self._step(
            *(CommitteeActionStatus.DONE, CommitteeActionStatus.CANCELLED),
            by=by,
            version=version,
            reason=reason,
            **changes,
        )

    def changed_since(self, version):
        """(the revisions after that version, oldest first; what they changed together)."""
        revisions = list(self.revisions.filter(number__gte=version).select_related("by"))
        base, later = revisions[:1], revisions[1:]
        return later, changes_between(base[0], later[-1]) if later else []

    @transaction.atomic
    def _step(self, *statuses, by, version, **changes):
        self._lock()
        if self.version == version and self.latest.status not in statuses:
            state = self.latest.get_status_display().lower()
            raise InvalidTransition(f"action {self} is {state}")
        return self.revise(by=by, version=version, **changes)

    def _lock(self):
        """Lock the row, and read the latest revision again."""
        rows = CommitteeAction.objects.select_for_update(no_key=True, of=("self",))
        list(rows.filter(pk=self.pk))
        for name in ("in_force", "latest"):
            self.__dict__.pop(name, None)

    def _existing(self, content):
        first = self.revisions.get(number=1)
        return return_existing_or_raise(self, first.has_values(content), first.recorded_at)

    def _add(self, event, changes, *, by, reason="", **dates):
        """Write the next revision with its audit entry. event: of the entry's verb."""
        earlier = self.revisions.order_by("number").last()
        values = {**(earlier.content() if earlier else {}), **changes}
        revision = CommitteeActionRevision(
            action=self,
            number=earlier.number + 1 if earlier else 1,
            by=by,
            reason=reason,
            original_due_on=(earlier and earlier.original_due_on) or values["due_on"],
            redated=_redated(earlier, values["due_on"]),
            **values,
            **dates,
        )
        revision.save()
        text = {"action": str(self), "wording": revision.wording, "reason": reason}
        AuditEntry.record(
            organisation=self.organisation,
            by=by,
            **revision.audit_fields(
                verb=f"committee-action.{event}",
                subject=self,
                text=text,
                seals=[self.seal()] if earlier is None else (),
            ),
        )
        self.latest = revision
        return revision


class CommitteeActionStatus(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class CommitteeActionRevisionQuerySet(DatedQuerySet):
    def in_force(self, day=None):
        """The latest revision of each action by the end of a day: what it says then."""
        return self.latest_per("action", day=day or timezone.localdate())

    def open(self):
        return self.filter(status=CommitteeActionStatus.OPEN)


class CommitteeActionRevision(AppendOnlyRecord):
    """All that an action says after a change.

    original_due_on: the first day it was ever due; never changes. redated: how often the day
    changed since. risk: what it is about, if it is about one.
    """

    DERIVED_FIELDS = ("original_due_on", "redated")
    FIELDS = ("wording", "post", "due_on", "status", "done_on", "evidence")

    action = models.ForeignKey(CommitteeAction, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    wording = models.CharField("what is to be done", max_length=LONGEST)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name="owner")
    due_on = models.DateField("due", null=True)
    risk = models.ForeignKey(
        Risk, on_delete=models.PROTECT, null=True, related_name="committee_actions"
    )
    status = models.CharField(
        max_length=10, choices=CommitteeActionStatus, default=CommitteeActionStatus.OPEN
    )
    done_on = models.DateField("done on", null=True)
    evidence = models.TextField(blank=True)
    original_due_on = models.DateField("originally due", null=True, editable=False)
    redated = models.PositiveSmallIntegerField("due date changes", default=0, editable=False)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = CommitteeActionRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["action_id", "number"]
        get_latest_by = "number"
        constraints = [
            models.UniqueConstraint(
                fields=["action", "number"], name="committee_action_revision_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(wording=""), name="committee_action_says_what_is_to_be_done"
            ),
            models.CheckConstraint(
                condition=Q(status__in=CommitteeActionStatus.values),
                name="committee_action_status_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(status=CommitteeActionStatus.DONE)
                | Q(done_on__isnull=False) & ~Q(evidence=""),
                name="committee_action_that_is_done_has_a_day_and_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(status=CommitteeActionStatus.CANCELLED) | ~Q(reason=""),
                name="committee_action_is_cancelled_for_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.action}, version {self.number}"

    def content(self):
        """The risk too, which is not among FIELDS: whoever reads what changed may not see it."""
        return {name: getattr(self, name) for name in (*self.FIELDS, "risk")}


def _dates(effective_on=None, recorded_at=None):
    day = effective_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValueError(f"Nothing is recorded for {day}: that day is in the future.")
    return {"effective_on": day, "recorded_at": recorded_at or timezone.now()}


def _redated(earlier, due_on):
    """How often the due day changed, once there was one."""
    if earlier is None:
        return 0
    return earlier.redated + (earlier.original_due_on is not None and earlier.due_on != due_on)


def _check_organisation(organisation, post, risk):
    keys = {post.organisation_id} if post else set()
    keys |= {risk.register.organisation_id} if risk else set()
    if keys - {organisation.pk}:
        raise ValueError(f"{post} or {risk} is not of {organisation}.")


def _register_of(meeting, risk):
    """Where the owner's tasks list it: the risk's register, else the meeting's first one."""
    if risk:
        return risk.register
    registers = meeting.registers.in_use().order_by("parent_id", "name")
    return registers.first() or meeting.body.organisation.registers.in_use().first()
