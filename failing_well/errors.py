"""The pages for faults of our own: 503 where database or disk are unavailable, else 500.

Neither reads the session or the database: that is what fails.
"""

import errno
import sqlite3
import sys

from django.db import connections
from django.db.utils import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpResponse
from django.template.loader import get_template
from django.views import defaults

RETRY_AFTER = 30  # seconds
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
# PostgreSQL: the server takes no changes, as a standby that was not promoted yet.
READ_ONLY = "25006"
PLAIN_TEXT = """\
The service is unavailable: its database did not answer, or could not store anything. \
What was saved before is safe;
what you sent just now may not have been saved. Try again in half a minute.
"""


def server_error(request):
    """`handler500`. Called while the exception of a view, middleware or template is handled."""
    if is_unavailable(sys.exc_info()[1]):
        return unavailable(request)
    return defaults.server_error(request)


def bad_request(request, exception):
    """`handler400`.

    Of a session that cannot be written Django says that it was deleted meanwhile, which is a 400.
    """
    if is_unavailable(exception):
        return unavailable(request)
    return defaults.bad_request(request, exception)


def unavailable(request):
    """The 503 page, or plain text for a program that wants no page.

    Closes the connections with the request: one that took no changes, as of a file that was
    read-only, would take none afterwards either.
    """
    for connection in connections.all(initialized_only=True):
        connection.close_at = 0
    if request.accepts("text/html"):
        response = HttpResponse(get_template("503.html").render(), status=503)
    else:
        response = HttpResponse(PLAIN_TEXT, status=503, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def is_unavailable(error):
    """Whether an exception, or a cause of it, says that database or disk are unavailable."""
    visited = set()
    while error is not None and id(error) not in visited:
        if _says_unavailable(error):
            return True
        visited.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _says_unavailable(error):
    cause = error.__cause__  # what the driver raised
    if isinstance(error, OperationalError):
        return not _is_wrong_sql(cause)
    if isinstance(error, InterfaceError):
        # SQLite has no server: a value that it does not take.
        return not isinstance(cause, sqlite3.Error)
    if isinstance(error, InternalError):
        return getattr(cause, "pgcode", None) == READ_ONLY
    if isinstance(error, OSError):
        return error.errno in DISK_FULL
    # Neither driver says more of a damaged file or a broken connection.
    return type(error) is DatabaseError


def _is_wrong_sql(cause):
    """Whether it is SQLite's error for a wrong statement.

    Not for a missing table: where its file is missing SQLite makes an empty one.
    """
    code = getattr(cause, "sqlite_errorcode", None)
    return (
        code is not None
        and code & 0xFF == sqlite3.SQLITE_ERROR
        and "no such table" not in str(cause)
    )
