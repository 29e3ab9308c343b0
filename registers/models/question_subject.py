"""What a question is about, where that is a published paper or an indicator."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from registers.models.paper import Paper


class PaperPart(models.TextChoices):
    PUBLIC = "A", "Part A"
    EXEMPT = "B", "Part B"


class QuestionSubject(models.Model):
    """A part of a published paper, an indicator, or neither. The model has a `register`.

    indicator: a slug of registers/indicators.py; indicator_title: what it was called then. Who may
    not see every exempt risk of the register never learns of a question about a Part B.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, null=True, related_name="+")
    paper_part = models.CharField(max_length=1, choices=PaperPart, blank=True)
    indicator = models.CharField(max_length=40, blank=True)
    indicator_title = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    @property
    def subject_fields(self):
        """The fields of this class, for another question about the same."""
        names = ("paper", "paper_part", "indicator", "indicator_title")
        return {name: getattr(self, name) for name in names}

    @property
    def is_about_part_b(self):
        return self.paper_part == PaperPart.EXEMPT

    @property
    def subject_title(self):
        """ "Risks above tolerance", "" without a subject. A query for a paper that is not read."""
        part = ", Part B" if self.is_about_part_b else ""
        return f"{self.paper}{part}" if self.paper_id else self.indicator_title

    @property
    def subject_path(self):
        """Where it is read, "" without a subject. A query for a register that is not read."""
        if self.paper_id:
            part = "?part=B" if self.is_about_part_b else ""
            return reverse("paper_detail", args=[self.register.slug, self.paper_id]) + part
        return indicator_path(self.register, self.indicator) if self.indicator else ""


def indicator_path(register, slug):
    """A check of the worklist (its slug begins with rq), or a section of the dashboard."""
    if slug.startswith("rq"):
        return f"{reverse('worklist', args=[register.slug])}?check={slug}"
    return f"{reverse('dashboard', args=[register.slug])}#{slug}"


def names_its_part(name):
    """The constraint that a question about a paper says about which part, and no other does."""
    is_about_paper = Q(paper__isnull=False, paper_part__in=PaperPart.values)
    condition = is_about_paper | Q(paper=None, paper_part="")
    return models.CheckConstraint(condition=condition, name=name)
