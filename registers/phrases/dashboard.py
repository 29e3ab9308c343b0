"""The sentences of a dashboard: figures in, words out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from registers.models.position_queries import STUCK
from registers.phrases.numbers import (
    figures,
    join_names,
    join_with_and,
    join_with_or,
    more_or_fewer,
    number_in_words,
    number_to_begin,
    quarter_ends_in_words,
    quarter_ends_running,
)

LONGEST_NAMED = 2  # stuck risks that a sentence names
FEW = 3  # other risks that are named, where there are no more


@dataclass(frozen=True)
class AboveCount:
    """Risks above tolerance: count of total, in the bands that `bands` names.

    previous: how many on the day `since`, None where that is not compared with.
    """

    count: int
    total: int
    bands: str
    previous: int | None
    since: datetime.date


@dataclass(frozen=True)
class BandChanges:
    """How many risks went up a band or more, or down.

    phrases: of some of them, reference and band; of all where they are few.
    """

    count: int
    phrases: Sequence[str] = ()


# At the top


def above_tolerance_sentence(above: AboveCount) -> str:
    """ "Four of 31 risks are above tolerance (Severe), one more than on 30 June 2026." """
    if above.total != 1:
        clause = ngettext(
            "%(count)s of %(total)s risks is above tolerance (%(bands)s)",
            "%(count)s of %(total)s risks are above tolerance (%(bands)s)",
            above.count,
        )
    elif above.count:
        clause = gettext("The one risk is above tolerance (%(bands)s)")
    else:
        clause = gettext("The one risk is not above tolerance (%(bands)s)")
    clauses = [
        clause
        % {
            "count": number_to_begin(above.count),
            "total": figures(above.total),
            "bands": above.bands,
        }
    ]
    if above.previous is not None:
        clauses.append(more_or_fewer(above.count - above.previous, above.since))
    return f"{', '.join(clauses)}."


def to_band(reference: str, band: str) -> str:
    """ "A-1 to High" """
    return gettext("%(risk)s to %(band)s") % {"risk": reference, "band": band}


def movement_sentence(
    since: datetime.date, up: BandChanges, down: BandChanges, unexplained: Sequence[str]
) -> str:
    """unexplained: references of those that went down, and nothing on record says why."""
    day = date_format(since, "j F Y")
    if not up.count and not down.count:
        return gettext("Since %(day)s no risk has gone up or down a band.") % {"day": day}
    went_up = ngettext("%(count)s went up", "%(count)s went up", up.count)
    went_down = ngettext("%(count)s went down", "%(count)s went down", down.count)
    sentence = gettext("Since %(day)s %(up)s and %(down)s.") % {
        "day": day,
        "up": _with_risks(went_up, up),
        "down": _with_risks(went_down, down),
    }
    return f"{sentence} {_unexplained_sentence(unexplained)}" if unexplained else sentence


def _with_risks(clause: str, changes: BandChanges) -> str:
    words = clause % {"count": number_in_words(changes.count)}
    if not 0 < changes.count <= FEW:
        return words
    return f"{words} ({join_names(changes.phrases)})"


def _unexplained_sentence(references: Sequence[str]) -> str:
    n = len(references)
    if n <= FEW:
        sentence = ngettext(
            "Nothing on record says why %(risks)s fell.",
            "Nothing on record says why %(risks)s fell.",
            n,
        )
    else:
        sentence = ngettext(
            "Nothing on record says why %(count)s of them fell.",
            "Nothing on record says why %(count)s of them fell.",
            n,
        )
    return sentence % {"risks": join_names(references), "count": number_in_words(n)}


def came_true_sentence(references: Sequence[str]) -> str:
    """Of one risk at least."""
    n = len(references)
    clause = ngettext("%(count)s has come true", "%(count)s have come true", n)
    words = clause % {"count": number_to_begin(n)}
    return f"{words}: {join_names(references)}." if n <= FEW else f"{words}."


def unrated_sentence(n: int) -> str:
    sentence = ngettext("%(count)s has no current rating.", "%(count)s have no current rating.", n)
    return sentence % {"count": number_to_begin(n)}


def other_scheme_sentence(n: int) -> str:
    sentence = ngettext(
        "%(count)s has to be re-assessed by this scheme.",
        "%(count)s have to be re-assessed by this scheme.",
        n,
    )
    return sentence % {"count": number_to_begin(n)}


def empty_sentence(unfiltered_total: int) -> str:
    """Of a page without a risk. unfiltered_total: how many there are where it is not narrowed."""
    if not unfiltered_total:
        return gettext("No risks stood on this register on that day.")
    sentence = ngettext(
        "The one risk on this register does not fit.",
        "None of the %(count)s risks fits.",
        unfiltered_total,
    )
    return sentence % {"count": figures(unfiltered_total)}


def scheme_then_sentence(since: datetime.date, scheme: str) -> str:
    """scheme: the one in force on the day compared with, which is another than on the day read."""
    sentence = gettext(
        "On %(day)s the register was scored by %(scheme)s. Bands by two schemes are not compared."
    )
    return sentence % {"day": date_format(since, "j F Y"), "scheme": scheme}


def stuck_sentence(
    band: str, stuck: Sequence[tuple[str, int]], rated: int, *, is_scheme_newer: bool = False
) -> str:
    """band: the highest. stuck: (reference, quarter ends in it running), the longest first.

    rated: how many risks are in that band at all, also those for less long. is_scheme_newer: the
    scheme has been in force for less long than it takes.
    """
    if not rated:
        return gettext("No risk is %(band)s.") % {"band": band}
    if not stuck:
        sentence = (
            gettext(
                "No risk can have been %(band)s at %(quarter_ends)s: the scheme is newer than that."
            )
            if is_scheme_newer
            else gettext("No risk has been %(band)s at %(quarter_ends)s.")
        )
        return sentence % {"band": band, "quarter_ends": quarter_ends_running(STUCK)}
    reference, most = stuck[0]
    if len(stuck) == 1:
        sentence = gettext("%(risk)s has been %(band)s at the last %(quarter_ends)s.")
        quarter_ends = quarter_ends_in_words(most)
        return sentence % {"risk": reference, "band": band, "quarter_ends": quarter_ends}
    clause = ngettext(
        "%(count)s has been %(band)s at %(quarter_ends)s or more",
        "%(count)s have been %(band)s at %(quarter_ends)s or more",
        len(stuck),
    ) % {
        "count": number_to_begin(len(stuck)),
        "band": band,
        "quarter_ends": quarter_ends_running(STUCK),
    }
    longest = _longest_clause(stuck, most)
    return f"{clause}, {longest}." if longest else f"{clause}."


def _longest_clause(stuck: Sequence[tuple[str, int]], most: int) -> str:
    """Which have been stuck the longest; "" of two that both have been as long as it takes."""
    longest = [reference for reference, count in stuck if count == most]
    if len(longest) == len(stuck):
        if len(stuck) > 2:
            clause = gettext("all at %(quarter_ends)s")
        else:
            clause = gettext("both at %(quarter_ends)s") if most > STUCK else ""
        return clause % {"quarter_ends": number_in_words(most)} if clause else ""
    if len(longest) <= LONGEST_NAMED:
        clause = gettext("%(risks)s the longest, at %(quarter_ends)s")
    else:
        clause = gettext("%(count)s of them the longest, at %(quarter_ends)s")
    return clause % {
        "risks": join_names(longest),
        "count": number_in_words(len(longest)),
        "quarter_ends": number_in_words(most),
    }


# Over time


def scored_until_sentence(earlier: Mapping[datetime.date, str], scheme: str) -> str:
    """earlier: the day on which each scheme was followed -> its name. scheme: the last one."""
    clauses = [
        gettext("by %(scheme)s until %(day)s") % {"scheme": name, "day": date_format(day, "j F Y")}
        for day, name in earlier.items()
    ]
    sentence = gettext("Scored %(earlier)s, then by %(scheme)s.")
    return sentence % {"earlier": ", ".join(clauses), "scheme": scheme}


# What moved


def tolerance_then(bands: str) -> str:
    """bands: which were above tolerance on the day compared with."""
    return gettext("What is tolerated was another then: above it was %(bands)s.") % {"bands": bands}


def movement_counts_sentence(
    since: str, previous: int, total: int, counts: Mapping[str, int]
) -> str:
    """since: the day in words. previous, total: risks then and now.

    counts: by "new", "up", "down", "scored", "rated-otherwise", "left" and "unchanged".
    """
    new, up, down = counts["new"], counts["up"], counts["down"]
    scored, left, unchanged = counts["scored"], counts["left"], counts["unchanged"]
    rated_otherwise = counts["rated-otherwise"]
    seldom = [
        (
            scored,
            ngettext(
                "%(count)s rated for the first time", "%(count)s rated for the first time", scored
            ),
        ),
        (
            rated_otherwise,
            ngettext(
                "%(count)s rated by another scheme and not compared",
                "%(count)s rated by another scheme and not compared",
                rated_otherwise,
            ),
        ),
    ]
    clauses = [
        (new, ngettext("%(count)s new", "%(count)s new", new)),
        (up, ngettext("%(count)s up a band or more", "%(count)s up a band or more", up)),
        (down, ngettext("%(count)s down", "%(count)s down", down)),
        *((n, clause) for n, clause in seldom if n),
        (left, ngettext("%(count)s closed or taken off", "%(count)s closed or taken off", left)),
        (unchanged, ngettext("%(count)s unchanged", "%(count)s unchanged", unchanged)),
    ]
    changes = ", ".join(clause % {"count": number_in_words(n)} for n, clause in clauses)
    sentence = gettext("Since %(day)s: %(changes)s. Risks then: %(previous)s, now: %(total)s.")
    return sentence % {
        "day": since,
        "changes": changes,
        "previous": figures(previous),
        "total": figures(total),
    }


def fit_sentences(entered: int, left: int) -> list[str]:
    """entered: risks of both days that fit now alone; left: those that fitted then alone."""
    clauses = []
    if entered:
        clause = ngettext(
            "%(count)s of them fits now and did not then",
            "%(count)s of them fit now and did not then",
            entered,
        )
        clauses.append(clause % {"count": number_in_words(entered)})
    if left:
        clause = ngettext(
            "%(count)s fitted then and does not now", "%(count)s fitted then and do not now", left
        )
        clauses.append(clause % {"count": number_in_words(left)})
    return [f"{capfirst(join_names(clauses))}."] if clauses else []


def arrow_in_words(count: int, likelihood: int, impact: int) -> str:
    """ "2 from a lower likelihood and a higher impact"

    likelihood, impact: 1 where it was lower before, -1 where higher, 0 where the same.
    """
    likelihoods = {1: gettext("a lower likelihood"), -1: gettext("a higher likelihood")}
    impacts = {1: gettext("a lower impact"), -1: gettext("a higher impact")}
    sides = [likelihoods.get(likelihood), impacts.get(impact)]
    clause = ngettext("%(count)s from %(sides)s", "%(count)s from %(sides)s", count)
    return clause % {"count": count, "sides": join_names([side for side in sides if side])}


# Sections


def band_since_in_words(since: datetime.date, quarter_ends: int) -> str:
    """ "since March 2024, eight quarter ends" """
    clause = gettext("since %(month)s") % {"month": date_format(since, "F Y")}
    return f"{clause}, {quarter_ends_in_words(quarter_ends)}" if quarter_ends else clause


def highest_band_running(quarter_ends: int) -> str:
    words = gettext("the highest band at %(quarter_ends)s")
    return words % {"quarter_ends": quarter_ends_running(quarter_ends)}


def most_often_sentence(labels: Sequence[str], most: int, total: int) -> str:
    """Which of several kinds most risks are of."""
    sentence = ngettext(
        "Most often %(labels)s: %(most)s of %(total)s.",
        "Most often %(labels)s: %(most)s of %(total)s each.",
        len(labels),
    )
    return sentence % {"labels": join_with_and(labels), "most": most, "total": total}


def without_sentence(n: int) -> str:
    """How many risks are of no kind."""
    sentence = ngettext("%(count)s has none.", "%(count)s have none.", n)
    return sentence % {"count": number_to_begin(n)}


def types_sentence(totals: Mapping[str, int], total: int) -> str:
    """totals: name of a type -> how many risks; the last is of those without a type."""
    largest = max(totals.values())
    if not largest:
        return gettext("No risks.")
    most = [name for name, n in totals.items() if n == largest]
    empty = [name for name, n in [*totals.items()][:-1] if not n]
    sentence = ngettext(
        "The most common type is %(types)s: %(largest)s of %(total)s.",
        "The most common types are %(types)s: %(largest)s of %(total)s each.",
        len(most),
    ) % {"types": join_with_and(most), "largest": largest, "total": total}
    if not empty:
        return sentence
    nothing = gettext("Nothing is recorded as %(types)s.") % {"types": join_with_or(empty)}
    return f"{sentence} {nothing}"


def independent_ratings_sentence(
    rated: int, differing: int, *, is_scheme_newer: bool = False
) -> str:
    """rated: risks that somebody from outside rated; differing: those in another band than ours.

    is_scheme_newer: another scheme was in force before, whose ratings are not counted.
    """
    if not rated and is_scheme_newer:
        return gettext("Nobody from outside has rated any of these risks by this scheme.")
    if not rated:
        return gettext("Nobody from outside has rated any of these risks.")
    if not differing:
        sentence = ngettext(
            "%(count)s of these risks has been rated from outside: as we rate it.",
            "%(count)s of these risks have been rated from outside: as we rate them.",
            rated,
        )
        return sentence % {"count": number_to_begin(rated)}
    clause = ngettext(
        "%(count)s of these risks has been rated from outside, and otherwise than by us",
        "%(count)s of these risks have been rated from outside",
        rated,
    )
    clauses = [clause % {"count": number_to_begin(rated)}]
    if rated > 1:
        clause = ngettext(
            "%(count)s of them otherwise than by us",
            "%(count)s of them otherwise than by us",
            differing,
        )
        clauses.append(clause % {"count": number_in_words(differing)})
    return f"{', '.join(clauses)}."


def reversals_sentence(count: int, ordered: int) -> str:
    """ordered: pairs of risks that differ in score; count: those that ranges could turn round."""
    if not ordered:
        return gettext("No two risks differ in score.")
    clause = ngettext(
        "The scores put %(count)s pair of risks in order",
        "The scores put %(count)s pairs of risks in order",
        ordered,
    ) % {"count": figures(ordered)}
    if not count:
        none = gettext("and no range that was given would turn any of them round.")
        return f"{clause}, {none}"
    reversed_clause = ngettext(
        "%(count)s of them could be the other way round within the ranges that were given.",
        "%(count)s of them could be the other way round within the ranges that were given.",
        count,
    ) % {"count": number_in_words(count)}
    return f"{clause}; {reversed_clause}"


def tier_in_words(number: int) -> str:
    """ "1, the highest", "2" """
    return gettext("%(tier)s, the highest") % {"tier": number} if number == 1 else str(number)
