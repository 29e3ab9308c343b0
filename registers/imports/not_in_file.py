"""Risks that are on the register and not in a file. An import names them, and closes none."""

from django.utils import timezone

from registers.models import ImportedRow, Risk

SHOWN = 200  # on a page; the report and the command name all


def numbers_not_in_file(batch) -> list[int]:
    """The numbers of open risks, raised by the day of the file, that no staged row refers to.

    Empty where no row refers to a risk of the register: then the file is about other risks.
    """
    rows = batch.rows.exclude(risk=None)
    if not rows.exists():
        return []
    day = batch.as_at or timezone.localdate()
    kept_out = (ImportedRow.Outcome.REFUSED, ImportedRow.Outcome.LEFT_OUT)
    lookalikes = batch.rows.filter(risk=None, outcome__in=kept_out, reads__has_key="likeness")
    risks = batch.register.risks.filter(latest__status__in=Risk.ON_REGISTER, raised_on__lte=day)
    risks = risks.exclude(pk__in=rows.values("risk"))
    numbers = risks.order_by("number").values_list("number", flat=True)
    undecided = {*lookalikes.values_list("reads__likeness__number", flat=True)}
    return [number for number in numbers if number not in undecided]


def risks_not_in_file(batch, risks) -> list[Risk]:
    """The first of them, by number. risks: a queryset of what the reader may see."""
    numbers = batch.report.get("not_in_file", [])
    if not numbers:
        return []
    risks = risks.filter(number__in=numbers).select_related("latest").order_by("number")
    rows = list(risks[:SHOWN])
    for risk in rows:
        risk.register = batch.register
    return rows
