"""Requests beyond the admin site's own pages: refused with a message, and as fast."""

import re

import pytest
from database import in_parallel
from django.test import Client
from hostile_values import NUMBERS
from makers import make_membership
from profiles import CI

from registers.models import Membership, User

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/registers/user/"


@pytest.fixture
def root(client):
    client.force_login(
        User.objects.create_superuser("root@example.org", "not-asked-for", name="Root")
    )
    return client


# Lists

UNKNOWN_FILTERS = {
    "email__regex": "[",
    "date_joined__year": "0",
    "id__in": str(2**63),
    "password__startswith": "argon2",
    "memberships__organisation__name__regex": "(",
}


@pytest.mark.parametrize("name", UNKNOWN_FILTERS)
def test_a_list_accepts_only_its_own_filters(root, name):
    assert root.get(PEOPLE, {name: UNKNOWN_FILTERS[name]}).status_code == 400


@pytest.mark.parametrize(("length", "status"), [(200, 200), (201, 400), (100_000, 400)])
def test_a_search_is_read_up_to_a_limit(root, length, status):
    assert root.get(PEOPLE, {"q": "a" * length}).status_code == status


def test_every_link_of_a_lists_filters_is_followed(root):
    make_membership()
    links = re.findall(r'href="\?([\w=&;%+-]+)"', root.get(PEOPLE).text)
    narrowing = [link for link in links if "exact" in link]
    assert len(narrowing) > 5
    assert {
        root.get(f"{PEOPLE}?{link.replace('&amp;', '&')}").status_code for link in narrowing
    } == {200}


@pytest.mark.parametrize("action", ["delete_selected", "withdraw_address_changes"])
def test_rows_of_a_list_are_chosen_by_their_numbers(root, action):
    path = PEOPLE if action == "withdraw_address_changes" else "/admin/mfa/authenticator/"
    answers = {
        key: root.post(path, {"action": action, "_selected_action": key}).status_code
        for key in NUMBERS
    }
    assert {
        status for key, status in answers.items() if not (key.isascii() and key.isdecimal())
    } == {400}
    assert set(answers.values()) <= {200, 302, 400}


# The rows beside a person


def person_form(person, **fields):
    return {
        "email": person.email,
        "name": person.name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        **fields,
    }


# Of numbers that a form may send, one of each kind.
COUNTS = ("-1", str(2**31), "9" * 5000, "NaN", "1.0")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("TOTAL_FORMS", COUNTS),
        ("INITIAL_FORMS", COUNTS[:2]),
        ("MIN_NUM_FORMS", COUNTS[1:2]),
        ("MAX_NUM_FORMS", COUNTS[1:2]),
    ],
)
def test_a_form_with_too_many_rows_is_read_only_up_to_a_limit(root, name, numbers):
    person = make_membership().user
    for number in numbers:
        answer = root.post(
            f"{PEOPLE}{person.pk}/change/", person_form(person, **{f"memberships-{name}": number})
        )
        assert answer.status_code in (200, 302)
        assert answer.text.count('class="inline-related') <= 52


def test_a_duplicate_role_is_refused_with_a_message(root):
    """Somebody else gave it since the page was opened."""
    membership = make_membership(role="administrator")
    fields = {
        "memberships-0-organisation": membership.organisation_id,
        "memberships-0-role": membership.role,
    }
    answer = root.post(
        f"{PEOPLE}{membership.user_id}/change/", person_form(membership.user, **fields)
    )
    assert (answer.status_code, "already exists" in answer.text) == (200, True)
    assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_duplicates_added_at_once_make_one_and_the_rest_get_an_error():
    root = User.objects.create_superuser("root@example.org", "not-asked-for", name="Root")
    password = "correct-horse-battery-staple"

    def add(_):
        client = Client()
        client.force_login(root)
        form = {
            **{"email": "kay@example.org", "name": "Kay", "usable_password": "true"},
            **{"password1": password, "password2": password},
            **{"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"},
        }
        return client.post(f"{PEOPLE}add/", form).status_code

    statuses = in_parallel(6 if CI else 3, add)
    assert (statuses.count(302), set(statuses) <= {302, 200, 409}) == (1, True)
    assert User.objects.filter(email="kay@example.org").count() == 1
