"""The records that a bulk change offers: risks whose review is due, and what a post owns."""

import datetime

from django.db.models import Case, When

from registers.models import Action, Control, Risk

# Days before a review is due from which it is offered: a meeting looks at a fortnight's reviews.
DUE_SOON = 14


def due_for_review(risks, reader, day):
    """Risks on the register whose review is late or due within DUE_SOON days.

    Those of the reader's posts come first, then those due longest ago. risks: a queryset of what
    the reader may see.
    """
    by_then = day + datetime.timedelta(days=DUE_SOON)
    due = risks.filter(latest__status__in=Risk.ON_REGISTER, latest__next_review_on__lte=by_then)
    own_first = Case(When(latest__owner__holder=reader, then=0), default=1)
    return with_headings(due).order_by(own_first, "latest__next_review_on", "number")


def with_headings(risks):
    """With what the form shows of each risk. Two queries for any number of schemes."""
    texts = (f"latest__{name}" for name in ("cause", "event", "consequence", "notes"))
    rows = risks.select_related("latest__owner", "current").prefetch_related("current__scheme")
    return rows.defer(*texts, "current__rationale", "current__evidence")


class PostHoldings:
    """What a post owns: risks that are not closed, and their controls in place and open actions.

    risks: a queryset of what the reader may see, of any registers. post: None for any post.
    """

    def __init__(self, risks, post=None):
        live = risks.exclude(latest__status=Risk.Status.CLOSED)
        of_risks = {"risk__in": live.order_by().values("pk")}
        by_post = {"latest__owner": post} if post else {}
        related = ("latest", "risk__latest", "risk__register")
        self.sets = {
            "risks": live.filter(**by_post)
            .select_related("register", "latest")
            .order_by("register", "number"),
            "controls": Control.objects.filter(
                latest__status=Control.Status.IN_PLACE, **of_risks, **by_post
            )
            .select_related(*related)
            .order_by("risk__register", "risk__number", "pk"),
            "actions": Action.objects.filter(
                latest__status=Action.Status.OPEN, **of_risks, **by_post
            )
            .select_related(*related)
            .order_by("risk__register", "risk__number", "pk"),
        }
