"""That the lead member was consulted on a paper: a record, and no clearance."""

from django.db import models, transaction
from django.db.models import Q

from registers.models.paper import LONGEST_TITLE, Paper, PaperRow


class Consultation(PaperRow):
    """What the lead member said of a paper, which they cannot withhold.

    member: their post. effective_on: the day on which they were consulted. response: "" where they
    said nothing. version: of the paper's text.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="consultations")
    member = models.CharField(max_length=LONGEST_TITLE)
    response = models.TextField(blank=True)
    version = models.PositiveIntegerField()

    class Meta(PaperRow.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(member=""), name="consultation_is_of_somebody"),
        ]

    def __str__(self):
        return f"Consultation of {self.member} on {self.paper}"

    @classmethod
    @transaction.atomic
    def record(cls, paper, *, by, version, token=None, **fields):
        """Record it, and return the row. fields: member, response, effective_on and, for the demo,
        recorded_at.

        Raises InvalidTransition where the text changed since the page of that version.
        """
        paper._lock()
        paper._refuse_other_version(cls, by, token, version)
        return paper._add(cls, "consulted", by=by, token=token, version=version, **fields)
