"""A PostgreSQL server that is away or hangs, by a proxy: 503 in time, and then recovery."""

import json
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from fault_proxy import FaultProxy
from request_thread import PAGE, SHORT, RequestThread, no_refusal  # noqa: F401  (a fixture)

from failing_well.time_limits import STATEMENT, refusal, request_time

pytestmark = pytest.mark.database


@pytest.fixture
def proxy(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server: run the tests with DATABASE_URL=postgres://...")
    server = connection.settings_dict
    address = {name: server[name] for name in ("HOST", "PORT")}
    proxy = FaultProxy((server["HOST"] or "127.0.0.1", int(server["PORT"] or 5432)))
    server.update(HOST="127.0.0.1", PORT=proxy.port)
    yield proxy
    server.update(address)
    proxy.close()


@pytest.fixture
def thread(proxy):
    """A request thread whose database is behind the proxy."""
    thread = RequestThread()
    yield thread
    proxy.resume()
    thread.hang_up()


@contextmanager
def hang(proxy, settings, at=None):
    """at: bytes of the statement at which it begins to hang."""
    limits, settings.DATABASE_TIME_LIMITS = settings.DATABASE_TIME_LIMITS, SHORT
    proxy.hang_at(at) if at else proxy.hang()
    yield
    proxy.resume()
    settings.DATABASE_TIME_LIMITS = limits
    refusal.end = 0.0


def assert_well(thread):
    assert thread.status() == 200
    assert json.loads(thread.ask("/readyz")[1])["database"] is True


def test_a_server_that_does_not_answer_connections(thread, proxy, settings):
    with hang(proxy, settings):
        assert [thread.status() for _ in range(2)] == [503, 503]
        assert (thread.status("/readyz"), thread.status("/healthz")) == (503, 200)
    assert_well(thread)


def test_a_server_that_hangs_between_two_requests(thread, proxy, settings):
    assert_well(thread)
    with hang(proxy, settings):
        assert thread.status() == 503
    assert_well(thread)


@pytest.mark.parametrize("statement", [b"SELECT 1", b"django_session"])
def test_a_server_that_hangs_in_the_middle_of_a_request(thread, proxy, settings, statement):
    assert_well(thread)
    with hang(proxy, settings, at=statement):
        assert thread.status() == 503
        assert (
            thread.run(lambda: connection.connection) is None
        )  # what is answered later is read by nobody
    assert_well(thread)


def in_a_transaction(statement, *values):
    def work():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    return work


@pytest.mark.parametrize("at", [b"BEGIN", b"md5", b"COMMIT"])
def test_a_server_that_hangs_in_the_middle_of_a_transaction(thread, proxy, settings, at):
    assert_well(thread)
    with hang(proxy, settings, at=at), pytest.raises(OperationalError, match="did not answer"):
        thread.run(in_a_transaction("SELECT md5('a')"))
    assert_well(thread)


def test_a_server_that_hangs_while_much_is_sent(thread, proxy, settings):
    assert_well(thread)
    with hang(proxy, settings), pytest.raises(OperationalError, match="did not answer"):
        thread.run(in_a_transaction("SELECT length(%s)", "long" * 10_000_000))
    assert_well(thread)


def test_connections_cut_between_requests_are_replaced_unnoticed(thread, proxy):
    assert_well(thread)
    proxy.cut()
    assert_well(thread)


def test_a_connection_that_is_cut_during_a_statement(thread, proxy, settings):
    assert_well(thread)

    def cut_at(execute, sql, *arguments):
        proxy.cut()
        return execute(sql, *arguments)

    def page():
        with connection.execute_wrapper(cut_at), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    with pytest.raises(OperationalError):
        thread.run(page)
    assert_well(thread)


def test_a_server_that_is_away(thread, proxy):
    assert_well(thread)
    proxy.refuse()
    assert [thread.status(path) for path in (PAGE, "/", "/readyz", "/healthz")] == [
        503,
        503,
        503,
        200,
    ]
    proxy.allow()
    assert_well(thread)


def test_waits_of_one_request_for_answers_have_one_limit_together(thread, proxy, settings):
    assert_well(thread)
    settings.DATABASE_TIME_LIMITS = SHORT | {STATEMENT: 60}
    thread.run(request_time.begin)
    with pytest.raises(OperationalError, match="did not answer within 0"):
        for _ in range(3):
            thread.run(in_a_transaction("SELECT pg_sleep(0.7)"))
    thread.run(request_time.end)
    thread.run(in_a_transaction("SELECT pg_sleep(1.2)"))  # no request, and so no limit of one
