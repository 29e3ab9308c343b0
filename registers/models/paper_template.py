"""Word templates of an organisation, in which its papers are made."""

import hashlib
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from registers.history.append_only import AppendOnlyRecord, create_idempotent
from registers.history.audit import AppendOnlyQuerySet
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.people import Organisation

CONTENT = "content"  # the name under which a seal covers the bytes


class PaperTemplateQuerySet(AppendOnlyQuerySet):
    def latest_versions(self):
        """The last version of each name, retired or not."""
        later = PaperTemplate.objects.filter(
            organisation=OuterRef("organisation"),
            name=OuterRef("name"),
            version__gt=OuterRef("version"),
        )
        return self.filter(~Exists(later.order_by()))

    def in_use(self):
        """Those in which a paper can be made today: the last version of each name."""
        return self.latest_versions().filter(retirement__isnull=True)


class PaperTemplate(AppendOnlyRecord):
    """A Word file with placeholders. Added and never edited: a later version supersedes it.

    content: the bytes. notes: what its author should know, as [kind, subject] of
    registers.phrases.paper_files.template_finding().
    """

    # The token belongs to the form. Of the content a seal covers the digest: see seal_value().
    SEAL_EXCLUDES = ("token", CONTENT)
    DERIVED_FIELDS = ("version", CONTENT, "notes")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="paper_templates"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    content = models.BinaryField()
    notes = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = PaperTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="paper_template_has_a_name"),
            models.UniqueConstraint(
                fields=["organisation", "name", "version"],
                name="paper_template_version_once_for_a_name",
            ),
        ]

    def __str__(self):
        return f"{self.name}, version {self.version}"

    @classmethod
    def seal_related(cls):
        return [CONTENT]

    def seal_value(self, name):
        if name == CONTENT:
            return hashlib.sha256(self.content).hexdigest()
        return super().seal_value(name)

    @classmethod
    @transaction.atomic
    def upload(cls, organisation, *, by, name, file_name, content, notes=(), token=None):
        """Add it as the first version of its name, or as the next one, and return it.

        A name counts as the same in capitals and small letters. The same token by the same person
        returns the row that it made. content: checked before (registers.papers.template).
        """
        organisation.lock_for_update()
        rows = cls.objects.filter(organisation=organisation, name__iexact=name)
        last = rows.defer(CONTENT).order_by("-version").first()
        same = cls.objects.filter(organisation=organisation, by=by)
        if existing := FormToken(token, organisation, by).row_of(same):
            last = existing if existing.name.lower() == name.lower() else last
        digest = hashlib.sha256(content).hexdigest()
        return create_idempotent(
            cls,
            organisation,
            by=by,
            verb="papertemplate.uploaded",
            text={"template": name, "file": file_name, "digest": digest},
            token=token,
            name=last.name if last else name,
            version=last.version + 1 if last else 1,
            file_name=file_name[-200:],
            digest=digest,
            content=content,
            notes=list(notes),
        )

    @transaction.atomic
    def retire(self, *, by, token=None):
        """No new paper is made in it from now on. Returns the PaperTemplateRetirement.

        Raises InvalidTransition where it was retired before, or has a later version.
        """
        self.organisation.lock_for_update()
        rows = PaperTemplateRetirement.objects.filter(template=self, by=by)
        is_sent_again = FormToken(token, self.organisation, by).row_of(rows)
        if not is_sent_again and not self.is_in_use:
            raise InvalidTransition("this version is not in use any more")
        return create_idempotent(
            PaperTemplateRetirement,
            self.organisation,
            by=by,
            verb="papertemplate.retired",
            text={"template": str(self)},
            token=token,
            template=self,
        )

    @property
    def is_in_use(self):
        """A query."""
        return PaperTemplate.objects.filter(pk=self.pk).in_use().exists()


class PaperTemplateRetirement(AppendOnlyRecord):
    """That no new paper is made in a template. Papers that were made in it stay as they are."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    template = models.OneToOneField(
        PaperTemplate, on_delete=models.PROTECT, related_name="retirement"
    )
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.template}, retired"
