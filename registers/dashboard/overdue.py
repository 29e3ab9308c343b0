"""Who is late, post by post: reviews, and actions with the earliest day that one was due at first."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Max, Min

from registers.actions import post_name, times_in_words
from registers.models import Gap

SHOWN = 8  # posts on a dashboard

Post = tuple[
    int | None, str | None, int | None
]  # key, title and key of its holder; None where nobody is named


@dataclass(frozen=True)
class LateLine:
    """What is late of one post. owner: its key in an address, "none" for nobody; first_due: the
    earliest day that one of its late actions was ever due; redated: how often the most often
    re-dated of them was put off.
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
    def put_off(self) -> str:
        """ "put off three times", of several "one of them put off three times", "" where none was."""
        whose = "one of them " if self.actions > 1 else ""
        return f"{whose}put off {times_in_words(self.redated)}" if self.redated else ""


def late_lines(
    reviews: Iterable[tuple[Post, int]],
    actions: Iterable[tuple[Post, int, datetime.date, int]],
    reviews_href: Callable[[str], str],
    actions_href: Callable[[str], str],
) -> list[LateLine]:
    """reviews: (post, how many are late); actions: (post, how many are late, first day due of all
    of them, how often re-dated at most). One line a post, whoever has most first.
    """
    found: dict[Post, dict] = {}
    for post, count in reviews:
        found.setdefault(post, {})["reviews"] = count
    for post, count, first_due, redated in actions:
        found.setdefault(post, {}).update(actions=count, first_due=first_due, redated=redated)
    lines = []
    for (key, title, holder), said in found.items():
        owner = str(key or "none")
        hrefs = {"reviews_href": reviews_href(owner), "actions_href": actions_href(owner)}
        lines.append(LateLine(owner, post_name(key, title, holder), **said, **hrefs))
    return sorted(lines, key=lambda line: (-line.actions - line.reviews, line.name))


class Late:
    """positions: as read, on the register; actions: of them, as they stood that day; day: that day;
    links: Links of the page. Two queries.
    """

    def __init__(self, positions, actions, day, links):
        self._positions, self._actions, self._day, self._links = positions, actions, day, links

    @cached_property
    def lines(self) -> list[LateLine]:
        return late_lines(*self._read(), self._to_reviews, self._to_actions)

    @property
    def shown(self) -> list[LateLine]:
        return self.lines[:SHOWN]

    @property
    def others(self) -> int:
        """Posts with something late that are not shown."""
        return max(0, len(self.lines) - SHOWN)

    @property
    def reviews(self) -> int:
        return sum(line.reviews for line in self.lines)

    @property
    def actions(self) -> int:
        return sum(line.actions for line in self.lines)

    @property
    def reviews_href(self) -> str:
        return self._links.risks(gap=Gap.LATE_REVIEW.value)

    @property
    def actions_href(self) -> str:
        return self._links.actions("late")

    def _read(self):
        fields = ("owner", "owner__title", "owner__holder")
        rows = (
            self._positions.missing(Gap.LATE_REVIEW, day=self._day).order_by().values_list(*fields)
        )
        reviews = [(post, n) for *post, n in rows.annotate(n=Count("pk"))]
        said = {
            "n": Count("pk"),
            "first": Min("original_due_on"),
            "redated_at_most": Max("redated"),
        }
        rows = self._actions.late(self._day).order_by().values_list(*fields).annotate(**said)
        actions = [(post, n, first, redated) for *post, n, first, redated in rows]
        return [(tuple(post), n) for post, n in reviews], [
            (tuple(post), *rest) for post, *rest in actions
        ]

    def _to_reviews(self, owner):
        return self._links.risks(gap=Gap.LATE_REVIEW.value, owner=owner)

    def _to_actions(self, owner):
        return self._links.actions("late", owner=owner)
