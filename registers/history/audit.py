"""Who did what, as a chain of signed entries in which any later change, gap or insertion shows.

Each entry is signed (HMAC, key outside the database) together with the signature before it, one
chain an organisation. Text that names or quotes a person is kept beside the entry in `AuditText`;
the entry signs only a salted digest of it, so that it can be erased without breaking the chain. The
values of rows are signed the same way (seals.py). Database triggers refuse any UPDATE or DELETE of
an entry (audit_guard.py).
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
from django.db import models, transaction
from django.utils import timezone

from registers.history.bulk_insert import Encoded, check_references, insert_rows, take_keys

# Entries written by one statement at most.
BATCH = 500


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

    def has_values(self, values):
        return all(getattr(self, name) == value for name, value in values.items())


class AuditChain(models.Model):
    """The head of a chain: one for each organisation, and one for the installation without any."""

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

    def verify_signatures(self):
        """Yield what is wrong with the chain, in words.

        Finds changed, missing, swapped and inserted entries and a cut-off tail. The head is read
        first: entries added meanwhile are checked, but not required.
        """
        head = AuditChain.objects.get(pk=self.pk)
        rows = self.entries.select_related("text").order_by("number")
        yield from self._verify(rows.iterator(chunk_size=2000), head, 0, "")

    def verify_tail(self, count):
        """The same for the last entries: whether they follow each other and reach the head.

        The signature before the first of them is taken as it stands.
        """
        head = AuditChain.objects.get(pk=self.pk)
        number = max(head.last_number - count, 0)
        rows = self.entries.select_related("text").filter(number__gt=number).order_by("number")
        rows = list(rows)
        signature = rows[0].previous_signature if number and rows else ""
        yield from self._verify(rows, head, number, signature)

    def _verify(self, entries, head, number, signature):
        """number, signature: of the entry before the first of these."""
        at_head = signature if number == head.last_number else ""
        for entry in entries:
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
                yield (
                    f"{self}: the text of entry {entry.number} is gone; erasure keeps an empty one."
                )
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
        # The audit page of one person, and that of one register.
        indexes = [
            models.Index(fields=["by", "chain", "number"], name="audit_entry_by_person"),
            models.Index(fields=["subject", "chain", "number"], name="audit_entry_by_subject"),
        ]

    def __str__(self):
        return f"{self.chain} {self.number}: {self.verb} {self.subject}"

    @classmethod
    def record(cls, *, organisation, by, verb, subject, **payload):
        """Add an entry to the organisation's chain, in the transaction of the change; return it.

        organisation: None for the installation's chain. by: None for the installation itself. For
        the rest see AuditPayload.of.
        """
        payloads = [AuditPayload.of(verb=verb, subject=subject, **payload)]
        return cls.record_many(organisation=organisation, by=by, payloads=payloads)

    @classmethod
    def record_many(cls, *, organisation, by, payloads):
        """Add an entry for each AuditPayload, in the transaction of the changes.

        Returns the entry where there is one payload, else None. The head of the chain is locked
        until the transaction ends: call this last. payloads: an iterable with a length.
        """
        connection = transaction.get_connection()
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "An audit entry belongs in the transaction of its change."
            )
        if not payloads:
            return None
        heads = AuditChain.objects.select_for_update()
        chain, _ = heads.get_or_create(organisation=organisation)
        chain.last_number += len(payloads)
        entries, entry = cls._chained(chain, by, payloads), None
        if len(payloads) == 1:
            ((columns, payload),) = entries
            entry = cls(**columns | {"facts": json.loads(columns["facts"])})
            entry.save()
            AuditText.objects.create(
                entry=entry, salt=payload.salt, content=json.loads(payload.text)
            )
        else:
            _write(entries)
        head = {"last_number": chain.last_number, "last_signature": chain.last_signature}
        AuditChain.objects.filter(pk=chain.pk).update(**head)
        return entry

    @staticmethod
    def _chained(chain, by, payloads):
        """Yield (the entry's columns, its payload), each signed after the one before it.

        The chain has counted these entries already: they get its last numbers.
        """
        at, before = timezone.now(), chain.last_number - len(payloads)
        for number, payload in enumerate(payloads, before + 1):
            columns = {
                "chain_id": chain.pk,
                "number": number,
                "at": at,
                "by_id": by and by.pk,
                "verb": payload.verb,
                "subject": payload.subject,
                "facts": payload.facts,
                "text_digest": payload.digest,
                "previous_signature": chain.last_signature,
            }
            chain.last_signature = columns["signature"] = signature_of(columns)
            yield columns, payload

    def sign(self):
        return signature_of({**vars(self), "facts": as_json(self.facts)})


def signature_of(columns):
    """columns: of an entry, with facts as JSON already.

    Signs the canonical JSON of all columns, composed by hand: half the cost of encoding a dict.
    """
    signed = (
        f'{{"at":{_cached_json(columns["at"])},"by":{_cached_json(columns["by_id"])},"chain":"{columns["chain_id"]}",'
        f'"facts":{columns["facts"]},"number":{columns["number"]},"previous":{in_quotes(columns["previous_signature"])},'
        f'"subject":{in_quotes(columns["subject"])},"text":{in_quotes(columns["text_digest"])},'
        f'"verb":{in_quotes(columns["verb"])}}}'
    )
    return hmac.digest(settings.AUDIT_KEY.encode(), signed.encode(), "sha256").hex()


class AuditText(models.Model):
    """The part of an entry that names or quotes people.

    Erasing it sets content to null; its digest stays signed.
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
    """The content of an entry before it has its place in a chain.

    facts, and text for its AuditText: as JSON.
    """

    verb: str
    subject: str
    facts: Encoded
    text: Encoded
    salt: str
    digest: str

    @classmethod
    def of(cls, *, verb, subject, facts=None, text=None, seals=(), deletions=()):
        """A payload about one change.

        subject: the record changed. facts: values without personal text. text: values that may be
        erased later. seals: the Seal of each row written. deletions: the seal_name of each row
        deleted.
        """
        salt, facts, text = secrets.token_hex(16), {**(facts or {})}, text or {}
        if seals:
            facts["seals"] = {seal.name: seal.stored_form(salt) for seal in seals}
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

    @classmethod
    def of_changes(cls, changes):
        """One payload about changes that belong together: about the first, with all their seals.

        changes: arguments of `of`, facts and seals among them.
        """
        first, *later = changes
        if later:
            verbs = [change["verb"] for change in changes]
            seals = [seal for change in changes for seal in change["seals"]]
            first = {**first, "facts": {**first["facts"], "verbs": verbs}, "seals": seals}
        return cls.of(**first)


def _write(entries):
    while batch := list(islice(entries, BATCH)):
        keys = take_keys({AuditEntry: len(batch), AuditText: len(batch)})
        rows = [
            {"id": key, **columns}
            for key, (columns, _) in zip(keys[AuditEntry], batch, strict=True)
        ]
        texts = [
            {"id": key, "entry_id": row["id"], "salt": payload.salt, "content": payload.text}
            for key, row, (_, payload) in zip(keys[AuditText], rows, batch, strict=True)
        ]
        insert_rows(AuditEntry, rows)
        insert_rows(AuditText, texts)
        check_references()


def _digest(salt, text):
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def as_json(value) -> Encoded:
    """Canonical JSON: the same bytes for the same value on any machine, to be signed."""
    return Encoded(CANONICAL.encode(value))


# For what all entries of a batch share: when, and by whom.
_cached_json = lru_cache(maxsize=100)(as_json)


# Most rows of a batch have the same days.
@lru_cache(maxsize=1000)
def _iso(value):
    """Instants in UTC to the microsecond, days as they are: the same for both databases."""
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.UTC)
    return value.isoformat()


CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_iso)
