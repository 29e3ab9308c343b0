"""Inviting a person, and accepting: new accounts, accounts that exist, and links that fail."""

import copy
import datetime
import logging
import re
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from makers import (
    days_ago,
    make_invitation,
    make_membership,
    make_organisation,
    make_person,
    make_user,
)

from failing_well.logs import WithoutSecrets
from registers.administration import invitations
from registers.forms.invitations import InviteForm, NewAccountForm
from registers.models import AuditEntry, Invitation, Membership, User

pytestmark = pytest.mark.django_db

PASSWORD = "three quiet herons"
ADDRESS = "ari.elm@council.example"


@pytest.fixture(scope="module")
def module_council(module_db):
    organisation = make_organisation("Southmoor Council")
    administrator = make_person(organisation, "administrator", name="Noor Hazel")
    return SimpleNamespace(
        organisation=organisation,
        administrator=administrator,
        invitation=make_invitation(organisation, by=administrator, email=ADDRESS),
    )


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


@pytest.fixture
def client(council):
    client = Client()
    client.force_login(council.administrator)
    return client


class RefusingBackend(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError


def send(client, council, **changes):
    fields = {"name": "Ida Yew", "email": "ida.yew@council.example", "roles": ["officer"]} | changes
    address = reverse("person_invite", args=[council.organisation.slug])
    return client.post(address, fields, follow=True)


def link_in_mail():
    return re.search(r"/invitations/\S+", mail.outbox[-1].body)[0]


def path_of(invitation):
    return reverse("invitation_accept", args=[invitation.secret])


def answer(invitation, client=None, **changes):
    fields = {"name": "Ari Elm", "password": PASSWORD} | changes
    return (client or Client()).post(path_of(invitation), fields, follow=True)


def roles_of(email):
    return list(Membership.objects.filter(user__email=email).values_list("role", "until"))


# Sending


def test_an_invitation_is_sent_to_the_address(client, council):
    send(client, council, email="Ida.Yew@Council.example")
    assert mail.outbox[0].to == ["ida.yew@council.example"]


def test_the_link_of_the_mail_opens_the_invitation(client, council):
    send(client, council)
    assert "Join Southmoor Council" in Client().get(link_in_mail()).text


def test_the_database_does_not_have_the_secret(client, council):
    send(client, council)
    secret = link_in_mail().split("/")[2]
    assert secret not in str(Invitation.objects.values())


def test_an_invitation_is_audited(client, council):
    send(client, council)
    entry = AuditEntry.objects.get(verb="invitation.sent")
    assert (entry.by, entry.chain.organisation) == (council.administrator, council.organisation)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"email": "ida.yew"}, "Enter an e-mail address in the form"),
        ({"email": ""}, "Enter an e-mail address"),
        ({"name": "\u200b"}, "Enter the name of the person"),
        ({"roles": []}, "Select at least one role"),
        ({"roles": ["emperor"]}, "Select roles from the list"),
        ({"roles": ["peer"]}, "Enter a last day for the role of peer"),
        ({"until_officer_0": "31", "until_officer_1": "2"}, "must include a year"),
        ({"until_officer": "2020-01-01"}, "must be today or in the future"),
        ({"until_officer": "31 February"}, "must be a real date"),
    ],
)
def test_a_wrong_invitation_is_refused_in_words(changes, error):
    fields = {"name": "Ida Yew", "email": "ida.yew@council.example", "roles": ["officer"]} | changes
    form = InviteForm(
        MultiValueDict(
            {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
        )
    )
    assert error in form.errors.as_text()


def test_an_address_that_was_invited_is_refused(client, council):
    answer = send(client, council, email=ADDRESS.upper())
    assert ("is waiting already" in answer.text, mail.outbox) == (True, [])


def test_an_address_of_a_person_here_is_refused(client, council):
    person = make_person(council.organisation, "officer")
    assert "already of a person here" in send(client, council, email=person.email).text


def test_the_same_form_sent_twice_invites_once(client, council):
    token = "0f8fad5b-d9cb-469f-a165-70867728950e"
    send(client, council, token=token)
    again = send(client, council, token=token)
    assert ("We have sent an invitation" in again.text, len(mail.outbox)) == (True, 1)


def test_when_mail_fails_nobody_is_invited(client, council, settings):
    settings.EMAIL_BACKEND = "test_invitations.RefusingBackend"
    answer = send(client, council)
    assert "The mail server did not take the message" in answer.text
    assert not Invitation.objects.filter(name="Ida Yew").exists()


def test_one_address_gets_five_letters_an_hour(client, council):
    address = reverse(
        "person_invitation_resend", args=[council.organisation.slug, council.invitation.pk]
    )
    pages = [client.post(address, follow=True).text for _ in range(6)]
    assert (len(mail.outbox), "several times in the last hour" in pages[-1]) == (5, True)


def test_sent_again_the_earlier_link_stops_working(client, council):
    address = reverse(
        "person_invitation_resend", args=[council.organisation.slug, council.invitation.pk]
    )
    client.post(address)
    assert "does not work" in Client().get(path_of(council.invitation)).text
    assert "Join Southmoor" in Client().get(link_in_mail()).text


def test_an_invitation_of_another_organisation_is_not_found(client, council):
    other = make_organisation()
    invitation = make_invitation(other, by=make_person(other, "administrator"))
    address = reverse("person_invitation", args=[council.organisation.slug, invitation.pk])
    assert client.get(address).status_code == 404


# Accepting with a new account


def test_opening_the_link_changes_nothing(council):
    Client().get(path_of(council.invitation))
    council.invitation.refresh_from_db()
    assert council.invitation.state == "waiting"


def test_accepting_makes_the_account_and_its_role(council):
    answer(council.invitation)
    assert roles_of(ADDRESS) == [("officer", None)]


def test_who_accepts_is_signed_in_at_home(council):
    page = answer(council.invitation)
    assert (page.redirect_chain[-1][0], "You have joined Southmoor" in page.text) == ("/", True)


def test_with_a_second_factor_required_setting_it_up_comes_next(council, settings):
    settings.REQUIRE_MFA = True
    page = answer(council.invitation)
    assert page.redirect_chain[-1][0].startswith("/accounts/2fa/totp/activate/")


def test_roles_end_on_the_days_of_the_invitation(council):
    until = days_ago(-90)
    roles = [("peer", until.isoformat()), ("member", None)]
    invitation = make_invitation(
        council.organisation, by=council.administrator, email="kim@example.org", roles=roles
    )
    answer(invitation)
    assert roles_of("kim@example.org") == [("member", None), ("peer", until)]


def test_accepting_is_audited(council):
    answer(council.invitation)
    entry = AuditEntry.objects.get(verb="invitation.accepted")
    assert (entry.by.email, entry.chain.organisation) == (ADDRESS, council.organisation)


@pytest.mark.parametrize(
    ("password", "error"),
    [("", "Choose a password"), ("short", "12 characters"), ("ari.elm@council", "too similar")],
)
def test_a_weak_password_is_refused(council, password, error):
    form = NewAccountForm({"name": "Ari", "password": password}, invitation=council.invitation)
    assert error in form.errors.as_text()


def test_with_a_weak_password_there_is_no_account(council):
    answer(council.invitation, password="short")
    assert not User.objects.filter(email=ADDRESS).exists()


def test_guesses_at_invitations_are_limited(council):
    client = Client()
    statuses = [client.post("/invitations/no-such-secret/").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


# Links that fail


def test_a_link_works_once(council):
    answer(council.invitation)
    again = answer(council.invitation, name="Somebody else")
    assert "Somebody accepted it on" in again.text
    assert User.objects.get(email=ADDRESS).name == "Ari Elm"


def test_an_expired_link_says_so(council):
    past = timezone.now() - datetime.timedelta(days=1)
    Invitation.objects.update(expires_at=past)
    assert "It was valid until" in answer(council.invitation).text
    assert not User.objects.filter(email=ADDRESS).exists()


def test_a_withdrawn_link_says_so(client, council):
    address = reverse(
        "person_invitation_withdraw", args=[council.organisation.slug, council.invitation.pk]
    )
    client.post(address)
    assert "Southmoor Council has withdrawn it" in answer(council.invitation).text
    assert not User.objects.filter(email=ADDRESS).exists()


def test_an_accepted_invitation_cannot_be_withdrawn(client, council):
    answer(council.invitation)
    address = reverse(
        "person_invitation_withdraw", args=[council.organisation.slug, council.invitation.pk]
    )
    assert "Nothing has changed" in client.post(address, follow=True).text


def test_a_link_of_a_former_administrator_says_so(council):
    """Else they could come back by an invitation of their own."""
    council.administrator.memberships.update(until=days_ago(1))
    assert "is no longer an administrator" in answer(council.invitation).text
    assert not User.objects.filter(email=ADDRESS).exists()


@pytest.mark.parametrize("secret", ["x", "é", "x" * 3000])
def test_a_link_of_nobody_has_no_invitation(secret):
    assert invitations.invitation_with(secret) is None


def test_a_link_of_nobody_says_so():
    page = Client().get(reverse("invitation_accept", args=["x"]))
    assert "This invitation does not work" in page.text


# Accounts that exist


@pytest.fixture
def person():
    """Somebody of another organisation who is invited here too."""
    user = make_user(email=ADDRESS, password=PASSWORD, name="Ari Elm")
    make_membership(user, make_organisation(), "manager")
    return user


def test_who_has_an_account_signs_in_first(council, person):
    page = answer(council.invitation)
    assert "Sign in to accept" in page.text
    assert person.memberships.count() == 1


def test_the_sign_in_leads_back_to_the_invitation(council, person):
    client = Client()
    address = re.search(
        r'href="(/accounts/login/\?next=[^"]+)"', client.get(path_of(council.invitation)).text
    )[1]
    page = client.post(address, {"login": ADDRESS, "password": PASSWORD}, follow=True)
    assert "Accept the invitation" in page.text


def test_who_is_signed_in_with_the_address_joins(council, person):
    client = Client()
    client.force_login(person)
    client.post(path_of(council.invitation))
    assert person.memberships.filter(organisation=council.organisation).count() == 1


def test_a_new_address_that_waits_is_withdrawn(council, person):
    """An administrator elsewhere who asked for it would come into this organisation with it."""
    User.objects.filter(pk=person.pk).update(pending_email="else@example.org")
    invitations.accept(council.invitation, by=person)
    assert User.objects.get(pk=person.pk).pending_email == ""


def test_an_account_with_another_address_does_not_join(client, council):
    page = client.post(path_of(council.invitation))
    assert "You are signed in as" in page.text
    assert council.administrator.memberships.count() == 1


def test_the_verb_refuses_another_account_too(council):
    with pytest.raises(invitations.NotInvited):
        invitations.accept(council.invitation, by=council.administrator)


def test_a_closed_account_does_not_join(council, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert "is closed" in answer(council.invitation).text


def test_a_person_who_was_here_before_keeps_the_later_last_day(council):
    person = make_person(council.organisation, "officer", email=ADDRESS)
    person.memberships.update(until=days_ago(10))
    invitations.accept(council.invitation, by=person)
    assert roles_of(ADDRESS) == [("officer", None)]


def test_the_secret_is_not_logged(council):
    secret = council.invitation.secret
    for line in (f"Bad Request: /invitations/{secret}/", f"/login/?next=%2Finvitations%2F{secret}"):
        record = logging.LogRecord("django.request", logging.ERROR, "", 1, line, (), None)
        assert secret not in WithoutSecrets("{message}", style="{").format(record)
