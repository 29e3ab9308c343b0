"""Names, assessments, controls and actions of an export's risks, read for all of them at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from registers.cell_lists import action_line, number_lines
from registers.exports.columns import Rating
from registers.models import (
    Action,
    ActionRevision,
    AdverseImpact,
    Assessment,
    Control,
    ControlRevision,
    FailureType,
    RiskRevision,
    ScoringScheme,
)
from registers.scoring import Band, Tolerance

RATING_FIELDS = (
    "likelihood",
    "impact",
    "score",
    "band",
    "scheme_id",
    "driver_id",
    "rationale",
    "effective_on",
)


@dataclass
class RelatedData:
    """What the rows of an export refer to.

    scheme: key of the register's scheme; schemes: key -> ScoringScheme; posts: key -> (title,
    directorate); failure_types, impacts: key -> name; other_failure_types, impact_names: key of a
    revision -> names; ratings: (risk, kind) -> Rating, of kinds that a position does not hold;
    controls, actions: key of a risk -> number_lines lines.
    """

    prefix: str
    scheme: int
    tolerance: Tolerance
    schemes: dict[int, ScoringScheme] = field(default_factory=dict)
    posts: dict[int, tuple[str, str]] = field(default_factory=dict)
    failure_types: dict[int, str] = field(default_factory=dict)
    impacts: dict[int, str] = field(default_factory=dict)
    other_failure_types: dict[int, list[str]] = field(default_factory=dict)
    impact_names: dict[int, list[str]] = field(default_factory=dict)
    ratings: dict[tuple[int, str], Rating] = field(default_factory=dict)
    controls: dict[int, str] = field(default_factory=dict)
    actions: dict[int, str] = field(default_factory=dict)

    def reference(self, number: int) -> str:
        return f"{self.prefix}-{number:03d}"

    def band(self, rating: Rating) -> Band:
        return self.schemes[rating.scheme].rules.band(rating.band)


def load_related_data(
    register, positions, tolerance: Tolerance, day, recorded_by=None
) -> RelatedData:
    """The data related to these positions at the end of a day, as known now or by an instant.

    Nine queries, whatever their number.
    """
    risks, revisions = positions.order_by().values("risk"), positions.order_by().values("revision")
    related = RelatedData(register.prefix, register.scheme_id, tolerance)
    related.schemes = {scheme.pk: scheme for scheme in ScoringScheme.objects.all()}
    related.failure_types = dict(FailureType.objects.values_list("pk", "name"))
    related.impacts = dict(AdverseImpact.objects.values_list("pk", "name"))
    posts = register.organisation.posts.values_list("pk", "title", "directorate__name")
    related.posts = {pk: (title, directorate or "") for pk, title, directorate in posts}
    related.other_failure_types = _names_of(
        "other_failure_types", "failuretype_id", revisions, related.failure_types
    )
    related.impact_names = _names_of(
        "adverse_impacts", "adverseimpact_id", revisions, related.impacts
    )
    related.ratings = _ratings(risks, day, recorded_by)
    related.controls = _controls(risks, day, recorded_by)
    related.actions = _actions(risks, day, recorded_by, related.posts)
    return related


def _names_of(name, column, revisions, names):
    """Key of a revision -> the names it links to, in the order of the library."""
    through = getattr(RiskRevision, name).through.objects.filter(riskrevision__in=revisions)
    order = {pk: place for place, pk in enumerate(names)}
    by_revision = defaultdict(list)
    for revision, pk in sorted(
        through.values_list("riskrevision_id", column), key=lambda pair: order[pair[1]]
    ):
        by_revision[revision].append(names[pk])
    return by_revision


def _ratings(risks, day, recorded_by):
    kinds = (Assessment.Kind.INHERENT, Assessment.Kind.TARGET)
    rows = Assessment.objects.filter(
        kind__in=kinds, perspective=Assessment.Perspective.ORGANISATION
    )
    latest = rows.latest_per("risk", "kind", day=day, recorded_by=recorded_by).filter(
        risk__in=risks
    )
    values = latest.order_by().values_list("risk_id", "kind", *RATING_FIELDS)
    return {(risk, kind): Rating(*rating) for risk, kind, *rating in values}


def _latest_revisions(model, risks, day, recorded_by, *fields) -> Iterable[tuple]:
    """(key of its risk, *fields) of each record's latest revision, in the order of the records."""
    latest = model.objects.latest_per("record", day=day, recorded_by=recorded_by)
    rows = latest.filter(record__risk__in=risks).order_by("record_id")
    return rows.values_list("record__risk_id", *fields)


def _controls(risks, day, recorded_by):
    """Those in place: a control that is no longer used does not hold the risk down."""
    titles_by_risk = defaultdict(list)
    for risk, title, status in _latest_revisions(
        ControlRevision, risks, day, recorded_by, "title", "status"
    ):
        if status == Control.Status.IN_PLACE:
            titles_by_risk[risk].append(title)
    return {risk: number_lines(titles) for risk, titles in titles_by_risk.items()}


def _actions(risks, day, recorded_by, posts):
    """Open and done ones, not those that were dropped."""
    lines_by_risk = defaultdict(list)
    fields = ("title", "owner_id", "due_on", "done_on", "status")
    for risk, title, owner, due_on, done_on, status in _latest_revisions(
        ActionRevision, risks, day, recorded_by, *fields
    ):
        if status != Action.Status.DROPPED:
            post = posts.get(owner, ("", ""))[0]
            lines_by_risk[risk].append(
                action_line(title, post, due_on, done_on if status == Action.Status.DONE else None)
            )
    return {risk: number_lines(lines) for risk, lines in lines_by_risk.items()}
