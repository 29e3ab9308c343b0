"""Two rules stand twice: in a query for one risk, and over rows for a whole register. Whatever
happened, they agree.
"""

import datetime

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    days_ago,
    make_action,
    make_appetite,
    make_assessment,
    make_assurance,
    make_control,
    make_register,
    make_review,
    make_risk,
    make_scheme,
    make_user,
    scheme_data,
)
from profiles import examples
from test_as_at import undone

from registers.models import Register, Risk, has_supporting_evidence
from registers.models.review import is_above_tolerance_twice_running
from registers.quality.data import load_context, load_risks

pytestmark = pytest.mark.django_db
SPAN = 30  # days ago on which the risk was raised
ago = st.sampled_from([0, 3, 10, 20, SPAN])  # few days, so that much falls on one
looked_at = st.one_of(
    st.tuples(st.just("judged"), ago, st.sampled_from([(2, 2), (3, 4), (5, 5)])),
    st.tuples(
        st.just("judged otherwise"),
        ago,
        st.sampled_from([{"kind": "target"}, {"perspective": "peer"}]),
    ),
    st.tuples(st.just("reviewed"), ago, st.none()),
    st.tuples(
        st.just("stated"),
        ago,
        st.sampled_from([("", "low"), ("", "severe"), ("legal", "moderate")]),
    ),
    st.tuples(st.just("another scheme"), st.none(), st.none()),
)
held = st.one_of(
    st.tuples(st.just("tested"), ago, st.booleans()),
    st.tuples(st.just("assured"), ago, st.booleans()),
    st.tuples(st.just("acted"), ago, st.sampled_from(["done", "reopened", "open"])),
)


class History:
    """One risk and what happens to it, in the order given, each on its day."""

    def __init__(self, happenings, category):
        self.by, self.register = make_user(), make_register()
        self.risk = make_risk(
            self.register, assessed=(4, 4), on=days_ago(SPAN), category=category, by=self.by
        )
        for what, since, more in happenings:
            getattr(self, what.replace(" ", "_"))(since is not None and days_ago(since), more)
        self.risk = Risk.objects.select_related("register__scheme", "current__scheme").get(
            pk=self.risk.pk
        )
        self.register = Register.objects.select_related("scheme").get(pk=self.register.pk)

    def judged(self, day, ratings):
        make_assessment(self.risk, ratings, by=self.by, on=day)

    def judged_otherwise(self, day, how):
        make_assessment(self.risk, (5, 5), by=self.by, on=day, **how)

    def reviewed(self, day, _):
        make_review(self.risk, by=self.by, on=day, next_on=day + datetime.timedelta(days=40))

    def stated(self, day, said):
        make_appetite(
            self.register.organisation, *said, by=self.by, on=day, scheme=self.risk.register.scheme
        )

    def another_scheme(self, *_):
        data = scheme_data()
        Register.objects.filter(pk=self.register.pk).update(
            scheme=make_scheme(**{**data, "tolerance": "moderate"})
        )
        self.risk = Risk.objects.get(pk=self.risk.pk)

    def tested(self, day, again):
        control = make_control(
            self.risk, by=self.by, on=days_ago(SPAN), last_tested_on=day, tested_by_line=2
        )
        if again:
            control.revise(by=self.by, version=1, last_tested_on=days_ago(1))

    def assured(self, day, of_a_control):
        control = make_control(self.risk, by=self.by) if of_a_control else None
        make_assurance(self.risk, by=self.by, on=day, control=control)

    def acted(self, day, end):
        action = make_action(self.risk, by=self.by, on=days_ago(SPAN))
        if end != "open":
            action.complete(by=self.by, version=1, done_on=day, evidence="Seen.")
        if end == "reopened":
            action.reopen(by=self.by, version=2, reason="Not done.")

    @property
    def row(self):
        return load_risks(
            self.register, Risk.objects.filter(pk=self.risk.pk), timezone.localdate()
        )[0]


some = examples(30)


@some
@given(happenings=st.lists(looked_at, max_size=6), category=st.sampled_from(["", "legal"]))
def test_above_tolerance_twice_running_is_one_rule(happenings, category):
    with undone():
        history = History(happenings, category)
        ground = load_context(history.register, timezone.localdate())
        asked = is_above_tolerance_twice_running(history.risk)
        assert ground.is_above_tolerance_twice_running(history.row) == asked


@some
@given(happenings=st.lists(held, max_size=5), after=ago, until=ago)
def test_what_stands_behind_a_fall_is_one_rule(happenings, after, until):
    with undone():
        history = History(happenings, "")
        days = days_ago(after), days_ago(until)
        assert history.row.has_evidence_between(*days) == has_supporting_evidence(
            history.risk, *days
        )
