"""What is due for a person: reviews, actions, tolerances, assurances, appetites.

For the mail and the calendar. The recipient is the holder of the post that owns the record; where
it has no owner of its own, of the post that owns its risk; where nobody owns either, whoever raised
the risk. Where that person may not act on it today (the post is vacant, they have left, they may
not see the risk), it goes to the organisation's risk managers, so that nothing is missed as long as
there is one.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Q, When

from registers.models import Action, Appetite, Assurance, Line, Register, ReminderKind, Risk
from registers.permissions import Permission, can, can_be_worked_on_by, registers_for, risks_across
from registers.phrases.register import due_in_words

# Days ahead within which it is due soon.
SOON = {**dict.fromkeys(ReminderKind, 14), ReminderKind.ACTION: 7}
RISK_WORDS = (
    "number",
    "latest__title",
    "is_exempt",
    "register__slug",
    "register__name",
    "register__prefix",
)


@dataclass(frozen=True)
class Deadline:
    """One thing that is due on a day.

    title: "" of an exempt risk and of all that belongs to one. key: identifies it whichever day it
    is due. place: the register or organisation. is_for_manager: the person gets it as a risk
    manager, in place of somebody else.
    """

    kind: ReminderKind
    on: datetime.date
    summary: str
    title: str
    path: str
    key: str
    place: str
    is_exempt: bool = False
    is_for_manager: bool = False

    def is_late(self, day):
        return self.on < day

    def describe(self, day):
        return due_in_words(self.on, day)


def due_soon(user, day, kinds):
    """Those of these kinds that are late on that day or due soon after, oldest first."""
    return due_for(user, {kind: _span_until_soon(kind, day) for kind in kinds}, day)


def due_between(user, first, last, day, limit):
    """Those of every kind from the first day to the last, inclusive: the first few by day."""
    return due_for(user, dict.fromkeys(ReminderKind, (first, last)), day, limit)[:limit]


def due_for(user, spans, day, limit=None):
    """The person's deadlines, by day. spans: {kind: (first day, last day)}.

    day: today. A fixed number of queries: two, and one for each kind.
    """
    registers = [r for r in registers_for(user) if can(user, Permission.EDIT_RISK, r.organisation)]
    risks, managed = _risks_and_managed(user, registers)
    dues = []
    for kind, span in spans.items() if registers else ():
        rows, on, of = ROWS[kind](user, risks, managed, day)
        dues += [of(row, user) for row in _within(rows, on, span)[:limit]]
    return sorted(dues, key=lambda due: (due.on, due.summary, due.key))


def actions_due_soon(user, registers, day):
    """The actions that due_soon includes, as rows, oldest first.

    registers: those whose risks the person may edit. Each row has `recipient`: another than the
    person where they get it as a risk manager.
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
    return risks_across(user, registers).filter(latest__status__in=Risk.ON_REGISTER), managed


def _within(rows, on, span):
    return rows.filter(**{f"{on}__range": span}).order_by(on, "pk")


def _span_until_soon(kind, day):
    """From the first date there is to the last on which it is due soon."""
    return datetime.date.min, day + datetime.timedelta(SOON[kind])


def _for_recipient(user, rows, managed, owners, risk=""):
    """Those of these rows that the person is reminded of.

    owners: the paths to the posts that may own a row, the nearest first. risk: the path to its
    risk.
    """
    holders = [When(**{f"{owner}__isnull": False}, then=F(f"{owner}__holder")) for owner in owners]
    rows = rows.annotate(recipient=Case(*holders, default=F(f"{risk}raised_by")))
    rows = rows.annotate(is_with_somebody=can_be_worked_on_by("recipient", risk))
    is_mine = Q(recipient=user.pk, is_with_somebody=True)
    is_nobodys = Q(**{f"{risk}register__in": managed}, is_with_somebody=False)
    return rows.filter(is_mine | is_nobodys).select_related(f"{risk}register", f"{risk}latest")


