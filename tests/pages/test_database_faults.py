"""Pages when the database or the disk is unavailable: 503; and 500 for our own errors."""

import errno
import sqlite3
from contextlib import contextmanager

import pytest
from database import DATABASE_CACHE
from django.core.cache import cache
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import (
    ConnectionHandler,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from django.test import Client
from makers import make_person, make_register, make_user, risk_form

from failing_well.errors import RETRY_AFTER, is_unavailable
from registers.accounts import set_up_state
from registers.models import Role

pytestmark = pytest.mark.database

FAULTS = (OperationalError, InterfaceError, DatabaseError)
MISTAKES = (
    ProgrammingError,
    IntegrityError,
    DataError,
    NotSupportedError,
    InternalError,
    ValueError,
)


@pytest.fixture
def reader(db):
    """A client that is answered as a browser is: with a page, not with the exception."""
    client = Client(raise_request_exception=False)
    register = make_register(slug="corporate")
    client.force_login(
        make_person(register.organisation, Role.MANAGER, is_staff=True, is_superuser=True)
    )
    client.register = register
    return client


@contextmanager
def fail_with(error):
    """Every statement fails so."""

    def fail(*_):
        raise error

    with connection.execute_wrapper(fail):
        yield


def assert_unavailable(answer):
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_AFTER))


# Pages

ADDRESSES = [
    "/",
    "/registers/corporate/",
    "/registers/corporate/dashboard/",
    "/registers/corporate/export.csv",
    "/registers/corporate/export.xlsx",
    "/registers/corporate/export.json",
    "/registers/corporate/open-data.csv",
    "/registers/corporate/open-data.csv-metadata.json",
    "/registers/corporate/summary.docx",
    "/library/",
    "/reminders/",
    "/calendar/a-secret-of-somebody.ics",
    "/accessibility/",
    "/privacy/",
    "/cookies/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/admin/",
    "/nowhere/",
]


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("error", FAULTS)
def test_without_the_database_every_page_is_unavailable(reader, path, error):
    with fail_with(error("gone")):
        answer = reader.get(path)
    assert_unavailable(answer)
    assert b"the service is unavailable" in answer.content and b"is safe" in answer.content


@pytest.mark.parametrize("path", ["/", "/accessibility/", "/accounts/login/"])
def test_an_address_that_is_refused_needs_no_database_to_be_refused(reader, path):
    with fail_with(OperationalError("gone")):
        assert reader.get(f"{path}?q=%00").status_code == 400
        assert reader.generic("FOO", path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/accessibility/", "/privacy/", "/cookies/", "/accounts/login/", "/healthz"]
)
def test_a_request_without_a_session_needs_no_database(path):
    with fail_with(OperationalError("gone")):
        assert Client(raise_request_exception=False).get(path).status_code == 200


@pytest.mark.django_db
def test_a_process_that_never_reached_the_database_shows_its_sign_in_page(monkeypatch):
    monkeypatch.setattr(set_up_state, "_was_set_up", False)
    with fail_with(OperationalError("gone")):
        assert "Password" in Client(raise_request_exception=False).get("/accounts/login/").text


@pytest.mark.parametrize(
    "path", ["/", "/accessibility/", "/registers/corporate/open-data.csv-metadata.json"]
)
@pytest.mark.parametrize("error", MISTAKES)
def test_a_mistake_of_ours_is_not_called_unavailable(reader, path, error):
    with fail_with(error("wrong")):
        answer = reader.get(path)
    assert answer.status_code == 500 and "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("number", "status"), [(errno.ENOSPC, 503), (errno.EDQUOT, 503), (errno.EACCES, 500)]
)
def test_a_full_disk_is_unavailable_and_another_error_of_files_is_not(reader, number, status):
    with fail_with(OSError(number, "said by the system")):
        assert reader.get("/").status_code == status


def test_a_form_that_is_sent_is_unavailable(reader):
    with fail_with(OperationalError("gone")):
        assert_unavailable(reader.post("/registers/corporate/risks/new/", risk_form()))
        assert_unavailable(reader.post("/library/load/", {"step": "load"}))


@pytest.mark.django_db
def test_signing_in_is_unavailable():
    user = make_user(password="a long enough password")
    with fail_with(OperationalError("gone")):
        client = Client(raise_request_exception=False)
        answer = client.post(
            "/accounts/login/", {"login": user.email, "password": "a long enough password"}
        )
    assert_unavailable(answer)


@pytest.mark.parametrize(
    "accept", ["application/json", "text/calendar", "text/csv;q=0.9, text/plain"]
)
def test_a_client_that_accepts_no_html_gets_plain_text(reader, accept):
    with fail_with(OperationalError("gone")):
        answer = reader.get("/registers/corporate/export.csv", headers={"accept": accept})
    assert_unavailable(answer)
    assert (
        answer.headers["Content-Type"] == "text/plain; charset=utf-8" and b"<" not in answer.content
    )


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize(
    "path", ["/", "/accessibility/", "/accounts/login/", "/admin/", "/nowhere/"]
)
def test_an_unavailable_page_has_the_headers_of_every_page(reader, path):
    headers = reader.get("/healthz").headers
    with fail_with(OperationalError("gone")):
        answer = reader.get(path).headers
    assert {name: answer[name] for name in HEADERS} == HEADERS
    for name in ("Permissions-Policy", "Content-Security-Policy"):
        assert answer[name] == headers[name]


def test_a_session_survives_the_fault(reader):
    with fail_with(OperationalError("gone")):
        answer = reader.get("/")
    assert answer.cookies == {}
    assert reader.get("/").status_code == 200


# Health


