"""Warnings of `check --deploy`. Those that need no database are logged by gunicorn as it starts."""

import stat
from pathlib import Path

from django.conf import settings
from django.core.checks import Info, Tags, Warning, register
from django.db import DatabaseError

from registers.accounts.proxies import has_undeclared_proxy
from registers.papers import pango

SENDING_NOTHING = ("console", "dummy", "locmem", "filebased")
PROXY_HINT = (
    "Set TRUSTED_PROXIES to the number of your proxies. Else everybody has the proxy's address, "
    "and limits on signing in count all people together."
)


def mail_is_sent(app_configs=None, **kwargs):
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    if settings.IS_LAPTOP or backend not in SENDING_NOTHING:
        return []
    return [
        Warning(
            "No mail is sent: nobody can set or reset a password by e-mail, and no reminder "
            "arrives. What is printed instead holds links that open accounts.",
            hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587.",
            id="registers.W003",
        )
    ]


def database_is_private(app_configs=None, **kwargs):
    """The file of SQLite and its folder, which hold password hashes and exempt risks."""
    database = settings.DATABASES["default"]
    if (
        settings.IS_LAPTOP
        or not database["ENGINE"].endswith("sqlite3")
        or database["NAME"] == ":memory:"
    ):
        return []
    open_paths = paths_open_to_others(Path(database["NAME"]))
    if not open_paths:
        return []
    return [
        Warning(
            "Everybody with an account on this machine can get at "
            f"{', '.join(map(str, open_paths))}.",
            hint="chmod o-rwx, and keep the database in a folder of its own.",
            id="registers.W004",
        )
    ]


def paths_open_to_others(file):
    """Those of a database's folder, its file, its logs and copies named after it."""
    return [
        path
        for path in (file.parent, *sorted(file.parent.glob(f"{file.name}*")))
        if is_open_to_others(path)
    ]


def is_open_to_others(path):
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False  # not there yet


def proxies_are_declared(app_configs=None, **kwargs):
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
        return [Warning(text, hint=PROXY_HINT, id="registers.W001")]
    try:
        is_undeclared = has_undeclared_proxy()
    except DatabaseError:  # no database yet
        return []
    text = "People sign in through a proxy, but TRUSTED_PROXIES is 0."
    return [Warning(text, hint=PROXY_HINT, id="registers.W002")] if is_undeclared else []


def pdf_is_available(app_configs=None, **kwargs):
    """Everything but papers as PDF works without it, so it is no warning."""
    if settings.IS_LAPTOP or pango.is_available():
        return []
    return [
        Info(
            "Papers cannot be downloaded as PDF: pango is not installed.",
            hint="apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="registers.I001",
        )
    ]


CHECKS = (mail_is_sent, database_is_private, pdf_is_available)


def connect():
    for check in (*CHECKS, proxies_are_declared):
        register(check, Tags.security, deploy=True)


def warnings_at_start():
    """The warnings as sentences, for a log."""
    return [f"{warning.msg} {warning.hint}" for check in CHECKS for warning in check()]
