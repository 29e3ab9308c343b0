"""Who did what, in a chain that shows when anything in it was changed, left out or put in
afterwards.

Each entry is signed (HMAC, key outside the database) together with the signature before it, one
chain an organisation. What names a person or quotes them stands beside the entry in `AuditText`, of
which the entry signs only a salted digest: it can be erased without breaking the chain. What rows
say is signed the same way (see seals.py). Database triggers refuse any UPDATE or DELETE of an
entry.
"""

import datetime
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring_ascii as in_quotes

from django.conf import settings
from django.db import connections, models, transaction
from django.db.models import F
from django.utils import timezone

from registers.history.bulk_insert import Encoded, check_references, keys_of, write

BATCH = 500  # entries written by one statement at most


class HistoryIsAppendOnly(TypeError):
    """Somebody tried to change or delete what is only ever added to."""


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **fields):
        raise HistoryIsAppendOnly(f"{self.model.__name__} rows are never edited.")

    def delete(self):
        raise HistoryIsAppendOnly(f"{self.model.__name__} rows are never deleted.")


class AppendOnly(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise HistoryIsAppendOnly(f"{type(self).__name__} rows are never edited.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs):
        raise HistoryIsAppendOnly(f"{type(self).__name__} rows are never deleted.")

    def has_values(self, said):
        """Whether it says all this already."""
        return all(getattr(self, name) == value for name, value in said.items())


class AuditChain(models.Model):
    """The head of a chain: one for each organisation and one for the installation (no
    organisation).
    """

    organisation = models.OneToOneField(
        "registers.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_chain",
    )
    last_number = models.PositiveBigIntegerField(default=0)
    last_signature = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Case(models.When(organisation__isnull=True, then=1)),
                name="audit_chain_of_installation_once",
            ),
        ]

    def __str__(self):
        if self.organisation_id is None:
            return "installation"
        return (
            self.organisation.slug
            if self.organisation
            else f"organisation {self.organisation_id}, which is gone"
        )

    def problems(self):
        """What is wrong with the chain, in words: changed, missing, swapped or inserted entries, a
        cut-off tail.

        The head is read first: what is added meanwhile must be signed like the rest, but is not
        missed.
        """
        head = AuditChain.objects.get(pk=self.pk)
        number, signature, at_head = 0, "", ""
        for entry in (
            self.entries.select_related("text").order_by("number").iterator(chunk_size=2000)
        ):
            number += 1
            if entry.number != number:
                yield f"{self}: entry {number} is missing."
                number = entry.number
            if entry.previous_signature != signature or not hmac.compare_digest(
                entry.sign(), entry.signature
            ):
                yield f"{self}: entry {entry.number} is not what was signed."
            text = getattr(entry, "text", None)
            if text is None:
                yield f"{self}: the text of entry {entry.number} is gone; erasing leaves an empty one."
            elif text.content is not None and text.digest() != entry.text_digest:
                yield f"{self}: the text of entry {entry.number} is not what was signed."
            signature = entry.signature
            if number == head.last_number:
                at_head = signature
        if number < head.last_number or at_head != head.last_signature:
            yield f"{self}: ends at entry {number}, not at {head.last_number} as its head says."


class AuditEntry(AppendOnly):
    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    text_digest = models.CharField(max_length=64)
    previous_signature = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "number"]
        verbose_name_plural = "audit entries"
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "number"], name="audit_entry_number_once_in_chain"
            ),
        ]

    def __str__(self):
        return f"{self.chain} {self.number}: {self.verb} {self.subject}"

    @classmethod
    def record(cls, *, organisation, by, verb, subject, **telling):
        """Add an entry to the organisation's chain; must run inside the transaction of the change
        it records. Returns it. organisation: None for the installation's chain; by: None for the
        installation itself. For the rest see AuditPayload.of.
        """
        payloads = [AuditPayload.of(verb=verb, subject=subject, **telling)]
        return cls.record_many(organisation=organisation, by=by, payloads=payloads)

    @classmethod
    def record_many(cls, *, organisation, by, payloads):
        """Add an entry for each AuditPayload, in their order; in the transaction of the changes they
        record. Returns the entry where it is one. The head of the chain is held from here until the
        end: who has much to tell, tells it last of all. tellings: a list, or what has a length and
        can be gone through.
        """
        connection = transaction.get_connection()
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "An audit entry belongs in the transaction of its change."
            )
        if not payloads:
            return None
        chain, _ = AuditChain.objects.get_or_create(organisation=organisation)
        AuditChain.objects.filter(pk=chain.pk).update(
            last_number=F("last_number") + len(payloads)
        )  # locks the head
        chain.refresh_from_db()
        entries, entry = cls._chained(chain, by, payloads), None
        if len(payloads) == 1:
            ((said, telling),) = entries
            entry = cls(**said | {"facts": json.loads(said["facts"])})
            entry.save()
            AuditText.objects.create(
                entry=entry, salt=telling.salt, content=json.loads(telling.text)
            )
        else:
            _write(entries)
        AuditChain.objects.filter(pk=chain.pk).update(last_signature=chain.last_signature)
        return entry

    @staticmethod
    def _chained(chain, by, payloads):
        """(what an entry says, by column; its telling), signed one after the other. The chain takes
        the numbers before its last.
        """
        at, before = timezone.now(), chain.last_number - len(payloads)
        for number, telling in enumerate(payloads, before + 1):
            said = {
                "chain_id": chain.pk,
                "number": number,
                "at": at,
                "by_id": by and by.pk,
                "verb": telling.verb,
                "subject": telling.subject,
                "facts": telling.facts,
                "text_digest": telling.digest,
                "previous_signature": chain.last_signature,
            }
            chain.last_signature = said["signature"] = signature_of(said)
            yield said, telling

    def sign(self):
        return signature_of({**vars(self), "facts": as_json(self.facts)})


