"""Two rules exist twice, in a query for a risk and over the rows of a register. They agree."""

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
from risk_histories import rollback

from registers.models import Register, Risk, has_supporting_evidence
from registers.models.review import is_above_tolerance_twice_running
from registers.quality.data import load_context, load_risks

pytestmark = pytest.mark.django_db
SPAN = 30  # days ago on which the risk was raised
ago = st.sampled_from([0, 3, 10, 20, SPAN])  # few days, so that much falls on one
judgements = st.one_of(
    st.tuples(st.just("assess"), ago, st.sampled_from([(2, 2), (3, 4), (5, 5)])),
    st.tuples(
        st.just("assess_otherwise"),
        ago,
        st.sampled_from([{"kind": "target"}, {"perspective": "peer"}]),
    ),
    st.tuples(st.just("review"), ago, st.none()),
    st.tuples(
        st.just("state_tolerance"),
        ago,
        st.sampled_from([("", "low"), ("", "severe"), ("legal", "moderate")]),
    ),
    st.tuples(st.just("change_scheme"), st.none(), st.none()),
)
evidence = st.one_of(
    st.tuples(st.just("test_control"), ago, st.booleans()),
    st.tuples(st.just("assure"), ago, st.booleans()),
    st.tuples(st.just("act"), ago, st.sampled_from(["done", "reopened", "open"])),
)


class History:
    """One risk and the events in its life, in their order, each on its day."""

    def __init__(self, events, category):
        self.by, self.register = make_user(), make_register()
        self.risk = make_risk(
            self.register, assessed=(4, 4), on=days_ago(SPAN), category=category, by=self.by
        )
        for event, ago, details in events:
            getattr(self, event)(ago is not None and days_ago(ago), details)
        self.risk = Risk.objects.select_related("register__scheme", "current__scheme").get(
            pk=self.risk.pk
        )
        self.register = Register.objects.select_related("scheme").get(pk=self.register.pk)

    def assess(self, day, ratings):
        make_assessment(self.risk, ratings, by=self.by, on=day)

    def assess_otherwise(self, day, fields):
        make_assessment(self.risk, (5, 5), by=self.by, on=day, **fields)

    def review(self, day, _):
        make_review(self.risk, by=self.by, on=day, next_on=day + datetime.timedelta(days=40))

    def state_tolerance(self, day, statement):
        make_appetite(
            self.register.organisation,
            *statement,
            by=self.by,
            on=day,
            scheme=self.risk.register.scheme,
        )

    def change_scheme(self, *_):
        data = scheme_data()
        Register.objects.filter(pk=self.register.pk).update(
            scheme=make_scheme(**{**data, "tolerance": "moderate"})
        )
        self.risk = Risk.objects.get(pk=self.risk.pk)

    def test_control(self, day, is_repeated):
        control = make_control(
            self.risk, by=self.by, on=days_ago(SPAN), last_tested_on=day, tested_by_line=2
        )
        if is_repeated:
            control.revise(by=self.by, version=1, last_tested_on=days_ago(1))

    def assure(self, day, is_of_control):
        control = make_control(self.risk, by=self.by) if is_of_control else None
        make_assurance(self.risk, by=self.by, on=day, control=control)

    def act(self, day, end):
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


thirty_examples = examples(20)


@thirty_examples
@given(events=st.lists(judgements, max_size=6), category=st.sampled_from(["", "legal"]))
def test_above_tolerance_twice_running_is_one_rule(events, category):
    with rollback():
        history = History(events, category)
        context = load_context(history.register, timezone.localdate())
        is_above = is_above_tolerance_twice_running(history.risk)
        assert context.is_above_tolerance_twice_running(history.row) == is_above


@thirty_examples
@given(events=st.lists(evidence, max_size=5), after=ago, until=ago)
def test_the_evidence_for_a_fall_is_one_rule(events, after, until):
    with rollback():
        history = History(events, "")
        days = days_ago(after), days_ago(until)
        assert history.row.has_evidence_between(*days) == has_supporting_evidence(
            history.risk, *days
        )
