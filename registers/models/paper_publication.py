"""Final papers, whose text is frozen, and what was published of them: files, or an address."""

import hashlib
import uuid

from django.db import models, transaction
from django.db.models import Q

from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.paper import CHANGED, ClearanceRule, Paper, PaperRow

LONGEST_REASON = 4000


class PaperFormat(models.TextChoices):
    HTML = "html", "Web page"
    WORD = "docx", "Word"
    PDF = "pdf", "PDF"
    ADDRESS = "address", "Address"


class FinalPaper(PaperRow):
    """The text of a paper that was cleared: nothing changes it any more.

    version: of the paper's text. documents: part -> the Document of that part, as
    papers/freezing.py stores it. Of a Part B: grounds, why it is not for publication, in the words
    of the statute; interest: why that serves the public more, "" where the information is
    confidential, which no public interest outweighs; opinion_by: whose opinion it is.
    """

    DERIVED_FIELDS = (*PaperRow.DERIVED_FIELDS, "documents")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="finals")
    version = models.PositiveIntegerField()
    documents = models.JSONField()
    grounds = models.JSONField(default=list, blank=True)
    is_confidential = models.BooleanField(default=False)
    interest = models.TextField(blank=True)
    opinion_by = models.CharField(max_length=200, blank=True)

    class Meta(PaperRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["paper", "version"], name="paper_is_final_once"),
            models.CheckConstraint(
                condition=Q(interest="", is_confidential=False) | ~Q(opinion_by=""),
                name="final_paper_names_whose_opinion",
            ),
        ]

    def __str__(self):
        return f"Final text of {self.paper}"

    @property
    def has_part_b(self):
        return "B" in self.documents

    @property
    def draft(self):
        """The PaperDraft that it is of. A query."""
        return self.paper.drafts.filter(version__lte=self.version).order_by("pk").last()

    @classmethod
    @transaction.atomic
    def make(cls, paper, *, by, documents, version, token=None, **fields):
        """Freeze the text of a paper, and return the row.

        fields: grounds, is_confidential, interest, opinion_by; for the demo effective_on and
        recorded_at. Raises InvalidTransition where the text changed since, where a clearance is
        missing, and where it is final already.
        """
        paper._lock()
        if not paper._is_sent_again(cls, by, token):
            if version != paper.version:
                raise InvalidTransition(CHANGED)
            if missing := missing_clearances(paper, version):
                labels = ", ".join(kind.label for kind in missing)
                raise InvalidTransition(f"it is not cleared yet: {labels}")
            if paper.finals.filter(version=version).exists():
                raise InvalidTransition("the paper is final already")
        return paper._add(
            cls, "finalised", by=by, token=token, documents=documents, version=version, **fields
        )

    @transaction.atomic
    def publish(self, *, by, files=(), address="", token=None, **timing):
        """Publish it, and return the PublishedPapers.

        files: (part, PaperFormat, bytes), or an address where the clerk published it. timing:
        effective_on and recorded_at, for the demo. The same token by the same person returns the
        rows that it made. Raises InvalidTransition where it is published or no longer final.
        """
        self.paper._lock()
        form = FormToken(token, self, by)
        tokens = {}
        rows = [
            *((part, kind, content, "") for part, kind, content in files),
            *([("", PaperFormat.ADDRESS, b"", address)] if address else []),
        ]
        for part, kind, *_ in rows:
            tokens[part, kind] = uuid.uuid5(form.both[0], f"{part}.{kind}")
        existing = PublishedPaper.objects.filter(final=self, by=by, token__in=tokens.values())
        if published := list(existing):
            return published
        if self.version != self.paper.version:
            raise InvalidTransition(CHANGED)
        if self.published.exists():
            raise InvalidTransition("the paper is published already")
        edition = self.paper.published.aggregate(last=models.Max("edition"))["last"] or 0
        return [
            self.paper._add(
                PublishedPaper,
                "published",
                by=by,
                text={"sha256": _digest(content), "address": link},
                token=tokens[part, kind],
                final=self,
                edition=edition + 1,
                part=part,
                format=kind,
                content=content,
                size=len(content),
                sha256=_digest(content),
                address=link,
                **timing,
            )
            for part, kind, content, link in rows
        ]


class PublishedPaper(PaperRow):
    """One file of a published paper, or the address where it was published.

    edition: 1 for the first, one more each time that the paper is published again: a new one
    supersedes the old one, which stays. part: of the Document.
    """

    # The digest covers the content: see seal_value.
    SEAL_EXCLUDES = (*PaperRow.SEAL_EXCLUDES, "content")
    DERIVED_FIELDS = (*PaperRow.DERIVED_FIELDS, "edition", "size", "sha256")

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="published")
    final = models.ForeignKey(FinalPaper, on_delete=models.PROTECT, related_name="published")
    edition = models.PositiveIntegerField()
    part = models.CharField(max_length=1, blank=True)
    format = models.CharField(max_length=10, choices=PaperFormat)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64, blank=True)
    address = models.URLField(max_length=500, blank=True)

    class Meta(PaperRow.Meta):
        ordering = ["-edition", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "edition", "part", "format"], name="published_paper_file_once"
            ),
            models.CheckConstraint(
                condition=Q(format=PaperFormat.ADDRESS, size=0) & ~Q(address="")
                | ~Q(format=PaperFormat.ADDRESS) & Q(address="", size__gt=0),
                name="published_paper_is_a_file_or_an_address",
            ),
        ]

    def __str__(self):
        return f"{self.paper}, edition {self.edition}"

    def seal_value(self, name):
        """With the digest of the bytes as they are, where they changed: verify_audit finds it."""
        if name == "sha256" and not self.is_intact:
            return [self.sha256, _digest(bytes(self.content))]
        return super().seal_value(name)

    @property
    def is_intact(self):
        """Whether the bytes are those that were published."""
        return _digest(bytes(self.content)) == self.sha256


def missing_clearances(paper, version):
    """The ClearanceKinds that the paper needs and that its text of that version has not."""
    cleared = set(paper.clearances.filter(version=version).values_list("kind", flat=True))
    return [kind for kind in ClearanceRule.kinds_of(paper.organisation) if kind not in cleared]


def _digest(content):
    return hashlib.sha256(content).hexdigest() if content else ""
