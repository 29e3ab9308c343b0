from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registers.models import Agreement, Position, Risk

NAMES = [f.attname for f in Position._meta.concrete_fields if not f.primary_key]


class Command(BaseCommand):
    help = (
        "Write every position anew from history, those that agreements keep as well; with --check only compare, and "
        "fail on a difference."
    )

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        wrong = []
        for risk in Risk.objects.select_related("register").iterator(chunk_size=500):
            with transaction.atomic():
                before = _rows(risk.positions)
                Position.objects.rebuild(risk)
                if before != _rows(risk.positions):
                    wrong.append(str(risk))
                transaction.set_rollback(check)
        for agreement in Agreement.objects.select_related("register"):
            with transaction.atomic():
                wrong += _wrong_in(agreement, mend=not check)
        if check and wrong:
            raise CommandError("Positions differ from history:\n" + "\n".join(wrong))
        self.stdout.write(f"{len(wrong)} risks {'differ' if check else 'were put right'}.")


def _rows(positions):
    return list(positions.order_by("from_day").values_list(*NAMES))


def _wrong_in(agreement, *, mend):
    """The risks of which the agreement keeps something else than was known then, in words."""
    kept = {row.risk_id: row for row in agreement.positions}
    due = {row.risk_id: row for row in agreement.build_positions()}
    differ = [pk for pk in sorted({*kept, *due}) if _said(kept.get(pk)) != _said(due.get(pk))]
    if mend:
        agreement.positions.filter(risk__in=differ).delete()
        Position.everything.bulk_create([due[pk] for pk in differ if pk in due], batch_size=1000)
    return [
        f"{agreement}: {agreement.register.reference((due.get(pk) or kept[pk]).number)}"
        for pk in differ
    ]


def _said(position):
    return position and [getattr(position, name) for name in NAMES]