def signature_of(said):
    """said: what an entry says, by column; its facts as JSON already. What is signed is the JSON of
    all of it, put together by hand: an entry costs half as much as by way of a dict.
    """
    signed = (
        f'{{"at":{_as_before(said["at"])},"by":{_as_before(said["by_id"])},"chain":"{said["chain_id"]}",'
        f'"facts":{said["facts"]},"number":{said["number"]},"previous":{in_quotes(said["previous_signature"])},'
        f'"subject":{in_quotes(said["subject"])},"text":{in_quotes(said["text_digest"])},'
        f'"verb":{in_quotes(said["verb"])}}}'
    )
    return hmac.digest(settings.AUDIT_KEY.encode(), signed.encode(), "sha256").hex()


class AuditText(models.Model):
    """The part of an entry that names or quotes people. Erasing it sets content to null; the digest
    stays signed.
    """

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="text")
    salt = models.CharField(max_length=32)
    content = models.JSONField(null=True)

    def __str__(self):
        return f"Text of {self.entry_id}"

    def digest(self):
        return _digest(self.salt, as_json(self.content))


@dataclass(slots=True)
class AuditPayload:
    """What an entry is going to say, before it has its place in a chain. facts, and text for its
    AuditText: as JSON.
    """

    verb: str
    subject: str
    facts: Encoded
    text: Encoded
    salt: str
    digest: str

    @classmethod
    def of(cls, *, verb, subject, facts=None, text=None, seals=(), deletions=()):
        """subject: the record changed. facts: JSON without personal text. text: JSON that may be
        erased later. seals: Seal of each row that was written; deletions: the seal_name of each
        that is deleted.
        """
        salt, facts, text = secrets.token_hex(16), {**(facts or {})}, text or {}
        if seals:
            facts["seals"] = {seal.name: seal.signed(salt) for seal in seals}
            if rows := {seal.name: seal.content for seal in seals if seal.content}:
                text = {**text, "rows": rows}
        if deletions:
            facts["deletions"] = [*deletions]
        text = as_json(text)
        name = (
            f"{subject._meta.model_name}:{subject.pk}"
            if isinstance(subject, models.Model)
            else subject
        )
        return cls(verb, name, as_json(facts), text, salt, _digest(salt, text))


def _write(entries):
    keys, text_keys = keys_of(AuditEntry), keys_of(AuditText)
    while batch := list(islice(entries, BATCH)):
        rows = [{"id": next(keys), **said} for said, _ in batch]
        texts = [
            {
                "id": next(text_keys),
                "entry_id": row["id"],
                "salt": telling.salt,
                "content": telling.text,
            }
            for row, (_, telling) in zip(rows, batch, strict=True)
        ]
        write(AuditEntry, rows)
        write(AuditText, texts)
        check_references()


def _digest(salt, text):
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def as_json(value) -> Encoded:
    """In one way only: what is signed and digested, on any machine, of the same value."""
    return Encoded(CANONICAL.encode(value))


_as_before = lru_cache(maxsize=100)(as_json)  # what all entries of a batch say: when, and by whom


@lru_cache(maxsize=1000)  # most rows of a batch say the same days
def _iso(value):
    """Instants in UTC to the microsecond, days as they are: the same from either database."""
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.UTC)
    return value.isoformat()


CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_iso)
TABLE = AuditEntry._meta.db_table
GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{verb} BEFORE {verb} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, 'audit entries are never changed or deleted'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$",
        *(
            f"CREATE OR REPLACE TRIGGER {TABLE}_no_{verb} BEFORE {verb} ON {TABLE} "
            f"FOR EACH {'STATEMENT' if verb == 'truncate' else 'ROW'} EXECUTE FUNCTION {TABLE}_refuse()"
            for verb in ("update", "delete", "truncate")
        ),
    ],
}
LOOK = {
    "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'",  # noqa: S608
    "postgresql": f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{TABLE}'::regclass AND tgenabled = 'O'",  # noqa: S608
}


def install_guard(using="default", **kwargs):
    """Put the triggers in place; called after every migration and safe to call again."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        with connection.cursor() as cursor:
            for statement in GUARDS[connection.vendor]:
                cursor.execute(statement)


def remove_guard(using="default"):
    """Take the triggers away: for retention jobs and for tests that empty the database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _guards_in_place(connection):
            place = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{place}")


def guard_is_in_place(using="default"):
    connection = connections[using]
    wanted = 3 if connection.vendor == "postgresql" else 2
    return len(_guards_in_place(connection)) == wanted


def _guards_in_place(connection):
    with connection.cursor() as cursor:
        cursor.execute(LOOK[connection.vendor])
        return [name for (name,) in cursor.fetchall() if name.startswith(f"{TABLE}_no_")]
