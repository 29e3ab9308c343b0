from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from registers.library_loading.fixture_files import files_at
from registers.library_loading.load import load_library, preview_library
from registers.library_loading.report import LibraryProblem
from registers.schema import is_migrated


class Command(BaseCommand):
    help = (
        "Load the library and the preset scoring schemes from their fixtures: all rows or "
        "none. You can run it again at any time."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "path",
            nargs="?",
            help="a fixture file or a folder of them (default: those of the installation)",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="report what would change, or what is wrong; change nothing",
        )

    def handle(self, *, path, check, verbosity, **options):
        files = None if path is None else files_at(path)
        if files == []:
            raise CommandError(f"There is no fixture file at {path}.")
        if not is_migrated():
            raise CommandError(
                "Nothing loaded: migrations are missing. First run: manage.py migrate"
            )
        try:
            report = preview_library(files) if check else load_library(files)
        except LibraryProblem as problem:
            verb = "can be" if check else "was"
            raise CommandError(
                f"Nothing {verb} loaded.\n" + "\n".join(map(str, problem.problems))
            ) from problem
        except (InterfaceError, OperationalError) as error:
            raise CommandError(
                f"Nothing loaded: cannot use the database just now ({error})."
            ) from error
        if verbosity:
            # The first start of a demo adds a thousand rows: listed only on request.
            with_added = check or path is not None or verbosity > 1
            for line in report.lines(with_added=with_added):
                self.stdout.write(line)
            self.stdout.write(f"Library{', if it were loaded' if check else ''}: {report.counts}.")
