"""Where one risk stands in its life, and what still has to be said of it: for its page."""

from dataclasses import dataclass

from registers.models import Assessment, Risk, RiskRevision


@dataclass(frozen=True)
class Life:
    """closed: the revision that closed it, while it is; reopened: the one that brought it back, and
    closed_before the one that had closed it until then; under: the rating that stood when it
    happened; unsaid: what matters and is empty, in words; is_overdue: it was tolerated until a day
    that has passed.
    """

    closed: RiskRevision | None
    reopened: RiskRevision | None
    closed_before: RiskRevision | None
    under: Assessment | None
    unsaid: list[str]
    is_overdue: bool


def life_of(risk, position, tolerance, day, known_by=None):
    """position: what stood at the end of that day, with its words, and tolerance: what was let
    stand for it then (appetite.Holding); None where nothing stood. Three queries at most.
    """
    if position is None:
        return None
    words, turns = position.revision, list(risk.closures(day, known_by))
    closings = [turn for turn in turns if turn.what == RiskRevision.Event.CLOSED]
    is_closed = words.status == Risk.Status.CLOSED
    is_back = bool(turns) and turns[0].what == RiskRevision.Event.REOPENED
    if is_back and turns[0].status == Risk.Status.DRAFT != words.status:
        is_back = False  # it came back as a draft, and was put on the register since
    return Life(
        closed=closings[0] if closings and is_closed else None,
        reopened=turns[0] if is_back and not is_closed else None,
        closed_before=closings[0] if closings and is_back else None,
        under=words.happened_under,
        unsaid=[] if is_closed else _unsaid(words, tolerance.is_above),
        is_overdue=not is_closed
        and words.tolerated_until is not None
        and words.tolerated_until < day,
    )


def _unsaid(words, is_above_tolerance):
    """What a reader will miss; the committee is told of what stands above tolerance."""
    asked = {"category": "its category", "response": "what is done about it"}
    if is_above_tolerance:
        asked |= {
            "committee_position": "its position for the committee",
            "definition_of_good": "what good looks like",
        }
    return [said for name, said in asked.items() if not getattr(words, name)]
