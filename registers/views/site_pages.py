"""The pages that the footer links to: open to everybody."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render

from registers.accounts import known_devices
from registers.views.as_of import read_only


@login_not_required
@read_only
def accessibility(request):
    return render(request, "about/accessibility.html")


@login_not_required
@read_only
def privacy(request):
    return render(request, "about/privacy.html")


@login_not_required
@read_only
def cookies(request):
    """The names differ where the address is https."""
    context = {
        "session_name": settings.SESSION_COOKIE_NAME,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "csrf_name": settings.CSRF_COOKIE_NAME,
        "csrf_weeks": settings.CSRF_COOKIE_AGE // (7 * 24 * 3600),
        "device_name": settings.KNOWN_DEVICE_COOKIE_NAME,
        "release_name": settings.RELEASE_COOKIE_NAME,
        "release_days": settings.RELEASE_COOKIE_AGE // (24 * 3600),
        "device_days": known_devices.MAX_AGE // (24 * 3600),
    }
    return render(request, "about/cookies.html", context)
