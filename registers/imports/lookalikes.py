"""Rows without a known reference that look like a risk of the register, and what was decided.

What says the same as one risk alone, without a reference, is that risk. Of everything else that
looks alike (registers.likeness) people decide row by row; until then the row is left out.
"""

from dataclasses import dataclass

from django.db.models.functions import Left

from registers.imports.diff import ExistingRisk
from registers.imports.existing_risks import (
    References,
    imported_references,
    load_existing,
    risks_on_record,
)
from registers.imports.parsed_row import ParsedRow
from registers.likeness import LENGTH, Likeness, LikenessIndex, Wording
from registers.phrases.files import likeness_sentence

NEW = 0  # in Plan.lookalikes


@dataclass
class Lookalike:
    """The risk that a row looks like.

    is_same: whether it is that risk, None while nobody has decided. taken_by: the number of another
    row that is that risk already, or None.
    """

    number: int
    likeness: Likeness
    reference: str
    is_same: bool | None
    taken_by: int | None = None
    existing: ExistingRisk | None = None

    def as_json(self):
        percent = self.likeness.percent
        return {"number": self.number, "percent": percent, "is_same": self.is_same}

    @property
    def problem(self) -> tuple[str, bool]:
        """(what to say of the row, whether it is left out)."""
        likeness = self.likeness
        if self.taken_by and self.is_same is not False:
            return (
                f"It looks like {self.reference}, but row {self.taken_by:,} is already that risk",
                True,
            )
        if self.is_same is None:
            sentence = likeness_sentence(self.reference, likeness.percent, likeness.has_same_title)
            return f"{sentence}: decide whether it is the same risk or a new one", True
        if self.is_same:
            return f"Its words match {self.reference}", False
        return f"It looks like {self.reference}, but is imported as a new risk", False


def find_lookalikes(
    batch, decisions: dict[str, int], references: References, rows: dict[int, ParsedRow]
) -> dict[int, Lookalike]:
    """Row number -> the risk that it looks like, for rows that look like one.

    rows: those that no reference leads to a risk. Nine queries, none where there are no rows and
    one where the register has no risks.
    """
    register = batch.register
    wordings, numbers = _load_wordings(register) if rows else ((), {})
    if not wordings:
        return {}
    taken = _taken_risks(batch, references, rows)
    index = LikenessIndex((pk, wording) for pk, wording in wordings if pk not in taken)
    lookalikes = {}
    for row_number, row in rows.items():
        likeness = index.likeliest(Wording.of(row.values.get("title", ""), row_text(row)))
        if likeness is None:
            continue
        number = numbers[likeness.key]
        is_same = _decision(decisions.get(str(row_number)), number, likeness, row)
        lookalike = Lookalike(number, likeness, register.reference(number), is_same)
        lookalike.taken_by = taken.get(likeness.key)
        if is_same:
            taken.setdefault(likeness.key, row_number)
        lookalikes[row_number] = lookalike
    keys = [each.likeness.key for each in lookalikes.values() if each.is_same]
    existing = {
        risk.pk: risk for risk in load_existing(register, register.risks.filter(pk__in=keys))
    }
    for lookalike in lookalikes.values():
        if lookalike.is_same and not lookalike.taken_by:
            lookalike.existing = existing[lookalike.likeness.key]
    return lookalikes


def row_text(row: ParsedRow) -> str:
    return "" if "event" in row.derived else row.values.get("event") or ""


def _decision(decided, number, likeness, row):
    """decided: of Plan.lookalikes, or None; it holds as long as it is about that risk."""
    if decided in (NEW, number):
        return decided == number
    return True if likeness.is_certain and not row.values.get("reference") else None


def _taken_risks(batch, references, rows):
    """Key of a risk -> the number of the row of the file that is that risk."""
    register = batch.register
    by_key = {key: numbers[0] for key, numbers in references.rows.items()}
    of_numbers = register.risks.filter(number__in=[k for k in by_key if isinstance(k, int)])
    taken = {pk: by_key[number] for pk, number in of_numbers.values_list("pk", "number")}
    if by_key:
        imported = imported_references(register)
        taken |= {
            pk: by_key[key]
            for reference, pk in imported.items()
            if (key := references.key(reference)) in by_key
        }
    staged = batch.rows.exclude(risk=None).exclude(number__in=rows)
    return taken | dict(staged.values_list("risk", "number"))


def _load_wordings(register):
    """([(key, Wording)] of the risks on record, key -> number)."""
    risks = risks_on_record(register).order_by("number")
    values = list(risks.values_list("pk", "number", "latest__title", Left("latest__event", LENGTH)))
    wordings = [(pk, Wording.of(title, event)) for pk, _, title, event in values]
    return wordings, {pk: number for pk, number, _, _ in values}
