"""Papers for meetings: drafts, edits and clearances. Each is a row that is added and never edited.

A paper's text follows from its latest draft (which position it tells of) and the edits of its
paragraphs. Its version counts both, so that a clearance names the text that it cleared.
"""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from registers.history.append_only import AppendOnlyRecord, DatedQuerySet, create_idempotent
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models.meeting import Meeting
from registers.models.paper_template import PaperTemplate
from registers.models.people import Organisation, Post
from registers.models.register import Register

# Characters.
LONGEST_TITLE, LONGEST_TEXT = 200, 10_000
CHANGED = "the paper changed after you opened it, so read it again first"


class PaperKind(models.TextChoices):
    RISK = "risk", "Risk paper"
    LEARNING = "learning", "Learning paper"
    SUMMARY = "summary", "Quarterly summary"
    GOVERNANCE = "governance", "Extract for the annual governance statement"


class Paper(AppendOnlyRecord):
    """A paper on a register for a meeting. Its title and officer are public.

    case_slugs: of a learning paper, the cases that it tells of, in their order. further_registers:
    keys of the others of the organisation that a risk paper covers, in their order.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="papers")
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="papers")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=PaperKind)
    title = models.CharField("subject", max_length=LONGEST_TITLE)
    officer = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="papers", help_text="Whose report it is."
    )
    contact = models.CharField(max_length=LONGEST_TITLE, blank=True)
    case_slugs = models.JSONField(default=list, blank=True)
    further_registers = models.JSONField(default=list, blank=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-meeting__on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="paper_has_a_title"),
            models.CheckConstraint(
                condition=Q(kind__in=PaperKind.values), name="paper_kind_is_known"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("paper_detail", args=[self.register.slug, self.pk])

    @classmethod
    @transaction.atomic
    def begin(
        cls, register, *, by, meeting, officer, day, since, template=None, token=None, **fields
    ):
        """Begin a paper with its first draft, and return the paper.

        day, since, template: see PaperDraft. fields: kind, title, contact, case_slugs,
        further_registers; for the demo recorded_at.

        The same token by the same person returns the paper that it made. Raises ValueError for
        records of another organisation, InvalidTransition for a cancelled meeting.
        """
        organisation = register.organisation
        further = Register.objects.filter(pk__in=fields.get("further_registers", ()))
        for record in (meeting.body, officer, *([template] if template else []), *further):
            if record.organisation_id != organisation.pk:
                raise ValueError(f"{record} is not of {organisation}.")
        if meeting.is_cancelled:
            raise InvalidTransition("the meeting is cancelled")
        paper = create_idempotent(
            cls,
            organisation,
            by=by,
            verb="paper.begun",
            text={"paper": fields["title"], "meeting": str(meeting)},
            token=token,
            register=register,
            meeting=meeting,
            officer=officer,
            **fields,
        )
        if not paper.drafts.exists():
            recorded_at = fields.get("recorded_at")
            paper._add(
                PaperDraft,
                "drafted",
                by=by,
                effective_on=day,
                since=since,
                template=template,
                version=1,
                recorded_at=recorded_at,
            )
        return paper

    @property
    def register_keys(self):
        """Of all registers that it covers, that of its address first."""
        return [self.register_id, *self.further_registers]

    @cached_property
    def registers(self):
        """The same as Registers. One query where it covers several."""
        keys = self.further_registers
        rows = Register.objects.select_related("scheme").in_bulk(keys) if keys else {}
        for row in rows.values():
            row.organisation = self.register.organisation
        return [self.register, *(rows[key] for key in keys)]

    @property
    def version(self):
        """How often its text changed: by drafts and by edits. Two queries."""
        return self.drafts.count() + self.texts.count()

    @transaction.atomic
    def refresh(self, *, by, day, since, version, template=None, token=None, **timing):
        """Draft it again, of another position, and return the PaperDraft. Edits stay.

        day, since, template: see PaperDraft. version: of the page. timing: recorded_at, for the
        demo. Raises InvalidTransition where the paper changed since.
        """
        self._lock()
        self._refuse_other_version(PaperDraft, by, token, version)
        fields = {"effective_on": day, "since": since, "template": template, **timing}
        fields["version"] = version + 1
        return self._add(PaperDraft, "drafted", by=by, token=token, **fields)

    @transaction.atomic
    def edit(self, *, by, part, key, wording, drafted, version, token=None, **timing):
        """Put other words in place of a drafted paragraph, and return the PaperText.

        wording: "" for the drafted words again. drafted: what the draft says there. version: of the
        page. timing: effective_on and recorded_at, for the demo. Raises InvalidTransition where
        somebody else changed the paragraph since.
        """
        self._lock()
        paragraph = self.texts.filter(part=part, key=key, version__gt=version)
        if paragraph.exists() and not self._is_sent_again(PaperText, by, token):
            raise InvalidTransition("somebody else changed this paragraph after you opened it")
        return self._add(
            PaperText,
            "edited",
            by=by,
            token=token,
            part=part,
            key=key,
            wording=wording,
            drafted=drafted,
            version=self.version + 1,
            **timing,
        )

    @transaction.atomic
    def clear(self, *, by, kind, cleared_by, version, note="", token=None, **timing):
        """Record that somebody cleared its text of that version, and return the Clearance.

        timing: effective_on and recorded_at, for the demo. Raises InvalidTransition where the text
        changed since.
        """
        self._lock()
        self._refuse_other_version(Clearance, by, token, version)
        fields = {"kind": kind, "cleared_by": cleared_by, "note": note, **timing}
        return self._add(Clearance, "cleared", by=by, token=token, version=version, **fields)

    def _lock(self):
        list(Paper.objects.select_for_update(no_key=True, of=("self",)).filter(pk=self.pk))

    def _is_sent_again(self, model, by, token):
        rows = model.objects.filter(by=by, paper=self)
        return FormToken(token, self.organisation, by).row_of(rows) is not None

    def _refuse_other_version(self, model, by, token, version):
        if version != self.version and not self._is_sent_again(model, by, token):
            raise InvalidTransition(CHANGED)

    def _add(self, model, verb, *, by, token=None, text=None, **fields):
        return create_idempotent(
            model,
            self.organisation,
            by=by,
            verb=f"paper.{verb}",
            text={"paper": self.title, **(text or {})},
            token=token,
            paper=self,
            **fields,
        )


class PaperRow(AppendOnlyRecord):
    """A row about a paper. version: of the paper's text, where a row has one."""

    DERIVED_FIELDS = ("version", "drafted")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]


