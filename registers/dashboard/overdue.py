"""What is late by post: reviews, and actions with the earliest day that one was first due."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Max, Min

from registers.actions import post_name
from registers.dashboard.section import Section
from registers.models import MissingInformation
from registers.phrases.register import put_off_in_words

SHOWN = 5  # posts

# Key, title and key of its holder; None where nobody is named.
Post = tuple[int | None, str | None, int | None]


@dataclass(frozen=True)
class OverdueByPost:
    """What is late of one post. owner: its key in an address, "none" for nobody.

    first_due: the earliest day that one of its late actions was first due. redated: how often the
    most often re-dated of them was.
    """

    owner: str
    name: str
    reviews: int = 0
    actions: int = 0
    first_due: datetime.date | None = None
    redated: int = 0
    reviews_href: str = ""
    actions_href: str = ""

    @property
    def redated_in_words(self) -> str:
        """ "put off three times", of several "one of them put off three times", "" for none."""
        return put_off_in_words(self.redated, self.actions)


def overdue_by_post(
    reviews: Iterable[tuple[Post, int]],
    actions: Iterable[tuple[Post, int, datetime.date, int]],
    reviews_href: Callable[[str], str],
    actions_href: Callable[[str], str],
) -> list[OverdueByPost]:
    """One row a post, the one with most first.

    reviews: (post, how many are late). actions: (post, how many are late, earliest day first due,
    how often re-dated at most).
    """
    by_post: dict[Post, dict] = {}
    for post, count in reviews:
        by_post.setdefault(post, {})["reviews"] = count
    for post, count, first_due, redated in actions:
        by_post.setdefault(post, {}).update(actions=count, first_due=first_due, redated=redated)
    rows = []
    for (key, title, holder), counts in by_post.items():
        owner = str(key or "none")
        hrefs = {"reviews_href": reviews_href(owner), "actions_href": actions_href(owner)}
        rows.append(OverdueByPost(owner, post_name(key, title, holder), **counts, **hrefs))
    return sorted(rows, key=lambda row: (-row.actions - row.reviews, row.name))


class Overdue(Section):
    """Two queries."""

    template = "dashboard/overdue.html"
    anchor, title = "late", "Overdue, by post"
    indicator = title

    @property
    def is_shown(self) -> bool:
        return super().is_shown and bool(self.rows)

    @cached_property
    def rows(self) -> list[OverdueByPost]:
        return overdue_by_post(
            self._late_reviews(), self._late_actions(), self._reviews_of, self._actions_of
        )

    @property
    def shown(self) -> list[OverdueByPost]:
        return self.rows[:SHOWN]

    @property
    def unlisted(self) -> int:
        """Posts with something late that are not shown."""
        return max(0, len(self.rows) - SHOWN)

    @property
    def reviews(self) -> int:
        return sum(row.reviews for row in self.rows)

    @property
    def actions(self) -> int:
        return sum(row.actions for row in self.rows)

    @property
    def reviews_href(self) -> str:
        return self.data.href(gap=MissingInformation.LATE_REVIEW.value)

    @property
    def actions_href(self) -> str:
        return self.data.links.actions("late")

    def _late_reviews(self):
        rows = self.data.rows.current.missing(
            MissingInformation.LATE_REVIEW, day=self.data.as_of.day
        )
        return [(tuple(post), n) for *post, n in _by_owner(rows).annotate(n=Count("pk"))]

    def _late_actions(self):
        rows = _by_owner(self.data.actions.late(self.data.as_of.day)).annotate(
            n=Count("pk"), first=Min("original_due_on"), redated_at_most=Max("redated")
        )
        return [(tuple(post), n, first, redated) for *post, n, first, redated in rows]

    def _reviews_of(self, owner):
        return self.data.href(gap=MissingInformation.LATE_REVIEW.value, owner=owner)

    def _actions_of(self, owner):
        return self.data.links.actions("late", owner=owner)


def _by_owner(rows):
    return rows.order_by().values_list("owner", "owner__title", "owner__holder")
