from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registers.models import Agreement, Position, Risk
from registers.phrases.files import differing_sentence, mended_sentence

NAMES = [f.attname for f in Position._meta.concrete_fields if not f.primary_key]


class Command(BaseCommand):
    help = (
        "Write every position anew from history, those that agreements keep as well; with "
        "--check only compare, and fail on a difference."
    )

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        differences = []
        for risk in Risk.objects.select_related("register").iterator(chunk_size=500):
            with transaction.atomic():
                before = _rows(risk.positions)
                Position.objects.rebuild(risk)
                if before != _rows(risk.positions):
                    differences.append(str(risk))
                transaction.set_rollback(check)
        for agreement in Agreement.objects.select_related("register"):
            with transaction.atomic():
                differences += _differences(agreement, mend=not check)
        if check and differences:
            raise CommandError("Positions differ from history:\n" + "\n".join(differences))
        sentence = differing_sentence if check else mended_sentence
        self.stdout.write(sentence(len(differences)))


def _rows(positions):
    return list(positions.order_by("from_day").values_list(*NAMES))


def _differences(agreement, *, mend):
    """The risks whose agreed position differs from what was known then, with their agreement."""
    stored = {row.risk_id: row for row in agreement.positions}
    expected = {row.risk_id: row for row in agreement.build_positions()}
    differ = [
        pk
        for pk in sorted({*stored, *expected})
        if _values(stored.get(pk)) != _values(expected.get(pk))
    ]
    if mend:
        agreement.positions.filter(risk__in=differ).delete()
        Position.everything.bulk_create(
            [expected[pk] for pk in differ if pk in expected], batch_size=1000
        )
    return [
        f"{agreement}: {agreement.register.reference((expected.get(pk) or stored[pk]).number)}"
        for pk in differ
    ]


def _values(position):
    return position and [getattr(position, name) for name in NAMES]
