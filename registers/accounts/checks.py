from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.db import DatabaseError

from registers.accounts.proxies import has_undeclared_proxy

HINT = (
    "Set TRUSTED_PROXIES to the number of your proxies. Else everybody has the proxy's address, "
    "and limits on signing in count all people together."
)


@register(Tags.security, deploy=True)
def check_proxies_are_declared(app_configs, **kwargs):
    """An https address means a proxy, since the application speaks plain HTTP; a sign-in may have
    shown another.
    """
    if settings.TRUSTED_PROXIES:
        return []
    if settings.IS_TLS:
        text = (
            "SITE_URL is https, so a proxy speaks TLS in front of the application, but "
            "TRUSTED_PROXIES is 0."
        )
        return [Warning(text, hint=HINT, id="registers.W001")]
    try:
        is_undeclared = has_undeclared_proxy()
    except DatabaseError:  # no database yet
        return []
    text = "People sign in through a proxy, but TRUSTED_PROXIES is 0."
    return [Warning(text, hint=HINT, id="registers.W002")] if is_undeclared else []
