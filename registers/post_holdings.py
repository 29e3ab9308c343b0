"""What posts own: risks that are not closed, and their controls in place and open actions."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count

from registers.models import Action, Control, Risk


class PostHoldings:
    """What a post owns.

    risks: a queryset of what the reader may see, of any registers. post: None for any post.
    """

    def __init__(self, risks, post=None):
        live = risks.exclude(latest__status=Risk.Status.CLOSED)
        by_post = {"latest__owner": post} if post else {}
        owned = live.filter(**by_post).select_related("register", "latest")

        def records(model, status):
            rows = model.objects.filter(
                latest__status=status, risk__in=live.order_by().values("pk"), **by_post
            )
            rows = rows.select_related("latest", "risk__latest", "risk__register")
            return rows.order_by("risk__register", "risk__number", "pk")

        self.sets = {
            "risks": owned.order_by("register", "number"),
            "controls": records(Control, Control.Status.IN_PLACE),
            "actions": records(Action, Action.Status.OPEN),
        }


def count_holdings(posts) -> dict[int, Counter]:
    """Key of a post -> how many risks, controls and actions it owns. Three queries.

    Counts all of them, exempt ones included, and names none: for people who give a post to another
    person without seeing what it owns.
    """
    counts: dict[int, Counter] = {post.pk: Counter() for post in posts}
    for name, rows in PostHoldings(Risk.objects.all()).sets.items():
        owners = rows.select_related(None).order_by().filter(latest__owner__in=counts)
        for owner, count in owners.values_list("latest__owner").annotate(count=Count("pk")):
            counts[owner][name] = count
    return counts
