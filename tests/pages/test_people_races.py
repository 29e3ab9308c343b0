"""Two administrators at once, and one link opened twice at once."""

import pytest
from database import in_parallel
from makers import days_ago, make_invitation, make_organisation, make_person

from registers.administration.departures import leave
from registers.administration.invitations import (
    AlreadyInvited,
    accept_with_new_account,
    invite,
)
from registers.administration.roles import LastAdministrator
from registers.history.errors import InvalidTransition
from registers.models import Invitation, Membership, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def administrators(organisation):
    return [make_person(organisation, "administrator") for _ in range(2)]


def attempt(refusal, verb, *args, **arguments):
    """Whether the verb was let through."""
    try:
        verb(*args, **arguments)
        return True
    except refusal:
        return False


def test_of_two_administrators_who_leave_at_once_one_stays(organisation, administrators):
    results = in_parallel(
        2,
        lambda number: attempt(
            LastAdministrator,
            leave,
            administrators[number],
            organisation,
            on=days_ago(1),
            handovers=[],
            by=administrators[number],
        ),
    )
    assert sorted(results) == [False, True]
    assert Membership.objects.active().count() == 1


def test_two_administrators_who_invite_one_address_at_once_send_one_invitation(
    organisation, administrators
):
    results = in_parallel(
        2,
        lambda number: attempt(
            AlreadyInvited,
            invite,
            organisation,
            name="Ari Elm",
            email="ari@example.org",
            roles=[("officer", None)],
            by=administrators[number],
        ),
    )
    assert (sorted(results), Invitation.objects.count()) == ([False, True], 1)


def test_a_link_opened_twice_at_once_makes_one_account(organisation, administrators):
    invitation = make_invitation(organisation, by=administrators[0])
    results = in_parallel(
        2,
        lambda number: attempt(
            InvalidTransition,
            accept_with_new_account,
            invitation,
            name="Ari Elm",
            password=f"three quiet herons {number}",
        ),
    )
    assert sorted(results) == [False, True]
    assert User.objects.filter(email=invitation.email).count() == 1
