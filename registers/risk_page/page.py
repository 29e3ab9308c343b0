"""What the page of one risk shows, put together from its parts.

Here: the latest ratings side by side, who outside was asked, and where the risk is in its life.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from registers.actions import actions_of
from registers.appetite import applied_tolerance
from registers.dates import quarter_ends_before
from registers.escalations import escalations_of
from registers.history.differences import wording
from registers.models import Assessment, Review, Risk, RiskRevision, Tolerances
from registers.models.review import is_above_tolerance_twice_running
from registers.permissions import positions_for
from registers.phrases.bands import INDEPENDENT_RATERS, comparison_in_words
from registers.rating_sparkline import build_rating_sparkline
from registers.risk_fields import FIELDS, FOLDED, Sort
from registers.risk_page.controls import controls_of
from registers.risk_page.precedents import precedents_of
from registers.risk_page.related import related_risks_of
from registers.today_differences import mark_differences

Kind, Perspective = Assessment.Kind, Assessment.Perspective


@dataclass(frozen=True)
class IndependentRating:
    """A current rating by somebody independent, and how it compares with our own, in a sentence."""

    assessment: Assessment
    comparison: str


@dataclass(frozen=True)
class LatestRatings:
    """Our own latest rating of each kind, None without one, and of each independent rater."""

    inherent: Assessment | None
    current: Assessment | None
    target: Assessment | None
    independent: list[IndependentRating]


def latest_ratings(assessments: Iterable[Assessment]) -> LatestRatings:
    """assessments: of one risk until the day that is read, the latest first."""
    latest: dict[tuple[str, str], Assessment] = {}
    for assessment in assessments:
        latest.setdefault((assessment.perspective, assessment.kind), assessment)
    inherent, current, target = (
        latest.get((Perspective.ORGANISATION, kind))
        for kind in (Kind.INHERENT, Kind.CURRENT, Kind.TARGET)
    )
    independent = [
        IndependentRating(assessment, comparison_in_words(rater, assessment, current))
        for perspective, rater in INDEPENDENT_RATERS.items()
        if (assessment := latest.get((perspective, Kind.CURRENT)))
    ]
    return LatestRatings(inherent, current, target, independent)


@dataclass(frozen=True)
class OutsideAdvice:
    """latest: the latest review by the day read that says who was asked, if one does.

    is_required: whether the risk is above tolerance twice running, so that its next review must
    say.
    """

    latest: Review | None
    is_required: bool


def outside_advice_for(risk, as_of, reviews, tolerances):
    """reviews: of the risk, as read, oldest first. tolerances: of its register. Two queries."""
    latest = next((review for review in reversed(reviews) if review.asked_outside), None)
    is_open = as_of.is_today and risk.status != risk.Status.CLOSED
    return OutsideAdvice(latest, is_open and is_above_tolerance_twice_running(risk, tolerances))


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


def lifecycle_status_of(risk, position, tolerance, day, recorded_by=None):
    """position: of the risk at the end of that day, with its words, None where there is none.

    tolerance: the appetite.AppliedTolerance of that position. At most three queries.
    """
    if position is None:
        return None
    words, turns = position.revision, list(risk.closures(day, recorded_by))
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
    labels = {"category": "its category", "response": "its response"}
    if is_above_tolerance:
        labels |= {
            "committee_position": "its position for the committee",
            "definition_of_good": "what good looks like",
        }
    return [label for name, label in labels.items() if not getattr(words, name)]


@dataclass(frozen=True)
class Detail:
    """A row about a field that has a value. is_long: whether it may have several paragraphs."""

    label: str
    text: str
    is_long: bool


def details_of(revision: RiskRevision) -> list[Detail]:
    """The folded fields of the forms, but those that the page shows in a place of their own."""
    return [
        Detail(field.label, text, field.sort is Sort.TEXT)
        for field in FIELDS
        if field.section in FOLDED
        and not field.has_own_place
        and (text := wording(revision, field.name))
    ]


def next_step_of(risk, ratings, controls, actions, tolerance) -> str:
    """What the page of a risk offers first, after its rating: "control" where none is in place,
    "action" where it is above tolerance and none is open, else "".
    """
    if risk.status not in Risk.ON_REGISTER or not ratings.current:
        return ""
    if not controls.in_place:
        return "control"
    return "action" if tolerance and tolerance.is_above and not actions.open else ""


SPARKLINE_QUARTERS = 8


def sparkline_of(assessments, day):
    """The sparkline over the last eight quarter ends and the day. assessments: of one risk."""
    return build_rating_sparkline(assessments, [*quarter_ends_before(day, SPARKLINE_QUARTERS), day])


def _mark_difference(reader, position, tolerance, tolerances, today):
    """Give the position its `today` where the risk reads otherwise today. Two queries."""
    register = position.register
    scheme = register.scheme_on(today)
    mark_differences(
        [position],
        positions_for(reader, register, today),
        tolerances.on(today, scheme=scheme),
        tolerance.is_above,
    )


def risk_page_context(reader, risk, as_of, *, may_edit) -> dict:
    """Name in the template -> what it shows of the risk, as read. may_edit: whether drafts show."""
    day, recorded_by = as_of.day, as_of.recorded_by
    positions = positions_for(reader, risk.register, day, recorded_by).with_words()
    position = (
        None
        if as_of.is_future
        else next(iter(positions.filter(risk=risk).list_for_register(risk.register)), None)
    )
    tolerances = Tolerances.of(risk.register)
    tolerance = position and applied_tolerance(position, tolerances, day, recorded_by)
    if position and as_of.agreement:
        _mark_difference(reader, position, tolerance, tolerances, as_of.today)
    assessments = risk.judgements(day, recorded_by, drafts=may_edit)
    reviews = list(risk.reviews_up_to(day, recorded_by, drafts=may_edit))
    ratings, controls = latest_ratings(assessments), controls_of(risk, as_of)
    actions = actions_of(risk, day, recorded_by)
    return {
        "position": position,
        "details": position and details_of(position.revision),
        "tolerance": tolerance,
        "assessments": assessments,
        "sparkline": sparkline_of(assessments, day),
        "ratings": ratings,
        "controls": controls,
        "progress": risk.progress_up_to(day, recorded_by, drafts=may_edit),
        "actions": actions,
        "next_step": next_step_of(risk, ratings, controls, actions, tolerance) if may_edit else "",
        "last_review": reviews[-1] if reviews else None,
        "asked_outside": outside_advice_for(risk, as_of, reviews, tolerances),
        "escalations": escalations_of(risk, as_of),
        "related_risks": related_risks_of(reader, risk, position, as_of),
        "precedents": precedents_of(reader, risk, position, day, recorded_by),
        "lifecycle": lifecycle_status_of(risk, position, tolerance, day, recorded_by),
    }
