"""What falls due for a person: reviews, actions, tolerances, assurances, appetites. For the mail
and the calendar.

Told is whoever holds the post that owns the thing; where it has no owner of its own, the post that
owns its risk; where nobody owns either, whoever raised the risk. Where that person may not act on
it today (the post is vacant, they have left, they may not see the risk), the organisation's risk
managers are told instead: so nothing waits unseen as long as there is a risk manager.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils.formats import date_format

from registers.models import Action, Appetite, Assurance, Line, Register, ReminderKind, Risk
from registers.permissions import Permission, can, can_be_worked_on_by, registers_for, risks_across

SOON = {
    **dict.fromkeys(ReminderKind, 14),
    ReminderKind.ACTION: 7,
}  # days ahead in which a thing is due soon
RISK_WORDS = (
    "number",
    "title",
    "is_exempt",
    "register__slug",
    "register__name",
    "register__prefix",
)


@dataclass(frozen=True)
class Due:
    """One thing that falls due on a day. title: "" of an exempt risk, whatever it is about; key:
    names the thing for ever, whichever day it falls due; place: the register or organisation;
    stands_in: the person is told as a risk manager, for want of somebody else.
    """

    kind: ReminderKind
    on: datetime.date
    what: str
    title: str
    path: str
    key: str
    place: str
    is_exempt: bool = False
    stands_in: bool = False

    def is_late(self, day):
        return self.on < day

    def when(self, day):
        said = date_format(self.on, "j F Y")
        if self.on == day:
            return f"Due today, {said}"
        return f"Was due on {said}" if self.is_late(day) else f"Due on {said}"


def due_soon(user, day, kinds):
    """What of these kinds is late on that day or due soon after it, the day longest ago first."""
    return due_for(user, {kind: _span_until_soon(kind, day) for kind in kinds}, day)


def due_between(user, first, last, day, limit):
    """What of every kind is due from the first day to the last, both included: the first few by
    day.
    """
    return due_for(user, dict.fromkeys(ReminderKind, (first, last)), day, limit)[:limit]


def due_for(user, spans, day, limit=None):
    """What falls due for the person, by day. spans: {kind: (first day, last day)}; day: today, for
    what stands. A fixed number of queries: two, and one for each kind.
    """
    registers = [r for r in registers_for(user) if can(user, Permission.EDIT_RISK, r.organisation)]
    risks, managed = _risks_and_managed(user, registers)
    found = []
    for kind, span in spans.items() if registers else ():
        rows, on, of = ROWS[kind](user, risks, managed, day)
        found += [of(row, user) for row in _within(rows, on, span)[:limit]]
    return sorted(found, key=lambda due: (due.on, due.what, due.key))


def actions_due_soon(user, registers, day):
    """The actions of which due_soon tells the person, as rows: the one due longest ago first.
    registers: those whose risks they may edit. Each row has `told`: another than the person where
    they stand in.
    """
    risks, managed = _risks_and_managed(user, registers)
    rows, on, _ = _actions(user, risks, managed, day)
    return _within(rows, on, _span_until_soon(ReminderKind.ACTION, day))


def _risks_and_managed(user, registers):
    managed = [
        register
        for register in registers
        if can(user, Permission.RUN_REGISTER, register.organisation)
    ]
    return risks_across(user, registers).filter(status__in=Risk.ON_REGISTER), managed


def _within(rows, on, span):
    return rows.filter(**{f"{on}__range": span}).order_by(on, "pk")


def _span_until_soon(kind, day):
    """Whatever is late by then, and what is due soon after."""
    return datetime.date.min, day + datetime.timedelta(SOON[kind])


def _of(user, rows, managed, owners, risk=""):
    """Those of these rows that the person is told of. owners: the ways to the posts that may own
    it, the nearest first; risk: the way to its risk.
    """
    held = [When(**{f"{owner}__isnull": False}, then=F(f"{owner}__holder")) for owner in owners]
    rows = rows.annotate(told=Case(*held, default=F(f"{risk}raised_by")))
    rows = rows.annotate(is_with_somebody=can_be_worked_on_by("told", risk))
    is_mine = Q(told=user.pk, is_with_somebody=True)
    nobodys = Q(**{f"{risk}register__in": managed}, is_with_somebody=False)
    return rows.filter(is_mine | nobodys).select_related(f"{risk}register")


def _reviews(user, risks, managed, day):
    rows = _of(user, risks, managed, ["owner"]).only(*RISK_WORDS, "next_review_on")
    return (
        rows,
        "next_review_on",
        lambda risk, user: _due(ReminderKind.REVIEW, risk, risk, user, on=risk.next_review_on),
    )


def _tolerances(user, risks, managed, day):
    tolerated = risks.filter(response=Risk.Response.TOLERATE)
    rows = _of(user, tolerated, managed, ["owner"]).only(*RISK_WORDS, "tolerated_until")
    return (
        rows,
        "tolerated_until",
        lambda risk, user: _due(ReminderKind.TOLERANCE, risk, risk, user, on=risk.tolerated_until),
    )


def _actions(user, risks, managed, day):
    rows = Action.objects.open().filter(risk__in=risks.order_by().values("pk"))
    rows = _of(user, rows, managed, ["owner", "risk__owner"], "risk__")
    rows = rows.only("title", "due_on", *(f"risk__{name}" for name in RISK_WORDS))
    return (
        rows,
        "due_on",
        lambda action, user: _due(
            ReminderKind.ACTION, action, action.risk, user, on=action.due_on, title=action.title
        ),
    )


def _assurances(user, risks, managed, day):
    """Of each risk and line the latest opinion only: an older one has been followed by another."""
    rows = Assurance.objects.latest_by_line(day).filter(risk__in=risks.order_by().values("pk"))
    rows = _of(user, rows, managed, ["control__owner", "risk__owner"], "risk__")
    rows = rows.only("line", "expires_on", *(f"risk__{name}" for name in RISK_WORDS))
    return (
        rows,
        "expires_on",
        lambda row, user: _due(
            ReminderKind.ASSURANCE, row, row.risk, user, on=row.expires_on, line=row.line
        ),
    )


def _appetites(user, risks, managed, day):
    """The statements that stand, by schemes that a register uses: to the organisation's risk
    managers.
    """
    in_use = Register.objects.filter(
        organisation=OuterRef("organisation"), scheme=OuterRef("scheme")
    )
    organisations = {register.organisation_id for register in managed}
    rows = Appetite.objects.latest_as_at(day).filter(Exists(in_use), organisation__in=organisations)
    return (
        rows.select_related("organisation"),
        "review_by",
        lambda row, user: _appetite(row, managed),
    )


ROWS = {
    ReminderKind.REVIEW: _reviews,
    ReminderKind.ACTION: _actions,
    ReminderKind.TOLERANCE: _tolerances,
    ReminderKind.ASSURANCE: _assurances,
    ReminderKind.APPETITE: _appetites,
}
WHAT = {
    ReminderKind.REVIEW: "Review {}",
    ReminderKind.ACTION: "Action for {}",
    ReminderKind.TOLERANCE: "Tolerance of {} ends",
    ReminderKind.ASSURANCE: "Assurance of {} runs out",
}


def _due(kind, row, risk, user, *, on, title=None, line=None):
    what = WHAT[kind].format(risk.reference)
    return Due(
        kind=kind,
        on=on,
        what=f"{what}, {Line(line).label.lower()}" if line and not risk.is_exempt else what,
        title="" if risk.is_exempt else title or risk.title,
        path=risk.get_absolute_url(),
        key=f"{kind}-{risk.pk}-{line}" if line else f"{kind}-{row.pk}",
        place=str(risk.register),
        is_exempt=risk.is_exempt,
        stands_in=row.told != user.pk,
    )


def _appetite(row, registers):
    """It leads to the first of these registers that goes by it."""
    about = row.get_category_display() or "All categories"
    goes_by_it = (
        r
        for r in registers
        if (r.organisation_id, r.scheme_id) == (row.organisation_id, row.scheme_id)
    )
    return Due(
        kind=ReminderKind.APPETITE,
        on=row.review_by,
        what="Review the appetite",
        title=about,
        path=next(goes_by_it).get_absolute_url(),
        key=f"appetite-{row.organisation_id}-{row.scheme_id}-{row.category or 'all'}",
        place=str(row.organisation),
    )
