"""What the insights read of a register: only what holds on the day, as known then."""

import pytest
from django.utils import timezone
from makers import (
    days_ago,
    make_assessment,
    make_assurance,
    make_control,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_risk,
    make_scheme,
)

from registers.insights.data import Reader, read_insight_data
from registers.models import Role
from registers.permissions import marks_across, position_history_for, positions_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register()


def row_of(register, day=None, recorded_by=None):
    """The RiskRow of the register's only risk."""
    day = day or days_ago(0)
    manager = make_person(register.organisation, Role.MANAGER)
    reader = Reader(
        positions_for(manager, register, day, recorded_by),
        position_history_for(manager, register, recorded_by),
        marks_across(manager, [register], day, recorded_by),
        sees_tellers=True,
    )
    (row,) = read_insight_data(register, reader, day, days_ago(90), recorded_by).risks
    return row


@pytest.fixture
def risk(register):
    return make_risk(register, assessed=(5, 5), on=days_ago(300))


def test_an_assurance_counts_until_it_expires(register, risk):
    make_assurance(risk, on=days_ago(200), expires_on=days_ago(100), line=3)
    assert (row_of(register, days_ago(150)).lines, row_of(register).lines) == ({3}, set())


def test_a_retired_control_counts_no_more(register, risk):
    control = make_control(risk, on=days_ago(200), owner=make_post(register.organisation))
    by = make_person(register.organisation)
    control.revise(by=by, version=1, status="retired", reason="No use", effective_on=days_ago(100))
    past, today = row_of(register, days_ago(150)), row_of(register)
    assert (past.controls_in_place, len(past.temporary_controls)) == (1, 1)
    assert (today.controls_in_place, today.temporary_controls) == (0, [])


def test_a_rating_by_another_scheme_has_no_band(register, risk):
    register.scheme = make_scheme(slug="another", organisation=register.organisation)
    row = row_of(register)
    assert (row.band, [rating.band for rating in row.ratings]) == ("", [""])


def test_what_was_recorded_later_is_left_out(register, risk):
    instant = timezone.now()
    make_assessment(risk, (1, 1), on=days_ago(10))
    make_assurance(risk, on=days_ago(20), line=3)
    make_precedent(risk, on=days_ago(20))
    row = row_of(register, recorded_by=instant)
    assert (row.band, len(row.ratings), row.lines, row.marks) == ("severe", 1, set(), [])
