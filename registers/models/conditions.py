"""What assurance and controls a risk has on a day, as conditions on positions.

For the list and for the counts that lead to it. Kept out of MissingInformation on purpose: each
condition reads other tables, and the home page and the dashboard count missing information from one
index.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from registers.dates import years_later
from registers.models.control import Assurance, Control, ControlRevision, Line


class AssuranceLevel(models.TextChoices):
    """How far the latest opinion of each line still holds: exactly one is true of each risk.

    The value is part of addresses.
    """

    BEYOND = "beyond", "with an opinion from beyond line 1"
    FIRST_LINE = "first-line", "resting on line 1 alone"
    EXPIRED = "expired", "whose every opinion has run out"
    NONE = "none", "with no assurance at all"

    def on(self, day, known_by=None):
        """The condition that this is true of a position's risk on that day."""
        latest = Assurance.objects.latest_by_line(day, known_by).filter(risk=OuterRef("risk"))
        holding = latest.filter(expires_on__gte=day)
        beyond = Exists(holding.exclude(line=Line.FIRST))
        return {
            AssuranceLevel.BEYOND: Q(beyond),
            AssuranceLevel.FIRST_LINE: Q(Exists(holding)) & ~Q(beyond),
            AssuranceLevel.EXPIRED: Q(Exists(latest)) & ~Q(Exists(holding)),
            AssuranceLevel.NONE: ~Q(Exists(latest)),
        }[self]


class ControlWeakness(models.TextChoices):
    """What is wrong with the controls of a risk. The value is part of addresses."""

    NONE = "none", "with no control written down"
    UNTESTED = "untested", "with a control not tested in twelve months"

    def on(self, day, known_by=None):
        """The condition that a position's risk has this weakness on that day."""
        later = ControlRevision.objects.as_at(day, known_by).filter(
            record=OuterRef("record"), number__gt=OuterRef("number")
        )
        latest = ControlRevision.objects.as_at(day, known_by).filter(
            ~Exists(later), record__risk=OuterRef("risk")
        )
        in_place = latest.filter(status=Control.Status.IN_PLACE)
        if self is ControlWeakness.NONE:
            return ~Q(Exists(in_place))
        untested = Q(last_tested_on=None) | Q(last_tested_on__lt=tested_since(day))
        return Q(Exists(in_place.filter(untested)))


def tested_since(day):
    """The first day on which a test still counts on that day: twelve months before."""
    return years_later(day, -1)
