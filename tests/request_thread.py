"""A thread that answers requests as a server's does: it keeps its database connection."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory

from failing_well.time_limits import CONNECT, HEALTH_CHECK, LOCK, STATEMENT, refusal

SHORT = {"request": 1.0, CONNECT: 0.3, HEALTH_CHECK: 0.3, STATEMENT: 0.6, LOCK: 0.6}
TOKEN = "a" * 32
PAGE = "/accessibility/"  # whose session it is stands in the database


class RequestThread:
    def __init__(self):
        self.pool = ThreadPoolExecutor(1)

    def run(self, work):
        return self.pool.submit(work).result()

    def ask(self, path, **form):
        """(status, body) of a GET, or of a POST of a form, with an expired session."""
        headers = {"cookie": f"sessionid=of-nobody; csrftoken={TOKEN}"}
        if form:
            environ = (
                RequestFactory()
                .post(path, form | {"csrfmiddlewaretoken": TOKEN}, headers=headers)
                .environ
            )
        else:
            environ = RequestFactory().get(path, headers=headers).environ

        def answer():
            statuses = []
            response = WSGIHandler()(environ, lambda status, headers: statuses.append(status))
            try:
                return int(statuses[0].split()[0]), b"".join(response)
            finally:
                response.close()  # which is when a request ends

        return self.run(answer)

    def status(self, path=PAGE, **form):
        return self.ask(path, **form)[0]

    def hang_up(self):
        self.run(lambda: connection.close())  # the thread's own
        self.pool.shutdown()


@pytest.fixture(autouse=True)
def no_refusal():
    yield
    refusal.end = 0.0
