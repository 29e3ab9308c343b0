from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, OuterRef, Subquery

from registers.models import (
    ActionRevision,
    Assessment,
    AuditChain,
    ControlRevision,
    Risk,
    RiskRevision,
)
from registers.seal_check import BATCH, SealCheck

COPIED = (ControlRevision, ActionRevision)


class Command(BaseCommand):
    help = (
        "Check every audit chain, and that whatever it sealed (revisions, judgements, "
        "agreements, people, roles, posts, registers, schemes and the rest) says what it said; "
        "print each chain's head, to be kept elsewhere, and fail when anything was tampered with."
    )

    def handle(self, **options):
        problems = []
        for chain in AuditChain.objects.select_related("organisation"):
            problems += chain.verify_signatures()
            self.stdout.write(f"{chain}: {chain.last_number} entries, head {chain.last_signature}")
        check = SealCheck()
        problems += check.problems()
        for note in check.notes:
            self.stdout.write(note)
        for revisions in COPIED:
            problems += broken_copies(revisions)
        problems += broken_pointers()
        if problems:
            raise CommandError("\n".join(problems))


def broken_copies(revisions):
    """Controls and actions whose latest copy differs from their latest revision.

    Lists and mails read the copy; the revision is sealed.
    """
    latest = (
        revisions.objects.filter(number=F("record__version"))
        .select_related("record")
        .order_by("pk")
    )
    names = [revisions._meta.get_field(field).attname for field in revisions.FIELDS]
    for revision in latest.iterator(chunk_size=BATCH):
        record = revision.record
        expected = {name: getattr(record, name) for name in names} | record.derived_values()
        if differs := [
            name for name, value in expected.items() if getattr(revision, name) != value
        ]:
            yield (
                f"{record._meta.verbose_name.capitalize()} {record.pk} is not what its revision "
                f"says: {differs}."
            )
    current = revisions.objects.filter(number=F("record__version")).values("record")
    model = revisions._meta.get_field("record").related_model
    for pk in model.objects.exclude(pk__in=current).values_list("pk", flat=True):
        yield f"{model._meta.verbose_name.capitalize()} {pk} has no revision of its version."


def broken_pointers():
    """Risks that point to another revision or rating than their latest, or differ from it."""
    revisions = RiskRevision.objects.filter(risk=OuterRef("pk")).order_by("-number")
    ratings = (
        Assessment.objects.current().order_by("-effective_on", "-pk").filter(risk=OuterRef("pk"))
    )
    expected = {
        "latest": Subquery(revisions.values("pk")[:1]),
        "version": F("latest__number"),
        "is_exempt": F("latest__is_exempt"),
        "current": Subquery(ratings.values("pk")[:1]),
    }
    risks = Risk.objects.annotate(
        **{f"expected_{name}": value for name, value in expected.items()}
    ).order_by("pk")
    for row in risks.values("pk", *expected, *(f"expected_{name}" for name in expected)).iterator(
        chunk_size=BATCH
    ):
        if differs := [name for name in expected if row[name] != row[f"expected_{name}"]]:
            yield f"Risk {row['pk']} is not what its revisions and ratings say: {differs}."
