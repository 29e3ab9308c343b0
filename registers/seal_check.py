"""Rows compared with the seals of the audit chains: finds changed, inserted and deleted rows.

Each chain is read once, in batches, and the rows sealed by a batch are read with it; there is no
query for a single row. The latest seal of a row counts. Earlier seals of a changed row do not match
it: what does not match is checked again at the end, by its latest seal only. What is written
meanwhile is left to the next run.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Max

from registers.history.audit import as_json
from registers.history.seals import (
    REFERENCE,
    REMOVED_FIELDS,
    RENAMED_FIELDS,
    RENAMED_MODELS,
    digest_of,
    sealed_models,
    version_digest,
    version_of,
)
from registers.models import AuditChain, AuditEntry, SealVersion

BATCH = 500


@dataclass(slots=True)
class Statement:
    """What an entry signs of a row: a seal ("version:digest"), or None: that the row is deleted."""

    model: type
    pk: int
    seal: str | None
    chain: int
    at: datetime
    entry: int
    salt: str

    @property
    def key(self):
        return self.model, self.pk

    def is_after(self, other):
        """Within a chain by the order of its entries, between chains by their instants.

        A row may be in two chains, as of a person who moved.
        """
        return self.chain == other.chain or self.at >= other.at


class SealCheck:
    """problems: in words, by rows, computed on each call. notes: what cannot be checked.

    Notes are no signs of tampering.
    """

    def __init__(self):
        self.models = {model._meta.model_name: model for model in sealed_models()}
        self.versions = {f"{v.model}:{v.digest[:REFERENCE]}": v for v in SealVersion.objects.all()}
        self.removals = defaultdict(set)

    def problems(self):
        latest = {
            model: model._base_manager.aggregate(pk=Max("pk"))["pk"] or 0
            for model in self.models.values()
        }
        heads, self.chains, suspects, in_two_chains = (
            {},
            {model: {} for model in latest},
            set(),
            set(),
        )
        for version in self.versions.values():
            if version.digest != version_digest(version.model, version.names):
                yield f"Seal version {version} does not list the fields that were sealed."
        for batch in self._statements(heads):
            for statement, row in self._with_rows(batch):
                if statement.chain != self.chains[statement.model].setdefault(
                    statement.pk, statement.chain
                ):
                    # Sealed in two chains: which seal is the latest is decided below.
                    in_two_chains.add(statement.key)
                (suspects.discard if self._fits(statement, row) else suspects.add)(statement.key)
        findings = [*self._of_suspects(suspects | in_two_chains), *self._without_seal(latest)]
        recent = self._recent_keys(heads)
        yield from (words for key, words in findings if key not in recent)

    @property
    def notes(self):
        return [
            f"{model._meta.verbose_name.capitalize()}: {len(keys)} sealed with columns that are "
            f"no longer kept ({', '.join(names)}) cannot be checked."
            for (model, names), keys in self.removals.items()
        ]

    def _statements(self, heads):
        """Yield lists of Statements in the order of the entries, chain by chain.

        heads: is filled with how far each chain was read.
        """
        for chain in AuditChain.objects.order_by("pk").values_list("pk", flat=True):
            for rows in batched(_entries(AuditEntry.objects.filter(chain=chain)), BATCH):
                heads[chain] = rows[-1]["number"]
                yield [statement for row in rows for statement in self._of_entry(row)]

    def _of_entry(self, row):
        about = {
            "chain": row["chain"],
            "at": row["at"],
            "entry": row["pk"],
            "salt": row["text__salt"] or "",
        }
        seals = [
            *row["facts"].get("seals", {}).items(),
            *((name, None) for name in row["facts"].get("deletions", ())),
        ]
        for name, seal in seals:
            model_name, _, pk = name.partition(":")
            model = self.models.get(RENAMED_MODELS.get(model_name, model_name))
            if model is not None:
                yield Statement(model, int(pk), seal and f"{model_name}:{seal}", **about)

    @staticmethod
    def _with_rows(statements):
        """(statement, its row or None): a few queries for each model among them."""
        keys = {}
        for statement in statements:
            keys.setdefault(statement.model, set()).add(statement.pk)
        rows = {
            (model, pk): row
            for model, pks in keys.items()
            for pk, row in model.rows_to_seal(pks).items()
        }
        return [(statement, rows.get(statement.key)) for statement in statements]

    def _fits(self, statement, row):
        if statement.seal is None or row is None:
            return statement.seal is None and row is None
        model_name, version, digest = statement.seal.split(":")
        names = self._names(statement.model, model_name, version)
        if names is None or not statement.salt:
            return False
        if removals := {present_name(row, name) for name in names} & REMOVED_FIELDS.get(
            row._meta.model_name, set()
        ):
            self.removals[statement.model, tuple(sorted(removals))].add(statement.pk)
            return True
        try:
            values = as_json([row.seal_value(present_name(row, name)) for name in names])
        except KeyError:
            return False
        return digest_of(statement.salt, version_digest(model_name, names), values) == digest

    def _names(self, model, model_name, reference):
        """The fields of a seal version; None where it is unknown."""
        if version := self.versions.get(f"{model_name}:{reference}"):
            return version.names
        today = version_of(model)
        return today.names if today.digest.startswith(reference) else None

    def _of_suspects(self, keys):
        """(key, words) of those whose latest statement does not match either."""
        latest = {}
        for batch in self._statements({}) if keys else ():
            for statement in batch:
                earlier = latest.get(statement.key)
                if statement.key in keys and (earlier is None or statement.is_after(earlier)):
                    latest[statement.key] = statement
        for batch in batched(latest.values(), BATCH):
            misfits = [pair for pair in self._with_rows(batch) if not self._fits(*pair)]
            entries = AuditEntry.objects.select_related("chain__organisation", "text")
            entries = entries.in_bulk([statement.entry for statement, _ in misfits])
            for statement, row in misfits:
                yield statement.key, self._words(statement, row, entries[statement.entry])

    def _words(self, statement, row, entry):
        name = str(statement.model._meta.verbose_name)
        if row is None:
            return (
                f"{entry}: its {name} {statement.pk} is gone, and no entry says that it was "
                "deleted."
            )
        if statement.seal is None:
            return (
                f"{entry}: the {name} {statement.pk} is there, which this entry says was deleted."
            )
        model_name, version, _ = statement.seal.split(":")
        if self._names(statement.model, model_name, version) is None:
            return (
                f"{entry}: the list of what it sealed of the {name} {statement.pk} is gone (seal "
                f"version {version})."
            )
        if not statement.salt:
            return (
                f"{entry}: its text is gone, and no later entry sealed the {name} {statement.pk} "
                "again."
            )
        names = _differences(entry, row)
        details = f" ({names})" if names else ""
        return f"{entry}: the {name} {statement.pk} is not what was sealed{details}."

    def _without_seal(self, latest):
        """(key, words) of the rows that no entry mentions."""
        for model, last in latest.items():
            keys = (
                model._base_manager.filter(pk__lte=last).order_by("pk").values_list("pk", flat=True)
            )
            name = str(model._meta.verbose_name)
            for pk in keys.iterator():
                if pk not in self.chains[model]:
                    yield (
                        (model, pk),
                        f"{name[:1].upper()}{name[1:]} {pk} stands in no audit chain.",
                    )

    def _recent_keys(self, heads):
        """The keys of what was written since the chains were read."""
        keys = set()
        for chain in AuditChain.objects.values_list("pk", flat=True):
            entries = AuditEntry.objects.filter(chain=chain, number__gt=heads.get(chain, 0))
            keys |= {
                statement.key for row in _entries(entries) for statement in self._of_entry(row)
            }
        return keys


def present_name(row, name):
    """The present name of a field that a seal names."""
    return RENAMED_FIELDS.get(row._meta.model_name, {}).get(name, name)


def _entries(entries):
    rows = entries.order_by("number").values("pk", "number", "at", "facts", "text__salt", "chain")
    return rows.iterator(chunk_size=BATCH)


def _differences(entry, row):
    """The names of changed fields, where the entry's text keeps the values and was not erased."""
    text = getattr(entry, "text", None)
    content = text and text.content and text.content.get("rows", {}).get(row.seal_name)
    if not content:
        return ""
    return ", ".join(
        name
        for name, value in content.items()
        if as_json(value) != as_json(row.seal_value(present_name(row, name)))
    )


def batched(rows, size):
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
