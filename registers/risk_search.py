"""Search across all registers of a reader: what each says as its pages open for that reader.

Whoever opens on what a body agreed searches that, so that no later word can be guessed from hits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone

from registers.excerpts import excerpt_of
from registers.models import Position, Register
from registers.models.position_queries import searched_words
from registers.permissions import defaults_to_agreed, positions_across, readers_agreements

SHOWN = 10  # of each register
# The searched texts beside the title, which is shown whole.
EXCERPTED = {
    "revision__cause": "Cause",
    "revision__event": "Event",
    "revision__consequence": "Consequence",
    "revision__notes": "Other notes",
    "current__rationale": "Reason for the rating",
}
REFERENCE = re.compile(r"(?P<prefix>\w{1,8})-(?P<number>[0-9]{1,9})")


@dataclass(frozen=True)
class RegisterHits:
    """Risks of a register that have every word. risks: the first SHOWN of the count."""

    register: Register
    risks: list[Position]
    count: int

    @property
    def more_count(self):
        return self.count - len(self.risks)


def search_risks(reader, registers: list[Register], words: str) -> list[RegisterHits]:
    """The reader's risks with all of these words; a risk of that reference before any other.

    Registers without a hit are left out. At most seven queries.
    """
    if not words.split() or not registers:
        return []
    positions = _positions_as_opened(reader, registers)
    by_reference = _has_reference(registers, words)
    rows = positions.with_all_of(words, references=False) | positions.filter(by_reference)
    keys_by_register: dict[int, list[int]] = {}
    hits = sorted(
        rows.order_by().values_list("register_id", "number", "pk", "score"),
        key=lambda row: (not _is_referred_to(registers, words, row[0], row[1]), -row[3], row[1]),
    )
    for register, _, pk, _ in hits:
        keys_by_register.setdefault(register, []).append(pk)
    shown = [pk for keys in keys_by_register.values() for pk in keys[:SHOWN]]
    risks = positions.headings_by_key(shown)
    add_excerpts(risks.values(), words)
    by_key = {register.pk: register for register in registers}
    return [
        RegisterHits(by_key[register], [risks[pk] for pk in keys[:SHOWN]], len(keys))
        for register, keys in keys_by_register.items()
    ]


def add_excerpts(positions, words: str) -> None:
    """Give each position an `excerpt` of its texts that has the words, None where only the title or
    the reference has them.

    positions: as the reader sees them: the excerpt is of the same day. One query, none without
    positions or words.
    """
    by_key, wanted = {position.pk: position for position in positions}, searched_words(words)
    if not (by_key and wanted):
        return
    rows = Position.objects.filter(pk__in=by_key).order_by().values_list("pk", *EXCERPTED)
    for pk, *texts in rows:
        labelled = zip(EXCERPTED.values(), texts, strict=True)
        by_key[pk].excerpt = excerpt_of({label: text or "" for label, text in labelled}, wanted)


def _positions_as_opened(reader, registers):
    """Of each register the positions on which its pages open for the reader."""
    read_agreed = [register for register in registers if defaults_to_agreed(reader, register)]
    agreements = readers_agreements(reader, read_agreed) if read_agreed else {}
    registers_by_time = {}
    for register in registers:
        time = (timezone.localdate(), None)
        if register.pk in agreements:
            agreement = agreements[register.pk].agreement
            time = (agreement.on, agreement.recorded_by)
        registers_by_time.setdefault(time, []).append(register)
    sets = (positions_across(reader, rows, *time) for time, rows in registers_by_time.items())
    return reduce(or_, sets)


def _references(words):
    """(prefix, number) of each reference among the words."""
    matches = (REFERENCE.fullmatch(word) for word in words.split())
    return [(match["prefix"].lower(), int(match["number"])) for match in matches if match]


def _has_reference(registers, words):
    """The condition that a row is a risk of one of the references among the words."""
    condition = Q(pk__in=())
    for prefix, number in _references(words):
        keys = [register.pk for register in registers if register.prefix.lower() == prefix]
        condition |= Q(register__in=keys, number=number)
    return condition


def _is_referred_to(registers, words, register, number):
    prefixes = {row.pk: row.prefix.lower() for row in registers}
    return (prefixes[register], number) in _references(words)
