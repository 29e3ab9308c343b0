"""What a restored file said and this installation has no place for: kept, and said again when the
register is written.

{"register": {field: value}, "risks": {number of the risk: {name of a list: {"values": {place:
{field: value}}, "rows": {place: row}}}}}: places count from 1, as text. A failure type that is not
known here is a value; an escalation to a register that is not here is a row.
"""

from registers.models import RegisterImport


def of(register):
    """What was kept when the register was restored; nothing where it was not."""
    found = (
        RegisterImport.objects.filter(register=register)
        .exclude(kept__isnull=True)
        .order_by("pk")
        .first()
    )
    return found.kept if found else {}


def put_back_in_row(row, values):
    row.update(values)
    return row


def put_back_in_list(lines, rows, day=None):
    """Each row in the place where it stood; those after a day, where one is given, are left out."""
    for place in sorted(rows, key=int):
        row = rows[place]
        if day is None or row.get("effective_on", "") <= day.isoformat():
            lines.insert(int(place) - 1, row)
    return lines


def note_value(kept, number, name, place, field, value):
    of_list = kept.setdefault("risks", {}).setdefault(str(number), {}).setdefault(name, {})
    of_list.setdefault("values", {}).setdefault(str(place), {})[field] = value


def note_row(kept, number, name, place, row):
    of_list = kept.setdefault("risks", {}).setdefault(str(number), {}).setdefault(name, {})
    of_list.setdefault("rows", {})[str(place)] = row
