import datetime
import io
import json
import logging
import shutil
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registers.json_file.schema import SCHEMA
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
        subject = parser.add_mutually_exclusive_group(required=True)
        subject.add_argument("--register", metavar="SLUG")
        subject.add_argument(
            "--schema",
            action="store_true",
            help="write the JSON Schema that describes every name in such a file instead",
        )
        parser.add_argument(
            "--as-at",
            metavar="DAY",
            help="only what was effective by the end of that day: 2026-09-30",
        )
        parser.add_argument("--output", metavar="FILE")

    def handle(self, *, register, schema, as_at, output, **options):
        if schema:
            content = json.dumps(SCHEMA, indent=2, ensure_ascii=False).encode()
            self._write(io.BytesIO(content + b"\n"), output)
            return
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
            self._write(file, output)
        log.info(
            "register.exported register=%s by=command as_at=%s sha256=%s", register, day, digest
        )

    def _write(self, file, output):
        if output:
            with Path(output).open("wb") as target:
                shutil.copyfileobj(file, target)
        else:
            shutil.copyfileobj(file, getattr(self.stdout, "_out", sys.stdout).buffer)
