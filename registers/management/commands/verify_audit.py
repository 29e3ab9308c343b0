from itertools import islice

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, Max

from registers.models import (
    ActionRevision,
    Agreement,
    Appetite,
    Assessment,
    Assurance,
    AuditChain,
    AuditEntry,
    ControlRevision,
    Escalation,
    EscalationDecision,
    Precedent,
    Review,
    RiskRevision,
    SetAside,
)
from registers.models.kept import Kept

BATCH = 500
# Rows that the entry which tells of them names by their model, and seals.
SEALED = (
    *(Agreement, Precedent, ControlRevision, ActionRevision, Assurance),
    *(Escalation, EscalationDecision, Appetite, SetAside),
)
COPIED = ((RiskRevision, "risk"), (ControlRevision, "record"), (ActionRevision, "record"))


class Command(BaseCommand):
    help = (
        "Check every audit chain, and that revisions, judgements, reviews, agreements and whatever else it tells of "
        "say what was sealed when they were written; print each chain's head, to be kept elsewhere, and fail when "
        "anything was tampered with."
    )

    def handle(self, **options):
        problems = []
        for chain in AuditChain.objects.select_related("organisation"):
            problems += chain.problems()
            self.stdout.write(f"{chain}: {chain.last_number} entries, head {chain.last_signature}")
        problems += broken_seals()
        for model in SEALED:
            problems += broken_rows(model)
        for revisions, name in COPIED:
            problems += broken_copies(revisions, name)
        if problems:
            raise CommandError("\n".join(problems))


def broken_seals():
    """Revisions that say something else than was sealed, that no entry knows of, or that are gone. What is written
    meanwhile is left to the next time."""
    latest = RiskRevision.objects.aggregate(pk=Max("pk"))["pk"] or 0
    entries = AuditEntry.objects.filter(facts__has_key="revision").select_related("chain__organisation", "text")
    sealed = set()
    for batch in batched(entries.order_by("pk").iterator(chunk_size=BATCH), BATCH):
        revisions = RiskRevision.objects.select_related("assessment", "review").prefetch_related(*RiskRevision.MANY)
        found = revisions.in_bulk([entry.facts["revision"] for entry in batch])
        sealed.update(found)
        for entry in batch:
            revision = found.get(entry.facts["revision"])
            if revision is None:
                yield f"{entry}: its revision is gone."
            elif hasattr(entry, "text") and entry.text.seal(revision.sealed()) != entry.facts.get("seal"):
                yield f"{entry}: the revision, its assessment or its review is not what was sealed."
    for pk in RiskRevision.objects.filter(pk__lte=latest).order_by("pk").values_list("pk", flat=True).iterator():
        if pk not in sealed:
            yield f"Revision {pk} stands in no audit chain."
    for model, name in ((Assessment, "assessment"), (Review, "review")):
        known = RiskRevision.objects.exclude(**{name: None}).values(name)
        for row in model.objects.exclude(pk__in=known):
            yield f"{model.__name__} {row.pk} of risk {row.risk_id} stands in no revision."


def broken_rows(model):
    """Rows that say (an agreement: or keep) something else than was sealed, that no entry knows of, or are gone."""
    key, name = model._meta.model_name, str(model._meta.verbose_name)
    latest = model.objects.aggregate(pk=Max("pk"))["pk"] or 0
    entries = AuditEntry.objects.filter(facts__has_key=key).select_related("chain__organisation", "text")
    sealed = set()
    for batch in batched(entries.order_by("pk").iterator(chunk_size=BATCH), BATCH):
        found = model.objects.in_bulk([entry.facts[key] for entry in batch])
        sealed.update(found)
        for entry in batch:
            row = found.get(entry.facts[key])
            if row is None:
                yield f"{entry}: its {name} is gone."
            elif hasattr(entry, "text") and entry.text.seal(row.sealed()) != entry.facts.get("seal"):
                kept = ", or the position it keeps," if model is Agreement else ""
                yield f"{entry}: the {name}{kept} is not what was sealed."
    for pk in model.objects.filter(pk__lte=latest).order_by("pk").values_list("pk", flat=True).iterator():
        if pk not in sealed:
            yield f"{name.capitalize()} {pk} stands in no audit chain."


def broken_copies(revisions, name):
    """Risks, controls and actions whose latest copy, which lists and mails read, says something else than their latest
    revision, which is sealed. name: of the revision's field that leads to the record."""
    latest = revisions.objects.filter(number=F(f"{name}__version")).select_related(name).order_by("pk")
    fields = [revisions._meta.get_field(field) for field in revisions.FIELDS]
    plain = [field.attname for field in fields if not field.many_to_many]
    several = [field.name for field in fields if field.many_to_many]
    latest = latest.prefetch_related(*several, *(f"{name}__{field}" for field in several))
    for revision in latest.iterator(chunk_size=BATCH):
        record = getattr(revision, name)
        differs = [field for field in plain if getattr(record, field) != getattr(revision, field)]
        differs += [field for field in several if {*getattr(record, field).all()} != {*getattr(revision, field).all()}]
        if isinstance(record, Kept):
            differs += [field for field, value in record.worked_out().items() if getattr(revision, field) != value]
        if differs:
            yield f"{record._meta.verbose_name.capitalize()} {record.pk} is not what its revision says: {differs}."
    known = revisions.objects.filter(number=F(f"{name}__version")).values(name)
    model = revisions._meta.get_field(name).related_model
    for pk in model.objects.exclude(pk__in=known).values_list("pk", flat=True):
        yield f"{model._meta.verbose_name.capitalize()} {pk} has no revision of its version."


def batched(rows, size):
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
