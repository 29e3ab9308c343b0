"""What stands beside the risks of an export, read at once for all of them: names, judgements,
controls, actions.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from registers.cell_lists import action_line, number_lines
from registers.exports.columns import Rated
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

RATED = (
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
class Beside:
    """scheme: the key of the register's; schemes: key -> ScoringScheme; posts: key -> (title,
    directorate); types, impacts: key -> name; other_types, named_impacts: key of a revision ->
    names; judged: (risk, kind) -> Rated, of the kinds that a position does not carry; controls,
    actions: key of a risk -> numbered lines.
    """

    prefix: str
    scheme: int
    tolerance: Tolerance
    schemes: dict[int, ScoringScheme] = field(default_factory=dict)
    posts: dict[int, tuple[str, str]] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    impacts: dict[int, str] = field(default_factory=dict)
    other_types: dict[int, list[str]] = field(default_factory=dict)
    named_impacts: dict[int, list[str]] = field(default_factory=dict)
    judged: dict[tuple[int, str], Rated] = field(default_factory=dict)
    controls: dict[int, str] = field(default_factory=dict)
    actions: dict[int, str] = field(default_factory=dict)

    def reference(self, number: int) -> str:
        return f"{self.prefix}-{number:03d}"

    def band(self, rated: Rated) -> Band:
        return self.schemes[rated.scheme].rules.band(rated.band)


def beside(register, positions, tolerance: Tolerance, day, known_by=None) -> Beside:
    """Everything beside these positions at the end of a day, as known now or by an instant. Nine
    queries, whatever their number.
    """
    risks, revisions = positions.order_by().values("risk"), positions.order_by().values("revision")
    found = Beside(register.prefix, register.scheme_id, tolerance)
    found.schemes = {scheme.pk: scheme for scheme in ScoringScheme.objects.all()}
    found.types = dict(FailureType.objects.values_list("pk", "name"))
    found.impacts = dict(AdverseImpact.objects.values_list("pk", "name"))
    posts = register.organisation.posts.values_list("pk", "title", "directorate__name")
    found.posts = {pk: (title, directorate or "") for pk, title, directorate in posts}
    found.other_types = _names_of("other_failure_types", "failuretype_id", revisions, found.types)
    found.named_impacts = _names_of("adverse_impacts", "adverseimpact_id", revisions, found.impacts)
    found.judged = _judged(risks, day, known_by)
    found.controls = _controls(risks, day, known_by)
    found.actions = _actions(risks, day, known_by, found.posts)
    return found


def _names_of(name, to, revisions, names):
    """Key of a revision -> the names of its rows, in the order of the library."""
    through = getattr(RiskRevision, name).through.objects.filter(riskrevision__in=revisions)
    order = {pk: place for place, pk in enumerate(names)}
    found = defaultdict(list)
    for revision, pk in sorted(
        through.values_list("riskrevision_id", to), key=lambda pair: order[pair[1]]
    ):
        found[revision].append(names[pk])
    return found


def _judged(risks, day, known_by):
    kinds = (Assessment.Kind.INHERENT, Assessment.Kind.TARGET)
    rows = Assessment.objects.filter(
        risk__in=risks, kind__in=kinds, perspective=Assessment.Perspective.OWN
    )
    latest = (
        rows.as_at(day, known_by)
        .order_by("effective_on", "pk")
        .values_list("risk_id", "kind", *RATED)
    )
    return {(risk, kind): Rated(*said) for risk, kind, *said in latest}


def _standing(model, risks, day, known_by, *fields) -> Iterable[tuple]:
    """Of each record the latest revision by then: (key of its risk, *fields), in the order they
    were added.
    """
    rows = (
        model.objects.filter(record__risk__in=risks)
        .as_at(day, known_by)
        .order_by("record_id", "number")
    )
    latest = {
        record: said for record, *said in rows.values_list("record_id", "record__risk_id", *fields)
    }
    return latest.values()


def _controls(risks, day, known_by):
    """In place only: what is no longer used holds nothing down."""
    found = defaultdict(list)
    for risk, title, status in _standing(ControlRevision, risks, day, known_by, "title", "status"):
        if status == Control.Status.IN_PLACE:
            found[risk].append(title)
    return {risk: number_lines(titles) for risk, titles in found.items()}


def _actions(risks, day, known_by, posts):
    """Open and done ones: what was dropped will not be done."""
    found = defaultdict(list)
    fields = ("title", "owner_id", "due_on", "done_on", "status")
    for risk, title, owner, due_on, done_on, status in _standing(
        ActionRevision, risks, day, known_by, *fields
    ):
        if status != Action.Status.DROPPED:
            post = posts.get(owner, ("", ""))[0]
            found[risk].append(
                action_line(title, post, due_on, done_on if status == Action.Status.DONE else None)
            )
    return {risk: number_lines(lines) for risk, lines in found.items()}
