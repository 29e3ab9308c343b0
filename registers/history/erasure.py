"""A person's text taken out of a sealed row: the row is sealed anew by an entry that says so."""

from django.db import models, transaction

from registers.history.audit import AuditEntry, AuditText
from registers.history.seals import sealed_models

TEXT = (models.CharField, models.TextField)


@transaction.atomic
def erase(row, *, by, reason, **texts):
    """Put other words in place of texts of a sealed row and of the latest copy that repeats it, and
    return the entry, `<model>.erased`. texts: by field name, usually "" or "[erased]". by: None for
    the installation itself.

    The texts of the entries that sealed the row are erased with their salts: what they digested
    cannot be guessed at any more. Whatever else they sealed is therefore sealed anew by the same
    entry. Entries that only quote the row are left: who erases looks for those. Raises ValueError
    for a field that is no sealed text.
    """
    names = type(row).seal_columns()
    if strangers := [
        name
        for name in texts
        if name not in names or not isinstance(row._meta.get_field(name), TEXT)
    ]:
        raise ValueError(
            f"A {row._meta.verbose_name} has no sealed text {', '.join(sorted(strangers))}."
        )
    for copy in (row, *row.latest_copies()):
        models.QuerySet(type(copy)).filter(pk=copy.pk).update(**texts)
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
    """Of every row that those entries sealed and that is there."""
    models_by_name = {model._meta.model_name: model for model in sealed_models()}
    keys = {type(row): {row.pk}}
    for entry in entries:
        for name in entry.facts["seals"]:
            model_name, _, pk = name.partition(":")
            keys.setdefault(models_by_name[model_name], set()).add(int(pk))
    return [copy.seal() for model, pks in keys.items() for copy in model.rows_to_seal(pks).values()]
