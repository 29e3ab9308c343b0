"""The risks that have not come down for a long time, each with what is to be done next."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from django.db.models import F

from registers.actions import times_in_words
from registers.models import Action, Position

SHOWN = 5


@dataclass(frozen=True)
class Next:
    """The open action of a risk that is due first. due_on: None where no day is set; redated: how
    often it moved.
    """

    title: str
    due_on: datetime.date | None
    redated: int

    @property
    def put_off(self) -> str:
        return f"put off {times_in_words(self.redated)}" if self.redated else ""


@dataclass(frozen=True)
class StuckRow:
    """ends: quarter ends running in the highest band; next: None where no action is open."""

    position: Position
    ends: int
    next: Next | None


def first_of_each(rows: Iterable[tuple]) -> dict[int, Next]:
    """rows: (key of a risk, title, due day, how often re-dated), the one due first of each risk
    before its others.
    """
    found: dict[int, Next] = {}
    for risk, *said in rows:
        found.setdefault(risk, Next(*said))
    return found


def next_actions(risks: Iterable[int], actions) -> dict[int, Next]:
    """Key of a risk -> its open action that is due first, of those that have one. actions: of the
    register, as they stood on the day. One query, none for no risk.
    """
    wanted = set(risks)
    if not wanted:
        return {}
    risk = "risk" if actions.model is Action else "record__risk"
    rows = actions.open().filter(**{f"{risk}__in": wanted})
    rows = rows.order_by(F("due_on").asc(nulls_last=True), "pk").values_list(
        risk, "title", "due_on", "redated"
    )
    return first_of_each(rows)


def stuck_rows(
    stuck: Iterable[tuple[int, int, int]], words: Mapping[int, Position], next_of
) -> list[StuckRow]:
    """stuck: (key of the position, number, quarter ends running), the longest first; words: key ->
    position, of the first five at least; next_of: key of a risk -> its Next.
    """
    shown = [(words[pk], ends) for pk, _, ends in islice(stuck, SHOWN)]
    return [StuckRow(position, ends, next_of.get(position.risk_id)) for position, ends in shown]
