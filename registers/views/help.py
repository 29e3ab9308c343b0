"""Help for readers, which the footer links to: open to everybody."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from registers.help.glossary import GLOSSARY
from registers.help.releases import LATEST, RELEASES
from registers.help.role_guides import LEADS, START_PAGES, registers_in_role, roles_of
from registers.models import Role
from registers.permissions import Permission, organisations_for
from registers.views.as_of import read_only


@login_not_required
@read_only
def help_index(request):
    context = {
        "roles": Role,
        "own_roles": roles_of(request.user),
        "organisations": organisations_for(request.user, Permission.VIEW_REGISTER),
    }
    return render(request, "help/help_index.html", context)


@login_not_required
@read_only
def help_role(request, role):
    if role not in Role:
        raise Http404("No role of that name.")
    context = {
        "role": Role(role),
        "lead": LEADS[Role(role)],
        "guide": f"help/roles/{role}.html",
        "picture": f"images/help/{role}.png",
        "registers": registers_in_role(request.user, role),
        "start_pages": START_PAGES[Role(role)],
    }
    return render(request, "help/help_role.html", context)


@login_not_required
@read_only
def help_glossary(request):
    return render(request, "help/help_glossary.html", {"glossary": GLOSSARY})


@login_not_required
@read_only
def help_new(request):
    return render(request, "help/help_new.html", {"releases": RELEASES})


def unread_release(request):
    """The latest Release, while it is news to the reader and this browser has not dismissed it."""
    is_dismissed = request.COOKIES.get(settings.RELEASE_COOKIE_NAME) == LATEST.version
    return None if is_dismissed or not LATEST.is_news_to(request.user) else LATEST


@require_POST
def release_dismiss(request):
    """Hides the notice of the latest release on the home page, in this browser."""
    response = redirect("home")
    response.set_cookie(
        settings.RELEASE_COOKIE_NAME,
        LATEST.version,
        max_age=settings.RELEASE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
