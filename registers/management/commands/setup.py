from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from registers.accounts.set_up_state import is_installation_empty
from registers.administration.first_run import setup_code
from registers.models import ScoringScheme


class Command(BaseCommand):
    help = (
        "For an empty installation: print the address of the page that sets it up, and the code "
        "that the page asks for. The code works for an hour."
    )

    def handle(self, **options):
        if not is_installation_empty():
            raise CommandError("This installation is set up already: sign in.")
        if not ScoringScheme.objects.exists():
            raise CommandError("Load the library first: manage.py load_library")
        self.stdout.write(f"Open {settings.SITE_URL}{reverse('setup')} and enter this code:")
        self.stdout.write(setup_code())
