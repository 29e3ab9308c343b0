from django.core.management.base import BaseCommand, CommandError

from registers.transfer.library import LibraryProblem, load_library


class Command(BaseCommand):
    help = "Load the library (and the preset scoring schemes) from its fixtures: all rows or none, again and again."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", help="a YAML file or a folder of them; left out: the installation's own")

    def handle(self, *, path, verbosity, **options):
        try:
            report = load_library(path)
        except LibraryProblem as problem:
            raise CommandError("Nothing was loaded.\n" + "\n".join(problem.problems)) from problem
        for what in ("added", "changed", "vanished"):
            rows = getattr(report, what)
            if verbosity > 1 or (what != "added" and verbosity):
                for row in rows:
                    self.stdout.write(f"{what}: {row}")
        if verbosity:
            self.stdout.write(f"Library: {report.counts}.")
