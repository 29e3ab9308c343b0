"""Directorates and posts: what a post owns, and whether it can be deleted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, ProtectedError, RestrictedError

from registers.history.errors import InvalidTransition
from registers.history.seals import DELETED
from registers.models import Action, Control, Risk

REASSIGN_FIRST = (
    "This post owns something. Reassign it to another post first, or leave this post vacant"
)
OWNED_EARLIER = (
    "This post owned something earlier, and the history names it. If nobody holds it, leave it "
    "vacant"
)


@dataclass(frozen=True)
class Holdings:
    """What a post owns: counts of risks that are not closed, controls in place and open actions.

    Exempt risks count too, those of archived registers do not.
    """

    risks: int = 0
    controls: int = 0
    actions: int = 0

    def __bool__(self) -> bool:
        return bool(self.risks or self.controls or self.actions)


def normalise_title(title: str) -> str:
    """By which two titles are of one post, or two names of one directorate."""
    return " ".join(title.casefold().split())


def holdings_by_post(posts) -> dict[int, Holdings]:
    """Key of each of these posts -> its Holdings. Three queries."""
    records = _owned_records()
    keys = [post.pk for post in posts]
    counts = {
        name: Counter(
            dict(
                rows.filter(latest__owner__in=keys)
                .order_by()
                .values_list("latest__owner")
                .annotate(Count("pk"))
            )
        )
        for name, rows in records.items()
    }
    return {key: Holdings(**{name: counts[name][key] for name in records}) for key in keys}


def _owned_records():
    """What a post can own, of every organisation, by the name of its count in Holdings."""
    live = Risk.objects.filter(register__archived_on=None).order_by()
    live = live.exclude(latest__status=Risk.Status.CLOSED)
    return {
        "risks": live,
        "controls": Control.objects.filter(latest__status=Control.Status.IN_PLACE, risk__in=live),
        "actions": Action.objects.filter(latest__status=Action.Status.OPEN, risk__in=live),
    }


def holdings_of(post) -> Holdings:
    return holdings_by_post([post])[post.pk]


def vacant_owners(organisation) -> int:
    """How many vacant posts own something. Three queries."""
    vacant = {"latest__owner__organisation": organisation, "latest__owner__holder": None}
    return len(
        {
            key
            for rows in _owned_records().values()
            for key in rows.filter(**vacant).order_by().values_list("latest__owner", flat=True)
        }
    )


@transaction.atomic
def delete_post(post, *, by):
    """Delete a post that never owned anything. Raises InvalidTransition for any other."""
    if holdings_of(post):
        raise InvalidTransition(REASSIGN_FIRST)
    _delete(post, by, OWNED_EARLIER)


@transaction.atomic
def delete_directorate(directorate, *, by):
    """Delete an empty directorate. Raises InvalidTransition where it has posts or registers."""
    _delete(
        directorate,
        by,
        "This directorate has posts or registers, or the history of a risk names it. Move its "
        "posts and registers to another directorate, or rename it",
    )


def _delete(row, by, refusal):
    """Delete a row with its entry; both go back where another row refers to it."""
    try:
        with transaction.atomic():
            row.enter(DELETED, by=by)
            row.delete()
    except (ProtectedError, RestrictedError):
        raise InvalidTransition(refusal) from None
