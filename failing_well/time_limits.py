"""How long a request waits for the database: a few seconds at most.

The server's own limits on statements and locks end nothing where the server or the network hangs.
So we give up ourselves, after settings.DATABASE_TIME_LIMITS: each wait has a limit, and all waits
of a request together have one. The first tenth of a second of each wait counts as work: an import
sends a thousand statements.

While the database hangs, requests queue behind those that wait. So after a long wait without an
answer, requests that begin in the next second are refused at once: nobody waits both in the queue
and for the database. The same after a shorter wait, for a lock or a slow statement, when most
threads of the process wait.
"""

import threading
import time

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import OperationalError, connections
from django.db.backends.signals import connection_created

CONNECT, HEALTH_CHECK, STATEMENT, LOCK = "connect", "health_check", "statement", "lock"
# Seconds
WORK = 0.1  # of each wait, which do not count against the request's limit
SILENCE = 5.0  # PostgreSQL gives up a lock by itself after 4
CROWD_WAIT = 3.5  # with so many waits of a second beside it as make a crowd
STALL = 1.0
REFUSAL = 1.0
CROWD = 3  # requests, of the four that a process takes at once (deploy/gunicorn.conf.py)


class Refusal:
    """Whether new requests of this process are refused: the database did not answer just now."""

    def __init__(self):
        self.end = 0.0

    def begin(self):
        self.end = time.monotonic() + REFUSAL

    def is_on(self):
        return time.monotonic() < self.end


class RequestTime(threading.local):
    """How long the request of this thread may still wait.

    budget: seconds; None without a request, as in a command: then only each wait has its limit.
    """

    budget = None
    # Nothing was answered yet: an old connection is asked whether it still works.
    is_new = False

    def begin(self, **_):
        self.budget, self.is_new = settings.DATABASE_TIME_LIMITS["request"], True

    def end(self, **_):
        self.budget, self.is_new = None, False

    def limit(self, kind):
        """Seconds that a wait of that kind may last."""
        limit = settings.DATABASE_TIME_LIMITS[kind]
        if self.budget is None:
            return limit
        return 0.0 if kind != STATEMENT and refusal.is_on() else min(limit, self.budget)

    def spend(self, seconds, is_answered):
        self.budget = max(0.0, self.budget - max(0.0, seconds - WORK))
        self.is_new = self.is_new and not is_answered


class Wait:
    """One wait, from its creation until `end`."""

    of_requests = set()  # those of this process that have not ended

    def __init__(self, kind):
        self.kind, self.start, self.limit = kind, time.monotonic(), request_time.limit(kind)
        if request_time.budget is not None:
            self.of_requests.add(self)

    def seconds(self):
        return time.monotonic() - self.start

    def end(self, is_answered):
        if request_time.budget is None:
            return
        seconds = self.seconds()
        if self.is_sign_of_a_queue(seconds, is_answered):
            refusal.begin()
        self.of_requests.discard(self)
        request_time.spend(seconds, is_answered)

    def is_sign_of_a_queue(self, seconds, is_answered):
        """Whether other requests may by now wait for a thread, and then for the database too."""
        if (
            seconds >= CROWD_WAIT
            and sum(wait.seconds() >= STALL for wait in list(self.of_requests)) >= CROWD
        ):
            return True
        silence = settings.DATABASE_TIME_LIMITS[CONNECT] if self.kind == CONNECT else SILENCE
        return not is_answered and seconds >= silence


refusal = Refusal()
request_time = RequestTime()


def install():
    """Called once, when the applications are ready.

    PostgreSQL's driver is told how to wait. SQLite's waits only for its lock, and is told how long.
    """
    request_started.connect(request_time.begin)
    request_finished.connect(request_time.end)
    if connections["default"].vendor == "postgresql":
        from psycopg2.extensions import set_wait_callback

        from failing_well.postgresql import wait_for_answer

        set_wait_callback(wait_for_answer)
    else:
        connection_created.connect(_limit_lock_waits)


def _limit_lock_waits(connection, **_):
    connection.lock_wait = None
    if limit_lock_wait not in connection.execute_wrappers:
        connection.execute_wrappers.append(limit_lock_wait)


def limit_lock_wait(execute, sql, params, many, context):
    """Around each statement to SQLite.

    In a transaction it holds the lock already: ours begin with it. connection.lock_wait: the
    seconds that this connection was told last.
    """
    connection = context["connection"]
    if connection.in_atomic_block:
        return execute(sql, params, many, context)
    wait, is_answered = Wait(LOCK), True
    try:
        if getattr(connection, "lock_wait", None) != wait.limit:
            connection.connection.execute(f"PRAGMA busy_timeout = {wait.limit * 1000:.0f}")
            connection.lock_wait = wait.limit
        return execute(sql, params, many, context)
    except OperationalError:
        is_answered = False
        raise
    finally:
        wait.end(is_answered)
