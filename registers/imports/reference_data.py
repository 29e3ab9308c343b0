"""What a register, its organisation and the library have, for guessing and reading; and what it
remembers of how its last file was read.
"""

from django.utils import timezone

from registers.imports.mapping import Known, Plan
from registers.models import AdverseImpact, Category, FailureType, RegisterImport, Risk

CHOICES = {
    "category": Category,
    "proximity": Risk.Proximity,
    "status": Risk.Status,
    "response": Risk.Response,
    "told_by": Risk.Teller,
}


def known_of(register, words: dict | None = None) -> Known:
    """Three queries, whatever the file. words: those of a plan, which may name posts that are still
    to be added.
    """
    posts = [*register.organisation.posts.values_list("title", flat=True)]
    to_add = [title for title in (words or {}).get("owner", {}).values() if title]
    return Known(
        scheme=register.scheme.rules,
        prefix=register.prefix,
        posts=tuple(dict.fromkeys([*posts, *to_add])),
        choices={name: dict(choices.choices) for name, choices in CHOICES.items()},
        library={
            "failure_types": dict(FailureType.objects.values_list("slug", "name")),
            "adverse_impacts": dict(AdverseImpact.objects.values_list("slug", "name")),
        },
        today=timezone.localdate(),
    )


def remembered_of(register) -> Plan | None:
    """How the last file that was taken in was read."""
    done = register.imports.filter(stage=RegisterImport.Stage.DONE, is_ours=False).order_by(
        "-done_at"
    )
    plan = done.values_list("plan", flat=True).first()
    return Plan.from_json(plan) if plan else None
