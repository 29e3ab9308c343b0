from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, OuterRef, Subquery

from registers.history.versioned import Versioned
from registers.models import (
    ActionRevision,
    Assessment,
    AuditChain,
    ControlRevision,
    Risk,
    RiskRevision,
)
from registers.seal_check import BATCH, SealCheck

COPIED = ((RiskRevision, "risk"), (ControlRevision, "record"), (ActionRevision, "record"))


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
        for revisions, name in COPIED:
            problems += broken_copies(revisions, name)
        problems += broken_ratings()
        if problems:
            raise CommandError("\n".join(problems))


def broken_copies(revisions, name):
    """Risks, controls and actions whose latest copy differs from their latest revision.

    Lists and mails read the copy; the revision is sealed. name: its field for the record.
    """
    latest = (
        revisions.objects.filter(number=F(f"{name}__version")).select_related(name).order_by("pk")
    )
    fields = [revisions._meta.get_field(field) for field in revisions.FIELDS]
    plain = [field.attname for field in fields if not field.many_to_many]
    many = [field.name for field in fields if field.many_to_many]
    latest = latest.prefetch_related(*many, *(f"{name}__{field}" for field in many))
    for revision in latest.iterator(chunk_size=BATCH):
        record = getattr(revision, name)
        differs = [field for field in plain if getattr(record, field) != getattr(revision, field)]
        differs += [
            field
            for field in many
            if {*getattr(record, field).all()} != {*getattr(revision, field).all()}
        ]
        if isinstance(record, Versioned):
            differs += [
                field
                for field, value in record.derived_values().items()
                if getattr(revision, field) != value
            ]
        if differs:
            yield (
                f"{record._meta.verbose_name.capitalize()} {record.pk} is not what its revision "
                f"says: {differs}."
            )
    current = revisions.objects.filter(number=F(f"{name}__version")).values(name)
    model = revisions._meta.get_field(name).related_model
    for pk in model.objects.exclude(pk__in=current).values_list("pk", flat=True):
        yield f"{model._meta.verbose_name.capitalize()} {pk} has no revision of its version."


def broken_ratings():
    """Risks whose current assessment is not their latest current one of their own organisation."""
    latest_own = (
        Assessment.objects.current().order_by("-effective_on", "-pk").filter(risk=OuterRef("pk"))
    )
    risks = Risk.objects.annotate(latest=Subquery(latest_own.values("pk")[:1])).order_by("pk")
    for pk, current, latest in risks.values_list("pk", "current", "latest").iterator(
        chunk_size=BATCH
    ):
        if current != latest:
            yield (
                f"Risk {pk} points to another rating ({current}) than its latest current one "
                f"({latest})."
            )
