"""Changing the address of an account: an administrator types it, a link to it confirms it.

The old address is told of both. The link is signed and covers the account, its address and the new
one. It works once, while the account has that address and waits for that new one: not after the
change was withdrawn or another was requested.
"""

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from registers.accounts.letters import send_letters
from registers.models import User

SALT = "registers.accounts.address-change"
MAX_AGE = 7 * 24 * 60 * 60  # seconds


class AddressTaken(ValueError):
    """Another account has this address."""


@transaction.atomic
def request_address_change(user, *, email, by):
    """Write to the new address and to the old one; nothing else changes yet.

    Raises AddressTaken, and what the mail server raises (OSError, SMTPException): then nothing was
    written.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    email = User.objects.normalize_email(email)
    if User.objects.filter(email=email).exists():
        raise AddressTaken(email)
    User.objects.filter(pk=user.pk).update(pending_email=email)
    user.enter("address_requested", by=by, text={"old": user.email, "new": email})
    link = settings.SITE_URL + reverse("account_confirm_address", args=[_token(user, email)])
    _send(
        {email: "address_change_confirm", user.email: "address_change_requested"},
        user,
        email,
        link=link,
    )


@transaction.atomic
def withdraw_address_change(user, *, by):
    """Let the link that was sent lead nowhere."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pending_email:
        User.objects.filter(pk=user.pk).update(pending_email="")
        user.enter("address_withdrawn", by=by, text={"old": user.email, "new": user.pending_email})


def user_of_link(token):
    """The User whose new address this link confirms, or None where it is no longer valid."""
    try:
        pk, digest = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).exclude(pending_email="").first()
    return user if user and digest == _digest(user.email, user.pending_email) else None


def confirm_address(token):
    """Change the address and return the User; None where the link does not work any more.

    Raises AddressTaken.
    """
    user = user_of_link(token)
    if user is None:
        return None
    old, new = user.email, user.pending_email
    try:
        with transaction.atomic():
            changed = User.objects.filter(pk=user.pk, email=old, pending_email=new).update(
                email=new, pending_email=""
            )
            # The same link, twice at once.
            if not changed:
                return None
            user.refresh_from_db()
            # allauth's own list: only User.email counts.
            user.emailaddress_set.all().delete()
            user.enter("address_changed", text={"old": old, "new": new})
            _send({old: "address_change_complete"}, user, new)
    except IntegrityError as error:
        raise AddressTaken(new) from error
    return user


def _token(user, email):
    return signing.dumps([user.pk, _digest(user.email, email)], salt=SALT)


def _digest(*addresses):
    """So that the link, which stands in logs and histories, names nobody."""
    return salted_hmac(SALT, "\n".join(addresses), algorithm="sha256").hexdigest()[:32]


def _send(letters, user, new, **context):
    """letters: see send_letters."""
    days = MAX_AGE // (24 * 60 * 60)
    send_letters(letters, user=user, new=new, days=days, **context)
