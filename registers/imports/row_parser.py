"""What one row says, by the plan: values for the register, problems in words, and where every cell
went.
"""

from registers.import_fields import IGNORE
from registers.imports import group_rows, parse_fields, parse_related
from registers.imports.mapping import Known, Plan, judgements
from registers.imports.parsed_row import Judged, Planned, Problem, ReadRow, Row, storable
from registers.imports.read_file import Line, letter
from registers.imports.resolve_rating import Judging
from registers.imports.value_mapping import Meanings

__all__ = ["Judged", "Planned", "Problem", "ReadRow", "Reader", "name_double", "read"]


class Reader:
    """Reads rows by one plan: made once for many of them."""

    def __init__(self, plan: Plan, known: Known):
        self.plan, self.known = plan, known
        self.meanings = Meanings(plan.words, known)
        self.judging = Judging.by(known.scheme, plan.words, plan.another_scale)
        self.groups = judgements(plan)

    def read(self, line: Line) -> ReadRow:
        """What a row says. Never raises for what a cell holds."""
        row = Row(line, self.plan, self.known)
        parse_fields.reference(row)
        parse_fields.all_days(row)
        parse_fields.choices(row, self.meanings)
        parse_fields.types(row, self.meanings)
        parse_fields.owner(row, self.meanings)
        parse_fields.texts(row)
        parse_fields.statement(row)
        parse_fields.title(row)
        parse_fields.response(row)
        parse_fields.what_a_new_risk_needs(row)
        parse_related.judged(row, self.judging, self.groups, self.meanings)
        for each in row.each("controls"):
            parse_related.controls(each)
        for each in row.each("actions"):
            parse_related.actions(each, self.meanings)
        self._rest(row)
        self._otherwise(row)
        row.write_notes()
        return row.read

    def _otherwise(self, row):
        """What further rows say otherwise than the first. Of actions that stand in all of them each
        is meant once.
        """
        if row.read.line.rows:
            row.read.actions = list(dict.fromkeys(row.read.actions))
        for number, at, cell in group_rows.said_otherwise(row.read.line, self.plan):
            if text := storable(cell)[0]:
                words = f"Row {number:,} says this, and the risk's first row otherwise: it stays with the notes"
                row.doubt(at, text[:80], words)
                row.left.append((at, row.name(at), text))

    @staticmethod
    def _rest(row):
        """What no step has taken: columns for the notes, those to be ignored, a second one where
        one is read.
        """
        noted = {at for at, _, _ in row.left}
        for at in row.where.get(IGNORE, []):
            row.went(at, IGNORE)
        for at in row.cells:
            if at not in row.read.went and at not in noted:
                row.note(at)


def name_double(row: ReadRow, seen: dict[str, int], plan: Plan, known: Known) -> None:
    """Add the problem that a reference stood in an earlier row: refused where it is one of ours,
    two rows of which would change one risk. seen: reference -> number of the row, kept by the
    caller from the first row to the last.
    """
    reference = row.values.get("reference", "")
    if not reference:
        return
    first = seen.setdefault(reference.casefold(), row.line.number)
    if first != row.line.number:
        at = plan.columns.index("reference")
        is_ours = parse_fields.number_of(reference, known.prefix) is not None
        problem = f"Row {first:,} has this reference too"
        problem += (
            ": put what is to change into one row"
            if is_ours
            else ": each comes in as a risk of its own"
        )
        row.problems.append(
            Problem(f"{plan.names[at]} ({letter(at)})", reference, problem, is_ours)
        )


def read(line: Line, plan: Plan, known: Known) -> ReadRow:
    """What a row says. Never raises for what a cell holds. For many rows make one Reader."""
    return Reader(plan, known).read(line)
