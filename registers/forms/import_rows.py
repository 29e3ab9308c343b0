"""The form in which a user decides what single rows of a file are."""

from django import forms

from registers.forms.fields import selection_errors
from registers.imports.row_roles import RowOutcome
from registers.imports.sheet_rows import account_text, place_in_words

AS_IT_IS = ""
CHOICES = [
    (RowOutcome.LEFT_OUT.value, "Leave this row out"),
    (RowOutcome.RISK.value, "A risk of its own"),
    (RowOutcome.CONTINUATION.value, "Part of the risk above"),
    (RowOutcome.SECTION.value, "A heading for the rows below"),
]
REFUSED = [(AS_IT_IS, "Correct it in the file"), *CHOICES]


class RowRolesForm(forms.Form):
    """A choice for each row of one page, all sent at once.

    accounts: of the rows (registers.imports.account_rows). plan: with what is decided already.
    lookalikes: numbers of rows that wait for another decision (registers.imports.lookalikes).
    """

    def __init__(self, data=None, *, accounts, plan, lookalikes=()):
        super().__init__(data)
        self.accounts = accounts
        for account in accounts:
            if account.row in lookalikes:
                continue
            role = plan.get("roles", {}).get(str(account.row))
            is_refused = account.outcome == "refused"
            label = f"What is {place_in_words(account)}?"
            self.fields[f"row_{account.row}"] = forms.ChoiceField(
                label=label,
                choices=REFUSED if is_refused else CHOICES,
                initial=role or (AS_IT_IS if is_refused else account.outcome),
                required=not is_refused,
                error_messages=selection_errors(f"Select what row {account.row} is"),
            )

    @property
    def lines(self):
        """Each row with its field, for a table."""
        return [
            {
                "place": place_in_words(account),
                "text": account_text(account),
                "reason": account.reason,
                "field": self[name] if (name := f"row_{account.row}") in self.fields else None,
            }
            for account in self.accounts
        ]

    @property
    def roles(self) -> dict[str, str]:
        """What is decided: number of a row -> role. A row that stays left out is decided too."""
        return {
            str(account.row): self.cleaned_data[name]
            for account in self.accounts
            if (name := f"row_{account.row}") in self.fields
            and (name in self.changed_data or account.outcome == RowOutcome.LEFT_OUT)
        }
