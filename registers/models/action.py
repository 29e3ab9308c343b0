"""Actions: what is going to be done about a risk, by which post and when."""

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from registers.dates import days_later
from registers.history.append_only import DatedQuerySet
from registers.history.errors import InvalidTransition
from registers.history.versioned import Versioned, VersionedRevision, read_latest
from registers.models.people import Post

# Days ahead within which an action is due soon.
SOON = 30
# Times re-dated from which an action counts as re-dated often.
OFTEN = 2


class ActionFields:
    """The names of what an action says, and their choices."""

    class Kind(models.TextChoices):
        STRUCTURAL = "structural", "Structural: who reports to whom, new bodies, new contracts"
        LEADERSHIP = "leadership", "Leadership"
        CULTURE = "culture", "Culture: how people treat each other and bad news"
        CAPABILITY = "capability", "Capability: what people can do"
        PROCESS = "process", "Process: how the work is done"
        PEER_SUPPORT = "peer-support", "Peer support: help from bodies like ours"
        DATA = "data", "Data: what we know and when"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DROPPED = "dropped", "Cancelled"

    FIELDS = (
        *("title", "detail", "kind", "owner", "due_on", "status"),
        *("done_on", "evidence", "done_differently"),
    )


class Action(ActionFields, Versioned):
    risk = models.ForeignKey("registers.Risk", on_delete=models.PROTECT, related_name="actions")
    latest = models.ForeignKey(
        "registers.ActionRevision", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["risk_id", "pk"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("action_edit", args=[self.risk.register.slug, self.risk.number, self.pk])

    def complete(self, *, by, version, done_on, evidence, done_differently=None, **options):
        """Record that it is done, when, and how that is known; return the revision.

        The revision counts from the day it was done, where history allows. Raises EditConflict, and
        InvalidTransition where it is done or dropped already.
        """
        changes = {"status": self.Status.DONE, "done_on": done_on, "evidence": evidence}
        if done_differently is not None:
            changes["done_differently"] = done_differently
        options.setdefault("effective_on", max(done_on, self.latest.effective_on))
        return self._step({self.Status.OPEN}, by=by, version=version, **changes, **options)

    def drop(self, *, by, version, reason, **options):
        """Record that it will not be done, and why. Raises the same as complete."""
        status = self.Status.DROPPED
        return self._step(
            {self.Status.OPEN}, by=by, version=version, reason=reason, status=status, **options
        )

    def reopen(self, *, by, version, reason, **options):
        """Record that it was not done after all, or is to be done again.

        What was recorded of its end stays in its history.
        """
        changes = {
            "status": self.Status.OPEN,
            "done_on": None,
            "evidence": "",
            "done_differently": "",
        }
        statuses = {self.Status.DONE, self.Status.DROPPED}
        return self._step(statuses, by=by, version=version, reason=reason, **changes, **options)

    @transaction.atomic
    def _step(self, statuses, *, by, version, **changes):
        self._lock_for_update()
        if self.version == version and self.status not in statuses:
            raise InvalidTransition(f"{self} is {self.get_status_display().lower()}.")
        return self.revise(by=by, version=version, **changes)


class ActionRevisionRows(DatedQuerySet):
    def in_force(self):
        """The latest revision of each action: what it says today."""
        return self.filter(pk__in=Action.objects.values("latest"))

    def open(self):
        return self.filter(status=Action.Status.OPEN)

    def late(self, day):
        """Open, and due before that day."""
        return self.open().filter(due_on__lt=day)

    def soon(self, day):
        """Open, not late, and due within the next 30 days."""
        return self.open().filter(due_on__gte=day, due_on__lte=days_later(day, SOON))

    def undated(self):
        return self.open().filter(due_on=None)

    def redated_often(self):
        return self.open().filter(redated__gte=OFTEN)


class ActionRevision(ActionFields, VersionedRevision):
    """original_due_on: the first day the action was ever due; never changes.

    redated: how often the due day changed since: to another day, to none, and from none.
    """

    DERIVED_FIELDS = ("original_due_on", "redated")

    title = models.CharField("action", max_length=200)
    detail = models.TextField("notes", blank=True)
    kind = models.CharField(max_length=12, choices=ActionFields.Kind)
    owner = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField("due", null=True)
    status = models.CharField(
        max_length=10, choices=ActionFields.Status, default=ActionFields.Status.OPEN
    )
    done_on = models.DateField("done on", null=True)
    evidence = models.TextField("evidence", blank=True)
    done_differently = models.TextField("what people will do differently", blank=True)
    original_due_on = models.DateField("originally due", null=True, editable=False)
    redated = models.PositiveSmallIntegerField("due date changes", default=0, editable=False)
    record = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="revisions")

    objects = ActionRevisionRows.as_manager()

    class Meta(VersionedRevision.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "number"], name="action_revision_number_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="action_has_a_title"),
            models.CheckConstraint(
                condition=~Q(status=ActionFields.Status.DONE)
                | Q(done_on__isnull=False) & ~Q(evidence=""),
                name="action_that_is_done_has_a_day_and_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(status=ActionFields.Status.DONE, kind=ActionFields.Kind.STRUCTURAL)
                | ~Q(done_differently=""),
                name="structural_action_that_is_done_says_what_people_do_differently",
            ),
        ]

    def __str__(self):
        return f"{self.title}, version {self.number}"

    def derive(self, earlier):
        if self.original_due_on is None:
            self.original_due_on = self.due_on
        elif earlier and earlier.due_on != self.due_on:
            self.redated += 1


read_latest(Action, ActionRevision.content_fields())
