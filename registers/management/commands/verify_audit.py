from django.core.management.base import BaseCommand, CommandError
from django.db.models import F, OuterRef, Subquery

from registers.models import Action, Assessment, AuditChain, Control, Risk
from registers.seal_check import BATCH, SealCheck


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
        problems += broken_pointers()
        if problems:
            raise CommandError("\n".join(problems))


def broken_pointers():
    """Risks, controls and actions that point to another revision than their latest, or differ."""
    for model, name in ((Risk, "risk"), (Control, "record"), (Action, "record")):
        revisions = model.revisions.rel.related_model.objects.filter(**{name: OuterRef("pk")})
        expected = {
            "latest": Subquery(revisions.order_by("-number").values("pk")[:1]),
            "version": F("latest__number"),
        }
        if model is Risk:
            ratings = Assessment.objects.current().filter(risk=OuterRef("pk"))
            last = ratings.order_by("-effective_on", "-pk").values("pk")[:1]
            expected |= {"is_exempt": F("latest__is_exempt"), "current": Subquery(last)}
        names = {name: f"expected_{name}" for name in expected}
        rows = model.objects.annotate(**{names[name]: value for name, value in expected.items()})
        for row in (
            rows.order_by("pk").values("pk", *names, *names.values()).iterator(chunk_size=BATCH)
        ):
            if differs := [name for name, other in names.items() if row[name] != row[other]]:
                yield (
                    f"{model._meta.verbose_name.capitalize()} {row['pk']} is not what its history "
                    f"says: {differs}."
                )