@pytest.mark.django_db
@pytest.mark.parametrize("error", [*FAULTS, *MISTAKES[:-1]])
def test_without_the_database_it_is_not_ready_and_the_process_answers(client, error):
    with fail_with(error("gone")):
        ready, healthy = client.get("/readyz"), client.get("/healthz")
    assert (ready.status_code, ready.json()["database"], healthy.status_code) == (503, False, 200)


# What says so: an exception, or one that led to it


def catch(error, context=None):
    """The exception as it is caught, raised while another was handled."""
    try:
        if context is None:
            raise error
        try:
            raise context
        except Exception:
            raise error  # noqa: B904 (without a cause, on purpose)
    except Exception as exception:
        return exception


@pytest.mark.parametrize(
    "error", [ValueError("x"), TransactionManagementError("x"), IntegrityError("x")]
)
def test_an_error_is_recognised_by_its_cause(error):
    assert is_unavailable(catch(error, context=OperationalError("gone")))
    assert not is_unavailable(catch(error, context=KeyError("x")))


def test_a_cycle_of_causes_ends():
    first, second = ValueError("x"), ValueError("y")
    first.__cause__, second.__cause__ = second, first
    assert not is_unavailable(first)


# SQLite's own errors: real ones, of a file beside


@pytest.fixture
def sqlite(tmp_path, db):
    """Gives a connection to an SQLite database of that name, as the application opens it."""
    databases = []

    def connect(name="register.sqlite3"):
        options = {"timeout": 0, "transaction_mode": "IMMEDIATE"}
        file = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / name, "OPTIONS": options}
        databases.append(ConnectionHandler({"default": file})["default"])
        return databases[-1]

    yield connect
    for database in databases:
        database.close()


def error_of(connection, *statements):
    """What the last of them is refused with."""
    with connection.cursor() as cursor:
        for statement in statements[:-1]:
            cursor.execute(statement)
        with pytest.raises(Exception) as excinfo:
            cursor.execute(statements[-1])
    return excinfo.value


TABLE = "CREATE TABLE risk (title TEXT NOT NULL)"
FILL = "INSERT INTO risk VALUES (hex(zeroblob(100000)))"


@pytest.mark.parametrize(
    ("statements", "is_fault"),
    [
        (("SELECT title FROM risk",), True),  # a file that is missing is made anew, and empty
        ((TABLE, "PRAGMA query_only = ON", "INSERT INTO risk VALUES ('a')"), True),
        ((TABLE, "PRAGMA max_page_count = 2", FILL), True),  # as on a disk that is full
        ((TABLE, "SELECT name FROM risk"), False),
        (("SELEKT 1",), False),
        ((TABLE, "INSERT INTO risk VALUES (NULL)"), False),
    ],
)
def test_sqlite_file_errors_are_distinguished_from_statement_errors(sqlite, statements, is_fault):
    assert is_unavailable(error_of(sqlite(), *statements)) is is_fault


def test_an_sqlite_file_that_cannot_be_opened_is_unavailable(sqlite):
    with pytest.raises(OperationalError) as excinfo:
        sqlite("no-such-folder/register.sqlite3").ensure_connection()
    assert is_unavailable(excinfo.value)


def test_an_sqlite_file_that_is_something_else_is_unavailable(sqlite, tmp_path):
    (tmp_path / "register.sqlite3").write_bytes(b"not a database" * 1000)
    assert is_unavailable(error_of(sqlite(), "SELECT 1 FROM sqlite_schema"))


def test_a_locked_sqlite_file_is_unavailable(sqlite):
    holder, writer = sqlite(), sqlite()
    with holder.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("BEGIN IMMEDIATE")
    assert is_unavailable(error_of(writer, "BEGIN IMMEDIATE"))


def test_a_value_that_sqlite_does_not_take_is_a_mistake_of_ours(sqlite):
    with sqlite().cursor() as cursor, pytest.raises((DatabaseError, InterfaceError)) as excinfo:
        cursor.execute("SELECT %s", [object()])
    assert isinstance(excinfo.value.__cause__, sqlite3.Error) and not is_unavailable(excinfo.value)


# A database that takes no changes, as one on a full disk: what is read is answered


@pytest.fixture
def read_only(db):
    """The database of the test takes no more changes, by its own refusal."""
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY")
        yield
        if is_sqlite:
            cursor.execute("PRAGMA query_only = OFF")
        transaction.set_rollback(True)


def test_pages_are_read_while_nothing_can_be_written(reader, read_only):
    assert [
        reader.get(path).status_code for path in ("/", "/registers/corporate/", "/library/")
    ] == [200] * 3


def test_a_save_that_cannot_be_written_is_unavailable(reader, read_only):
    assert_unavailable(reader.post("/registers/corporate/risks/new/", risk_form()))


def test_a_session_that_cannot_be_written_is_unavailable_and_not_called_deleted(
    reader, settings, request
):
    settings.SESSION_SAVE_EVERY_REQUEST = True
    request.getfixturevalue("read_only")
    assert_unavailable(reader.get("/accessibility/"))


@pytest.fixture
def database_cache(settings):
    """Attempts to sign in are counted in the database, as outside of tests."""
    settings.CACHES = DATABASE_CACHE


def test_an_attempt_to_sign_in_that_cannot_be_counted_is_unavailable(database_cache, read_only):
    """Else a password could be guessed without limit while the disk is full."""
    answer = Client(raise_request_exception=False).post(
        "/accounts/login/", {"login": "a@b.example", "password": "x"}
    )
    assert_unavailable(answer)


def test_a_cache_that_cannot_be_written_raises(database_cache, read_only):
    with pytest.raises(OperationalError, match="could not be written"):
        cache.set("key", "value")


@pytest.mark.django_db
def test_an_existing_cache_key_is_no_fault(database_cache):
    assert cache.add("key", 1) and not cache.add("key", 2)
    assert not cache.touch("other") and cache.get("key") == 1
