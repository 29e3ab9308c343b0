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
    quarter_ends_running,
    quarters_in_words,
)

LONGEST_NAMED = 2  # stuck risks that a sentence names
FEW = 3  # risks without a rating that are named, where there are no more


@dataclass(frozen=True)
class AboveCount:
    """Risks above tolerance: count of total, in the bands that `bands` names.

    total: 0 where none is rated by the scheme in force. to_re_assess: those rated by an earlier
    scheme, which are neither above nor within tolerance, and not in the total.

    previous: how many on the day `since`, None where that is not compared with. previous_total: how
    many risks there were then.
    """

    count: int
    total: int
    bands: str
    previous: int | None
    previous_total: int
    since: datetime.date
    to_re_assess: int = 0


# At the top


def above_tolerance_sentence(above: AboveCount) -> str:
    """ "Four of 31 risks are above tolerance (Severe), one more than on 30 June 2026." """
    if not above.total:
        return nothing_rated_sentence(above.to_re_assess)
    clauses = [
        _above_clause(above)
        % {
            "count": number_to_begin(above.count),
            "total": figures(above.total),
            "bands": above.bands,
        }
    ]
    if above.previous is not None and above.previous_total:
        clauses.append(more_or_fewer(above.count - above.previous, above.since))
    sentence = f"{', '.join(clauses)}."
    if above.previous is None or above.previous_total:
        return sentence
    nothing = gettext("No risk was recorded on %(day)s.")
    return f"{sentence} {nothing % {'day': date_format(above.since, 'j F Y')}}"


def nothing_rated_sentence(to_re_assess: int) -> str:
    """to_re_assess: how many are rated by an earlier scheme."""
    if to_re_assess:
        return gettext("No risk is rated under the new scheme yet.")
    return gettext("No risk is rated yet.")


def _above_clause(above: AboveCount) -> str:
    """To be filled in. Where some risks are to re-assess, it says that it speaks of the others."""
    is_part = above.to_re_assess
    if above.total == 1 and above.count:
        return (
            gettext("The one rated risk is above tolerance (%(bands)s)")
            if is_part
            else gettext("The one risk is above tolerance (%(bands)s)")
        )
    if above.total == 1:
        return (
            gettext("The one rated risk is within tolerance (%(bands)s would be above it)")
            if is_part
            else gettext("The one risk is within tolerance (%(bands)s would be above it)")
        )
    if is_part:
        return ngettext(
            "%(count)s of %(total)s rated risks is above tolerance (%(bands)s)",
            "%(count)s of %(total)s rated risks are above tolerance (%(bands)s)",
            above.count,
        )
    return ngettext(
        "%(count)s of %(total)s risks is above tolerance (%(bands)s)",
        "%(count)s of %(total)s risks are above tolerance (%(bands)s)",
        above.count,
    )


def none_above_clause(rated: int, total: int) -> str:
    """Of a register without a risk above tolerance. rated: those of the total that are rated."""
    if not rated:
        return gettext("none rated under its scheme yet")
    if rated == total:
        return gettext("none above tolerance")
    clause = ngettext(
        "the one rated risk is within tolerance",
        "none of the %(count)s rated risks above tolerance",
        rated,
    )
    return clause % {"count": figures(rated)}


def changed_label(kind: str, *, is_also: bool = False) -> str:
    """What the lead calls a kind of change. is_also: others of it crossed tolerance."""
    return {
        "new": gettext("New"),
        "materialised": gettext("Materialised"),
        "above": gettext("Rose above tolerance"),
        "within": gettext("Fell back within tolerance"),
        "rose": gettext("Also rose") if is_also else gettext("Rose"),
        "fell": gettext("Also fell") if is_also else gettext("Fell"),
    }[kind]


def stuck_label(band: str) -> str:
    """ "Stuck at Severe" """
    return gettext("Stuck at %(band)s") % {"band": band}


def materialised_on(day: datetime.date) -> str:
    return gettext("happened on %(day)s") % {"day": date_format(day, "j F Y")}


