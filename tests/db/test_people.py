import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from makers import (
    days_ago,
    make_directorate,
    make_membership,
    make_organisation,
    make_post,
    make_risk,
    make_user,
)

from registers.models import Membership, Post, Role, User
from registers.models.people import DATED_ROLES
from registers.permissions import permissions_of

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case():
    assert make_user(email=" Robin.ASH@Example.ORG ").email == "robin.ash@example.org"


def test_an_administrator_types_an_address_as_they_like():
    user = User(email="Robin@Example.org", name="Robin")
    user.set_unusable_password()
    user.full_clean()
    assert user.email == "robin@example.org"


def test_the_database_refuses_an_address_with_capitals():
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"):
        User.objects.create(email="Robin@example.org", name="Robin")


def test_one_address_is_one_person():
    make_user(email="robin@example.org")
    with pytest.raises(IntegrityError):
        make_user(email="ROBIN@example.org")


def test_a_person_is_found_by_their_address_whatever_its_case():
    user = make_user(email="robin@example.org")
    assert User.objects.get_by_natural_key("Robin@Example.org") == user


def test_a_person_without_an_address_is_refused():
    with pytest.raises(ValueError):
        User.objects.create_user("  ", name="Nobody")


@pytest.mark.parametrize(("until", "holds"), [(None, True), (0, True), (-1, True), (1, False)])
def test_a_role_holds_to_its_last_day(until, holds):
    membership = make_membership(until=None if until is None else days_ago(until))
    assert (membership in Membership.objects.active()) is holds


def test_a_membership_is_active_until_its_last_day():
    membership = make_membership(until=datetime.date(2026, 3, 31))
    is_active = [
        membership in Membership.objects.active(datetime.date(2026, *day))
        for day in ((3, 31), (4, 1))
    ]
    assert is_active == [True, False]


@pytest.mark.parametrize("role", DATED_ROLES)
def test_a_dated_role_has_an_end(role):
    with pytest.raises(IntegrityError, match="membership_of_a_dated_role_has_an_end"):
        make_membership(role=role, until=None)


def test_an_unknown_role_is_refused():
    with pytest.raises(IntegrityError, match="membership_role_is_known"):
        make_membership(role="emperor")


def test_a_role_is_held_once():
    membership = make_membership()
    with pytest.raises(IntegrityError):
        make_membership(membership.user, membership.organisation, membership.role)


def test_a_person_may_have_several_roles():
    membership = make_membership()
    make_membership(membership.user, membership.organisation, Role.MEMBER)
    assert membership.user.memberships.count() == 2


def test_a_vacant_post_has_no_interim():
    with pytest.raises(IntegrityError, match="post_interim_only_when_held"):
        make_post(is_interim=True)


def test_an_interim_holds_a_post():
    assert make_post(holder=make_user(), is_interim=True).pk


def test_the_form_for_a_post_says_that_an_interim_needs_a_holder():
    post = make_post()
    post.is_interim = True
    with pytest.raises(ValidationError):
        post.full_clean()


def test_a_title_is_one_post_in_an_organisation():
    post = make_post(title="Head of Finance")
    with pytest.raises(IntegrityError):
        make_post(post.organisation, title="Head of Finance")


def test_two_organisations_may_have_posts_of_one_title():
    assert make_post(title="Head of Finance").pk != make_post(title="Head of Finance").pk


def test_a_directorate_is_named_once_in_an_organisation():
    directorate = make_directorate()
    with pytest.raises(IntegrityError):
        make_directorate(directorate.organisation, directorate.name)


def test_a_post_outlives_its_holder():
    risk = make_risk(owner=make_post(title="Head of Finance", holder=make_user()))
    risk.owner.holder = None
    risk.owner.save()
    risk.refresh_from_db()
    assert str(risk.owner) == "Head of Finance (vacant)"


def test_a_person_who_holds_a_post_is_not_deleted():
    post = make_post(holder=make_user())
    with pytest.raises(ProtectedError):
        post.holder.delete()


def test_a_post_that_owns_a_risk_is_not_deleted():
    risk = make_risk(owner=make_post())
    with pytest.raises(ProtectedError):
        risk.owner.delete()


def test_an_organisation_with_posts_is_not_deleted():
    organisation = make_organisation()
    make_post(organisation)
    with pytest.raises(ProtectedError):
        organisation.delete()


def test_today_is_a_day_in_london(monkeypatch):
    """At half past midnight on 1 July in London it still is 30 June in UTC."""
    membership = make_membership(until=datetime.date(2026, 6, 30))
    monkeypatch.setattr(
        timezone, "now", lambda: datetime.datetime(2026, 6, 30, 23, 30, tzinfo=datetime.UTC)
    )
    assert membership not in Membership.objects.active()


def test_an_inactive_person_has_no_permission():
    membership = make_membership(make_user(is_active=False))
    assert permissions_of(membership.user, membership.organisation) == frozenset()


def test_a_post_given_away_by_its_holder_alone_is_no_longer_vacant_since_a_day():
    post = make_post(vacant_since=days_ago(9))
    post.holder = make_user()
    post.save(update_fields=["holder"])
    post.refresh_from_db()
    assert post.vacant_since is None


def test_a_vacant_post_is_not_held_since_a_day():
    post = make_post(holder=make_user(), held_since=days_ago(9))
    post.holder = None
    post.save(update_fields=["holder"])
    post.refresh_from_db()
    assert post.held_since is None


@pytest.mark.parametrize("fields", [{"held_since": days_ago(1)}, {"vacant_since": days_ago(1)}])
def test_the_database_keeps_both_days_from_being_true(fields):
    post = make_post(holder=None if "held_since" in fields else make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(**fields)
