"""Each change of an account, password or second factor is in the installation's audit chain."""

import re
import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from audit_check import verify
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, transaction
from makers import make_membership, make_user

from registers.accounts.address_change import request_address_change, withdraw_address_change
from registers.models import AuditEntry, User

pytestmark = pytest.mark.django_db

PASSWORD, OTHER_PASSWORD = "a long enough password", "another long enough password"


@pytest.fixture
def person():
    return make_user("Robin Ash", password=PASSWORD)


def entries_about(user):
    return AuditEntry.objects.filter(subject=f"user:{user.pk}").order_by("pk")


def entry_about(user, verb):
    """The one with that verb: in the installation's chain, and without the password."""
    entry = entries_about(user).get(verb=verb)
    assert entry.chain.organisation is None
    assert not {PASSWORD, OTHER_PASSWORD} & set(str([entry.facts, entry.text.content]).split("'"))
    return entry


# Accounts


def create_superuser(**fields):
    call_command(
        "createsuperuser",
        interactive=False,
        stdout=StringIO(),
        email="root@example.org",
        name="Root",
        **fields,
    )
    return User.objects.get(email="root@example.org")


def test_createsuperuser_leaves_an_entry_with_a_seal(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    person = create_superuser()
    entry = entry_about(person, "user.added")
    assert (entry.by, [*entry.facts["seals"]], entries_about(person).count()) == (
        None,
        [f"user:{person.pk}"],
        1,
    )
    assert entry.text.content["rows"][f"user:{person.pk}"]["is_superuser"]
    assert verify() == ""


def test_createsuperuser_leaves_one_without_a_password_too():
    assert entry_about(create_superuser(), "user.added")


def test_a_new_person_has_an_entry_with_its_author(person):
    kay = User.objects.create_user("kay@example.org", name="Kay", by=person)
    assert entry_about(kay, "user.added").by == person


@pytest.mark.django_db(transaction=True)
def test_an_account_whose_entry_cannot_be_written_is_not_made(monkeypatch):
    monkeypatch.setattr("registers.history.audit.secrets.token_hex", lambda length: None)
    with pytest.raises(DatabaseError):
        create_superuser()
    assert not User.objects.filter(email="root@example.org").exists()


# Passwords


def test_a_password_that_its_owner_changes_leaves_an_entry(client, person):
    client.force_login(person)
    form = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert client.post("/accounts/password/change/", form).status_code == 302
    assert entry_about(person, "user.password-changed").by == person
    assert authenticate(email=person.email, password=OTHER_PASSWORD) == person


def test_a_password_that_is_refused_leaves_none(client, person):
    client.force_login(person)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": "x", "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD},
    )
    assert not entries_about(person).exists()


def test_a_password_set_by_a_link_in_a_mail_leaves_an_entry(client, person):
    client.post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    answer = client.get(link, follow=True)
    path = answer.redirect_chain[-1][0]
    client.post(path, {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD})
    assert entry_about(person, "user.password-reset").by == person


def test_a_password_set_by_an_administrator_names_them(client, person):
    administrator = make_user(is_staff=True, is_superuser=True)
    client.force_login(administrator)
    form = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD, "usable_password": "true"}
    client.post(f"/admin/registers/user/{person.pk}/password/", form)
    assert entry_about(person, "user.password-set").by == administrator


def test_a_password_set_at_the_command_line_leaves_an_entry(monkeypatch, person):
    monkeypatch.setattr("getpass.getpass", lambda prompt: OTHER_PASSWORD)
    call_command("changepassword", person.email, stdout=StringIO())
    assert entry_about(person, "user.password-set").by is None


def test_a_hash_that_is_made_anew_at_signing_in_leaves_none(settings, person):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    before = person.password
    assert authenticate(email=person.email, password=PASSWORD)
    person.refresh_from_db()
    assert (person.password != before, entries_about(person).exists()) == (True, False)


def test_signing_in_breaks_no_seal(client, person):
    person.enter("added")
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert verify() == ""


@pytest.mark.django_db(transaction=True)
def test_a_password_whose_entry_cannot_be_written_stays(monkeypatch, person):
    monkeypatch.setattr("registers.history.audit.secrets.token_hex", lambda length: None)
    person.set_password(OTHER_PASSWORD)
    with pytest.raises(DatabaseError):
        person.save()
    assert authenticate(email=person.email, password=PASSWORD) == person


# Second factors


def factors(user, verb):
    return sorted(entry.facts["factor"] for entry in entries_about(user).filter(verb=verb))


def test_a_second_factor_that_is_set_up_and_removed_leaves_entries(client, person):
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session[SECRET_SESSION_KEY]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert factors(person, "user.factor-added") == ["recovery_codes", "totp"]
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert factors(person, "user.factor-removed") == ["recovery_codes"]
    assert factors(person, "user.factor-added") == ["recovery_codes", "recovery_codes", "totp"]
    client.post("/accounts/2fa/totp/deactivate/")
    assert factors(person, "user.factor-removed") == ["recovery_codes", "recovery_codes", "totp"]
    assert {entry.by for entry in entries_about(person)} == {person}
    assert secret not in str([(entry.facts, entry.text.content) for entry in entries_about(person)])


def test_a_second_factor_removed_by_an_administrator_names_them(client, person):
    factor = TOTP.activate(person, generate_totp_secret()).instance
    administrator = make_user(is_staff=True, is_superuser=True)
    client.force_login(administrator)
    client.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()
    entry = entry_about(person, "user.factor-removed")
    assert (entry.by, entry.facts) == (administrator, {"factor": "totp"})


def test_a_code_that_is_used_leaves_no_entry(person):
    factor = RecoveryCodes.activate(person)
    before = entries_about(person).count()
    factor.instance.record_usage()
    assert entries_about(person).count() == before


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_whose_entry_cannot_be_written_is_not_removed(monkeypatch, person):
    factor = TOTP.activate(person, generate_totp_secret()).instance
    monkeypatch.setattr("registers.history.audit.secrets.token_hex", lambda length: None)
    with pytest.raises(DatabaseError), transaction.atomic():
        factor.delete()
    assert Authenticator.objects.filter(pk=factor.pk).exists()


# Roles and addresses, where other pages change them


def test_a_requested_address_is_sealed(client, person):
    make_membership(person).enter("added")
    person.memberships.get().organisation.enter("added")
    request_address_change(person, email="robin@other.example", by=person)
    assert verify() == ""
    withdraw_address_change(person, by=person)
    assert verify() == ""
    User.objects.filter(pk=person.pk).update(email="thief@other.example")
    assert f"the user {person.pk} is not what was sealed (email)" in verify()
