"""Bytes of an unknown sender become the object that a file is, or a refusal that says why."""

import hashlib
import json
import re
from dataclasses import dataclass

from registers.json_file import FORMAT, VERSION

LONGEST = 150_000_000  # bytes; a register of 10,000 risks takes about a third of it
SHOWN = 100  # problems of one file that are told
NOT_KNOWN = "Nothing of this name is known here: if a newer installation wrote the file, bring this one up to date first."
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
SEAL = b',\n"sha256": "'
# name of a part: the type that it must have; one or the other, never left out
PARTS = {
    "left_out": dict,
    "organisation": dict,
    "register": dict,
    **dict.fromkeys(
        (
            "risks",
            "agreements",
            "imports",
            "appetites",
            "schemes",
            "posts",
            "directorates",
            "people",
        ),
        list,
    ),
}


@dataclass(frozen=True)
class Problem:
    """path: where in the file, from its outermost name: ("risks", 3, "title"); places count from 1."""

    path: tuple
    words: str

    def __post_init__(self):
        """What it quotes of the file can be stored and shown, whatever it is."""
        shown = (
            NOT_TEXT.sub("\ufffd", step) if isinstance(step, str) else step
            for step in (*self.path, self.words)
        )
        *path, words = shown
        object.__setattr__(self, "path", tuple(path))
        object.__setattr__(self, "words", words)

    def __str__(self):
        return f"{'/'.join(map(str, self.path))}: {self.words}" if self.path else self.words


class CannotRestore(Exception):
    """Nothing of the file was written; `problems` says what is wrong with it."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parsed(content):
    """The object in the file: of our format and version, with all its parts. Raises CannotRestore."""
    if len(content) > LONGEST:
        _refuse(f"The file is larger than {LONGEST // 1_000_000} megabytes.")
    try:
        found = json.loads(content.decode(), object_pairs_hook=_objects(), parse_constant=_constant)
    except UnicodeDecodeError:
        _refuse("The file is not text in UTF-8.")
    except RecursionError:
        _refuse("The file is nested too deeply.")
    except ValueError as error:
        _refuse(f"The file is not JSON: {str(error)[:200]}.")
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        _refuse("The file is not a register with its history. Choose one that was saved as “The whole register as one "
                "file”.")  # fmt: skip
    if type(found.get("version")) is not int or found["version"] != VERSION:
        _refuse(f"The file is of version {str(found.get('version'))[:20]}; this installation reads version {VERSION}. "
                "Bring the installation that is behind up to date, then save the register again.")  # fmt: skip
    wrong = [Problem((name,), "This is missing or is not what it should be.") for name, kind in PARTS.items()
             if not isinstance(found.get(name), kind)]  # fmt: skip
    known = {"format", "version", "as_at", "sha256", *PARTS}
    wrong += [Problem((name[:50],), NOT_KNOWN) for name in sorted(set(found) - known)[:5]]
    if wrong:
        raise CannotRestore(wrong)
    if found.get("as_at") is not None or found["left_out"]:
        _refuse(
            "The file leaves out part of the history. Save one of today by somebody who may see all of it."
        )
    return found


def is_as_written(content):
    """Whether nothing was changed in the file since it was written, by its own word."""
    at = content.rfind(SEAL)
    told = content[at + len(SEAL) :].split(b'"')[0]
    return at >= 0 and told == hashlib.sha256(content[:at]).hexdigest().encode()


def _refuse(words):
    raise CannotRestore([Problem((), words)])


def _objects():
    """What makes the objects of one file. Each revision of a risk says all of it again: a text that
    stands in the file many times is in memory once.
    """
    known = {}

    def made(pairs):
        found = {
            name: known.setdefault(value, value) if type(value) is str else value
            for name, value in pairs
        }
        if len(found) < len(pairs):
            raise ValueError("a name stands twice in one object")
        return found

    return made


def _constant(name):
    raise ValueError(f"{name} is no number")
