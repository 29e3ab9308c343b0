"""Bands in words: what is tolerated, how ratings compare, and how they went."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from registers.models import Assessment, Category
from registers.phrases.numbers import join_names, join_with_or, number_in_words
from registers.scoring import Band, Scheme, Tolerance

INDEPENDENT_RATERS = {
    Assessment.Perspective.PEER: "The peer reviewer",
    Assessment.Perspective.INTERNAL_AUDIT: "Internal audit",
    Assessment.Perspective.EXTERNAL: "The external auditor or inspector",
}


def categories_in_words(categories: list[str]) -> str:
    """Names of categories in the order of the Orange Book, in lower case."""
    return join_names([label.lower() for value, label in Category.choices if value in categories])


def above_in_words(tolerance: Tolerance) -> str:
    """Which bands are above tolerance: "Severe; for financial risks: Moderate or higher"."""
    bands = [band.label for band in reversed(tolerance.above())]
    parts = [join_with_or(bands) or gettext("no band")]
    for categories in _categories_by_tolerance(tolerance):
        exception = gettext("for %(categories)s risks: %(bands)s") % {
            "categories": categories_in_words(categories),
            "bands": _lowest_of(tolerance.above(categories[0])),
        }
        parts.append(exception)
    return "; ".join(parts)


def bands_above_sentence(bands: Sequence[Band]) -> str:
    """ "Severe is above it.", to follow a tolerance. bands: those above, lowest first."""
    if not bands:
        return gettext("No band is above it.")
    sentence = ngettext("%(bands)s is above it.", "%(bands)s are above it.", len(bands))
    return sentence % {"bands": join_names([band.label for band in bands])}


def _lowest_of(bands: list[Band]) -> str:
    if not bands:
        return gettext("no band")
    lowest = ngettext("%(band)s", "%(band)s or higher", len(bands))
    return lowest % {"band": bands[0].label}


def _for_categories(band: str, categories: list[str]) -> str:
    """ "Moderate for financial and legal" """
    return gettext("%(band)s for %(categories)s") % {
        "band": band,
        "categories": categories_in_words(categories),
    }


def tolerated_in_words(tolerance: Tolerance) -> str:
    """The highest band that is tolerated: "High", or "High, and Low for financial"."""
    words = tolerance.of("").label
    for categories in _categories_by_tolerance(tolerance):
        exception = _for_categories(tolerance.of(categories[0]).label, categories)
        words = gettext("%(bands)s, and %(exception)s") % {"bands": words, "exception": exception}
    return words


def _categories_by_tolerance(tolerance: Tolerance) -> list[list[str]]:
    """Categories with a tolerance of their own, grouped by it, the strictest first."""
    by_rank: dict[int, list[str]] = {}
    for category in tolerance.by_category:
        by_rank.setdefault(tolerance.of(category).rank, []).append(category)
    return [by_rank[rank] for rank in sorted(by_rank)]


def possible_bands_in_words(assessment: Assessment) -> str:
    """What else a rating with a range could be, as in "could be Severe".

    Empty where both ends lie in the band that was given.
    """
    band = assessment.band_now
    low, high = assessment.range_end_bands
    if low.rank < band.rank < high.rank:
        clause = gettext("could be anything from %(low)s to %(high)s")
        return clause % {"low": low.label, "high": high.label}
    if high.rank > band.rank:
        clause = ngettext(
            "could be %(band)s", "could be as high as %(band)s", high.rank - band.rank
        )
        return clause % {"band": high.label}
    if low.rank < band.rank:
        clause = ngettext("could be %(band)s", "could be as low as %(band)s", band.rank - low.rank)
        return clause % {"band": low.label}
    return ""


def comparison_in_words(rater: str, independent: Assessment, current: Assessment | None) -> str:
    """An independent rating beside our own, None where we have none, as a sentence."""
    if current is None:
        sentence = gettext("%(rater)s says %(independent)s, we have not rated it yet.")
        return sentence % {"rater": rater, "independent": independent.band_now.label}
    difference = independent.band_now.rank - current.band_now.rank
    if current.scheme_id != independent.scheme_id:
        sentence = gettext(
            "%(rater)s says %(independent)s, we say %(own)s: by different schemes, so the two "
            "words cannot be compared."
        )
    elif not difference:
        sentence = gettext("%(rater)s says %(independent)s, as we do.")
    elif difference > 0:
        sentence = ngettext(
            "%(rater)s says %(independent)s, we say %(own)s: %(count)s band lower.",
            "%(rater)s says %(independent)s, we say %(own)s: %(count)s bands lower.",
            difference,
        )
    else:
        sentence = ngettext(
            "%(rater)s says %(independent)s, we say %(own)s: %(count)s band higher.",
            "%(rater)s says %(independent)s, we say %(own)s: %(count)s bands higher.",
            -difference,
        )
    return sentence % {
        "rater": rater,
        "independent": independent.band_now.label,
        "own": current.band_now.label,
        "count": number_in_words(abs(difference)),
    }


def higher_outside(rater: str, independent: str, current: str) -> str:
    """independent, current: labels of two bands."""
    sentence = gettext("%(rater)s says %(independent)s, we say %(own)s.")
    return sentence % {"rater": rater, "independent": independent, "own": current}


def threshold_sentences(scheme: Scheme, tolerance: Tolerance) -> list[str]:
    """What is tolerated, what is not, and what is taken higher."""
    escalation = scheme.band(scheme.escalation).label
    return [
        gettext("Highest band that is tolerated: %(bands)s.")
        % {"bands": tolerated_in_words(tolerance)},
        above_sentence(tolerance),
        gettext("Taken higher from: %(band)s.") % {"band": escalation},
    ]


def above_sentence(tolerance: Tolerance) -> str:
    return gettext("Above tolerance: %(bands)s.") % {"bands": above_in_words(tolerance)}


# How a rating went


def band_history_in_words(band: str, since: str, before: str = "") -> str:
    """ "High since June 2026; was Moderate in March 2026"; since: a month. before: a clause."""
    clause = gettext("%(band)s since %(month)s") % {"band": band, "month": since}
    return f"{clause}; {before}" if before else clause


def band_before(band: str, month: str, since: str) -> str:
    """month: in which that rating was given; since: in which the next one was."""
    if month == since:
        return gettext("was %(band)s earlier that month") % {"band": band}
    return gettext("was %(band)s in %(month)s") % {"band": band, "month": month}


def from_to(bands: Sequence[str]) -> str:
    """ "from High to Severe"; of one band only that, of none ""."""
    if len(bands) < 2:
        return "".join(bands)
    return gettext("from %(before)s to %(band)s") % {"before": bands[0], "band": bands[-1]}


def rose_from(band: str) -> str:
    """ "Up from Moderate" """
    return gettext("Up from %(band)s") % {"band": band}


def fell_from(band: str) -> str:
    return gettext("Down from %(band)s") % {"band": band}


def by_another_scheme(band: str) -> str:
    return gettext("%(band)s under another scheme") % {"band": band}


def first_band_history_in_words(band: str, month: str) -> str:
    """Of a risk with one rating."""
    clause = gettext("%(band)s since %(month)s, when it was first judged")
    return clause % {"band": band, "month": month}


def constant_band(band: str, month: str) -> str:
    clause = gettext("%(band)s since %(month)s or before")
    return clause % {"band": band, "month": month}


def band_steps(steps: Sequence[tuple[str, str]], *, is_latest_new: bool) -> str:
    """ "Moderate in December 2025, High from June 2026, Severe now"

    steps: (band, month) of each change. is_latest_new: whether the last came on the day read.
    """
    clauses = [
        gettext("%(band)s from %(month)s") if place else gettext("%(band)s in %(month)s")
        for place in range(len(steps))
    ]
    if is_latest_new:
        clauses[-1] = gettext("%(band)s now")
    return ", ".join(
        clause % {"band": band, "month": month}
        for clause, (band, month) in zip(clauses, steps, strict=True)
    )


def renamed_band_sentence(before: str, after: str) -> str:
    return gettext("%(before)s is now called %(after)s.") % {"before": before, "after": after}
