"""The latest row for each combination of keys, by a day and as recorded by an instant."""

import datetime

import pytest
from django.utils import timezone
from makers import days_ago, make_assurance, make_control, make_risk, make_user

from registers.models import Assurance, ControlRevision

pytestmark = pytest.mark.django_db


def instant(ago):
    return timezone.now() - datetime.timedelta(days=ago)


@pytest.fixture
def risk():
    return make_risk()


def give(risk, ago, line=3, *, recorded_ago=0, opinion="reasonable"):
    return make_assurance(
        risk,
        opinion,
        line=line,
        by=risk.raised_by,
        on=days_ago(ago),
        recorded_at=instant(recorded_ago),
    )


def latest(rows=Assurance.objects, *, ago=0, recorded_ago=None):
    recorded_by = None if recorded_ago is None else instant(recorded_ago)
    by_line = rows.latest_per("risk", "line", day=days_ago(ago), recorded_by=recorded_by)
    return list(by_line.order_by("pk"))


def test_each_combination_of_keys_has_a_latest_row_of_its_own(risk):
    rows = [give(risk, 5), give(risk, 7, line=1), give(make_risk(risk.register), 2)]
    assert latest() == rows


def test_the_latest_day_counts_before_what_was_recorded_last(risk):
    newest, _, older = give(risk, 2), give(risk, 6), give(risk, 5)
    assert [latest(ago=ago) for ago in (2, 3, 7)] == [[newest], [older], []]


def test_of_one_day_the_row_recorded_last_counts(risk):
    *_, last = give(risk, 2), give(risk, 2)
    assert latest() == [last]


def test_what_was_recorded_after_the_instant_does_not_count(risk):
    early, late = give(risk, 5, recorded_ago=5), give(risk, 3, recorded_ago=1)
    assert [latest(recorded_ago=ago) for ago in (1, 2, 6)] == [[late], [early], []]


def test_a_filter_before_narrows_what_is_compared_and_one_after_it_the_outcome(risk):
    limited = give(risk, 5, opinion="limited")
    give(risk, 2)
    assert latest(Assurance.objects.filter(opinion="limited")) == [limited]
    rows = Assurance.objects.latest_per("risk", day=days_ago(0))
    assert not rows.filter(opinion="limited").exists()


def test_of_revisions_the_highest_number_counts(risk):
    control = make_control(risk, on=days_ago(3))
    control.revise(by=make_user(), version=1, title="Weekly", effective_on=days_ago(1))
    first, second = ControlRevision.objects.order_by("number")
    revisions = [
        list(ControlRevision.objects.latest_per("record", day=days_ago(ago))) for ago in (4, 3, 1)
    ]
    assert revisions == [[], [first], [second]]
