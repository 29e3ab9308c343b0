"""The text of the mails that django-allauth sends."""

import pytest
from makers import make_user

pytestmark = pytest.mark.django_db

LETTER = """Hello Robin Ash,

Somebody, probably you, asked to set a new password for your account
on Failing Well. To set it, open this link within three days:

{link}

The link works once. If you did not ask for it, do nothing. Your
password does not change.
"""
NO_ACCOUNT = """Hello,

Somebody, probably you, asked to set a new password on Failing Well
for this address. No account has this address.

You may have an account with another address: try that one. If you
need an account, ask an administrator of your organisation.
If you did not ask for this, do nothing.
"""


@pytest.fixture
def letter(client, mailoutbox):
    """The mail that comes of asking for a new password."""

    def ask(email):
        client.post("/accounts/password/reset/", {"email": email})
        [mail] = mailoutbox
        return mail

    return ask


def test_the_password_link_comes_with_our_own_text(letter, settings):
    settings.SITE_URL = "https://risk.council.example"
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 24 * 60 * 60
    mail = letter(make_user(email="robin@council.example", name="Robin Ash").email)
    [link] = [line for line in mail.body.splitlines() if "://" in line]
    assert link.startswith(
        "https://risk.council.example/accounts/password/reset/key/"
    )  # not the caller's Host header
    assert (mail.subject, mail.body) == (
        "Set your password for Failing Well",
        LETTER.format(link=link).strip(),
    )


def test_an_address_without_an_account_gets_our_own_text(letter):
    mail = letter("nobody@council.example")
    assert (mail.subject, mail.body) == (
        "No account on Failing Well has this address",
        NO_ACCOUNT.strip(),
    )


def test_the_link_sets_the_password(client, letter):
    make_user(email="robin@council.example", name="Robin Ash")
    [link] = [line for line in letter("robin@council.example").body.splitlines() if "://" in line]
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    assert (page.status_code, "new password" in page.text.lower()) == (200, True)
