"""What may stand behind a rating that falls."""

from registers.models.action import Action
from registers.models.control import Assurance, ControlRevision


def supports_a_fall(risk, since, until):
    """Whether a control of the risk was tested, an assurance given or an action finished after the one day and by the
    end of the other: what was known on the day of the last rating stands behind that one already. Three queries at
    most. What the test or the assurance found is for people to read: it may well speak for a higher rating."""
    looked = {"gt": since, "lte": until}

    def between(field):
        return {f"{field}__{lookup}": day for lookup, day in looked.items()}

    return (
        ControlRevision.objects.filter(record__risk=risk, **between("last_tested_on")).exists()
        or Assurance.objects.filter(risk=risk, **between("effective_on")).exists()
        or Action.objects.filter(risk=risk, status=Action.Status.DONE, **between("done_on")).exists()
    )
