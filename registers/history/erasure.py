"""Erasing a person's text from a sealed row: an audit entry says so and seals the row anew."""

from django.db import models, transaction

from registers.history.audit import AuditEntry, AuditText
from registers.history.seals import sealed_models

TEXT = (models.CharField, models.TextField)


@transaction.atomic
def erase(row, *, by, reason, **texts):
    """Replace texts of a sealed row; return the audit entry.

    by: None for the installation itself. texts: by field name, usually "" or "[erased]".

    The texts of the entries that sealed the row are erased with their salts, so that nobody can
    guess at what they digested. Whatever else those entries sealed is sealed anew by the new entry
    (`<model>.erased`). Entries that only quote the row are left: search for those. Raises
    ValueError for a field that is no sealed text.
    """
    names = type(row).seal_columns()
    if unknown := [
        name
        for name in texts
        if name not in names or not isinstance(row._meta.get_field(name), TEXT)
    ]:
        raise ValueError(
            f"A {row._meta.verbose_name} has no sealed text {', '.join(sorted(unknown))}."
        )
    models.QuerySet(type(row)).filter(pk=row.pk).update(**texts)
    entries = list(
        AuditEntry.objects.filter(facts__seals__has_key=row.seal_name)
        .select_related("chain__organisation")
        .order_by("at")
    )
    AuditText.objects.filter(entry__in=entries).update(content=None, salt="")
    facts = {
        "fields": sorted(texts),
        "erased": [[entry.chain_id, entry.number] for entry in entries],
    }
    return AuditEntry.record(
        organisation=entries[-1].chain.organisation if entries else None,
        by=by,
        verb=f"{row._meta.model_name}.erased",
        subject=row,
        facts=facts,
        text={"by": str(by or ""), "reason": reason},
        seals=_seals_anew(entries, row),
    )


def _seals_anew(entries, row):
    """Seals of every row that those entries sealed and that still exists."""
    models_by_name = {model._meta.model_name: model for model in sealed_models()}
    keys = {type(row): {row.pk}}
    for entry in entries:
        for name in entry.facts["seals"]:
            model_name, _, pk = name.partition(":")
            keys.setdefault(models_by_name[model_name], set()).add(int(pk))
    return [copy.seal() for model, pks in keys.items() for copy in model.rows_to_seal(pks).values()]
