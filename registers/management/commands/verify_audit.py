from django.core.management.base import BaseCommand, CommandError

from registers.models import AuditChain


class Command(BaseCommand):
    help = "Check every audit chain; print its head, to be kept elsewhere, and fail when anything was tampered with."

    def handle(self, **options):
        problems = []
        for chain in AuditChain.objects.select_related("organisation"):
            problems += chain.problems()
            self.stdout.write(f"{chain}: {chain.last_number} entries, head {chain.last_signature}")
        if problems:
            raise CommandError("\n".join(problems))
