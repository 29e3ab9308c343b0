"""A file of an unknown sender becomes sheets of text, within limits that are checked before anything is unpacked."""

from dataclasses import dataclass


class CannotRead(Exception):
    """What is wrong with the file, in words that say what to do; and where, if it is one place."""


@dataclass(frozen=True)
class Line:
    """number: the file's own row, from 1. cells: text as the file shows it, "" where there is none; a merged cell's
    text stands in its first cell only, and `Sheet.merged` says over which it reaches."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    name: str
    lines: tuple[Line, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column, from 1
    remarks: tuple[str, ...] = ()  # what its reader should know: how it was read, formulas without a stored value


def sheets_of(file_name: str, content: bytes) -> list[Sheet]:
    """The sheets of a CSV or XLSX file, hidden ones too, empty ones left out. Raises CannotRead."""
    raise NotImplementedError
