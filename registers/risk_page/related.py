"""The risks that a risk is related to, as far as a reader may see them.

A risk names others of its organisation by their references. One that the reader may not see is left
out everywhere, and not counted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce
from operator import or_

from django.db.models import Q

from registers.models import RiskRevision
from registers.permissions import positions_across, risks_across

FIELD = "related_risks"
REFERENCE = re.compile(r"(?P<prefix>[^,]*[^,\s])-(?P<number>[0-9]{1,9})")
NOTHING = Q(pk__in=())


def references_in(text) -> list[str]:
    """The references that a text names, separated by commas, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def keys_of(references, registers) -> dict[str, tuple[int, int]]:
    """Reference -> (key of its register, number), of those that name one of these registers."""
    by_prefix = {register.prefix.casefold(): register.pk for register in registers}
    matches = {reference: REFERENCE.fullmatch(reference) for reference in references}
    return {
        reference: (by_prefix[match["prefix"].casefold()], int(match["number"]))
        for reference, match in matches.items()
        if match and match["prefix"].casefold() in by_prefix
    }


def with_keys(keys) -> Q:
    """The condition that a row has one of these pairs of `register` and `number`."""
    pairs = (Q(register=register, number=number) for register, number in keys)
    return reduce(or_, pairs, NOTHING)


def visible_references(risks, registers, references) -> dict[str, str]:
    """Reference -> as its register writes it, of those that lead to one of these risks.

    registers: of the organisation; risks: those of them that the reader may see. One query, none
    without a reference.
    """
    keys, by_key = keys_of(references, registers), {row.pk: row for row in registers}
    if not keys:
        return {}
    rows = risks.filter(with_keys(keys.values())).order_by().values_list("register", "number")
    visible = set(rows)
    return {
        reference: by_key[key[0]].reference(key[1])
        for reference, key in keys.items()
        if key in visible
    }


def related_risks_of(reader, risk, position, as_of):
    """The positions of related risks on the day read: those it names, and those that name it.

    position: of the risk on that day. A few queries, whatever their number; one where there are
    none.
    """
    if position is None:
        return []
    organisation = risk.register.organisation
    references = references_in(position.revision.related_risks)
    naming = RiskRevision.objects.exclude(related_risks="").filter(
        related_risks__contains=risk.reference, risk__register__organisation=organisation
    )
    keys_of_naming = set(naming.order_by().values_list("risk", flat=True))
    if not (references or keys_of_naming):
        return []
    registers = list(organisation.registers.all())
    condition = with_keys(keys_of(references, registers).values()) | Q(risk__in=keys_of_naming)
    positions = positions_across(reader, registers, as_of.day, as_of.recorded_by)
    rows = positions.filter(condition).exclude(risk=risk.pk).with_headings()
    related = [
        row for row in rows if row.reference in references or names(row.revision, risk.reference)
    ]
    return sorted(related, key=lambda row: (row.register.name, row.number))


def names(revision, reference) -> bool:
    return reference in references_in(revision.related_risks)


def without_hidden(reader, risk, entries):
    """The entries of a history, with only those related risks in it that this reader may see.

    An entry that changed nothing else is left out whole: no more is told of a hidden risk.
    """
    changes = [change for entry in entries for change in entry.changes if change.name == FIELD]
    if not changes:
        return entries
    texts = [text for change in changes for text in (change.before, change.after)]
    registers = list(risk.register.organisation.registers.all())
    risks = risks_across(reader, registers)
    visible = visible_references(risks, registers, references_in(",".join(texts)))

    def shown(text):
        return ", ".join(row for row in references_in(text) if row in visible)

    def narrowed(change):
        if change.name != FIELD:
            return change
        return change._replace(before=shown(change.before), after=shown(change.after))

    def has_nothing_left(entry):
        return entry.changes and not any(is_seen(narrowed(row)) for row in entry.changes)

    return [
        replace(entry, changes=tuple(row for row in map(narrowed, entry.changes) if is_seen(row)))
        for entry in entries
        if not (has_nothing_left(entry) and is_plain_edit(entry.revision))
    ]


def is_seen(change):
    return change.name != FIELD or change.before != change.after


def is_plain_edit(revision):
    """Whether nothing came with it that has its own words: no rating, no review, no other step."""
    return revision.what == RiskRevision.Event.EDITED and not (
        revision.assessment or revision.review
    )
