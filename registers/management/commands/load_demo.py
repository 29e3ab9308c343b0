import os
import secrets

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from registers import demo
from registers.models import FailureType, ScoringScheme


def refuse_a_real_installation():
    """The demo adds accounts with a shared password: no real installation gets them unasked."""
    if not settings.IS_LAPTOP and not settings.DEMO:
        raise CommandError(
            f"This installation answers at {settings.SITE_URL}, so it may hold real registers, "
            "and the demo would add made-up ones and accounts that share a password. Nothing "
            "was loaded. Set DEMO=true if that is wanted."
        )


class Command(BaseCommand):
    help = (
        "Load the demo (Northmoor Council and Eastvale NHS Trust, both made up) unless it is "
        "there already, and set the password of its accounts: DEMO_PASSWORD, or a new random one "
        "that is printed."
    )

    def handle(self, *, verbosity, **options):
        refuse_a_real_installation()
        if not (FailureType.objects.exists() and ScoringScheme.objects.exists()):
            raise CommandError("The demo needs the library. Load it first: manage.py load_library")
        configured = os.environ.get("DEMO_PASSWORD")
        password = configured or secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                is_new = demo.load()
                demo.set_passwords(password)
        except IntegrityError as error:
            raise CommandError(
                "Nothing loaded: a register, a person or an organisation here already has a name "
                "that the demo uses. Load it into an empty database. The database said: "
                f"{error}"
            ) from error
        if verbosity:
            self._say(is_new, "the one in DEMO_PASSWORD" if configured else password)

    def _say(self, is_new, password):
        done = "Demo: loaded." if is_new else "Demo: here already. Only the passwords have changed."
        accounts = demo.accounts()
        address = max(len(account.email) for account in accounts) + 2
        role = max(len(account.role.label) for account in accounts) + 2
        self.stdout.write(f"{done}\n\n{'Sign in as':{address}}{'Role':{role}}What to try")
        for account in accounts:
            self.stdout.write(
                f"{account.email:{address}}{account.role.label:{role}}{account.to_try}"
            )
        self.stdout.write(f"\nPassword for all of them: {password}")
