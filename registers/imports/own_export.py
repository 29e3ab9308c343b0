"""Recognise a file that this service exported, by its headings."""

from functools import lru_cache

from registers.imports.detect_columns import is_export_heading

OWN_COLUMNS = 20


@lru_cache(maxsize=100)
def has_own_headings(names: tuple[str, ...]) -> bool:
    """Whether most headings are those of our exports. names: "" for a column without one."""
    return sum(map(is_export_heading, names)) * 5 >= 4 * sum(map(bool, names))


def is_own_file(names: tuple[str, ...]) -> bool:
    """Whether it is an export, which has more columns than a register that uses our words."""
    return len(names) >= OWN_COLUMNS and has_own_headings(names)