class PaperDraft(PaperRow):
    """Which position a paper tells of: that of a day, as on record when the draft was made.

    effective_on: that day. since: the day that it is compared with. template: of its Word files;
    without one they have our shape.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="drafts")
    since = models.DateField("compared with")
    template = models.ForeignKey(
        PaperTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    version = models.PositiveIntegerField()

    class Meta(PaperRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["paper", "version"], name="paper_draft_version_once"),
        ]

    def __str__(self):
        return f"Draft of {self.paper}, position at {self.effective_on}"

    @property
    def template_content(self):
        """The bytes of its template, or None."""
        return bytes(self.template.content) if self.template else None


class PaperText(PaperRow):
    """Other words for one drafted paragraph. wording: "" for the drafted words again.

    part: of the Document. drafted: what the draft said there when it was edited.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="texts")
    part = models.CharField(max_length=1, blank=True)
    key = models.CharField(max_length=100)
    wording = models.TextField(blank=True)
    drafted = models.TextField(blank=True)
    version = models.PositiveIntegerField()

    class Meta(PaperRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["paper", "version"], name="paper_text_version_once"),
            models.CheckConstraint(condition=~Q(key=""), name="paper_text_names_a_paragraph"),
        ]

    def __str__(self):
        return f"Edit of {self.paper}"


class ClearanceKind(models.TextChoices):
    AUTHOR = "author", "Author"
    FINANCE = "finance", "Finance (section 151 officer)"
    LEGAL = "legal", "Legal"
    MONITORING_OFFICER = "monitoring-officer", "Monitoring officer"
    CHIEF_EXECUTIVE = "chief-executive", "Chief executive"
    COMMISSIONERS = "commissioners", "Commissioners"


class Clearance(PaperRow):
    """That the text of a version was cleared. cleared_by: who did, which `by` may only record."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="clearances")
    kind = models.CharField(max_length=20, choices=ClearanceKind)
    cleared_by = models.CharField(max_length=LONGEST_TITLE)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField()

    class Meta(PaperRow.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ClearanceKind.values), name="clearance_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(cleared_by=""), name="clearance_is_by_somebody"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} clearance of {self.paper}"


class ClearanceRule(PaperRow):
    """Which clearances an organisation's papers need. The latest one stands."""

    USUAL = (
        ClearanceKind.AUTHOR,
        ClearanceKind.FINANCE,
        ClearanceKind.LEGAL,
        ClearanceKind.MONITORING_OFFICER,
    )

    kinds = models.JSONField(default=list)

    def __str__(self):
        labels = [ClearanceKind(kind).label for kind in self.kinds]
        return ", ".join(labels) or "No clearance"

    @classmethod
    def state(cls, organisation, *, by, kinds, token=None):
        """Say which clearances papers need from now on, and return the row."""
        return create_idempotent(
            cls,
            organisation,
            by=by,
            verb="paper.clearances-set",
            token=token,
            text={},
            kinds=[kind for kind in ClearanceKind.values if kind in kinds],
        )

    @classmethod
    def kinds_of(cls, organisation):
        """The ClearanceKinds that its papers need, in the usual order."""
        rule = cls.objects.filter(organisation=organisation).last()
        return [ClearanceKind(kind) for kind in rule.kinds] if rule else list(cls.USUAL)
