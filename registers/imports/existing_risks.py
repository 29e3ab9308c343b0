"""Which risk of the register a row speaks of, by its reference, and what the register says of it
already.
"""

from collections import defaultdict

from django.db.models import Q

from registers.import_fields import BY_NAME
from registers.imports.diff import There
from registers.imports.mapping import Plan
from registers.imports.parse_fields import number_of
from registers.imports.parsed_row import Judged
from registers.imports.read_file import Line
from registers.models import Assessment, ImportedRow, RegisterImport, Risk


class References:
    """The references of a whole file: which of them are ours, and which stand in several rows."""

    def __init__(self, register, plan: Plan, lines: list[Line]):
        self._prefix = register.prefix
        self._columns = [place for place, name in enumerate(plan.columns) if name == "reference"]
        self.rows = defaultdict(list)
        for line in lines:
            if key := self.key(self.of(line)):
                self.rows[key].append(line.number)

    def of(self, line: Line) -> str:
        said = (line.cells[place].strip() for place in self._columns if place < len(line.cells))
        return " ".join(text for text in said if text)

    def number(self, reference: str) -> int | None:
        """The number in a reference of our own form."""
        return number_of(reference, self._prefix) or None

    def key(self, reference: str):
        return self.number(reference) or " ".join(reference.split()).casefold()

    def others(self, line: Line) -> list[int]:
        """The other rows that say the same."""
        key = self.key(self.of(line))
        return [number for number in self.rows[key] if number != line.number] if key else []


def found_for(
    register, references: References, lines: list[Line]
) -> dict[int, tuple[There | None, str]]:
    """Row number -> (what the register says of that risk, what is wrong with the reference). A
    reference of another register leads to the risk that came in with it before. Six queries,
    whatever the number of rows.
    """
    asked = {line.number: said for line in lines if (said := references.of(line))}
    own = {number for said in asked.values() if (number := references.number(said))}
    came_in = dict(
        ImportedRow.objects.filter(
            batch__register=register,
            batch__stage=RegisterImport.Stage.DONE,
            reference__in=set(asked.values()),
        )
        .exclude(risk=None)
        .order_by("batch__done_at")
        .values_list("reference", "risk")
    )
    risks = register.risks.filter(Q(number__in=own) | Q(pk__in=came_in.values()))
    there = {one.pk: one for one in there_of(register, risks)}
    by_number = {number: pk for pk, number in risks.values_list("pk", "number")}
    found = {}
    for row, said in asked.items():
        of_ours, before = by_number.get(references.number(said)), came_in.get(said)
        wrong = ""
        if of_ours and before and of_ours != before:
            wrong = f"stands for two risks, ours of that reference and {there[before].reference}, which came in with it"
        found[row] = (there.get(of_ours or before), wrong)
    return found


def there_of(register, risks) -> list[There]:
    rows = risks.select_related("owner", "primary_failure_type").prefetch_related(
        *Risk.MANY, "controls", "actions"
    )
    judged = defaultdict(lambda: defaultdict(list))
    own = Assessment.objects.filter(risk__in=risks, perspective=Assessment.Perspective.ORGANISATION)
    for one in own.select_related("driver").order_by("effective_on", "pk"):
        driver = one.driver.slug if one.driver else ""
        said = Judged(one.kind, one.likelihood, one.impact, one.effective_on, one.rationale, driver)
        judged[one.risk_id][one.kind].append(said)
    return [
        There(
            pk=risk.pk,
            reference=register.reference(risk.number),
            version=risk.version,
            status=risk.status,
            said=said_by(risk),
            raised_on=risk.raised_on,
            judged=judged[risk.pk],
            controls=[control.title for control in risk.controls.all()],
            actions=[action.title for action in risk.actions.all()],
            in_place=[control.title for control in risk.controls.all() if control.is_in_place],
            open=[
                action.title for action in risk.actions.all() if action.status == action.Status.OPEN
            ],
        )
        for risk in rows
    ]


def said_by(risk) -> dict:
    """The fields that a spreadsheet can speak of, in its terms: the title of a post, the slug of a
    library row.
    """
    found = {
        name: getattr(risk, name)
        for name in Risk.FIELDS
        if name in BY_NAME and name not in Risk.MANY
    }
    found["owner"] = risk.owner.title if risk.owner else None
    found["primary_failure_type"] = (
        risk.primary_failure_type.slug if risk.primary_failure_type else None
    )
    return found | {
        name: sorted(row.slug for row in getattr(risk, name).all()) for name in Risk.MANY
    }
