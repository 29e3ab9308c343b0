"""The lifecycle of one risk, for its page: closed, reopened, has happened, and what is missing."""

from dataclasses import dataclass

from registers.models import Assessment, Risk, RiskRevision


@dataclass(frozen=True)
class LifecycleStatus:
    """closed: the revision that closed the risk, while it is closed.

    reopened: the revision that brought it back; closed_before: the one that had closed it before.
    happened_under: the rating on the day before it happened. missing: labels of fields that matter
    and are empty. is_overdue: it was tolerated until a day that has passed.
    """

    closed: RiskRevision | None
    reopened: RiskRevision | None
    closed_before: RiskRevision | None
    happened_under: Assessment | None
    missing: list[str]
    is_overdue: bool


def lifecycle_status_of(risk, position, tolerance, day, known_by=None):
    """position: of the risk at the end of that day, with its words, None where there is none.

    tolerance: the appetite.AppliedTolerance of that position. At most three queries.
    """
    if position is None:
        return None
    words, turns = position.revision, list(risk.closures(day, known_by))
    closings = [turn for turn in turns if turn.what == RiskRevision.Event.CLOSED]
    is_closed = words.status == Risk.Status.CLOSED
    is_reopened = bool(turns) and turns[0].what == RiskRevision.Event.REOPENED
    if is_reopened and turns[0].status == Risk.Status.DRAFT != words.status:
        is_reopened = False  # reopened as a draft, and put on the register since
    return LifecycleStatus(
        closed=closings[0] if closings and is_closed else None,
        reopened=turns[0] if is_reopened and not is_closed else None,
        closed_before=closings[0] if closings and is_reopened else None,
        happened_under=words.happened_under,
        missing=[] if is_closed else _missing_labels(words, tolerance.is_above),
        is_overdue=not is_closed
        and words.tolerated_until is not None
        and words.tolerated_until < day,
    )


def _missing_labels(words, is_above_tolerance):
    """Above tolerance, the committee needs a position and what good looks like as well."""
    labels = {"category": "its category", "response": "what is done about it"}
    if is_above_tolerance:
        labels |= {
            "committee_position": "its position for the committee",
            "definition_of_good": "what good looks like",
        }
    return [label for name, label in labels.items() if not getattr(words, name)]
