"""The rows of an import's sheet that are no risks, and those that wait for a decision; for pages.

Rows of risks are registers.imports.progress; here they appear only where they are not taken in.
"""

from collections import Counter
from functools import cached_property

from registers.imports.account_rows import RowAccount
from registers.imports.rejected_rows import rejection_reasons
from registers.imports.row_roles import RowOutcome
from registers.models import ImportedRow
from registers.models.imports import rows_in_words
from registers.phrases.files import rows_and_others

Outcome = ImportedRow.Outcome
DECIDE = "decide"
ROWS_SHOWN = 10
# The filters of a list of rows: value in the address -> label.
FILTERS = {
    DECIDE: "To decide",
    RowOutcome.LEFT_OUT: "Left out",
    RowOutcome.SECTION: "Section headings",
    RowOutcome.CONTINUATION: "Part of a risk above",
    RowOutcome.HEADING: "Column headings",
    RowOutcome.GUIDANCE: "Guidance",
    RowOutcome.ABOVE: "Above the headings",
    RowOutcome.BELOW: "Below the table",
    RowOutcome.EMPTY: "Empty",
}
# Lists whose rows can be decided on.
DECIDABLE = (DECIDE, RowOutcome.LEFT_OUT, RowOutcome.SECTION, RowOutcome.CONTINUATION)


class SheetRows:
    """The rows of an import that are not the first of a risk that comes in.

    accounts: of RegisterImport.non_risk_rows. counts: rows by filter, and those to decide.
    """

    def __init__(self, batch):
        self.batch = batch
        self.accounts = [RowAccount(**entry) for entry in batch.non_risk_rows]
        self.roles = batch.plan.get("roles", {})
        self.counts = Counter(dict.fromkeys(FILTERS, 0))
        for account in self.accounts:
            self.counts[account.outcome] += len(account.numbers)
        self.counts[RowOutcome.LEFT_OUT] += len(self._numbers(Outcome.LEFT_OUT))
        self.counts[DECIDE] = 0 if batch.is_done else len(self.numbers(DECIDE))

    @property
    def filters(self):
        """(value, label, count) of each filter that leaves a row."""
        return [(value, label, n) for value, label in FILTERS.items() if (n := self.counts[value])]

    def numbers(self, show: str) -> list[int]:
        """The numbers of the rows of a filter; of several empty ones that of the first."""
        if show == DECIDE:
            doubtful = [account.row for account in self.accounts if self._is_doubtful(account)]
            return sorted([*doubtful, *self._numbers(Outcome.REFUSED)])
        numbers = [account.row for account in self.accounts if account.outcome == show]
        return sorted([*numbers, *self._numbers(show)]) if show == Outcome.LEFT_OUT else numbers

    def accounts_of(self, numbers: list[int]) -> list[RowAccount]:
        """The accounts of these rows, in their order; of risks that are not taken in, too."""
        accounts = {account.row: account for account in self.accounts}
        wanted = [number for number in numbers if number not in accounts]
        for row in self.batch.rows.filter(number__in=wanted) if wanted else ():
            accounts[row.number] = refused_account(row)
        return [accounts[number] for number in numbers]

    @property
    def lookalikes(self) -> set[int]:
        """The numbers of rows that wait for another decision: whether they are on the register."""
        return {*self._numbers(Outcome.LEFT_OUT)}

    @cached_property
    def _by_outcome(self):
        outcomes = (Outcome.REFUSED, Outcome.LEFT_OUT)
        rows = self.batch.rows.filter(outcome__in=outcomes).values_list("outcome", "number")
        return list(rows.order_by("number"))

    def _numbers(self, outcome):
        return [number for of_row, number in self._by_outcome if of_row == outcome]

    def _is_doubtful(self, account):
        return account.outcome == RowOutcome.LEFT_OUT and str(account.row) not in self.roles


def refused_account(row: ImportedRow) -> RowAccount:
    """What became of a row that is not taken in."""
    return RowAccount(row.number, row.number, row.outcome, rejection_reasons(row), row.cells)


def list_rows(accounts: list[RowAccount]) -> list[tuple[str, str]]:
    """(label, "rows 1, 2 and 9 others") of each outcome that rows have, but that of risks."""
    numbers = {}
    for account in accounts:
        numbers.setdefault(account.outcome, []).extend(account.numbers)
    return [
        (
            label,
            rows_and_others(rows_in_words(rows[:ROWS_SHOWN]), max(0, len(rows) - ROWS_SHOWN)),
        )
        for outcome, label in FILTERS.items()
        if (rows := numbers.get(outcome))
    ]


def account_text(account: RowAccount) -> str:
    """Its texts in a line, cut to what a table has room for."""
    text = " | ".join(" ".join(cell.split()) for cell in account.cells if cell.strip())
    return text if len(text) <= 160 else f"{text[:160]}…"


def place_in_words(account: RowAccount) -> str:
    return rows_in_words(list(account.numbers))
