"""No request waits for the database longer than its limit, and the next one works."""

from contextlib import contextmanager

import pytest
from database import DATABASE_CACHE
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.utils import ConnectionHandler
from request_thread import PAGE, SHORT, RequestThread, no_refusal  # noqa: F401  (a fixture)

from failing_well.time_limits import (
    CONNECT,
    HEALTH_CHECK,
    LOCK,
    STATEMENT,
    Wait,
    limit_lock_wait,
    refusal,
    request_time,
)
from registers.models import Organisation


@pytest.fixture
def thread(db):
    thread = RequestThread()
    yield thread
    thread.hang_up()


# The limits


@pytest.fixture
def in_request(settings):
    settings.DATABASE_TIME_LIMITS = {
        "request": 9.0,
        CONNECT: 3.0,
        HEALTH_CHECK: 2.0,
        STATEMENT: 8.5,
        LOCK: 8.5,
    }
    request_time.begin()
    yield
    request_time.end()


def wait_for(seconds, kind, is_answered):
    """As if so long."""
    wait = Wait(kind)
    wait.start -= seconds
    wait.end(is_answered)


def test_each_wait_and_all_waits_of_a_request_have_a_limit(in_request):
    assert [request_time.limit(kind) for kind in (CONNECT, HEALTH_CHECK, STATEMENT, LOCK)] == [
        3.0,
        2.0,
        8.5,
        8.5,
    ]
    wait_for(2.1, HEALTH_CHECK, is_answered=False)
    wait_for(1.1, CONNECT, is_answered=True)
    wait_for(4.1, STATEMENT, is_answered=True)
    budget = request_time.limit(STATEMENT)
    assert (
        budget
        == request_time.limit(LOCK)
        == request_time.limit(CONNECT)
        == pytest.approx(2.0, abs=0.1)
    )
    wait_for(60, STATEMENT, is_answered=True)
    assert request_time.limit(STATEMENT) == 0.0


def test_many_short_waits_do_not_count_as_waiting(in_request):
    for _ in range(1000):
        request_time.spend(0.1, is_answered=True)
    assert request_time.limit(STATEMENT) == 8.5


def test_outside_of_a_request_each_wait_has_its_limit_alone(in_request):
    request_time.end()
    wait_for(60, STATEMENT, is_answered=False)
    assert (request_time.limit(STATEMENT), request_time.limit(CONNECT), refusal.is_on()) == (
        8.5,
        3.0,
        False,
    )


@pytest.fixture
def sqlite(tmp_path, db):
    """A connection to an SQLite file, limited as the application's is."""
    file = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "db",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    database = ConnectionHandler({"default": file})["default"]
    database.execute_wrappers.append(limit_lock_wait)
    yield database
    database.close()


def lock_limit(connection):
    """Milliseconds that SQLite waits for a lock with the next statement, after one that was limited
    by us.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.connection.execute("PRAGMA busy_timeout").fetchone()[0]


def test_sqlite_waits_for_its_lock_no_longer_than_the_request_may(sqlite, in_request):
    assert lock_limit(sqlite) == 8_500
    request_time.budget = 1.25
    assert lock_limit(sqlite) == 1_250
    request_time.budget = 0.0
    assert lock_limit(sqlite) == 0
    request_time.begin()
    refusal.begin()
    assert lock_limit(sqlite) == 0
    request_time.end()
    assert lock_limit(sqlite) == 8_500


# Refusing new requests for a moment, so that nobody waits twice


@pytest.mark.parametrize(
    ("kind", "seconds", "is_answered", "is_refused"),
    [
        (CONNECT, 3.0, False, True),
        (STATEMENT, 5.0, False, True),
        (LOCK, 5.0, False, True),
        (HEALTH_CHECK, 2.0, False, False),  # an old connection; another may work
        (STATEMENT, 4.0, False, False),
        (STATEMENT, 8.0, True, False),  # one slow statement
    ],
)
def test_after_a_long_wait_in_vain_new_requests_are_refused(
    in_request, kind, seconds, is_answered, is_refused
):
    wait_for(seconds, kind, is_answered)
    assert refusal.is_on() is is_refused
    request_time.begin()
    assert [request_time.limit(kind) == 0 for kind in (CONNECT, HEALTH_CHECK, LOCK)] == [
        is_refused
    ] * 3
    assert request_time.limit(STATEMENT) > 0  # of a request that had begun before


@pytest.mark.parametrize(("count", "is_refused"), [(1, False), (2, True)])
def test_when_most_threads_wait_long_new_requests_are_refused_after_a_shorter_wait(
    in_request, count, is_refused
):
    waits = [Wait(STATEMENT) for _ in range(count)]
    for wait in waits:
        wait.start -= 2
    wait_for(4.0, STATEMENT, is_answered=True)
    assert refusal.is_on() is is_refused
    for wait in waits:
        wait.end(is_answered=True)
    assert not Wait.of_requests


def test_the_limit_starts_again_with_each_request(thread):
    thread.run(request_time.begin)
    thread.run(lambda: request_time.spend(60, is_answered=True))
    assert thread.run(lambda: request_time.budget) == 0.0
    assert thread.status() == 200
    assert thread.run(lambda: request_time.budget) is None


def test_after_an_error_a_thread_opens_a_new_connection(thread):
    """An SQLite file that was read-only is, for the connection that was made to it, for good."""

    def fail(*_):
        raise OperationalError("attempt to write a readonly database")

    assert thread.status() == 200
    first = thread.run(lambda: connection.connection)
    thread.run(lambda: connection.execute_wrappers.append(fail))
    assert thread.status() == 503
    thread.run(lambda: connection.execute_wrappers.remove(fail))
    assert thread.status() == 200
    assert first is not None and thread.run(lambda: connection.connection) not in (first, None)


# A lock that somebody else holds, on both databases


@contextmanager
def lock():
    """Nobody else can write: SQLite has one lock for all, in PostgreSQL a table is locked."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE cache, registers_organisation IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.django_db(transaction=True)
def test_a_request_that_waits_too_long_gets_an_error_page_and_the_next_works(thread, settings):
    settings.CACHES = DATABASE_CACHE  # in which attempts to sign in are counted
    attempt = {"login": "a@b.example", "password": "not it"}
    limits = settings.DATABASE_TIME_LIMITS
    with lock():
        settings.DATABASE_TIME_LIMITS = SHORT
        assert thread.status("/accounts/login/", **attempt) == 503
        assert thread.status(PAGE) == 200
        settings.DATABASE_TIME_LIMITS = limits
    assert thread.status("/accounts/login/", **attempt) == 200


@pytest.mark.django_db(transaction=True)
def test_the_second_wait_of_a_request_gets_the_remaining_time(thread, settings):
    settings.DATABASE_TIME_LIMITS = SHORT | {STATEMENT: 60, LOCK: 60}

    def write():
        Organisation.objects.update(name="Another")

    thread.run(request_time.begin)
    with lock():
        for _ in range(
            2
        ):  # the first takes all that the request has: the second would wait a minute
            with pytest.raises((OperationalError, InterfaceError)):
                thread.run(write)
    assert thread.run(lambda: request_time.budget) < 0.2
    thread.run(request_time.end)
