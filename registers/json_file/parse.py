"""Read the JSON object in a file from an unknown sender, or refuse it with the reason."""

import hashlib
import json
from dataclasses import dataclass
from itertools import islice

from registers.json_file import FORMAT, VERSION
from registers.json_file.schema import NOT_TEXT, file_problems, text_problems
from registers.models import Decision
from registers.models.body import kind_by_name, normalise_name

LONGEST = 150_000_000  # bytes; a register of 10,000 risks takes about a third of it
SHOWN = 100  # problems of one file that are reported
SEAL = b',\n"sha256": "'


@dataclass(frozen=True)
class Problem:
    """path: place in the file from the outermost name: ("risks", 3, "title"); counted from 1."""

    path: tuple
    words: str

    def __post_init__(self):
        """Make what it quotes of the file fit to be stored and shown."""
        *path, words = (
            NOT_TEXT.sub("\ufffd", part) if isinstance(part, str) else part
            for part in (*self.path, self.words)
        )
        object.__setattr__(self, "path", tuple(path))
        object.__setattr__(self, "words", words)

    def __str__(self):
        return f"{'/'.join(map(str, self.path))}: {self.words}" if self.path else self.words


class CannotRestore(Exception):
    """Nothing of the file was written; `problems` has the reasons."""

    def __init__(self, problems):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse(content):
    """The object in a file of our format, with all parts of this version. Raises CannotRestore."""
    document = _load(content)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        _refuse(
            "The file is not a register with its history. Choose a file that you saved as “The "
            "whole register as one file”."
        )
    _refuse_all(text_problems(document))
    version = document.get("version")
    if type(version) is not int or not 1 <= version <= VERSION:
        _refuse(
            f"The file is of version {str(version)[:20]}; this installation reads versions 1 to "
            f"{VERSION}. Bring the installation that is behind up to date, then save the register "
            "again."
        )
    document = _upgrade(document)
    _refuse_all(file_problems(document))
    if document.get("as_at") is not None or document["left_out"]:
        _refuse(
            "The file leaves out part of the history. Save one of today by somebody who may see "
            "all of it."
        )
    return document


def _upgrade(document):
    """A file of any version as one of this version.

    Version 1 knew no adoptions of a scheme. Until version 2 an agreement had its body in words, and
    one day, on which the body met and whose position it agreed.
    """
    if document["version"] == 1:
        document = {"scheme_adoptions": [], **document}
    if document["version"] <= 2:
        document = _with_bodies(document)
    return {**document, "version": VERSION}


def _with_bodies(document):
    """What is not as the schema of its version describes it stays as it is, to be refused."""
    agreements, names = document.get("agreements"), {}
    if not isinstance(agreements, list):
        return document
    upgraded = []
    for row in agreements:
        if not (isinstance(row, dict) and isinstance(row.get("body"), str)):
            upgraded.append(row)
            continue
        name = names.setdefault(normalise_name(row["body"]), row["body"])
        as_agreed = {"body_name": row["body"], "decision": Decision.AGREED.value}
        upgraded.append({**row, **as_agreed, "body": name, "met_on": row.get("on")})
    bodies = [{"name": name, "kind": kind_by_name(name).value} for name in sorted(names.values())]
    return {**document, "agreements": upgraded, "bodies": bodies}


def _load(content):
    if len(content) > LONGEST:
        _refuse(f"The file is larger than {LONGEST // 1_000_000} megabytes.")
    try:
        return json.loads(
            content.decode(), object_pairs_hook=_object_builder(), parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        _refuse("The file is not text in UTF-8.")
    except RecursionError:
        _refuse("The file is nested too deeply.")
    except ValueError as error:
        _refuse(f"The file is not JSON: {str(error)[:200]}.")


def is_as_written(content):
    """Whether the digest at the end of the file is that of all before it."""
    at = content.rfind(SEAL)
    digest = content[at + len(SEAL) :].split(b'"')[0]
    return at >= 0 and digest == hashlib.sha256(content[:at]).hexdigest().encode()


def _refuse(message):
    _refuse_all([((), message)])


def _refuse_all(problems):
    """Refuse the file if there are any problems, (path, words) each."""
    if problems := [Problem(*problem) for problem in islice(problems, SHOWN)]:
        raise CannotRestore(problems)


def _object_builder():
    """The function that builds the objects of one file.

    Each revision of a risk repeats its texts: equal texts share one string in memory.
    """
    texts = {}

    def build(pairs):
        built = {
            name: texts.setdefault(value, value) if type(value) is str else value
            for name, value in pairs
        }
        if len(built) < len(pairs):
            raise ValueError("a name is there twice in one object")
        return built

    return build


def _refuse_constant(name):
    raise ValueError(f"{name} is not a number")
