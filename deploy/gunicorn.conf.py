"""How gunicorn serves the application, in an installation and in the demo.

Options of its command line come first.
"""

import os

wsgi_app = "failing_well.wsgi"
worker_class = "failing_well.worker.BufferedWorker"  # nobody who sends slowly holds a thread
bind = "127.0.0.1:8000"
workers = 2  # on SQLite no more: it has one writer at a time
threads = 4
loglevel = "warning"
accesslog = None  # addresses of calendars hold secrets
control_socket_disable = True


def on_starting(server):
    """Log what `manage.py check --deploy` would say about this installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "failing_well.settings")
    from registers.deployment_checks import warnings_at_start

    for sentence in warnings_at_start():
        server.log.warning(sentence)
