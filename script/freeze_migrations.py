"""Adds the digest of each new migration to registers/migrations/digests.txt.

It changes no line that is there: a landed migration is never edited. The file is read by
`sha256sum --check` too.
"""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "registers" / "migrations"
DIGESTS = FOLDER / "digests.txt"


def digest_lines():
    """The list as the files on disk would have it."""
    return [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT).as_posix()}"
        for path in sorted(FOLDER.glob("[!_]*.py"))
    ]


def main():
    lines = digest_lines()
    if edited := [line for line in DIGESTS.read_text("utf-8").splitlines() if line not in lines]:
        sys.exit(
            "These migrations were edited or removed. Once landed they stay as they are, and a "
            "change is a new one;\nof one that has not landed yet, take the line out of "
            "registers/migrations/digests.txt first:\n" + "\n".join(edited)
        )
    DIGESTS.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
