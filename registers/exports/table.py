"""The rows of an export: each risk as at a day, in the order and within the filters of the list.

What they refer to (names, assessments, controls and actions) is read for all of them at once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from registers.cell_lists import action_line, dated_line, number_lines
from registers.exports.columns import COLUMNS, REVISION_FIELDS, Column, Rating, Row, Value
from registers.models import (
    Action,
    ActionRevision,
    AdverseImpact,
    Assessment,
    Control,
    ControlRevision,
    FailureType,
    ProgressNote,
    RiskRevision,
    ScoringScheme,
    Tolerances,
)
from registers.scoring import Band, Tolerance

CHUNK = 1000  # rows that the database hands over at a time
POSITION_FIELDS = (
    *("risk_id", "revision_id", "number", "is_exempt", "is_on_register"),
    "risk__raised_on",
)
RATING_FIELDS = (
    *("likelihood", "impact", "score", "band", "scheme_id", "driver_id", "rationale"),
    "effective_on",
)


@dataclass
class Totals:
    """Counts of the rows read so far. Drafts and closed risks count in `rows` and `exempt` only.

    cells: (likelihood, impact) -> risks, of those rated by the scheme in force.
    """

    rows: int = 0
    exempt: int = 0
    on_register: int = 0
    not_scored: int = 0
    to_re_assess: int = 0
    cells: Counter = field(default_factory=Counter)

    def count(self, row: Row, scheme: int) -> None:
        self.rows += 1
        self.exempt += row.is_exempt
        if not row.is_on_register:
            return
        self.on_register += 1
        current = row.ratings.get("current")
        if current is None:
            self.not_scored += 1
        elif current.scheme != scheme:
            self.to_re_assess += 1
        else:
            self.cells[current.likelihood, current.impact] += 1


class RegisterTable:
    """The rows of an export, read as they are written.

    positions: those that the reader may see, filtered and in order, as at the end of `day`; related
    data is as known now or recorded by an instant. drafts: include what was noted while a risk was
    a draft. totals: of the rows read so far.

    Eleven queries, whatever the number of rows; the long texts are never all in memory.
    """

    def __init__(
        self,
        register,
        positions,
        day,
        recorded_by=None,
        columns: tuple[Column, ...] = COLUMNS,
        *,
        drafts=False,
    ):
        self.register, self.positions, self.columns = register, positions, columns
        self.day, self.recorded_by, self.drafts = day, recorded_by, drafts
        self.totals = Totals()

    @cached_property
    def tolerance(self):
        return Tolerances.of(self.register).on(self.day, self.recorded_by)

    @cached_property
    def related(self):
        return load_related_data(
            self.register,
            self.positions,
            self.tolerance,
            self.day,
            self.recorded_by,
            drafts=self.drafts,
        )

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def rows(self) -> Iterator[list[Value]]:
        """A value for each column. Each row is counted in the totals as it is read."""
        self.totals = Totals()
        for row in self._read():
            self.totals.count(row, self.register.scheme_id)
            yield [column.value_of(row, self.related) for column in self.columns]

    def _read(self) -> Iterator[Row]:
        related_ratings = self.related.ratings
        names = [
            *POSITION_FIELDS,
            *(f"revision__{name}" for name in REVISION_FIELDS),
            *(f"current__{name}" for name in RATING_FIELDS),
        ]
        revision_start = len(POSITION_FIELDS)
        rating_start = revision_start + len(REVISION_FIELDS)
        for values in self.positions.values_list(*names).iterator(chunk_size=CHUNK):
            risk = values[0]
            ratings = {
                kind: related_ratings[risk, kind]
                for kind in ("inherent", "target")
                if (risk, kind) in related_ratings
            }
            if values[rating_start] is not None:
                ratings["current"] = Rating(*values[rating_start:])
            fields = dict(zip(REVISION_FIELDS, values[revision_start:rating_start], strict=True))
            yield Row(*values[:revision_start], fields=fields, ratings=ratings)


@dataclass
class RelatedData:
    """What the rows of an export refer to.

    scheme: key of the register's scheme; schemes: key -> ScoringScheme; posts: key -> (title,
    directorate); failure_types, impacts: key -> name; other_failure_types, impact_names: key of a
    revision -> names; ratings: (risk, kind) -> Rating, of kinds that a position does not hold;
    controls, actions, progress: key of a risk -> number_lines lines.
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
    progress: dict[int, str] = field(default_factory=dict)

    def reference(self, number: int) -> str:
        return f"{self.prefix}-{number:03d}"

    def band(self, rating: Rating) -> Band:
        return self.schemes[rating.scheme].rules.band(rating.band)


def load_related_data(
    register, positions, tolerance: Tolerance, day, recorded_by=None, *, drafts=False
) -> RelatedData:
    """The data related to these positions at the end of a day, as known now or by an instant.

    Ten queries, whatever their number.
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
    related.progress = _progress(risks, day, recorded_by, drafts)
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


def _progress(risks, day, recorded_by, drafts):
    """Oldest first."""
    notes = ProgressNote.objects.as_at(day, recorded_by).filter(risk__in=risks)
    notes = notes if drafts else notes.since_on_register()
    lines_by_risk = defaultdict(list)
    for risk, on, text in notes.values_list("risk_id", "effective_on", "note"):
        lines_by_risk[risk].append(dated_line(on, text))
    return {risk: number_lines(lines) for risk, lines in lines_by_risk.items()}
