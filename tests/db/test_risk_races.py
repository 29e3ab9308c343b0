"""A risk written several times at once: logged, assessed, edited."""

import uuid

import pytest
from database import in_parallel
from makers import impact, make_register, make_risk, make_user

from registers.models import EditConflict, Risk

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_form_twice_at_once_makes_one_risk():
    register, by, token = make_register(), make_user(), uuid.uuid4()

    def log(number):
        mine = type(register).objects.get(pk=register.pk)
        return make_risk(mine, by=by, token=token, assessed=(2, 2)).pk

    assert len(set(in_parallel(4, log))) == Risk.objects.count() == 1


def test_the_same_assessment_twice_at_once_makes_one():
    risk = make_risk()
    judgement = {
        "by": risk.raised_by,
        "version": 1,
        "kind": "current",
        "likelihood": 4,
        "impact": 4,
        "rationale": "It moved.",
        "driver": impact(),
        "token": uuid.uuid4(),
    }
    in_parallel(4, lambda number: Risk.objects.get(pk=risk.pk).assess(**judgement))
    assert risk.assessments.count() == 1


def test_of_simultaneous_edits_one_wins_and_the_others_conflict():
    risk = make_risk()

    def edit(number):
        try:
            return (
                Risk.objects.get(pk=risk.pk)
                .revise(by=risk.raised_by, version=1, title=f"Title {number}")
                .title
            )
        except EditConflict:
            return None

    won = [title for title in in_parallel(6, edit) if title]
    risk.refresh_from_db()
    assert [risk.title] == won
