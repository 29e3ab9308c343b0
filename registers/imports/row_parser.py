"""Parse one row by the plan into a ParsedRow: values, problems, and where each cell went."""

from registers.import_fields import IGNORE
from registers.imports import group_rows, parse_fields, parse_progress, parse_related
from registers.imports.mapping import Plan, ReferenceData, rating_columns
from registers.imports.parsed_row import ParsedRow, RowBuilder, clean_cell
from registers.imports.resolve_rating import RatingResolver
from registers.imports.value_mapping import ValueMapping
from registers.spreadsheet import SheetRow


class RowParser:
    """Parses the rows of one plan: create it once for all of them."""

    def __init__(self, plan: Plan, reference_data: ReferenceData):
        self.plan, self.reference_data = plan, reference_data
        self.meanings = ValueMapping(plan.words, reference_data)
        self.resolver = RatingResolver.for_plan(
            reference_data.scheme, plan.words, plan.another_scale
        )
        self.rating_columns = rating_columns(plan)

    def parse(self, sheet_row: SheetRow) -> ParsedRow:
        """Never raises for what a cell holds."""
        row = RowBuilder(sheet_row, self.plan, self.reference_data)
        parse_fields.parse_reference(row)
        parse_fields.parse_days(row)
        parse_fields.derive_raised_on(row)
        parse_fields.parse_amounts(row)
        parse_fields.parse_choices(row, self.meanings)
        parse_fields.parse_types(row, self.meanings)
        parse_fields.parse_owner(row, self.meanings)
        parse_fields.parse_texts(row)
        parse_fields.parse_statement_field(row)
        parse_fields.parse_title(row)
        parse_fields.check_response(row)
        parse_fields.derive_title_and_event(row)
        parse_related.parse_ratings(row, self.resolver, self.rating_columns, self.meanings)
        for source_row in row.per_source_row("controls"):
            parse_related.parse_controls(source_row)
        for source_row in row.per_source_row("actions"):
            parse_related.parse_actions(source_row, self.meanings)
        parse_progress.parse_progress(row)
        self._keep_remaining(row)
        self._keep_conflicts(row)
        row.write_notes()
        return row.parsed

    def _keep_conflicts(self, row):
        """Move to the notes what further source rows say differently from the first.

        An action that is in several source rows counts once.
        """
        if row.parsed.sheet_row.source_rows:
            row.parsed.actions = list(dict.fromkeys(row.parsed.actions))
        for number, at, cell in group_rows.conflicting_cells(row.parsed.sheet_row, self.plan):
            if text := clean_cell(cell)[0]:
                words = f"Row {number:,} differs from the first row of the risk: kept in the notes"
                row.add_problem(at, text[:80], words)
                row.notes.append((at, row.column_name(at), text))

    @staticmethod
    def _keep_remaining(row):
        """Move the cells that no step has read to the notes, except those to be ignored."""
        noted = {at for at, _, _ in row.notes}
        for at in row.columns.get(IGNORE, []):
            row.record_target(at, IGNORE)
        for at in row.cells:
            if at not in row.parsed.destinations and at not in noted:
                row.move_to_notes(at)
