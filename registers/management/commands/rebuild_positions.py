from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registers.models import Position, Risk


class Command(BaseCommand):
    help = "Write every position anew from history; with --check only compare, and fail on a difference."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        wrong = []
        for risk in Risk.objects.select_related("register").iterator(chunk_size=500):
            with transaction.atomic():
                before = _rows(risk)
                Position.objects.rebuild(risk)
                if before != _rows(risk):
                    wrong.append(str(risk))
                transaction.set_rollback(check)
        if check and wrong:
            raise CommandError("Positions differ from history:\n" + "\n".join(wrong))
        self.stdout.write(f"{len(wrong)} risks {'differ' if check else 'were put right'}.")


def _rows(risk):
    names = [f.attname for f in Position._meta.concrete_fields if not f.primary_key]
    return list(risk.positions.order_by("from_day").values_list(*names))
