"""What is done to many records at once is chosen from these: risks whose review is due, and what a
post owns.
"""

import datetime

from django.db.models import Case, When

from registers.models import Action, Control, Risk
from registers.quality.data import load_context, load_risks

DUE_SOON = 14  # days before a review is due from which it is offered: a meeting looks at a fortnight's reviews at once


def due_for_review(risks, reader, day):
    """Those of these risks on the register whose review is late or due within DUE_SOON days: the
    reader's own posts' first, then the one due longest ago. risks: a queryset of what the reader
    may see.
    """
    by_then = day + datetime.timedelta(days=DUE_SOON)
    due = risks.filter(status__in=Risk.ON_REGISTER, next_review_on__lte=by_then)
    own_first = Case(When(owner__holder=reader, then=0), default=1)
    return with_headings(due).order_by(own_first, "next_review_on", "number")


def with_headings(risks):
    """What a choice among them says of each; two queries for any number of schemes."""
    texts = ("cause", "event", "consequence", "notes", "current__rationale", "current__evidence")
    return (
        risks.select_related("owner", "current").prefetch_related("current__scheme").defer(*texts)
    )


def ask_outside_first(register, risks, day):
    """The keys of those of these risks whose review has to say who outside was asked: each is
    reviewed by itself. Eight queries.
    """
    context = load_context(register, day)
    return {
        row.pk
        for row in load_risks(register, risks, day)
        if context.is_above_tolerance_twice_running(row)
    }


class Owned:
    """What a post owns that is not over: risks that are not closed, controls in place and open
    actions beside them. risks: a queryset of what the reader may see, of whatever registers; post:
    None asks for any post's.
    """

    def __init__(self, risks, post=None):
        live = risks.exclude(status=Risk.Status.CLOSED)
        among = {"risk__in": live.order_by().values("pk")}
        own = {"owner": post} if post else {}
        beside = ("risk", "risk__register")
        self.sets = {
            "risks": live.filter(**own).select_related("register").order_by("register", "number"),
            "controls": Control.objects.filter(status=Control.Status.IN_PLACE, **among, **own)
            .select_related(*beside)
            .order_by("risk__register", "risk__number", "pk"),
            "actions": Action.objects.open()
            .filter(**among, **own)
            .select_related(*beside)
            .order_by("risk__register", "risk__number", "pk"),
        }
