"""The risks above tolerance: since when, what is done about each, and whom beyond those who run it
nobody has asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count
from django.utils.formats import date_format

from registers.dashboard.persistent import Next
from registers.dates import quarter_ends_between
from registers.models import Assured, Position, Risk
from registers.phrases import number_in_words
from registers.rating_sparkline import CompactSparkline
from registers.scoring import ABOVE_TOLERANCE

NAMED = 10
UNSEEN = {  # after a number: of one, and of several
    Assured.FIRST_LINE: (
        "rests on line 1 alone: those who run it",
        "rest on line 1 alone: those who run them",
    ),
    Assured.EXPIRED: (
        "has only opinions that have run out",
        "have only opinions that have run out",
    ),
    Assured.NONE: ("has no assurance at all", "have no assurance at all"),
}


@dataclass(frozen=True)
class AboveRow:
    position: Position
    ends: int  # quarter ends in this band running
    course: CompactSparkline
    next: Next | None = None  # None where no action is open

    @property
    def since(self) -> str:
        """ "since March 2024, eight quarter ends" """
        said = f"since {date_format(self.position.band_since, 'F Y')}"
        if not self.ends:
            return said
        return f"{said}, {number_in_words(self.ends)} quarter end{'' if self.ends == 1 else 's'}"

    @property
    def lacks_an_action(self) -> bool:
        """Whether something is to be done by what was decided, or nothing is decided, and no action
        is open.
        """
        return not self.next and self.position.revision.response in ("", Risk.Response.TREAT)

    @property
    def answer(self) -> str:
        """What is done about it where the next action does not say it, in words; "" where it does."""
        revision = self.position.revision
        if revision.response == Risk.Response.TREAT and self.next:
            return ""
        if not revision.response:
            return "Not decided yet"
        said = revision.get_response_display().partition(":")[0]
        if revision.response == Risk.Response.TOLERATE and revision.tolerated_until:
            return f"{said} until {date_format(revision.tolerated_until, 'j F Y')}"
        return said


class StandingAbove:
    """above: positions above tolerance as read; reading: the day; href: filters -> the address of
    the list. Two queries.
    """

    def __init__(self, above, reading, href):
        self._above, self._reading, self._href = above, reading, href

    @cached_property
    def keys(self) -> list[int]:
        """Of the positions that are named: the ten with the highest score."""
        return list(self._above.order_by("-score", "number").values_list("pk", flat=True)[:NAMED])

    def rows(
        self, words: Mapping[int, Position], courses: Mapping[int, CompactSparkline], next_of
    ) -> list[AboveRow]:
        """words: key -> position, of all of `keys` at least; courses: key of a risk -> its course;
        next_of: the same -> its Next.
        """

        def row(position):
            ends = quarter_ends_between(position.band_since, self._reading.day)
            return AboveRow(
                position, ends, courses[position.risk_id], next_of.get(position.risk_id)
            )

        return [row(words[pk]) for pk in self.keys]

    @cached_property
    def unseen(self) -> list[tuple[int, str, str]]:
        """(how many, what is wanting in words, the list's address) of what they lack in assurance,
        if anything.
        """
        day, known_by = self._reading.day, self._reading.known_by
        wanted = {one.name: Count("pk", filter=one.on(day, known_by)) for one in UNSEEN}
        counts = self._above.order_by().aggregate(**wanted)
        return [
            (n, words[n > 1], self._href(band=ABOVE_TOLERANCE, assurance=one.value))
            for one, words in UNSEEN.items()
            if (n := counts[one.name])
        ]
