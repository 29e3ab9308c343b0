"""Waiting for PostgreSQL with a limit. Not imported for SQLite, which needs no psycopg2."""

import select

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, STATUS_BEGIN, STATUS_READY

from failing_well.time_limits import CONNECT, HEALTH_CHECK, STATEMENT, Wait, request_time


def wait_for_answer(connection):
    """Called by psycopg2 for whatever it sends to the server, connecting included.

    It would wait for ever otherwise. After an exception from here it closes the connection, so that
    nobody reads a late answer to something else, and Django connects anew. It refuses COPY
    meanwhile: we use none.
    """
    kind = CONNECT
    if connection.status in (STATUS_READY, STATUS_BEGIN):
        kind = HEALTH_CHECK if request_time.is_new else STATEMENT
    wait, is_answered = Wait(kind), False
    try:
        while (state := connection.poll()) != POLL_OK:
            timeout = wait.limit - wait.seconds()
            if timeout <= 0 or not _is_ready(connection.fileno(), state, timeout):
                raise psycopg2.OperationalError(_reason(wait))
        is_answered = True
    finally:
        wait.end(is_answered)


def _reason(wait):
    if wait.limit > 0:
        return f"The database did not answer within {wait.limit:.1f} seconds ({wait.kind})."
    return (
        f"The database is not waited for any more ({wait.kind}): it was waited for too long, "
        "here or a moment ago."
    )


def _is_ready(descriptor, state, timeout):
    poller = select.poll()  # select.select takes no descriptor above 1,023
    poller.register(descriptor, select.POLLIN if state == POLL_READ else select.POLLOUT)
    return bool(poller.poll(timeout * 1000))