def _reviews(user, risks, managed, day):
    on = "latest__next_review_on"
    return (
        _for_recipient(user, risks, managed, ["latest__owner"]).only(*RISK_WORDS, on),
        on,
        lambda risk, user: _due(ReminderKind.REVIEW, risk, risk, user, on=risk.next_review_on),
    )


def _tolerances(user, risks, managed, day):
    tolerated = risks.filter(latest__response=Risk.Response.TOLERATE)
    on = "latest__tolerated_until"
    return (
        _for_recipient(user, tolerated, managed, ["latest__owner"]).only(*RISK_WORDS, on),
        on,
        lambda risk, user: _due(ReminderKind.TOLERANCE, risk, risk, user, on=risk.tolerated_until),
    )


def _actions(user, risks, managed, day):
    rows = Action.objects.filter(
        latest__status=Action.Status.OPEN, risk__in=risks.order_by().values("pk")
    )
    owners, on = ["latest__owner", "risk__latest__owner"], "latest__due_on"
    rows = _for_recipient(user, rows, managed, owners, "risk__").select_related("latest")
    return (
        rows.only("latest__title", on, *(f"risk__{name}" for name in RISK_WORDS)),
        on,
        lambda action, user: _due(
            ReminderKind.ACTION, action, action.risk, user, on=action.due_on, title=action.title
        ),
    )


def _assurances(user, risks, managed, day):
    """The latest opinion of each risk and line only: a later one replaces an earlier one."""
    latest = Assurance.objects.latest_per("risk", "line", day=day)
    rows = latest.filter(risk__in=risks.order_by().values("pk"))
    owners = ["control__latest__owner", "risk__latest__owner"]
    rows = _for_recipient(user, rows, managed, owners, "risk__")
    rows = rows.only("line", "expires_on", *(f"risk__{name}" for name in RISK_WORDS))
    return (
        rows,
        "expires_on",
        lambda row, user: _due(
            ReminderKind.ASSURANCE, row, row.risk, user, on=row.expires_on, line=row.line
        ),
    )


def _appetites(user, risks, managed, day):
    """The latest statements, for schemes that a register uses.

    For the organisation's risk managers.
    """
    in_use = Register.objects.filter(
        organisation=OuterRef("organisation"), scheme=OuterRef("scheme")
    )
    organisations = {register.organisation_id for register in managed}
    latest = Appetite.objects.latest_per("organisation", "scheme", "category", day=day)
    rows = latest.filter(Exists(in_use), organisation__in=organisations)
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
SUMMARIES = {
    ReminderKind.REVIEW: "Review {}",
    ReminderKind.ACTION: "Action for {}",
    ReminderKind.TOLERANCE: "Tolerance of {} ends",
    ReminderKind.ASSURANCE: "Assurance of {} runs out",
}


def _due(kind, row, risk, user, *, on, title=None, line=None):
    summary = SUMMARIES[kind].format(risk.reference)
    return Deadline(
        kind=kind,
        on=on,
        summary=f"{summary}, {Line(line).label.lower()}"
        if line and not risk.is_exempt
        else summary,
        title="" if risk.is_exempt else title or risk.title,
        path=risk.get_absolute_url(),
        key=f"{kind}-{risk.pk}-{line}" if line else f"{kind}-{row.pk}",
        place=str(risk.register),
        is_exempt=risk.is_exempt,
        is_for_manager=row.recipient != user.pk,
    )


def _appetite(row, registers):
    """The deadline; it links to the first of these registers with that scheme."""
    about = row.get_category_display() or "All categories"
    goes_by_it = (
        r
        for r in registers
        if (r.organisation_id, r.scheme_id) == (row.organisation_id, row.scheme_id)
    )
    return Deadline(
        kind=ReminderKind.APPETITE,
        on=row.review_by,
        summary="Review the appetite",
        title=about,
        path=next(goes_by_it).get_absolute_url(),
        key=f"appetite-{row.organisation_id}-{row.scheme_id}-{row.category or 'all'}",
        place=str(row.organisation),
    )
