"""Whether this machine has pango, which PDF files need. Runs before Django's models are loaded."""

from functools import cache

from registers.papers.limits import LimitExceeded, run_limited, work_folder

PROCESS = "registers.papers.pdf_process"
SECONDS = 30
MEGABYTES = 1500


@cache
def is_available() -> bool:
    """Tried once in a process, without a page: the imports fail where pango is missing."""
    with work_folder() as folder:
        try:
            run_limited(PROCESS, folder, seconds=SECONDS, megabytes=MEGABYTES)
        except LimitExceeded:
            return False
    return True
