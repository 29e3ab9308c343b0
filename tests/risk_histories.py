"""Random histories of risks and registers, and a plain account of what they say by a day."""

import datetime
from contextlib import contextmanager

from django.db import transaction
from hypothesis import strategies as st
from makers import (
    days_ago,
    make_assessment,
    make_revision,
    make_risk,
)

RAISED = days_ago(38)  # so long ago that no history below reaches beyond today


SPAN = 12  # days on either side of the day on which the risk was raised


DAYS = [RAISED + datetime.timedelta(days=n) for n in range(-SPAN, 41)]  # to the day after tomorrow


OPEN, CLOSED = "open", "closed"


@contextmanager
def rollback():
    """Each example of hypothesis starts from the same database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


ratings = st.tuples(st.integers(1, 5), st.integers(1, 5))


edits = st.tuples(st.just("edit"), st.integers(0, 4), st.sampled_from([OPEN, CLOSED, "happened"]))


our_ratings = st.tuples(st.just("ours"), st.integers(-SPAN, SPAN), ratings)


other_ratings = st.tuples(
    st.just("other"),
    st.integers(-SPAN, SPAN),
    st.sampled_from(
        [
            {"kind": "inherent"},
            {"kind": "target"},
            {"perspective": "peer"},
            {"perspective": "external"},
        ]
    ),
)


histories = st.lists(st.one_of(edits, our_ratings, other_ratings), max_size=6)


class RiskHistory:
    """A risk with a history, also kept outside the database as (day, content) in order."""

    def __init__(self, register, by, steps, first=None):
        self.risk = make_risk(register, by=by, on=RAISED, assessed=first, title="Title 0")
        self.words = [(RAISED, ("Title 0", OPEN))]
        self.ratings = [(RAISED, first)] if first else []
        for number, (event, shift, detail) in enumerate(steps, 1):
            if event == "edit":
                self.edit(by, shift, f"Title {number}", detail)
            elif self.risk.status != CLOSED:  # which takes no judgement
                on = RAISED + datetime.timedelta(days=shift)
                pair, other = (detail, {}) if event == "ours" else ((5, 5), detail)
                make_assessment(self.risk, pair, by=by, on=on, **other)
                if event == "ours":
                    self.ratings.append((on, pair))
                self.last = max(self.last, on)
        self.risk.refresh_from_db()

    last = RAISED

    def edit(self, by, shift, title, status):
        self.last += datetime.timedelta(days=shift)
        event = "reopened" if self.risk.status == CLOSED else None  # or it would take no edit
        make_revision(
            self.risk, by=by, on=self.last, title=title, status=status, revision_event=event
        )
        self.words.append((self.last, (title, status)))

    def on(self, day):
        """By brute force: words and rating at the end of a day; None before it was raised."""
        words = _last_by(self.words, day)
        return words and (*words, _last_by(self.ratings, day))


def _last_by(entries, day):
    """The last entry of the latest day up to a day."""
    latest = max((on for on, _ in entries if on <= day), default=None)
    return [thing for on, thing in entries if on == latest][-1] if latest else None
