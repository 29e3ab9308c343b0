"""How often somebody may guess a password or a code, and what happens then.

- An account at a network address: 5 wrong guesses in five minutes. Colleagues at the same address
  are not counted.
- A network address: over 100 wrong guesses in an hour, each of its further attempts at an account
  waits 10 seconds.
  Spraying one password over many accounts is slowed; nobody is shut out.
- A browser that has signed in to the account before is counted alone, 10 in five minutes: strangers
  cannot lock it.
- Codes of the second factor: as passwords, and 30 an hour for an account from all browsers that it
  does not know.

The counts are allauth's rate limits over the cache, which is a table of the database: all
workers share them and a restart keeps them. A use is taken before the guess is checked, so guesses
at once do not overshoot, and given back when it was right. Waiting is an answer (429 with
Retry-After), never a worker that sleeps.
"""

import hashlib
import math
import time

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.shortcuts import render

from registers.accounts.known_devices import device_for
from registers.accounts.proxies import note_undeclared_proxy
from registers.accounts.rates import LOCKED

PASSWORD, CODE = "password", "code"
SLOWED = 10  # seconds that an attempt from a slowed address waits
PATIENCE = 10 * 60  # seconds in which whoever waited may come back


def use_attempt(request, account, kind):
    """Take one use of an attempt at the account and return it: its rollback() gives it back.

    account: an e-mail address, whether or not there is such an account. kind: PASSWORD or CODE.
    Raises ImmediateHttpResponse, a 429, where the attempt has to wait.
    """
    note_undeclared_proxy(request)
    account = account.strip().lower()
    device = device_for(request, account)
    if device:
        return _use(request, f"{kind}_from_device", f"{account} {device}") or wait(request, LOCKED)
    address = ratelimit.get_ip(request)
    at_address = _use(request, f"{kind}_at_address")
    if not at_address:
        _take_turn(request, f"{kind} {address} {account}")
    use = _use(request, f"{kind}_from_address", f"{account} {address}")
    if use and kind == CODE:
        use = _joined(use, _use(request, "code_from_unknown_devices", account))
    if not use:
        if at_address:
            at_address.rollback()
        wait(request, LOCKED)
    return _joined(use, at_address) if at_address else use


def may_send_mail(request, address):
    """Whether this administrator may write to the address once more; takes one use."""
    return _use(request, "mail_to_person", address) is not None


def limit_invitation_answers(request):
    """Raise ImmediateHttpResponse, a 429, where a network address answers too many invitations."""
    if not _use(request, "invitation_answer"):
        wait(request, 60)


def wait(request, seconds):
    """Raise ImmediateHttpResponse: 429, in the same words whether or not the account exists.

    seconds: at most.
    """
    raise ImmediateHttpResponse(too_many_requests(request, seconds))


def too_many_requests(request, seconds=60):
    """The 429 page, of allauth's other limits as well (`handler429`)."""
    response = render(
        request, "429.html", {"seconds": seconds, "minutes": math.ceil(seconds / 60)}, status=429
    )
    response.headers["Retry-After"] = str(seconds)
    return response


def _use(request, action, key=None):
    """The library's RateLimitUsage, or None where there is no use left."""
    return ratelimit.consume(request, app="allauth.account", action=action, key=key)


def _joined(use, other):
    """Both uses as one; None where there is no other use left, and the first is given back."""
    if other is None:
        use.rollback()
        return None
    return ratelimit.RateLimitUsage(usage=[*use.usage, *other.usage])


def _take_turn(request, name):
    """Of a slowed address: the first attempt has to wait, the next one after that passes, once."""
    key = f"sign-in-turn:{hashlib.sha256(name.encode()).hexdigest()}"
    turn, time_now = cache.get(key), time.time()
    if turn is None:
        cache.set(key, time_now + SLOWED, SLOWED + PATIENCE)
        wait(request, SLOWED)
    if time_now < turn:
        wait(request, math.ceil(turn - time_now))
    # Somebody else took it.
    if not cache.delete(key):
        wait(request, SLOWED)
