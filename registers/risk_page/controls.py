"""What holds one risk down on a day, who looked, and how a control came to be what it is."""

import datetime
from dataclasses import dataclass, field

from registers.assurance_map import Cell, map_of
from registers.models import Control, ControlRevision, latest_revisions
from registers.models.conditions.assurance import tested_since
from registers.phrases import how_long


@dataclass(frozen=True)
class Held:
    """A control as it stood. age: of its last test, empty if that was on the day itself or never."""

    said: ControlRevision
    day: datetime.date

    @property
    def age(self):
        return how_long(self.said.last_tested_on, self.day) if self.said.last_tested_on else ""

    @property
    def is_untested(self):
        """Never tested, or so long ago that it says little."""
        return self.said.last_tested_on is None or self.said.last_tested_on < tested_since(self.day)


@dataclass(frozen=True)
class Opinion:
    """An opinion that a later one of its line replaced. about: the control as it was called then,
    empty: the risk.
    """

    given: object
    about: str


@dataclass(frozen=True)
class Holding:
    """Everything that stands behind a risk. lines: a Cell and what its opinion is about, for each
    of the four. takes_more: whether something can be added, which a closed risk and a past day do
    not.
    """

    in_place: list[Held] = field(default_factory=list)
    retired: list[Held] = field(default_factory=list)
    lines: list[tuple[Cell, str]] = field(default_factory=list)
    earlier: list[Opinion] = field(default_factory=list)
    takes_more: bool = False

    @property
    def is_assured(self):
        return any(cell.given for cell, _ in self.lines)


def controls_beside(risk, reading):
    """What stood behind the risk on the day read, with the names that posts bear today. Two
    queries.
    """
    if reading.is_future:
        return Holding()
    day, known_by = reading.day, reading.known_by
    said = latest_revisions(Control, [risk.pk], day, known_by)
    titles = {one.record_id: one.title for one in said}
    opinions = list(risk.assurances.as_at(day, known_by).order_by("-effective_on", "-pk"))
    cells = map_of([risk.pk], opinions, day)[risk.pk]
    latest = {cell.given.pk for cell in cells if cell.given}
    return Holding(
        in_place=[Held(one, day) for one in said if one.status == Control.Status.IN_PLACE],
        retired=[Held(one, day) for one in said if one.status == Control.Status.RETIRED],
        lines=[(cell, titles.get(cell.given and cell.given.control_id, "")) for cell in cells],
        earlier=[
            Opinion(one, titles.get(one.control_id, "")) for one in opinions if one.pk not in latest
        ],
        takes_more=reading.is_today and risk.status != risk.Status.CLOSED,
    )


def control_story(control):
    """Its revisions, newest first, each with what it changed, `revision.changes`, and what that
    was, in a word or two: `revision.told`.
    """
    revisions = list(control.revisions.select_related("by", "owner").order_by("number"))
    for earlier, revision in zip([None, *revisions], revisions, strict=False):
        revision.changes = revision.changes_since(earlier) if earlier else []
        revision.told = told_of(earlier, revision)
    return revisions[::-1]


def told_of(earlier, revision):
    """What a revision of a control did, in a word or two. earlier: the one before it, None for the
    first; revision.changes: what it changed.
    """
    if earlier is None:
        return "added"
    names = {change.name for change in revision.changes}
    if "status" in names:
        return "taken out of use" if revision.status == Control.Status.RETIRED else "in use again"
    if "last_tested_on" in names:
        return "tested"
    return "changed" if names else "looked at, nothing changed"
