"""Actions: those of one risk on any day, and those of a register in numbers and rows."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Count, F, Q

from registers.dates import days_later
from registers.models import Action, ActionRevision
from registers.models.action import OFTEN, SOON
from registers.phrases.register import (
    action_counts_sentence,
    open_actions_sentence,
    put_off_in_words,
)

Status = Action.Status
LAST = datetime.date.max


@dataclass
class ActionOnDay:
    """One action at the end of a day. revision: its latest by then.

    dates: (due day, the revision that set it), oldest first; more than one where the day was moved.
    """

    revision: ActionRevision
    day: datetime.date
    dates: list[tuple[datetime.date | None, ActionRevision]] = field(default_factory=list)

    @property
    def action(self):
        return self.revision.record

    @property
    def is_late(self):
        return (
            self.revision.status == Status.OPEN
            and self.revision.due_on is not None
            and self.revision.due_on < self.day
        )

    @property
    def original_due_on(self):
        return next((due for due, _ in self.dates if due), None)

    @property
    def redated(self):
        """How often the due day was moved, once there was one."""
        set_on = next((n for n, (due, _) in enumerate(self.dates) if due), len(self.dates))
        return len(self.dates[set_on:]) - 1 if set_on < len(self.dates) else 0

    @property
    def was(self):
        """The day it was first due, where that is another day."""
        return (
            self.original_due_on
            if self.redated and self.original_due_on != self.revision.due_on
            else None
        )

    @property
    def is_early(self):
        return (
            self.revision.status == Status.DONE
            and self.revision.due_on is not None
            and self.revision.done_on < self.revision.due_on
        )


@dataclass(frozen=True)
class RiskActions:
    """The actions of one risk on a day: open by due day, done and dropped latest first."""

    open: list[ActionOnDay]
    done: list[ActionOnDay]
    dropped: list[ActionOnDay]

    @property
    def late(self):
        return [row for row in self.open if row.is_late]

    @property
    def sentence(self):
        """ "Three are open, one of them late." """
        return open_actions_sentence(len(self.open), len(self.late))


@dataclass(frozen=True)
class PostCount:
    """The late actions of one post. owner: its key in an address, "none" for nobody."""

    owner: str
    name: str
    late: int


@dataclass(frozen=True)
class ActionCounts:
    """The open actions of a register in numbers.

    late_before: late ones that were re-dated before. redated: those re-dated often (OFTEN).
    """

    open: int
    late: int
    late_before: int
    soon: int
    undated: int
    redated: int
    by_post: list[PostCount]

    @property
    def sentence(self):
        """ "Nine of 31 open actions are late, six of them re-dated before." """
        return action_counts_sentence(self.open, self.late, self.late_before)


def actions_of(risk, day, recorded_by=None):
    """The actions of a risk at the end of a day, as known now or by an instant. Two queries."""
    rows = ActionRevision.objects.filter(record__risk=risk).as_at(day, recorded_by)
    by_action = {}
    for revision in rows.select_related("record", "owner__directorate", "by").order_by(
        "record_id", "number"
    ):
        row = by_action.setdefault(revision.record_id, ActionOnDay(revision, day))
        row.revision = revision
        if not row.dates or row.dates[-1][0] != revision.due_on:
            row.dates.append((revision.due_on, revision))
    by_status = {
        status: [row for row in by_action.values() if row.revision.status == status]
        for status in Status
    }
    return RiskActions(
        open=sorted(
            by_status[Status.OPEN],
            key=lambda row: (row.revision.due_on or LAST, row.revision.record_id),
        ),
        done=sorted(
            by_status[Status.DONE],
            key=lambda row: (row.revision.done_on, row.revision.record_id),
            reverse=True,
        ),
        dropped=sorted(
            by_status[Status.DROPPED], key=lambda row: row.revision.effective_on, reverse=True
        ),
    )


def dates_of(action):
    """(due day, the revision that set it) for each day it was due, oldest first. One query."""
    dates = []
    for revision in action.revisions.select_related("by").order_by("number"):
        if not dates or dates[-1][0] != revision.due_on:
            dates.append((revision.due_on, revision))
    return dates


def actions_on_day(positions, as_of):
    """The latest revisions of these risks' actions by the end of the day read.

    positions: of that day, on the register.
    """
    actions = ActionRevision.objects
    rows = (
        actions.in_force()
        if as_of.is_today
        else actions.latest_per("record", day=as_of.day, recorded_by=as_of.recorded_by)
    )
    return rows.filter(record__risk__in=positions.order_by().values("risk"))


def in_list_order(actions):
    """The one due first at the top. One query."""
    order = (F("due_on").asc(nulls_last=True), "record__risk__number", "record_id")
    rows = actions.select_related("owner", "record").defer("detail", "done_differently")
    return rows.order_by(*order)


def with_risks(actions, positions):
    """(row, position of its risk) for each row of a list. One query more."""
    rows = list(actions)
    risks = {row.record.risk_id for row in rows}
    positions_by_risk = {p.risk_id: p for p in positions.filter(risk__in=risks).with_headings()}
    return [(row, positions_by_risk[row.record.risk_id]) for row in rows]


def action_counts(actions, day, *, by_post=True):
    """The open ones among these actions in numbers, on a day. One query, and one for by_post."""
    late = Q(due_on__lt=day)
    counts = actions.open().aggregate(
        open=Count("pk"),
        late=Count("pk", filter=late),
        late_before=Count("pk", filter=late & Q(redated__gte=1)),
        soon=Count("pk", filter=Q(due_on__gte=day, due_on__lte=days_later(day, SOON))),
        undated=Count("pk", filter=Q(due_on=None)),
        redated=Count("pk", filter=Q(redated__gte=OFTEN)),
    )
    if not by_post:
        return ActionCounts(**counts, by_post=[])
    owners = actions.late(day).order_by().values_list("owner", "owner__title", "owner__holder")
    rows = owners.annotate(n=Count("pk")).order_by("-n", F("owner__title").asc(nulls_last=True))
    return ActionCounts(**counts, by_post=[_post_count(*row) for row in rows])


def _post_count(owner, title, holder, late):
    return PostCount(str(owner or "none"), post_name(owner, title, holder), late)


def post_name(owner, title, holder):
    """A post as people read it. owner, holder: keys, None for nobody."""
    if owner is None:
        return "No owner yet"
    return title if holder else f"{title} (vacant)"


@dataclass(frozen=True)
class NextAction:
    """The open action of a risk that is due first. due_on: None where no day is set."""

    title: str
    due_on: datetime.date | None
    redated: int

    @property
    def redated_in_words(self) -> str:
        return put_off_in_words(self.redated)


def next_actions(risks, actions) -> dict[int, NextAction]:
    """Key of a risk -> its open action that is due first, of those that have one.

    risks: keys; actions: of the register on the day (see actions_on_day). One query, none without
    risks.
    """
    keys = set(risks)
    if not keys:
        return {}
    rows = actions.open().filter(record__risk__in=keys)
    rows = rows.order_by(F("due_on").asc(nulls_last=True), "record_id")
    return first_by_risk(rows.values_list("record__risk", "title", "due_on", "redated"))


def first_by_risk(rows) -> dict[int, NextAction]:
    """rows: (key of a risk, title, due day, how often re-dated), those of a risk by due day."""
    by_risk: dict[int, NextAction] = {}
    for risk, *fields in rows:
        by_risk.setdefault(risk, NextAction(*fields))
    return by_risk
