"""Changing a sign-in address: requested by an administrator, confirmed by a link, notified."""

import re

import pytest
from allauth.account.models import EmailAddress
from database import in_parallel
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import NoReverseMatch, reverse
from makers import make_user

from registers.accounts import address_change
from registers.accounts.address_change import (
    AddressTaken,
    confirm_address,
    request_address_change,
    user_of_link,
    withdraw_address_change,
)
from registers.models import AuditEntry, User

pytestmark = pytest.mark.django_db

OLD, NEW = "kay@council.example", "kay.lin@council.example"


@pytest.fixture
def administrator():
    return User.objects.create_superuser("root@example.org", "not-asked-for", name="Root")


@pytest.fixture
def root(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def person():
    return make_user(email=OLD, name="Kay Lin")


def request_change(person, email=NEW):
    """Ask for the change and return the link, as the mail to the new address has it."""
    mail.outbox.clear()
    request_address_change(person, email=email, by=None)
    return re.search(r"/accounts/confirm-address/\S+", mail.outbox[0].body)[0]


def token_of(link):
    return link.removesuffix("/").rpartition("/")[2]


def save_in_admin(client, person, **fields):
    form = {"email": person.email, "name": person.name, "is_active": "on"}
    form |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0, **fields}
    return client.post(f"/admin/registers/user/{person.pk}/change/", form, follow=True)


def address_of(person):
    person.refresh_from_db()
    return person.email


# The pages that could move an address


@pytest.mark.parametrize(
    "path", ["email/", "confirm-email/", "confirm-email/x/", "login/code/", "login/code/confirm/"]
)
def test_undecided_pages_of_the_account_library_are_not_found(client, person, path):
    client.force_login(person)
    form = {"action_add": "", "email": NEW}
    assert client.post(f"/accounts/{path}", form).status_code == 404
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize(
    "name", ["account_email", "account_email_verification_sent", "account_confirm_email"]
)
def test_no_page_of_the_librarys_list_of_addresses_has_an_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_person_without_a_password_gets_a_link_to_set_one(client, person):
    client.force_login(person)
    answer = client.get("/accounts/password/change/", follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_reset_password")


# Asking for it


def test_an_administrator_who_saves_another_address_does_not_change_it_yet(root, person):
    save_in_admin(root, person, email=NEW)
    assert (address_of(person), person.pending_email) == (OLD, NEW)


def test_the_page_says_that_a_link_was_sent(root, person):
    assert f"We have sent a link to {NEW}" in save_in_admin(root, person, email=NEW).text


def test_other_changes_by_the_administrator_are_saved(root, person):
    save_in_admin(root, person, email=NEW, name="Kay Lin-Ash")
    person.refresh_from_db()
    assert person.name == "Kay Lin-Ash"


def test_both_addresses_are_written_to(root, person):
    save_in_admin(root, person, email=NEW)
    assert {letter.to[0]: "/confirm-address/" in letter.body for letter in mail.outbox} == {
        NEW: True,
        OLD: False,
    }


def test_the_old_address_gets_a_message_with_the_new_one(person):
    request_change(person)
    assert NEW in mail.outbox[1].body


def test_asking_is_audited(root, administrator, person):
    save_in_admin(root, person, email=NEW)
    entry = AuditEntry.objects.get(verb="user.address_requested")
    assert (entry.by, entry.subject) == (administrator, f"user:{person.pk}")
    assert entry.text.content.items() >= {"old": OLD, "new": NEW}.items()


def test_another_persons_address_is_refused(root, person):
    make_user(email=NEW)
    answer = save_in_admin(root, person, email=NEW)
    assert ("already exists" in answer.text, address_of(person), len(mail.outbox)) == (True, OLD, 0)


def test_an_address_that_was_taken_meanwhile_is_refused(person):
    make_user(email=NEW)
    with pytest.raises(AddressTaken):
        request_address_change(person, email=NEW.upper(), by=None)


def test_when_mail_fails_nothing_is_written(root, person, settings):
    settings.EMAIL_BACKEND = "test_address_change.RefusingBackend"
    answer = save_in_admin(root, person, email=NEW)
    person.refresh_from_db()
    assert ("refused the message" in answer.text, person.pending_email) == (True, "")
    assert not AuditEntry.objects.filter(verb="user.address_requested").exists()


class RefusingBackend(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError


# Confirming it


def test_opening_the_link_changes_nothing(client, person):
    assert NEW in client.get(request_change(person)).text
    assert address_of(person) == OLD


def test_confirming_changes_the_address(client, person):
    answer = client.post(request_change(person))
    assert (
        "Your address has changed" in answer.text,
        address_of(person),
        person.pending_email,
    ) == (True, NEW, "")


def test_confirming_notifies_the_old_address(client, person):
    link = request_change(person)
    mail.outbox.clear()
    client.post(link)
    assert [(letter.to, NEW in letter.body) for letter in mail.outbox] == [([OLD], True)]


def test_confirming_is_audited(client, person):
    client.post(request_change(person))
    assert (
        AuditEntry.objects.get(verb="user.address_changed").text.content.items()
        >= {"old": OLD, "new": NEW}.items()
    )


def test_a_link_works_once(client, person):
    link = request_change(person)
    client.post(link)
    assert "no longer works" in client.post(link).text


def test_a_link_names_nobody(person):
    assert "council" not in request_change(person) and OLD not in str(
        token_of(request_change(person))
    )


def test_a_later_request_ends_the_earlier_link(client, person):
    link = request_change(person)
    request_change(person, "another@council.example")
    client.post(link)
    assert address_of(person) == OLD


def test_a_withdrawn_link_leads_nowhere(root, client, person):
    link = request_change(person)
    form = {"action": "withdraw_address_changes", "_selected_action": [person.pk]}
    root.post("/admin/registers/user/", form)
    assert "no longer works" in Client().post(link).text


def test_withdrawing_is_audited(person):
    request_change(person)
    withdraw_address_change(person, by=None)
    assert AuditEntry.objects.filter(verb="user.address_withdrawn").exists()


def test_an_old_link_leads_nowhere(monkeypatch, person):
    token = token_of(request_change(person))
    monkeypatch.setattr(address_change, "MAX_AGE", -1)
    assert user_of_link(token) is None


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "x" * 5000, "é"])
def test_a_link_made_by_another_person_leads_nowhere(token):
    assert user_of_link(token) is None


