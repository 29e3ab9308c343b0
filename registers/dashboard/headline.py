"""The sentences at the top of a dashboard. Pure: figures in, words out; nothing is said that was
not counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from registers.models.position import STUCK
from registers.phrases import join_names, more_or_fewer, number_in_words

NAMED = 2  # stuck risks that a sentence names
FEW = 3  # others that are named where there are no more


@dataclass(frozen=True)
class Above:
    """Risks above tolerance: count of total, in the bands that `words` names; then: how many on the
    day `since`, None where that is not compared with.
    """

    count: int
    total: int
    words: str
    then: int | None
    since: datetime.date


@dataclass(frozen=True)
class Went:
    """How many risks went up a band or more, or down, and of some of them which one and to what
    band: of all where they are few.
    """

    count: int
    named: Sequence[str] = ()


def above_said(above: Above) -> str:
    """ "Four of 31 risks are above tolerance (Severe), one more than on 30 June 2026." """
    if above.total == 1:
        said = f"The one risk is {'' if above.count else 'not '}above tolerance ({above.words})"
    else:
        verb = "is" if above.count == 1 else "are"
        said = f"{number_in_words(above.count).capitalize()} of {above.total:,} risks {verb} above tolerance ({above.words})"
    if above.then is None:
        return f"{said}."
    return f"{said}, {more_or_fewer(above.count - above.then)} {date_format(above.since, 'j F Y')}."


def moved_said(since: datetime.date, up: Went, down: Went, unexplained: Sequence[str]) -> str:
    """Which changed band since a day. unexplained: references of those that went down and nothing
    on record says why, as far as they are named.
    """
    day = date_format(since, "j F Y")
    if not up.count and not down.count:
        return f"Since {day} no risk has gone up or down a band."
    said = f"Since {day} {_went(up, 'up')} and {_went(down, 'down')}."
    if not unexplained:
        return said
    which = (
        join_names([*unexplained])
        if len(unexplained) <= FEW
        else f"{number_in_words(len(unexplained))} of them"
    )
    return f"{said} Nothing on record says why {which} fell."


def _went(went: Went, way: str) -> str:
    named = f" ({join_names([*went.named])})" if 0 < went.count <= FEW else ""
    return f"{number_in_words(went.count)} went {way}{named}"


def came_true_said(references: Sequence[str]) -> str:
    """Of the risks that have come true, one at least."""
    count = len(references)
    named = f": {join_names([*references])}" if count <= FEW else ""
    return (
        f"{number_in_words(count).capitalize()} {'has' if count == 1 else 'have'} come true{named}."
    )


def nothing_said(whole: int) -> str:
    """Of a page without a risk. whole: how many risks there are where it is not narrowed."""
    if not whole:
        return "No risks stood on this register on that day."
    return (
        "The one risk on this register does not fit."
        if whole == 1
        else f"None of the {whole:,} risks fits."
    )


def came_and_went_said(came: int, went: int) -> list[str]:
    """Of a narrowed page. came: risks of both days that fit now alone; went: those that fitted then
    alone.
    """
    found = []
    if came:
        others = (
            "one of them fits now and did not then"
            if came == 1
            else f"{number_in_words(came)} of them fit now and did not then"
        )
        found.append(others)
    if went:
        found.append(
            f"{number_in_words(went)} fitted then and {'does' if went == 1 else 'do'} not now"
        )
    return [f"{' and '.join(found).capitalize()}."] if found else []


def stuck_said(band: str, stuck: Sequence[tuple[str, int]], rated: int) -> str:
    """What has not come down. band: the highest; stuck: (reference, quarter ends in it running),
    the longest first, of all that are stuck; rated: how many are in that band at all, the rest of
    them for less long.
    """
    ends = f"{number_in_words(STUCK)} quarter ends running"
    if not rated:
        return f"No risk is {band}."
    if not stuck:
        return f"No risk has been {band} at {ends}."
    if len(stuck) == 1:
        (reference, count), *_ = stuck
        return f"{reference} has been {band} at the last {number_in_words(count)} quarter ends."
    longest = [reference for reference, count in stuck if count == stuck[0][1]]
    named = (
        " and ".join(longest)
        if len(longest) <= NAMED
        else f"{number_in_words(len(longest))} of them"
    )
    said = f"{number_in_words(len(stuck)).capitalize()} have been {band} at {ends} or more"
    if len(longest) == len(stuck):
        named = (
            "both" if len(stuck) == 2 and stuck[0][1] > STUCK else "all" if len(stuck) > 2 else ""
        )
        return f"{said}, {named} at {number_in_words(stuck[0][1])}." if named else f"{said}."
    return f"{said}, {named} the longest, at {number_in_words(stuck[0][1])}."
