"""The application as a worker serves it. Each answer says what it cost: Bench-CPU (milliseconds of
this process) and Bench-Queries.
"""

import time

from django.db import connection

from failing_well.wsgi import application as served


class Counter:
    """Of statements that a request sends to the database."""

    def __init__(self):
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        return execute(sql, params, many, context)


def application(environ, start_response):
    counter, said, begun = Counter(), [], time.process_time()
    with connection.execute_wrapper(counter):
        answer = served(
            environ, lambda status, headers, exc_info=None: said.append((status, headers))
        )
        try:
            body = [b"".join(answer)]
        finally:
            getattr(answer, "close", lambda: None)()
    spent = (time.process_time() - begun) * 1000
    status, headers = said[-1]
    start_response(
        status,
        [*headers, ("Bench-CPU", f"{spent:.3f}"), ("Bench-Queries", str(counter.statements))],
    )
    return body
