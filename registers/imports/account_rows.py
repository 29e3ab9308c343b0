"""Account for every row of a sheet: what it is read as, and why. Each row is named exactly once."""

from dataclasses import asdict, dataclass

from registers.imports.mapping import Plan, data_rows, table_rows
from registers.imports.row_roles import RowOutcome, find_asides
from registers.phrases.files import more_of_risk
from registers.spreadsheet import Sheet

ABOVE = RowOutcome.ABOVE, "It is above the headings."
ABOVE_TABLE = RowOutcome.ABOVE, "It is above the first row of the table."
HEADING = RowOutcome.HEADING, "It holds the headings."
GUIDANCE = RowOutcome.GUIDANCE, "It is between the headings and the first row of the table."
BELOW = RowOutcome.BELOW, "It is below the last row of the table."
EMPTY = RowOutcome.EMPTY, "It is empty."
RISK = RowOutcome.RISK, ""


@dataclass(frozen=True)
class RowAccount:
    """What a row of a sheet is read as, and why.

    last: of several empty rows the number of the last, else the row's own. cells: its texts.
    """

    row: int
    last: int
    outcome: str
    reason: str
    cells: tuple[str, ...] = ()

    @property
    def numbers(self) -> range:
        return range(self.row, self.last + 1)


def account_rows(sheet: Sheet, plan: Plan) -> list[RowAccount]:
    """Each row of the sheet from 1 to its last with a text, in order; empty ones in runs.

    The first row of a risk is a RISK: what becomes of that, its ImportedRow says.
    """
    outcomes = _table_outcomes(sheet, plan)
    accounts, expected = [], 1
    for row in sheet.rows:
        if not any(map(str.strip, row.cells)):
            continue
        if row.number > expected:
            accounts.append(RowAccount(expected, row.number - 1, *EMPTY))
        outcome = outcomes.get(row.number) or _outside_table(row.number, plan)
        accounts.append(RowAccount(row.number, row.number, *outcome, row.cells))
        expected = row.number + 1
    return accounts


def non_risk_rows(sheet: Sheet, plan: Plan) -> list[dict]:
    """What RegisterImport.non_risk_rows keeps: all rows that are not the first of a risk."""
    return [
        asdict(account)
        for account in account_rows(sheet, plan)
        if account.outcome != RowOutcome.RISK
    ]


def _table_outcomes(sheet, plan):
    """(outcome, reason) of each row of the table, by number."""
    asides = find_asides(table_rows(sheet, plan), sheet, plan)
    outcomes = {number: (aside.outcome, aside.reason) for number, aside in asides.items()}
    for risk in data_rows(sheet, plan):
        outcomes[risk.number] = RISK
        for row in risk.source_rows[1:]:
            outcomes[row.number] = RowOutcome.CONTINUATION, more_of_risk(risk.number)
    return outcomes


def _outside_table(number, plan):
    if plan.footer_from and number >= plan.footer_from:
        return BELOW
    if not plan.headings:
        return ABOVE_TABLE
    first, last = plan.headings
    if number < first:
        return ABOVE
    return HEADING if number <= last else GUIDANCE
