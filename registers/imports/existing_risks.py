"""Match the rows of a file to the risks of the register, and load what those already say."""

from collections import defaultdict

from django.db.models import F, Q

from registers.import_fields import BY_NAME
from registers.imports.diff import ExistingRisk
from registers.imports.mapping import Plan
from registers.imports.parse_fields import reference_number
from registers.imports.parsed_row import ParsedRating
from registers.models import Assessment, ImportedRow, Risk
from registers.spreadsheet import SheetRow


class References:
    """The references of a whole file: which are this register's, and which occur in two rows."""

    def __init__(self, register, plan: Plan, rows: list[SheetRow]):
        self._prefix = register.prefix
        self._columns = [place for place, name in enumerate(plan.columns) if name == "reference"]
        self.rows = defaultdict(list)
        for row in rows:
            if key := self.key(self.reference_in(row)):
                self.rows[key].append(row.number)

    def reference_in(self, row: SheetRow) -> str:
        texts = (row.cells[place].strip() for place in self._columns if place < len(row.cells))
        return " ".join(text for text in texts if text)

    def number(self, reference: str) -> int | None:
        """The risk's number in a reference of this register."""
        return reference_number(reference, self._prefix) or None

    def key(self, reference: str):
        return self.number(reference) or " ".join(reference.split()).casefold()

    def duplicate_rows(self, row: SheetRow) -> list[int]:
        """The numbers of the other rows with the same reference."""
        key = self.key(self.reference_in(row))
        return [number for number in self.rows[key] if number != row.number] if key else []


def match_rows(
    register, references: References, rows: list[SheetRow]
) -> dict[int, tuple[ExistingRisk | None, str]]:
    """Row number -> (the risk it refers to, what is wrong with its reference).

    A foreign reference matches the risk that an earlier import created from it. Seven queries,
    whatever the number of rows.
    """
    by_row = {row.number: text for row in rows if (text := references.reference_in(row))}
    numbers = {number for text in by_row.values() if (number := references.number(text))}
    imported = imported_references(register, reference__in=set(by_row.values()))
    risks = risks_on_record(register)
    risks = risks.filter(Q(number__in=numbers) | Q(pk__in=imported.values()))
    existing = {risk.pk: risk for risk in load_existing(register, risks)}
    pk_by_number = {number: pk for pk, number in risks.values_list("pk", "number")}
    matches = {}
    for row_number, reference in by_row.items():
        numbered = pk_by_number.get(references.number(reference))
        previous = imported.get(reference)
        problem = ""
        if numbered and previous and numbered != previous:
            problem = (
                f"matches two risks: the one on this register and {existing[previous].reference}, "
                "which an earlier import gave this reference"
            )
        matches[row_number] = (existing.get(numbered or previous), problem)
    return matches


def imported_references(register, **conditions) -> dict[str, int]:
    """Reference in a file -> the risk that came in with it last. conditions: of the rows."""
    imports = register.imports.in_force()
    rows = ImportedRow.objects.filter(batch__in=imports, **conditions).exclude(risk=None)
    return dict(rows.order_by("batch__done_at").values_list("reference", "risk"))


def risks_on_record(register):
    """The risks of a register, but for those that an import made by mistake and that was undone."""
    undone = ImportedRow.objects.filter(
        batch__register=register,
        risk__latest__recorded_at=F("batch__undone_at"),
        risk__latest__status=Risk.Status.CLOSED,
    )
    return register.risks.exclude(pk__in=undone.values("risk"))


def load_existing(register, risks) -> list[ExistingRisk]:
    """What the register says of these risks. Own assessments only."""
    rows = risks.select_related("latest__owner", "latest__primary_failure_type").prefetch_related(
        *(f"latest__{name}" for name in Risk.MANY),
        "controls__latest",
        "actions__latest",
        "progress_notes",
    )
    ratings = defaultdict(lambda: defaultdict(list))
    own_assessments = Assessment.objects.filter(
        risk__in=risks, perspective=Assessment.Perspective.ORGANISATION
    )
    for assessment in own_assessments.select_related("driver").order_by("effective_on", "pk"):
        ratings[assessment.risk_id][assessment.kind].append(_rating(assessment))
    return [
        ExistingRisk(
            pk=risk.pk,
            reference=register.reference(risk.number),
            version=risk.version,
            status=risk.status,
            values=field_values(risk),
            raised_on=risk.raised_on,
            ratings=ratings[risk.pk],
            controls=[control.title for control in risk.controls.all()],
            actions=[action.title for action in risk.actions.all()],
            progress=[(note.note, note.effective_on) for note in risk.progress_notes.all()],
            active_controls=[
                control.title for control in risk.controls.all() if control.is_in_place
            ],
            open_actions=[
                action.title for action in risk.actions.all() if action.status == action.Status.OPEN
            ],
            latest_on=risk.latest.effective_on,
        )
        for risk in rows
    ]


def _rating(assessment):
    return ParsedRating(
        assessment.kind,
        assessment.likelihood,
        assessment.impact,
        assessment.effective_on,
        assessment.rationale,
        assessment.driver.slug if assessment.driver else "",
    )


def field_values(risk) -> dict:
    """The fields that a spreadsheet can set, by name: posts by title, library rows by slug."""
    values = {
        name: getattr(risk, name)
        for name in Risk.FIELDS
        if name in BY_NAME and name not in Risk.MANY
    }
    failure_type = risk.primary_failure_type
    values["owner"] = risk.owner.title if risk.owner else None
    values["primary_failure_type"] = failure_type.slug if failure_type else None
    return values | {
        name: sorted(row.slug for row in getattr(risk, name).all()) for name in Risk.MANY
    }
