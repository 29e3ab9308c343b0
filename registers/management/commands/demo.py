import errno
import os
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from registers.management.commands.load_demo import refuse_a_real_installation


class Command(BaseCommand):
    help = (
        "Migrate, load the library and the demo, and serve them on 127.0.0.1 at PORT (8000). "
        "Keeps what is there."
    )

    def handle(self, *, verbosity, **options):
        refuse_a_real_installation()
        port = free_port(os.environ.get("PORT") or "8000")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_library", verbosity=verbosity)
        call_command("load_demo", verbosity=verbosity)
        os.environ.setdefault("REQUIRE_MFA", "false")
        os.environ.update(DEMO="true", PORT=str(port))
        if os.environ["REQUIRE_MFA"].lower() == "false":
            self.stdout.write("The second factor is off in the demo.")
        else:
            self.stdout.write(
                "Each account sets up a second factor when it first signs in, as REQUIRE_MFA says."
            )
        self.stdout.write(f"\nServing on http://127.0.0.1:{port}/  (Ctrl-C stops it)")
        connections.close_all()
        sys.stdout.flush()
        os.execv(sys.executable, server_command(port))  # noqa: S606 (our own arguments, no shell)


def free_port(text):
    """The port as a number. Raises CommandError if it is not a port, or in use."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            reason = (
                "something else answers there"
                if error.errno == errno.EADDRINUSE
                else error.strerror
            )
            raise CommandError(
                f"Port {text} cannot be used ({reason}). Stop what uses it, or choose another: "
                "PORT=8001"
            ) from error
    return int(text)


def server_command(port):
    """The command line of the server that replaces this process."""
    config = settings.BASE_DIR / "deploy" / "gunicorn.conf.py"
    program = [sys.executable, "-m", "gunicorn", "--config", str(config)]
    return [*program, "--chdir", str(settings.BASE_DIR), "--bind", f"127.0.0.1:{port}"]
