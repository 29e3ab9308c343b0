"""The controls and the assurance of the demo's bodies.

`controls`: each with the `risk` by its reference, its fields, the day `since` which it is in place,
its `tests:` (day, line, what was found, why) and, where it is no longer used, `retired:` (day,
why). `assurance`: risk, line, provider, opinion, the day it was given, for how many days it is
`good_for`, a note, and the title of the control it is about, unless it is about the whole risk.
`by` is a person of the demo, the officer by default. For days see dates.py.
"""

import datetime

from django.utils import timezone

from registers.demo.dates import check_words
from registers.models import Assurance, Control

CONTROL = {"risk", "by", "since", "tests", "retired", *Control.FIELDS} - {
    "status",
    "last_tested_on",
    "tested_by_line",
}
ASSURANCE = {"risk", "by", "control", "line", "provider", "opinion", "day", "good_for", "note"}


def load_controls(story, risks, *, people, posts, day_of, at):
    """Write the controls and the assurance of a file.

    risks: by reference; people, posts: by their names in the files. day_of: a word of the file ->
    the day; at: a day -> the instant of recording. Raises ValueError for an unknown word.
    """

    def authorship(row, day):
        risk = risks[row["risk"]]
        first_recorded_on = timezone.localdate(risk.revisions.first().recorded_at)
        return {
            "by": people[row.get("by", "officer")],
            "effective_on": day,
            "recorded_at": at(max(day, first_recorded_on)),
        }

    controls = {}
    for row in story["controls"]:
        check_words(row["risk"], row, CONTROL)
        fields = {name: row[name] for name in Control.FIELDS if name in row} | {
            "owner": posts[row["owner"]]
        }
        control = Control.add(risks[row["risk"]], **fields, **authorship(row, day_of(row["since"])))
        controls[row["risk"], row["title"]] = control
        for test in row.get("tests", ()):
            day = day_of(test["day"])
            result = {
                "last_tested_on": day,
                "tested_by_line": test["line"],
                "operating": test["found"],
            }
            control.test(
                version=control.version, reason=test["why"], **result, **authorship(row, day)
            )
        if end := row.get("retired"):
            control.retire(
                version=control.version, reason=end["why"], **authorship(row, day_of(end["day"]))
            )
    for row in story["assurance"]:
        check_words(row["risk"], row, ASSURANCE)
        day = day_of(row["day"])
        fields = {
            name: row[name] for name in ("line", "provider", "opinion", "note") if name in row
        }
        fields["control"] = controls[row["risk"], row["control"]] if "control" in row else None
        fields["expires_on"] = day + datetime.timedelta(days=row["good_for"])
        Assurance.give(risks[row["risk"]], **fields, **authorship(row, day))
