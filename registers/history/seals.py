"""Seals: salted digests of all concrete fields of a row, signed by the audit chain.

A seal names its seal version, the list of the fields that it covers. A later column makes another
version by itself; older seals are checked over the fields of their own version. Sealed models are
found by their base class: there is no list.
"""

import hashlib
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from django.apps import apps
from django.db import connections, models
from django.utils import timezone

from registers.history.audit import AppendOnly, AuditEntry, as_json

# Hexadecimal digits by which an entry names a seal version; the digest covers all 64.
REFERENCE = 16
# The verb of an entry whose row is deleted after it.
DELETED = "deleted"

# A migration that renames a sealed model or field adds it here, or older seals cannot be checked.
# Former model name -> the present one, both in lower case.
RENAMED_MODELS: dict[str, str] = {}
# Present model name -> {former attname: the present one}.
RENAMED_FIELDS: dict[str, dict[str, str]] = {"agreement": {"body": "body_name"}}
# Present model name -> attnames. Seals that cover one of these cannot be checked any more, which
# verify_audit notes: rather keep the column.
REMOVED_FIELDS: dict[str, set[str]] = {}


class SealVersion(AppendOnly):
    """The fields that a seal of a model covers, in their order.

    Written after each migration where the list is new. Each seal covers the digest, so that another
    list in its place is detected.
    """

    model = models.CharField(
        max_length=60, help_text="Its name in lower case when the version was written."
    )
    names = models.JSONField(help_text="Attributes of its fields, then what stands beside them.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of both.")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "digest"], name="seal_version_once_for_a_model"
            )
        ]

    def __str__(self):
        return f"{self.model} {self.digest[:REFERENCE]}"


class Version(NamedTuple):
    """The fields by which rows of a model are sealed today.

    columns: takes their values from a row's __dict__.
    """

    names: tuple[str, ...]
    related: tuple[str, ...]
    columns: itemgetter
    digest: str


class Seal(NamedTuple):
    """What is to be signed of a row.

    name: "post:5". version: the digest of its seal version. values: JSON. content: the values by
    name, where the entry's text keeps them.
    """

    name: str
    version: str
    values: str
    content: dict | None = None

    def stored_form(self, salt):
        """The form in which an entry keeps it."""
        return f"{self.version[:REFERENCE]}:{digest_of(salt, self.version, self.values)}"


def digest_of(salt, version, values):
    return hashlib.sha256(f"{salt}{version}{values}".encode()).hexdigest()


def version_digest(model, names):
    return hashlib.sha256(as_json([model, *names]).encode()).hexdigest()


@cache
def version_of(model):
    columns, related = sorted(model.seal_columns()), sorted(model.seal_related())
    names = (*columns, *related)
    return Version(
        names, tuple(related), itemgetter(*columns), version_digest(model._meta.model_name, names)
    )


def sealed_models():
    return [model for model in apps.get_models() if issubclass(model, SealedModel)]


def seals_of(rows):
    """A seal of each row as the database has it now, by model: for an entry about many rows."""
    keys = {}
    for row in rows:
        keys.setdefault(type(row), []).append(row.pk)
    return [row.seal() for model, pks in keys.items() for row in model.rows_to_seal(pks).values()]


def install_versions(using="default", **kwargs):
    """Write the seal versions that are new; called after every migration and safe to call again."""
    if SealVersion._meta.db_table not in connections[using].introspection.table_names():
        return
    rows = [(model._meta.model_name, version_of(model)) for model in sealed_models()]
    existing = set(SealVersion.objects.using(using).values_list("model", "digest"))
    new = [(name, version) for name, version in rows if (name, version.digest) not in existing]
    versions = [SealVersion(model=name, names=v.names, digest=v.digest) for name, v in new]
    SealVersion.objects.using(using).bulk_create(versions, ignore_conflicts=True)


class SealedModel(models.Model):
    """A model whose rows are sealed.

    SEAL_EXCLUDES: fields that state nothing or are checked otherwise, each with its reason beside
    it. SEAL_MANY: the many-to-many fields that belong to the row's content.
    """

    SEAL_EXCLUDES: tuple[str, ...] = ()
    SEAL_MANY: tuple[str, ...] = ()

    class Meta:
        abstract = True

    @classmethod
    def seal_columns(cls):
        return [f.attname for f in cls._meta.concrete_fields if f.name not in cls.SEAL_EXCLUDES]

    @classmethod
    def seal_related(cls):
        """The names of what is sealed with the row and kept in another table."""
        return cls.SEAL_MANY

    @classmethod
    def rows_to_seal(cls, keys):
        """Key -> row, with all that its seal covers; a constant number of queries."""
        many = [
            models.Prefetch(name, _related(cls, name)._base_manager.only("pk").order_by())
            for name in cls.SEAL_MANY
        ]
        # Without an order, which may join other tables.
        return models.QuerySet(cls).order_by().prefetch_related(*many).in_bulk(keys)

    @property
    def seal_name(self):
        return f"{self._meta.model_name}:{self.pk}"

    def seal(self, many=None):
        """many: name of a many-to-many field -> its keys, where they are known already."""
        version = version_of(type(self))
        values = [*version.columns(vars(self))]
        values += [
            sorted(many[name]) if many else self.seal_value(name) for name in version.related
        ]
        return Seal(self.seal_name, version.digest, as_json(values))

    def seal_value(self, name):
        """The row's value under a name of some seal version.

        Raises KeyError for a name that the model has not.
        """
        if name in self.SEAL_MANY:
            return sorted(row.pk for row in getattr(self, name).all())
        return vars(self)[name]


class AuditedModel(SealedModel):
    """A row that is edited in place: each change adds an audit entry with a new seal.

    In the transaction of the change. The latest seal counts; the entry's text keeps the values, so
    that differences can be reported.
    """

    class Meta:
        abstract = True

    @property
    def audit_organisation(self):
        """Whose chain has its entries; None: the installation's."""
        return getattr(self, "organisation", None)

    def seal(self, many=None):
        seal, names = super().seal(many), version_of(type(self)).names
        return seal._replace(content={name: self.seal_value(name) for name in names})

    def enter(self, verb, *, by=None, subject=None, facts=None, text=None):
        """Add an audit entry about a change, with a seal of the row as the database has it now.

        In the transaction of the change; for DELETED before the row goes. by: None for the
        installation itself. Returns the AuditEntry.
        """
        row = self.rows_to_seal([self.pk])[self.pk]
        change = {"deletions": [row.seal_name]} if verb == DELETED else {"seals": [row.seal()]}
        return AuditEntry.record(
            organisation=row.audit_organisation,
            by=by,
            verb=f"{row._meta.model_name}.{verb}",
            subject=subject or row,
            facts=facts,
            text={"name": str(row), "by": str(by or ""), **(text or {})},
            **change,
        )


def _related(model, name):
    return model._meta.get_field(name).related_model
