"""gunicorn's threads, so that slow senders hold none (docs/deploying.md, *Half-sent requests*).

A request waits in the kernel until it has arrived, and only then gets a thread. Of a large one
BUFFERED bytes must have arrived, and the rest has BODY_SECONDS. Written against gunicorn's
ThreadWorker as constraints.txt pins it; tests/slow/test_worker.py runs the real server.
"""

import re
import selectors
import socket
import time
from functools import partial

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

from failing_well import headers

# Bytes: less than the smallest buffer that Linux gives a socket.
BUFFERED = 48 * 1024
REQUEST_SECONDS = 20  # to send as much as is waited for
BODY_SECONDS = 10  # to send the rest of a large body
CLOSING_SECONDS = 2  # to read the answer before the connection is cut
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{reason}</title></head>
<body><h1>{reason}</h1><p>The server did not take this request. Go back and try again.</p></body>
</html>
"""


class Connection(TConn):
    """A connection whose end the worker waits for.

    gunicorn would wait in its main thread, which could accept nothing meanwhile.
    """

    def __init__(self, worker, *args):
        super().__init__(worker.cfg, *args)
        self.worker = worker

    def close(self, graceful=False):
        if graceful:
            self.worker.close_gracefully(self.sock)
        else:
            super().close()


class BufferedWorker(ThreadWorker):
    """Takes a connection off the poller when its request has arrived; stops reading late ones."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # By connection and by socket; read and written in the main thread alone.
        self.read_deadlines = {}
        self.closing_deadlines = {}

    def accept(self, listener):
        try:
            client_sock, client_addr = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.await_request(Connection(self, client_sock, client_addr, listener.getsockname()))

    def on_client_socket_readable(self, conn, client):
        """A kept connection sends its next request."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.await_request(conn)

    def await_request(self, conn):
        conn.peeked = -1
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(
            conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn)
        )

    def on_pending_socket_readable(self, conn, client):
        if not self.cfg.is_ssl:
            peeked, wanted = peek(conn.sock)
            # Called again with no more: the sender is done, or the kernel holds no more.
            if peeked < wanted and peeked > conn.peeked:
                conn.peeked = peeked
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted)
                return
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        super().on_pending_socket_readable(conn, client)

    def enqueue_req(self, conn):
        self.read_deadlines[conn] = time.monotonic() + BODY_SECONDS
        super().enqueue_req(conn)

    def finish_request(self, conn, fs):
        self.read_deadlines.pop(conn, None)
        super().finish_request(conn, fs)

    def close_gracefully(self, sock):
        """Send what is left and the end of it, then read what the sender still sends.

        If the connection were cut at once, the answer might be lost.
        """
        try:
            sock.setblocking(False)
            sock.shutdown(socket.SHUT_WR)
            self.poller.register(sock, selectors.EVENT_READ, self.on_closing_socket_readable)
        except (OSError, ValueError):
            util.close(sock)
        else:
            self.closing_deadlines[sock] = time.monotonic() + CLOSING_SECONDS

    def on_closing_socket_readable(self, sock):
        try:
            if sock.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass  # gone
        self.cut(sock)

    def cut(self, sock):
        del self.closing_deadlines[sock]
        self.poller.unregister(sock)
        util.close(sock)

    def murder_pending(self):
        """gunicorn calls this each second."""
        super().murder_pending()
        for sock in late(self.closing_deadlines):
            self.cut(sock)
        for conn in late(self.read_deadlines):
            del self.read_deadlines[conn]
            try:
                # Whoever reads gets no more; who has read all, and works on the answer, can still
                # send it.
                conn.sock.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # gone meanwhile

    def _cap_keepalive(self, deadline):
        """A stopping worker does not wait for those that have not sent a request."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def handle_error(self, req, client, addr, exc):
        """gunicorn's own answers (400, 414, 431), with our headers and none of its text."""
        answer = Recorder()
        super().handle_error(req, answer, addr, exc)
        status = bytes(answer.data).split(b"\r\n", 1)[0].decode("latin-1").removeprefix("HTTP/1.1 ")
        if status:
            try:
                util.write_nonblock(client, own_answer(status))
            except OSError:
                self.log.debug("Failed to send error message.")


def late(deadlines):
    return [key for key, deadline in deadlines.items() if deadline < time.monotonic()]


class Recorder:
    """Takes the page that gunicorn would send."""

    def __init__(self):
        self.data = bytearray()

    def gettimeout(self):
        return 0.0

    def sendall(self, data):
        self.data += data


def peek(sock):
    """(bytes that have arrived, BUFFERED at most; bytes needed before it gets a thread)."""
    try:
        data = sock.recv(BUFFERED, socket.MSG_PEEK)
    except BlockingIOError:
        return 0, 1
    except OSError:
        return 0, 0
    end = data.find(b"\r\n\r\n")
    if not data or len(data) == BUFFERED:
        return len(data), len(data)
    if end < 0:
        return len(data), len(data) + 1
    match = LENGTH.search(data, 0, end + 2)
    return len(data), min(end + 4 + int(match[1] if match else 0), BUFFERED)


def own_answer(status):
    """An HTTP answer as bytes. status: "414 URI Too Long"."""
    page = PAGE.format(reason=status.partition(" ")[2]).encode()
    fields = {**headers.for_plain_page(), "Connection": "close", "Content-Length": len(page)}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + page
