"""Whether requests come through a proxy that TRUSTED_PROXIES does not declare.

Then everybody has the proxy's address, and limits by address count all people together.
"""

import ipaddress

from django.conf import settings
from django.core.cache import cache

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED")
KEY = "undeclared-proxy"
REMEMBERED = 24 * 60 * 60  # seconds after the last sign-in that came that way


def comes_through_undeclared_proxy(request):
    """Whether a proxy on this machine or its network says that it passes the request on.

    Such a header is not believed of somebody who reaches us directly, over a public address.
    """
    if settings.TRUSTED_PROXIES or not any(name in request.META for name in FORWARDED):
        return False
    try:
        return not ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_global
    except ValueError:  # a socket without an address
        return True


def note_undeclared_proxy(request):
    """Remember it for /readyz and `check --deploy`. Called at a sign-in: there it matters."""
    if comes_through_undeclared_proxy(request) and not cache.get(KEY):
        cache.set(KEY, True, REMEMBERED)


def has_undeclared_proxy():
    """Whether somebody signed in that way within a day."""
    return not settings.TRUSTED_PROXIES and bool(cache.get(KEY))
