"""A process of our own with a limit on its time and memory, for files that somebody else made.

It gets no settings and no keys, works in a folder that is gone afterwards, and what it wrote
counts only if it ended well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# What finding the fonts and libraries of the system may need.
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "SYSTEMROOT")


class LimitExceeded(Exception):
    """The process took too long or too much memory, or it failed."""


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder, deleted with all that is in it at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="paper-") as name:
        yield Path(name)


def run_limited(module: str, folder: Path, *, seconds: int, megabytes: int) -> None:
    """Run a module of ours on a folder. seconds: of the clock, and of CPU.

    The module calls limit_process() before it reads anything. Raises LimitExceeded.
    """
    command = [sys.executable, "-m", module, str(folder), str(seconds), str(megabytes)]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"TMPDIR": str(folder), "HOME": str(folder), "PYTHONUTF8": "1"}
    with (folder / "errors.txt").open("wb") as errors:
        try:
            subprocess.run(  # noqa: S603 (our own module, by our own interpreter)
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                timeout=seconds,
                check=True,
                start_new_session=True,
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as problem:
            raise LimitExceeded(module) from problem


def limit_process() -> Path:
    """In the process: take the limits that run_limited() names, and return the folder."""
    import resource

    folder, seconds, megabytes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for limit, most in (
        (resource.RLIMIT_AS, megabytes * 1_000_000),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, megabytes * 1_000_000),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    return folder
