"""The real server over real sockets: senders that are slow, late or wrong."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

CONFIG = Path(settings.BASE_DIR, "deploy", "gunicorn.conf.py")
GUARD = 20  # seconds after which a test gives up; nothing here takes as long
FORM = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
HEADERS = {
    "cache-control",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
}


class Server:
    """gunicorn as deploy/ configures it, with one worker and two threads."""

    def __init__(self, folder, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = folder / "gunicorn.conf.py"
        config.write_text(
            CONFIG.read_text("utf-8")
            + "import failing_well.worker\nfailing_well.worker.BODY_SECONDS = 1\n"
        )
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            str(config),
            "--chdir",
            str(settings.BASE_DIR),
        ]
        command += ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "2"]
        scratch = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
        self.process = subprocess.Popen(command, env=os.environ | scratch | environment)  # noqa: S603 (our own)
        while not self.answers():
            assert self.process.poll() is None
            time.sleep(0.1)

    def answers(self):
        try:
            return self.health() == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def health(self):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=GUARD).status

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=GUARD)

    def send(self, *parts):
        """The answer to a request that is sent in parts."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
                time.sleep(0.05)
            return read(connection)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def read(connection):
    """Status, names of headers in small letters with their values, and the body, up to the end of
    the connection.
    """
    data = b""
    while piece := connection.recv(65536):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body.decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture
def send_halves(server):
    """Sends these bytes over twenty connections and keeps them open."""
    connections = [server.connect() for _ in range(20)]

    def send(data):
        for connection in connections:
            connection.sendall(data)
        return connections

    yield send
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    "beginning",
    [b"", b"POST /accounts/login/ HT", FORM, FORM + b"Content-Length: 1000\r\n\r\nlogin=a"],
    ids=["nothing", "half a line", "half the headers", "half a body"],
)
def test_twenty_incomplete_requests_block_nobody(server, send_halves, beginning):
    send_halves(beginning)
    assert server.health() == 200


def test_a_large_body_that_stalls_is_refused_after_its_time(server, send_halves):
    connections = send_halves(
        FORM + b"Connection: close\r\nContent-Length: 1000000\r\n\r\n" + b"a" * 100_000
    )
    assert {read(connection)[0] for connection in connections} == {400}
    assert server.health() == 200


def test_twenty_silent_connections_block_nobody(server, send_halves):
    send_halves(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert server.health() == 200


def test_an_answer_reaches_a_sender_that_goes_on_sending(server):
    length = 3_000_000
    with server.connect() as connection:
        connection.sendall(
            b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % length
        )
        connection.sendall(b"a" * length)
        assert read(connection)[0] == 413


def test_a_request_may_come_in_pieces(server):
    parts = (FORM, b"Connection: close\r\nContent-Le", b"ngth: 11\r\n\r", b"\nlogin", b"=a&b=c")
    assert server.send(*parts)[0] == 403  # whole, and without a token


def test_a_large_body_may_come_in_pieces(server):
    head = FORM + b"Connection: close\r\nContent-Length: 200000\r\n\r\n"
    assert server.send(head, b"a" * 60_000, b"b" * 60_000, b"c" * 80_000)[0] == 403


def test_two_requests_may_follow_each_other_on_a_connection(server):
    once = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    with server.connect() as connection:
        connection.sendall(once + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\nok\n"):
            answer += connection.recv(65536)
        connection.sendall(once)
        connection.sendall(b"Connection: close\r\n\r\n")
        assert read(connection)[0] == 200
    assert (
        server.send(once + b"\r\n" + once + b"Connection: close\r\n\r\n")[2].count("HTTP/1.1 200")
        == 1
    )


@pytest.mark.parametrize("length", [1000, 1_000_000])
def test_a_truncated_form_is_not_accepted(server, length):
    with server.connect() as connection:
        connection.sendall(
            FORM + f"Content-Length: {length}\r\n\r\n".encode() + b"login=" + b"a" * (length // 2)
        )
        connection.shutdown(socket.SHUT_WR)
        assert read(connection)[0] == 400


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-One: 1\r\n" * 200 + b"\r\n", 431),
        (b"no request at all\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Name: 1\r\n\r\n", 400),
    ],
    ids=["address", "header", "headers", "line", "name"],
)
def test_responses_of_the_server_itself_carry_the_headers_of_every_page(
    server, request_line, status
):
    answer, headers, body = server.send(request_line)
    assert answer == status
    assert headers.keys() >= HEADERS
    assert "Go back and try again" in body
    assert "aaaa" not in body
    _, of_a_page, _ = server.send(
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    assert {name: headers[name] for name in HEADERS if name != "content-security-policy"} == {
        name: of_a_page[name] for name in HEADERS if name != "content-security-policy"
    }
