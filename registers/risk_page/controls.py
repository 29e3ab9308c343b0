"""The controls and assurance opinions of one risk on a day, and how a control changed."""

import datetime
from dataclasses import dataclass, field

from registers.assurance_map import AssuranceCell, build_assurance_map
from registers.models import Assurance, Control, ControlRevision, latest_revisions
from registers.models.conditions import tested_since
from registers.phrases.numbers import duration_in_words


@dataclass(frozen=True)
class ControlOnDay:
    """A control as its latest revision by the day describes it."""

    revision: ControlRevision
    day: datetime.date

    @property
    def age(self):
        """Time since the last test, in words; empty on the day of the test or without one."""
        tested_on = self.revision.last_tested_on
        return duration_in_words(tested_on, self.day) if tested_on else ""

    @property
    def is_untested(self):
        """Never tested, or not in the last twelve months."""
        tested_on = self.revision.last_tested_on
        return tested_on is None or tested_on < tested_since(self.day)


@dataclass(frozen=True)
class EarlierOpinion:
    """An opinion that a later one of the same line replaced.

    control_title: of the control that it is about, "" where it is about the whole risk.
    """

    assurance: Assurance
    control_title: str


@dataclass(frozen=True)
class RiskControls:
    """The controls of a risk, and the opinions on it.

    lines: for each of the four lines, its cell and the title of the control that the opinion is
    about. takes_more: whether a control or an opinion can be added, which is so today unless the
    risk is closed.
    """

    in_place: list[ControlOnDay] = field(default_factory=list)
    retired: list[ControlOnDay] = field(default_factory=list)
    lines: list[tuple[AssuranceCell, str]] = field(default_factory=list)
    earlier: list[EarlierOpinion] = field(default_factory=list)
    takes_more: bool = False

    @property
    def is_assured(self):
        return any(cell.opinion for cell, _ in self.lines)


def controls_of(risk, as_of):
    """The controls and opinions on the day read. Posts bear today's names. Two queries."""
    if as_of.is_future:
        return RiskControls()
    day, recorded_by = as_of.day, as_of.recorded_by
    revisions = latest_revisions(Control, [risk.pk], day, recorded_by)
    titles = {revision.record_id: revision.title for revision in revisions}
    opinions = list(risk.assurances.as_at(day, recorded_by).order_by("-effective_on", "-pk"))
    cells = build_assurance_map([risk.pk], opinions, day)[risk.pk]
    latest = {cell.opinion.pk for cell in cells if cell.opinion}

    def with_status(status):
        return [ControlOnDay(revision, day) for revision in revisions if revision.status == status]

    return RiskControls(
        in_place=with_status(Control.Status.IN_PLACE),
        retired=with_status(Control.Status.RETIRED),
        lines=[(cell, titles.get(cell.opinion and cell.opinion.control_id, "")) for cell in cells],
        earlier=[
            EarlierOpinion(opinion, titles.get(opinion.control_id, ""))
            for opinion in opinions
            if opinion.pk not in latest
        ],
        takes_more=as_of.is_today and risk.status != risk.Status.CLOSED,
    )


def control_history(control):
    """The revisions of a control, newest first.

    Each also has `changes`, field by field, and `event`: what it did, in a few words.
    """
    revisions = list(control.revisions.select_related("by", "owner").order_by("number"))
    for earlier, revision in zip([None, *revisions], revisions, strict=False):
        revision.changes = revision.changes_since(earlier) if earlier else []
        revision.event = describe_revision(earlier, revision)
    return revisions[::-1]


def describe_revision(earlier, revision):
    """What a revision of a control did, in a few words.

    earlier: the revision before it, None for the first. Reads `revision.changes`.
    """
    if earlier is None:
        return "added"
    names = {change.name for change in revision.changes}
    if "status" in names:
        return "retired" if revision.status == Control.Status.RETIRED else "back in place"
    if "last_tested_on" in names:
        return "tested"
    return "changed" if names else "checked, nothing changed"
