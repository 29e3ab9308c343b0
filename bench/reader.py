"""A signed-in reader that requests pages over one connection, so that one worker answers all."""

import http.client
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

SECRET = "b" * 32  # of the cookie and the form alike
TIMEOUT = 600  # seconds


@dataclass(frozen=True)
class Response:
    """wall, cpu: milliseconds, at the client and in the worker; size: bytes of the body."""

    status: int
    location: str
    body: bytes
    wall: float
    cpu: float
    queries: int

    @property
    def size(self):
        return len(self.body)

    @property
    def text(self):
        return self.body.decode()


class Reader:
    """session: the key of a session in the database that the server reads."""

    def __init__(self, port, session):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._cookies = f"sessionid={session}; csrftoken={SECRET}"

    def get(self, address):
        return self._request("GET", address, None, {})

    def post(self, address, fields):
        """fields: (name, value) pairs or a mapping; the token against forgery is added."""
        pairs = [
            *(fields.items() if hasattr(fields, "items") else fields),
            ("csrfmiddlewaretoken", SECRET),
        ]
        return self._request(
            "POST", address, urlencode(pairs), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def send_file(self, address, fields, field, name, content):
        """A form with one file."""
        boundary = "bench-boundary"
        parts = [
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            ).encode()
            for key, value in {**fields, "csrfmiddlewaretoken": SECRET}.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        )
        parts += [f"{head}Content-Type: application/octet-stream\r\n\r\n".encode(), content]
        body = b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()])
        return self._request(
            "POST", address, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )

    def _request(self, method, address, body, headers):
        started = time.perf_counter()
        self._connection.request(method, address, body, {"Cookie": self._cookies, **headers})
        response = self._connection.getresponse()
        content = response.read()
        wall = (time.perf_counter() - started) * 1000
        if response.status >= 400:
            raise SystemExit(f"{method} {address} was answered {response.status}.")
        cost = float(response.headers["Bench-CPU"]), int(response.headers["Bench-Queries"])
        return Response(response.status, response.headers.get("Location", ""), content, wall, *cost)


class Form(HTMLParser):
    """The first form of a page that has a field, and in it a value where one is required.

    fields: what it would send unchanged; empty where there is no such form.
    """

    def __init__(self, page, field, value=None):
        super().__init__()
        self._forms, self._select, self._area = [], None, None
        self.feed(page)
        self.fields = next((form for form in self._forms if self._has(form, field, value)), [])

    @staticmethod
    def _has(form, field, value):
        return any(name == field and value in (None, content) for name, content in form)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, kind = attrs.get("name"), attrs.get("type")
        if tag == "form":
            self._forms.append([])
        elif not self._forms:
            return
        elif tag == "input" and name and name != "csrfmiddlewaretoken" and kind != "file":
            if kind not in ("radio", "checkbox") or "checked" in attrs:
                self._forms[-1].append((name, attrs.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attrs:
            self._forms[-1].append((self._select, attrs.get("value", "")))
        elif tag == "textarea" and name:
            self._forms[-1].append((name, ""))
            self._area = name

    def handle_data(self, data):
        if self._area:
            name, text = self._forms[-1][-1]
            self._forms[-1][-1] = (name, text + data)

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
