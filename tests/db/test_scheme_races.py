"""A scheme adopted several times at once, and while risks are rated."""

import uuid

import pytest
from database import in_parallel
from makers import make_assessment, make_register, make_risk, make_scheme, make_user

from registers.models import AuditEntry, InvalidTransition, Register, Risk, ScoringScheme

pytestmark = pytest.mark.django_db(transaction=True)


def adopt(register, version, **options):
    scheme = ScoringScheme.objects.get(slug=register.scheme.slug, version=version)
    try:
        return Register.objects.get(pk=register.pk).adopt_scheme(
            scheme=scheme, reason="The board asked for it.", **options
        )
    except InvalidTransition:
        return None


def make_versions():
    register = make_register(scheme=make_scheme())
    for version in (2, 3):
        make_scheme(slug=register.scheme.slug, version=version)
    return register


def test_of_two_adoptions_at_once_one_wins():
    register, people = make_versions(), [make_user() for _ in range(2)]
    rows = in_parallel(2, lambda number: adopt(register, 2, by=people[number]))
    assert [row for row in rows if row] == list(register.scheme_adoptions.all())
    assert AuditEntry.objects.filter(verb="register.scheme-adopted").count() == 1


def test_the_same_form_twice_at_once_is_one_adoption():
    register, by, token = make_versions(), make_user(), uuid.uuid4()
    keys = in_parallel(4, lambda number: adopt(register, 2, by=by, token=token).pk)
    assert len(set(keys)) == 1


def test_two_versions_at_once_end_at_the_newer():
    register, by = make_versions(), make_user()
    in_parallel(2, lambda number: adopt(register, number + 2, by=by))
    assert Register.objects.get(pk=register.pk).scheme.version == 3


def test_a_rating_at_the_same_moment_is_by_either_scheme_and_says_by_which():
    register, by = make_versions(), make_user()
    risk = make_risk(register, by=by)

    def change(number):
        if number:
            return adopt(register, 2, by=by)
        return make_assessment(Risk.objects.get(pk=risk.pk), by=by)

    rating, _ = in_parallel(2, change)
    register.refresh_from_db()
    stale = register.positions.on_record().to_re_assess(register.scheme)
    assert stale.exists() == (rating.scheme.version == 1)
