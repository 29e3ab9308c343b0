"""What a restored file refers to and is not here: kept, and written into the next file again.

{"register": {field: value}, "risks": {number of the risk: {name of a list: {"values": {place:
{field: value}}, "rows": {place: row}}}}}: places count from 1, as text. A failure type that is not
here is a value; an escalation to a register that is not here is a row.
"""

from registers.models import RegisterImport


def unresolved_of(register):
    """What was kept when the register was restored; empty where it was not."""
    restored = (
        RegisterImport.objects.filter(register=register)
        .exclude(kept__isnull=True)
        .order_by("pk")
        .first()
    )
    return restored.kept if restored else {}


def insert_rows(lines, rows, day=None):
    """Put each row back at its place in the list, without those after a day where one is given."""
    for place in sorted(rows, key=int):
        row = rows[place]
        if day is None or row.get("effective_on", "") <= day.isoformat():
            lines.insert(int(place) - 1, row)
    return lines


def note_value(unresolved, number, name, place, field, value):
    _of_list(unresolved, number, name, "values").setdefault(str(place), {})[field] = value


def note_row(unresolved, number, name, place, row):
    _of_list(unresolved, number, name, "rows")[str(place)] = row


def _of_list(unresolved, number, name, part):
    risk = unresolved.setdefault("risks", {}).setdefault(str(number), {})
    return risk.setdefault(name, {}).setdefault(part, {})
