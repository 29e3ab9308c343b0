import datetime
import logging
import shutil
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registers.json_file.write import write_file
from registers.models import Register

log = logging.getLogger("registers.exports")


class Command(BaseCommand):
    help = (
        "Write a register with all its history as JSON (docs/export-format.md), exempt risks and "
        "drafts included: for whoever runs the installation. To standard output, unless a file "
        "is named."
    )

    def add_arguments(self, parser):
        parser.add_argument("--register", required=True, metavar="SLUG")
        parser.add_argument(
            "--as-at",
            metavar="DAY",
            help="only what was effective by the end of that day: 2026-09-30",
        )
        parser.add_argument("--output", metavar="FILE")

    def handle(self, *, register, as_at, output, **options):
        try:
            selected = Register.objects.select_related("organisation", "scheme").get(slug=register)
            day = datetime.date.fromisoformat(as_at) if as_at else None
        except Register.DoesNotExist as error:
            raise CommandError(f"There is no register {register}.") from error
        except ValueError as error:
            raise CommandError("--as-at takes a day written like 2026-09-30.") from error
        day = day if day and day < timezone.localdate() else None
        file, digest = write_file(selected, day=day)
        with file:
            if output:
                with Path(output).open("wb") as target:
                    shutil.copyfileobj(file, target)
            else:
                shutil.copyfileobj(file, getattr(self.stdout, "_out", sys.stdout).buffer)
        log.info(
            "register.exported register=%s by=command as_at=%s sha256=%s", register, day, digest
        )