def test_a_link_of_an_inactive_person_leads_nowhere(person):
    token = token_of(request_change(person))
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert user_of_link(token) is None


def test_an_address_taken_before_confirmation_stays_with_its_owner(client, person):
    link = request_change(person)
    make_user(email=NEW)
    assert ("Another account has this address" in client.post(link).text, address_of(person)) == (
        True,
        OLD,
    )


def test_addresses_in_the_librarys_own_list_count_no_more(person):
    EmailAddress.objects.create(user=person, email=OLD, primary=True, verified=True)
    confirm_address(token_of(request_change(person)))
    assert not EmailAddress.objects.exists()


def test_a_link_for_a_new_password_that_was_sent_before_is_void(client, person):
    person.set_password("a long enough password")
    person.save()
    client.post("/accounts/password/reset/", {"email": OLD})
    reset = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)[0]
    confirm_address(token_of(request_change(person)))
    assert (
        client.get(reset).status_code == 200
    )  # no redirect to the form: the page says that the link is void


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_make_one_change(person):
    token = token_of(request_change(person))
    users = in_parallel(2, lambda number: confirm_address(token))
    assert (sum(user is not None for user in users), address_of(person)) == (1, NEW)


@pytest.mark.django_db(transaction=True)
def test_an_administrator_who_saves_an_older_page_does_not_undo_a_confirmed_address(root, person):
    token = token_of(request_change(person))
    stale = User.objects.get(pk=person.pk)
    confirm_address(token)
    stale.name = "Kay"
    stale.save(update_fields={"name"})
    assert address_of(person) == NEW
