from django.core.management.base import BaseCommand, CommandError

from registers.models import Assessment, AuditChain, AuditEntry, RiskRevision


class Command(BaseCommand):
    help = (
        "Check every audit chain, and that revisions and assessments say what was sealed when they were written; print "
        "each chain's head, to be kept elsewhere, and fail when anything was tampered with."
    )

    def handle(self, **options):
        problems = []
        for chain in AuditChain.objects.select_related("organisation"):
            problems += chain.problems()
            self.stdout.write(f"{chain}: {chain.last_number} entries, head {chain.last_signature}")
        problems += broken_seals()
        if problems:
            raise CommandError("\n".join(problems))


def broken_seals():
    """Revisions that say something else than was sealed, that no entry knows of, or that are gone."""
    revisions = RiskRevision.objects.select_related("assessment").prefetch_related("other_failure_types")
    left = {revision.pk: revision for revision in revisions}
    entries = AuditEntry.objects.filter(facts__has_key="revision").select_related("chain__organisation", "text")
    for entry in entries.iterator(chunk_size=2000):
        revision = left.pop(entry.facts["revision"], None)
        if revision is None:
            yield f"{entry}: its revision is gone."
        elif entry.text.seal(revision.sealed()) != entry.facts.get("seal"):
            yield f"{entry}: the revision or its assessment is not what was sealed."
    for revision in left.values():
        yield f"Revision {revision} stands in no audit chain."
    known = RiskRevision.objects.exclude(assessment=None).values("assessment")
    for assessment in Assessment.objects.exclude(pk__in=known):
        yield f"Assessment {assessment.pk} of risk {assessment.risk_id} stands in no revision."
