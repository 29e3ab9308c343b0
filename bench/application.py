"""The application with two more headers on each response: Bench-CPU (milliseconds) and
Bench-Queries.
"""

import time

from django.db import connection

from failing_well.wsgi import application as wsgi_application


class StatementCounter:
    def __init__(self):
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        return execute(sql, params, many, context)


def application(environ, start_response):
    counter, starts, started = StatementCounter(), [], time.process_time()
    with connection.execute_wrapper(counter):
        response = wsgi_application(
            environ, lambda status, headers, exc_info=None: starts.append((status, headers))
        )
        try:
            body = [b"".join(response)]
        finally:
            getattr(response, "close", lambda: None)()
    spent = (time.process_time() - started) * 1000
    status, headers = starts[-1]
    start_response(
        status,
        [*headers, ("Bench-CPU", f"{spent:.3f}"), ("Bench-Queries", str(counter.statements))],
    )
    return body
