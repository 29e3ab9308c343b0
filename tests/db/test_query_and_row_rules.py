"""A rule exists twice, in a query for a risk and over the rows of a register. They agree."""

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    days_ago,
    make_action,
    make_assurance,
    make_control,
    make_register,
    make_risk,
    make_user,
)
from profiles import examples
from risk_histories import rollback

from registers.models import Register, Risk, has_supporting_evidence
from registers.quality.data import load_risks

pytestmark = pytest.mark.django_db
SPAN = 30  # days ago on which the risk was raised
ago = st.sampled_from([0, 3, 10, 20, SPAN])  # few days, so that much falls on one
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
@given(events=st.lists(evidence, max_size=5), after=ago, until=ago)
def test_the_evidence_for_a_fall_is_one_rule(events, after, until):
    with rollback():
        history = History(events, "")
        days = days_ago(after), days_ago(until)
        assert history.row.has_evidence_between(*days) == has_supporting_evidence(
            history.risk, *days
        )
