"""Directorates and posts: what a post owns, and whether it can be deleted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from registers.history.errors import InvalidTransition
from registers.history.seals import DELETED
from registers.models import Action, CommitteeActionRevision, Control, Question, Risk

REASSIGN_FIRST = (
    "This post owns something. Reassign it to another post first, or leave this post vacant"
)
OWNED_EARLIER = (
    "This post owned something earlier, and the history names it. If nobody holds it, leave it "
    "vacant"
)


@dataclass(frozen=True)
class Holdings:
    """What a post owns: counts of risks that are not closed, controls in place, open actions, open
    actions of committees and questions that it is to answer.

    Exempt risks count too, those of archived registers do not.
    """

    risks: int = 0
    controls: int = 0
    actions: int = 0
    committee_actions: int = 0
    questions: int = 0

    def __bool__(self) -> bool:
        return any(vars(self).values())


def normalise_title(title: str) -> str:
    """By which two titles are of one post, or two names of one directorate."""
    return " ".join(title.casefold().split())


def holdings_by_post(posts) -> dict[int, Holdings]:
    """Key of each of these posts -> its Holdings. Five queries."""
    records = _owned_records()
    keys = [post.pk for post in posts]
    counts = {
        name: Counter(rows.filter(**{f"{post}__in": keys}).order_by().values_list(post, flat=True))
        for name, (rows, post) in records.items()
    }
    return {key: Holdings(**{name: counts[name][key] for name in records}) for key in keys}


def _owned_records():
    """Name of a count in Holdings -> (what a post can own, of every organisation; path to it)."""
    live = Risk.objects.filter(register__archived_on=None).order_by()
    live = live.exclude(latest__status=Risk.Status.CLOSED)
    controls = Control.objects.filter(latest__status=Control.Status.IN_PLACE, risk__in=live)
    actions = Action.objects.filter(latest__status=Action.Status.OPEN, risk__in=live)
    return {
        "risks": (live, "latest__owner"),
        "controls": (controls, "latest__owner"),
        "actions": (actions, "latest__owner"),
        "committee_actions": (CommitteeActionRevision.objects.in_force().open(), "post"),
        "questions": (Question.objects.open().with_answering_post(), "answering"),
    }


def holdings_of(post) -> Holdings:
    return holdings_by_post([post])[post.pk]


def vacant_owners(organisation) -> int:
    """How many vacant posts own risks, controls or actions. Five queries."""
    keys = list(organisation.posts.filter(holder=None).order_by().values_list("pk", flat=True))
    return len(
        {
            key
            for name, (rows, post) in _owned_records().items()
            if name != "questions"
            for key in rows.filter(**{f"{post}__in": keys}).order_by().values_list(post, flat=True)
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
