"""A gunicorn with two workers, started as `manage.py demo` does."""

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 60  # seconds


class Server:
    """start_up: seconds until the first answer."""

    def __init__(self, process, port, start_up):
        self.process, self.port, self.start_up = process, port, start_up

    def peak_memory(self):
        """MB that the largest worker ever used, as Linux counts."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return max(_peak_memory(worker) for worker in workers) / 1024


@contextmanager
def run_server(database):
    """database: a DATABASE_URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "bench.application",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    ]
    command += [
        "--threads",
        "4",
        "--keep-alive",
        "300",
        "--log-level",
        "warning",
        "--no-control-socket",
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "PORT": str(port),
        "REQUIRE_MFA": "false",
    }
    environment["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 (our own arguments)
    try:
        _wait_for(process, port)
        yield Server(process, port, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait()


def _wait_for(process, port):
    for _ in range(START_LIMIT * 20):
        if process.poll() is not None:
            raise SystemExit("The server ended before it answered: what it said is above.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"The server did not answer in {START_LIMIT} seconds.")


def _peak_memory(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
