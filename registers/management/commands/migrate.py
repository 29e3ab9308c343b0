from django.core.management.base import CommandError
from django.core.management.commands import migrate

from registers.schema import ANOTHER_VERSION, foreign_initial_migration, initial_migration


class Command(migrate.Command):
    """Django's command, which would stop halfway in a database with another initial migration."""

    def handle(self, *args, **options):
        if initial := foreign_initial_migration():
            raise CommandError(ANOTHER_VERSION.format(initial=initial, own=initial_migration()))
        super().handle(*args, **options)
