"""The words of the demo's files, and the days that they mean."""

import datetime
import re

from django.utils import timezone

from registers.risk_fields import FIELDS, Sort

DAY = re.compile(r"(?:q(?P<quarter>[1-9])|today)(?P<days>[+-]\d+)?")
STEP = {
    *("day", "by", "why", "rate", "driver", "kind", "perspective", "change", "review", "next_in"),
    *("mark", "sign", "outside", "happened", "close", "rests_on", "reopen", "open"),
    *("range", "evidence"),  # range: 3-4x4-5, the ends that would still be defended
}
REQUIRED_FIELDS = ("title", "cause", "event", "consequence", "owner")
OPTIONAL_FIELDS = {
    *("type", "others", "impacts", "status"),
    *("exempt", "exempt_ground", "exempt_interest", "exempt_decided_by"),
    *(field.name for field in FIELDS if field.question and field.sort is not Sort.TYPES),
} - {*REQUIRED_FIELDS}
RISK = {*REQUIRED_FIELDS, *OPTIONAL_FIELDS, "by", "driver", "brought_in", "history"}


def check_words(name, row, words):
    """Raise ValueError where a row of a file has a word that is none of these. name: the row's."""
    if unknown := set(row) - words:
        raise ValueError(f"{name}: the story has no word {', '.join(sorted(unknown))}.")


def day_of(text, today):
    """The day of a word such as `q3-9` or `today-2`; never after today."""
    return min(today, due_of(text, today))


def due_of(text, today):
    """The same for a day on which something is due, which may lie ahead."""
    match = DAY.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no day of the story: write q3, q3-9, q1+6 or today-2.")
    start = quarter_end(today, int(match["quarter"])) if match["quarter"] else today
    return start + datetime.timedelta(days=int(match["days"] or 0))


def quarter_end(today, back):
    """The quarter end (31 March, 30 June, ...) that many quarters before the one of today."""
    quarter = today.year * 4 + (today.month - 1) // 3 - back + 1
    return datetime.date(quarter // 4, quarter % 4 * 3 + 1, 1) - datetime.timedelta(days=1)


def instant_at(day, hour):
    """That hour of the day, or now if it has not come."""
    return min(
        datetime.datetime.combine(day, datetime.time(hour), timezone.get_default_timezone()),
        timezone.now(),
    )


def steps_in_order(stories, today):
    """(day of recording, day, register, risk of the file, step) for every step of every risk.

    In the order of recording; on one day as the files have them. stories: (register, its risks in
    the file). Raises ValueError for an unknown word.
    """
    steps = []
    for register, risks in stories:
        for story in risks:
            check_words(story["title"], story, RISK)
            for step in story["history"]:
                check_words(story["title"], step, STEP)
            brought_in = (
                day_of(story["brought_in"], today) if "brought_in" in story else datetime.date.min
            )
            for step in story["history"]:
                day = day_of(step["day"], today)
                steps.append((max(day, brought_in), day, register, story, step))
    return sorted(steps, key=lambda row: row[0])