def rated_after_it_happened(rated_on: datetime.date, happened_on: datetime.date) -> str:
    """Of a risk that happened and whose band changed: which came first."""
    if rated_on < happened_on:
        words = gettext("rated before it happened on %(day)s")
    else:
        words = gettext("rated after it happened on %(day)s")
    return words % {"day": date_format(happened_on, "j F Y")}


def unrated_sentence(n: int) -> str:
    sentence = ngettext(
        "%(count)s has no residual rating.", "%(count)s have no residual rating.", n
    )
    return sentence % {"count": number_to_begin(n)}


def other_scheme_sentence(n: int) -> str:
    sentence = ngettext(
        "%(count)s was rated under an earlier scheme and has to be assessed again.",
        "%(count)s were rated under an earlier scheme and have to be assessed again.",
        n,
    )
    return sentence % {"count": number_to_begin(n)}


def empty_sentence(unfiltered_total: int) -> str:
    """Of a page without a risk. unfiltered_total: how many there are where it is not narrowed."""
    if not unfiltered_total:
        return gettext("No risks were on this register on that day.")
    sentence = ngettext(
        "The one risk on this register does not match.",
        "None of the %(count)s risks matches.",
        unfiltered_total,
    )
    return sentence % {"count": figures(unfiltered_total)}


def scheme_then_sentence(since: datetime.date, scheme: str) -> str:
    """scheme: the one in force on the day compared with, which is another than on the day read."""
    sentence = gettext(
        "On %(day)s risks were rated by %(scheme)s. We do not compare bands of two schemes."
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
        sentence = gettext("%(risk)s has been %(band)s at the end of the last %(quarters)s.")
        return sentence % {"risk": reference, "band": band, "quarters": quarters_in_words(most)}
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
    sentence = gettext("Rated %(earlier)s, then by %(scheme)s.")
    return sentence % {"earlier": ", ".join(clauses), "scheme": scheme}


# What moved


def tolerance_then(bands: str, since: datetime.date) -> str:
    """bands: which were above tolerance on the day compared with."""
    sentence = gettext("The tolerance was different on %(day)s: above it was %(bands)s.")
    return sentence % {"day": date_format(since, "j F Y"), "bands": bands}


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
                "%(count)s rated under another scheme and not compared",
                "%(count)s rated under another scheme and not compared",
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
            "%(count)s of them matches now and did not then",
            "%(count)s of them match now and did not then",
            entered,
        )
        clauses.append(clause % {"count": number_in_words(entered)})
    if left:
        clause = ngettext(
            "%(count)s matched then and does not now", "%(count)s matched then and do not now", left
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


def band_since_in_words(since: datetime.date) -> str:
    """ "since March 2024" """
    return gettext("since %(month)s") % {"month": date_format(since, "F Y")}


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
        return gettext("No independent rating of these risks under this scheme yet.")
    if not rated:
        return gettext("No independent rating of these risks yet.")
    if not differing:
        sentence = ngettext(
            "%(count)s of these risks has an independent rating, the same as ours.",
            "%(count)s of these risks have an independent rating, each the same as ours.",
            rated,
        )
        return sentence % {"count": number_to_begin(rated)}
    clause = ngettext(
        "%(count)s of these risks has an independent rating, which differs from ours",
        "%(count)s of these risks have an independent rating",
        rated,
    )
    clauses = [clause % {"count": number_to_begin(rated)}]
    if rated > 1:
        clause = ngettext(
            "%(count)s of them different from ours",
            "%(count)s of them different from ours",
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
        none = gettext("and no range would reverse any of them.")
        return f"{clause}, {none}"
    reversed_clause = ngettext(
        "within the ranges given, %(count)s of them could be the other way round.",
        "within the ranges given, %(count)s of them could be the other way round.",
        count,
    ) % {"count": number_in_words(count)}
    return f"{clause}; {reversed_clause}"


def tier_in_words(number: int) -> str:
    """ "1, the highest", "2" """
    return gettext("%(tier)s, the highest") % {"tier": number} if number == 1 else str(number)
