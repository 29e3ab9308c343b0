"""Which browser has signed in to an account before: a signed cookie of the earlier success.

Strangers who guess at an account lock only browsers that do not have it (OWASP, "device cookies").
It opens nothing: whoever steals one gets a count of guesses of their own.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "registers.accounts.known-device"
MAX_AGE = 180 * 24 * 60 * 60  # seconds
ACCOUNTS = 5  # that one browser remembers, the latest: people share a machine in a committee room


def device_for(request, account):
    """The random name of this browser for the account (an e-mail address), or None if unknown."""
    return _devices(request).get(_account_digest(account))


def remember_device(request, response, account):
    """Let the browser that gets this response be known for the account from here on."""
    digest, devices = _account_digest(account), _devices(request)
    device = devices.pop(digest, None) or secrets.token_urlsafe(12)
    latest = dict([*devices.items(), (digest, device)][-ACCOUNTS:])
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE_NAME,
        signing.dumps(latest, salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _devices(request):
    """Digest of the account -> name of the device, the latest last."""
    try:
        cookie = request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME, "")
        devices = signing.loads(cookie, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return {}
    return devices if isinstance(devices, dict) else {}


def _account_digest(account):
    return salted_hmac(SALT, account.strip().lower(), algorithm="sha256").hexdigest()[:32]
