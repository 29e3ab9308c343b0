"""Numbers, lists and lengths of time in words."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import get_language, gettext, ngettext, pgettext

DAYS_IN = {"week": 7, "month": 30.44, "year": 365.25}


def figures(n: int) -> str:
    """ "1,000" """
    return str(number_format(n, force_grouping=True))


def number_in_words(n: int) -> str:
    """In words up to nine, in figures beyond; "none" for 0."""
    if not n:
        return pgettext("number", "none")
    return _word(n, get_language()) if n < 10 else figures(n)


@cache
def _word(n: int, language: str) -> str:
    """apnumber translates all nine words to give one of them: a dashboard asks for 40."""
    return str(apnumber(n))


def number_to_begin(n: int) -> str:
    """The same with a capital, to begin a sentence with."""
    return str(capfirst(number_in_words(n)))


def join_names(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C" """
    return str(get_text_list(names, pgettext("between the last two of a list", "and")))


def join_with_and(names: Iterable[str]) -> str:
    """ "A and B and C", where the names have commas of their own or each counts by itself."""
    return f" {pgettext('between names', 'and')} ".join(names)


def join_with_or(names: Iterable[str]) -> str:
    """ "A or B or C" """
    return f" {pgettext('between names', 'or')} ".join(names)


def times_in_words(count: int) -> str:
    """ "once", "twice", "three times"."""
    if count == 1:
        return gettext("once")
    if count == 2:
        return gettext("twice")
    times = ngettext("%(count)s time", "%(count)s times", count)
    return times % {"count": number_in_words(count)}


def more_or_fewer(change: int, day: datetime.date) -> str:
    """A change of a count since a day: "one more than on 30 June 2026"."""
    n = abs(change)
    if change == 0:
        clause = gettext("as many as on %(day)s")
    elif change > 0:
        clause = ngettext("%(count)s more than on %(day)s", "%(count)s more than on %(day)s", n)
    else:
        clause = ngettext("%(count)s fewer than on %(day)s", "%(count)s fewer than on %(day)s", n)
    return clause % {"count": number_in_words(n), "day": date_format(day, "j F Y")}


def count_history_in_words(counts: list[int | None], names: list[str]) -> str:
    """A count over time: the first, the highest if it lies between, and the last.

    counts: None on a day on which risks waited for a rating and nothing could be counted. names: of
    the days, one each. Of several days with the highest count the latest is named.
    """
    first, last = counts[0], counts[-1]
    most = max(count or 0 for count in counts)
    parts = [_count_on(first, names[0])]
    if len(counts) == 1:
        return parts[0]
    if most > max(first or 0, last or 0):
        latest = [name for n, name in zip(counts, names, strict=True) if n == most][-1]
        parts.append(_count_on(most, latest))
    return ", ".join([*parts, _count_on(last, names[-1])])


def _count_on(n: int | None, day: str) -> str:
    if n is None:
        return gettext("no risk was rated on %(day)s") % {"day": day}
    return ngettext("%(count)s on %(day)s", "%(count)s on %(day)s", n) % {
        "count": number_in_words(n),
        "day": day,
    }


def quarters_in_words(n: int) -> str:
    """ "one quarter", "eight quarters" """
    quarters = ngettext("%(count)s quarter", "%(count)s quarters", n)
    return quarters % {"count": number_in_words(n)}


def quarter_ends_running(n: int) -> str:
    """ "four quarter ends in a row"; there are several."""
    ends = ngettext("%(count)s quarter end in a row", "%(count)s quarter ends in a row", n)
    return ends % {"count": number_in_words(n)}


def range_in_words(scores: Collection[int]) -> str:
    """ "8 to 12", "8", "no score" """
    least, most = min(scores, default=None), max(scores, default=None)
    if least is None:
        return gettext("no score")
    if least == most:
        return str(least)
    return gettext("%(least)s to %(most)s") % {"least": least, "most": most}


def duration_in_words(start: datetime.date, end: datetime.date) -> str:
    """The time from one day to a later one: in days, then weeks, then months, then years.

    Weeks from 14 days, months from 8 weeks, years from 2 years; only full ones count. Empty for the
    same day.
    """
    days = (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if days < 14:
        n, unit = days, "day"
    elif days < 56:
        n, unit = days // 7, "week"
    else:
        n, unit = (months, "month") if months < 24 else (months // 12, "year")
    return _of_unit(unit, n, figures(n)) if n else ""


def duration_between_in_words(least: int | None, most: int | None) -> str:
    """A number of days between two bounds, None where there is no such bound.

    "About one to two years", "At least about two weeks", "The same day".
    """
    least = max(least, 0) if least is not None else None
    if most is None:
        if not least:
            return gettext("Not known: the dates are open")
        return gettext("At least %(duration)s") % {"duration": _about(least, least)}
    if least is None:
        return gettext("At most %(duration)s") % {"duration": _about(most, most)}
    return str(capfirst(_about(least, most)))


def _about(least: int, most: int) -> str:
    if least == most and most < 14:
        return _of_unit("day", most, number_in_words(most)) if most else gettext("the same day")
    unit = "week" if most < 63 else "month" if most < 548 else "year"
    low, high = (int(days / DAYS_IN[unit] + 0.5) for days in (least, most))
    high_or_1 = max(high, 1)
    duration = _of_unit(unit, high_or_1, number_in_words(high_or_1))
    if high == low:
        return gettext("about %(duration)s") % {"duration": duration}
    if low == 0:
        return gettext("up to about %(duration)s") % {"duration": duration}
    return gettext("about %(least)s to %(duration)s") % {
        "least": number_in_words(low),
        "duration": duration,
    }


def _of_unit(unit: str, n: int, number: str) -> str:
    """number: n in words or figures."""
    durations = {
        "day": ngettext("%(count)s day", "%(count)s days", n),
        "week": ngettext("%(count)s week", "%(count)s weeks", n),
        "month": ngettext("%(count)s month", "%(count)s months", n),
        "year": ngettext("%(count)s year", "%(count)s years", n),
    }
    return durations[unit] % {"count": number}
