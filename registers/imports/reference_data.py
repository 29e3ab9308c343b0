"""What a register, its organisation and the library offer for reading a file."""

from django.utils import timezone

from registers.imports.mapping import Plan, ReferenceData
from registers.models import AdverseImpact, FailureType, RiskRevision
from registers.risk_fields import Sort, names_of


def load_reference_data(register, words: dict | None = None, as_at=None) -> ReferenceData:
    """Three queries.

    words: those of a plan, which may name posts that the import will add. as_at: the past day of
    which the file speaks.
    """
    posts = [*register.organisation.posts.values_list("title", flat=True)]
    new_posts = [title for title in (words or {}).get("owner", {}).values() if title]
    return ReferenceData(
        scheme=register.scheme.rules,
        prefix=register.prefix,
        posts=tuple(dict.fromkeys([*posts, *new_posts])),
        choices={
            name: dict(RiskRevision._meta.get_field(name).choices) for name in names_of(Sort.CHOICE)
        },
        library={
            "failure_types": dict(FailureType.objects.values_list("slug", "name")),
            "adverse_impacts": dict(AdverseImpact.objects.values_list("slug", "name")),
        },
        today=as_at or timezone.localdate(),
        is_past=as_at is not None,
    )


def previous_plan(register) -> Plan | None:
    """The plan of the last workbook that was imported into the register."""
    imports = register.imports.in_force().filter(is_ours=False)
    plan = imports.order_by("-done_at").values_list("plan", flat=True).first()
    return Plan.from_json(plan) if plan else None
