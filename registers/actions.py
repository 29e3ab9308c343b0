"""What is going to be done: the actions beside one risk on any day, and those of a register in
numbers and rows.
"""

import datetime
from dataclasses import dataclass, field

from django.db.models import Count, F, Q

from registers.dates import days_later
from registers.models import Action, ActionRevision
from registers.models.action import OFTEN, SOON
from registers.phrases import a_number

Status = Action.Status
LAST = datetime.date.max


@dataclass
class ActionOn:
    """One action as it stood at the end of a day. dates: (the day it was then due, the revision
    that said so), oldest first: where there is more than one, the day was moved.
    """

    said: ActionRevision  # the latest by then
    day: datetime.date
    dates: list[tuple[datetime.date | None, ActionRevision]] = field(default_factory=list)

    @property
    def action(self):
        return self.said.record

    @property
    def is_late(self):
        return (
            self.said.status == Status.OPEN
            and self.said.due_on is not None
            and self.said.due_on < self.day
        )

    @property
    def original_due_on(self):
        return next((due for due, _ in self.dates if due), None)

    @property
    def redated(self):
        """How often the day moved once there was one."""
        set_on = next((n for n, (due, _) in enumerate(self.dates) if due), len(self.dates))
        return len(self.dates[set_on:]) - 1 if set_on < len(self.dates) else 0

    @property
    def was(self):
        """The day it was due at first, where that is another."""
        return (
            self.original_due_on
            if self.redated and self.original_due_on != self.said.due_on
            else None
        )

    @property
    def is_early(self):
        return (
            self.said.status == Status.DONE
            and self.said.due_on is not None
            and self.said.done_on < self.said.due_on
        )


@dataclass(frozen=True)
class RiskActions:
    """The actions of one risk on a day: open ones, late first; done ones and dropped ones, latest
    first.
    """

    open: list[ActionOn]
    done: list[ActionOn]
    dropped: list[ActionOn]

    @property
    def late(self):
        return [row for row in self.open if row.is_late]

    @property
    def sentence(self):
        """ "Three are open, one of them late." """
        if not self.open:
            return ""
        one, late = len(self.open) == 1, len(self.late)
        said = f"{a_number(len(self.open)).capitalize()} {'is' if one else 'are'} open"
        return (
            f"{said}, {'and late' if one else f'{a_number(late)} of them late'}."
            if late
            else f"{said}."
        )


@dataclass(frozen=True)
class PostLine:
    """A post in the list by post. owner: its key, "none" for nobody; name: as people read it."""

    owner: str
    name: str
    late: int


@dataclass(frozen=True)
class ActionCounts:
    """The open actions of a register in numbers. late_before: of the late ones, those that were
    re-dated before.
    """

    open: int
    late: int
    late_before: int
    soon: int
    undated: int
    redated: int
    by_post: list[PostLine]

    @property
    def sentence(self):
        """ "Nine of 31 open actions are late, six of them re-dated before." """
        if not self.open:
            return "No action is open."
        if not self.late:
            return (
                f"None of {self.open} open actions is late."
                if self.open > 1
                else "One action is open. It is not late."
            )
        if self.open == 1:
            return f"One action is open, and it is late{', re-dated before' if self.late_before else ''}."
        said = f"{a_number(self.late).capitalize()} of {self.open} open actions {'is' if self.late == 1 else 'are'} late"
        if not self.late_before:
            return f"{said}{'' if self.late == 1 else ', none of them re-dated before'}."
        before = (
            "re-dated before"
            if self.late == 1
            else f"{a_number(self.late_before)} of them re-dated before"
        )
        return f"{said}, {before}."


def times(count):
    """ "once", "twice", "three times"."""
    return {1: "once", 2: "twice"}.get(count, f"{a_number(count)} times")


def actions_of(risk, day, known_by=None):
    """The actions of a risk as they stood at the end of a day, as known now or by an instant. Two
    queries.
    """
    rows = ActionRevision.objects.filter(record__risk=risk).as_at(day, known_by)
    found = {}
    for said in rows.select_related("record", "owner__directorate", "by").order_by(
        "record_id", "number"
    ):
        row = found.setdefault(said.record_id, ActionOn(said, day))
        row.said = said
        if not row.dates or row.dates[-1][0] != said.due_on:
            row.dates.append((said.due_on, said))
    by_status = {
        status: [row for row in found.values() if row.said.status == status] for status in Status
    }
    return RiskActions(
        open=sorted(
            by_status[Status.OPEN], key=lambda row: (row.said.due_on or LAST, row.said.record_id)
        ),
        done=sorted(
            by_status[Status.DONE],
            key=lambda row: (row.said.done_on, row.said.record_id),
            reverse=True,
        ),
        dropped=sorted(
            by_status[Status.DROPPED], key=lambda row: row.said.effective_on, reverse=True
        ),
    )


def dates_of(action):
    """When an action was due, one row for each day it was ever given: (day, the revision that said
    so). One query.
    """
    found = []
    for said in action.revisions.select_related("by").order_by("number"):
        if not found or found[-1][0] != said.due_on:
            found.append((said.due_on, said))
    return found


def actions_beside(risks):
    """The actions of the risks on the register among these: what is a draft or closed is left out."""
    return Action.objects.filter(risk__in=risks.filter(status__in=risks.model.ON_REGISTER))


def actions_on(positions, reading):
    """The actions beside these risks as they stood at the end of the day read. positions: of that
    day, on the register. Today their rows are read, else their latest revisions by then, which have
    the same columns.
    """
    risks = positions.order_by().values("risk")
    if reading.is_today:
        return Action.objects.filter(risk__in=risks)
    return ActionRevision.objects.latest_as_at(reading.day, reading.known_by).filter(
        record__risk__in=risks
    )


def listed(actions):
    """In the order of a list, the one due first at the top. One query."""
    risk = "risk" if actions.model is Action else "record__risk"
    order = (F("due_on").asc(nulls_last=True), f"{risk}__number", "pk")
    return actions.select_related("owner").defer("detail", "done_differently").order_by(*order)


def with_risks(actions, positions):
    """(an action or what it said, its key, the position of its risk) for each of these rows of a
    list. Two queries.
    """
    rows = list(actions)
    if rows and isinstance(rows[0], ActionRevision):
        risk_of = dict(
            Action.objects.filter(pk__in=[row.record_id for row in rows]).values_list("pk", "risk")
        )
        keyed = [(row, row.record_id, risk_of[row.record_id]) for row in rows]
    else:
        keyed = [(row, row.pk, row.risk_id) for row in rows]
    found = {
        p.risk_id: p
        for p in positions.filter(risk__in={risk for *_, risk in keyed}).with_headings()
    }
    return [(row, key, found[risk]) for row, key, risk in keyed]


def action_counts(actions, day, *, by_post=True):
    """The open ones among these actions in numbers, on a day; late ones by post, where that is
    asked for. One query, and one by post.
    """
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
    return ActionCounts(**counts, by_post=[_line(*row) for row in rows])


def _line(owner, title, holder, late):
    return PostLine(str(owner or "none"), post_name(owner, title, holder), late)


def post_name(owner, title, holder):
    """As people read it. owner, holder: keys, None for nobody."""
    if owner is None:
        return "No owner yet"
    return title if holder else f"{title} (vacant)"
