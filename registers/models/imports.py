"""A file on its way into a register, and each of its rows with what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext, pgettext

from registers.models.register import Register
from registers.models.risk import Risk


class RegisterImportQuerySet(models.QuerySet):
    def in_force(self):
        """Taken in, and not undone since."""
        return self.filter(stage=RegisterImport.Stage.DONE, undone_at=None)


class RegisterImport(models.Model):
    """A file on its way into a register.

    plan: how its columns are read (registers.imports.mapping.Plan); that of the last one taken in
    is the default for the register. sheets: the packed content of the file, until it is taken in or
    given up. non_risk_rows: every row of the sheet that is not the first of a risk, with what it is
    read as and why (registers.imports.account_rows). is_ours: a JSON file of our own, which needs
    no mapping; `report` is then what restoring it amounts to. as_at: the past day of which the file
    speaks. What it wrote was recorded at `done_at`.
    """

    class Stage(models.TextChoices):
        MAPPING = "mapping", "Its columns are being named"
        WORDS = "words", "Its words are being matched"
        STAGING = "staging", "Its rows are being read"
        READY = "ready", "Ready to be taken in"
        DONE = "done", "Taken in"

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="imports")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    is_ours = models.BooleanField(default=False)
    sheets = models.BinaryField(null=True)
    sheet_names = models.JSONField(default=list, help_text="Of the file, in their order.")
    plan = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    non_risk_rows = models.JSONField(default=list)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.MAPPING)
    rows_read = models.PositiveIntegerField(default=0)
    rows_in_all = models.PositiveIntegerField(default=0)
    kept = models.JSONField(
        null=True,
        help_text="Of a restored register: what its file said and had no place here. "
        "Empty: a spreadsheet.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    as_at = models.DateField(
        "the register as at", null=True, help_text="Empty: as it is on the day it is taken in."
    )
    undone_at = models.DateTimeField(null=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        ordering = ["register", "-begun_at", "-pk"]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("import_detail", args=[self.register.slug, self.pk])

    @property
    def is_done(self):
        return self.stage == self.Stage.DONE

    @property
    def is_undone(self):
        return self.undone_at is not None


class ImportedRow(models.Model):
    """A row of the file as it was, and what it became.

    One that is left out is no risk of its own by the reason among its problems: of a duplicate.

    The cells are kept with the risk, so that nothing of them is lost. Where a risk takes several
    rows this is the first, and `reads` keeps the others.
    """

    class Outcome(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        UNCHANGED = "unchanged", "Unchanged"
        REFUSED = "refused", "Not taken in"
        LEFT_OUT = "left-out", "Left out"

    batch = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="The file's own row number.")
    reference = models.CharField(
        max_length=200, blank=True, db_index=True, help_text="As the file gives it."
    )
    cells = models.JSONField(help_text="The row's texts, one for each column, untouched.")
    reads = models.JSONField(
        default=dict, help_text="What it says, by the plan (importing.rows.ReadRow)."
    )
    problems = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome)
    is_problem = models.BooleanField(default=False)
    risk = models.ForeignKey(
        Risk, on_delete=models.PROTECT, null=True, related_name="imported_rows"
    )
    version = models.PositiveIntegerField(
        null=True, help_text="The risk's when the row was held against it."
    )

    class Meta:
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"], name="imported_row_number_once_in_a_file"
            )
        ]

    def __str__(self):
        return f"Row {self.number} of {self.batch_id}"

    @property
    def further(self):
        """The rows that continue its risk: (number, cells) each."""
        return self.reads.get("rows", [])

    @property
    def stands_in(self):
        """Where its risk is in the file: "row 5", "rows 5 to 8"."""
        return rows_in_words([self.number, *(number for number, _ in self.further)])


def rows_in_words(numbers):
    """ "row 5", "rows 5 to 8"; where rows lie between, "rows 5, 7 and 8"."""
    first, last = numbers[0], numbers[-1]
    if len(numbers) > 2 and last - first == len(numbers) - 1:
        return gettext("rows %(first)s to %(last)s") % {"first": first, "last": last}
    rows = get_text_list(numbers, pgettext("between the last two of a list", "and"))
    return ngettext("row %(rows)s", "rows %(rows)s", len(numbers)) % {"rows": rows}
