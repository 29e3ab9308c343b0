from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registers.models import Position, Risk
from registers.phrases.files import differing_sentence, mended_sentence

NAMES = [f.attname for f in Position._meta.concrete_fields if not f.primary_key]


class Command(BaseCommand):
    help = (
        "Rebuild every position from history; with --check only compare, and fail on a difference."
    )

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        differences = []
        for risk in Risk.objects.select_related("register", "latest").iterator(chunk_size=500):
            with transaction.atomic():
                before = _rows(risk.positions)
                risk.positions.all().delete()
                Position.objects.rebuild(risk)
                if before != _rows(risk.positions):
                    differences.append(str(risk))
                transaction.set_rollback(check)
        if check and differences:
            raise CommandError("Positions differ from history:\n" + "\n".join(differences))
        sentence = differing_sentence if check else mended_sentence
        self.stdout.write(sentence(len(differences)))


def _rows(positions):
    return list(positions.order_by("known_from", "from_day").values_list(*NAMES))
