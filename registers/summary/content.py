"""The content of a register's summary, without layout. Counts what its reader may see."""

from dataclasses import dataclass

from registers.charts import NO_RISKS, Shade, shade_of
from registers.dashboard import Dashboard
from registers.dashboard.headline import Headline
from registers.dashboard.matrix import Matrix as DashboardMatrix
from registers.exports.metadata import ExportMetadata
from registers.exports.sheets import band_treatment, score_range
from registers.models import Category
from registers.phrases.bands import threshold_sentences
from registers.phrases.files import review_period
from registers.phrases.register import worklist_sentence
from registers.quality.worklist import Worklist

LISTED = 100  # risks above tolerance that are listed; the count is of all
RATIONALE = 400  # characters


@dataclass(frozen=True)
class MatrixCell:
    text: str  # the number of risks, or a dash
    band: str
    shade: Shade


@dataclass(frozen=True)
class Matrix:
    """rows: (level of likelihood, a cell for each level of impact), highest likelihood first."""

    columns: list[str]
    rows: list[tuple[str, list[MatrixCell]]]


@dataclass(frozen=True)
class RiskAboveTolerance:
    """rating: "Severe, 20 (4 x 5)"; rationale: shortened."""

    reference: str
    title: str
    owner: str
    rating: str
    rationale: str
    is_exempt: bool


@dataclass(frozen=True)
class WorklistSummary:
    """sentence: "14 things to put right, on nine risks"; checks: (title, number of findings)."""

    sentence: str
    checks: list[tuple[str, int]]


@dataclass(frozen=True)
class Summary:
    """bands: (name, scores, days until review, tolerated or not, Shade), highest first."""

    metadata: ExportMetadata
    sentences: list[str]
    matrix: Matrix
    above_tolerance: list[RiskAboveTolerance]
    above_tolerance_count: int
    exempt: str
    worklist: WorklistSummary
    worklist_day: str
    scheme: str
    tolerance: list[str]
    bands: list[tuple[str, str, str, str, Shade]]

    @property
    def title(self) -> str:
        return f"{self.metadata.register}: summary"


def build_summary(*, metadata, as_of, positions, risks, tolerances, **dashboard_options) -> Summary:
    """The Summary of a register on the day read.

    positions: as at that day; risks: today's that the reader may see, for the worklist; tolerances:
    the register's, of any day; dashboard_options: further arguments of Dashboard.
    """
    register = metadata.register
    report = Dashboard(
        register,
        current=positions,
        days=[as_of.day],
        as_of=as_of,
        tolerances=tolerances,
        **dashboard_options,
    )
    headline = report.section(Headline)
    rules, tolerance = register.scheme.rules, report.data.tolerance
    on_register = positions.on_register()
    above = on_register.above_tolerance(register.scheme, tolerance).order_by("-score", "number")
    exempt = on_register.filter(is_exempt=True).count() if metadata.sees_all_exempt else 0
    return Summary(
        metadata=metadata,
        sentences=[*headline.sentences, *headline.unrated_sentences],
        matrix=_matrix(report.section(DashboardMatrix).matrix),
        above_tolerance=[
            _above_tolerance(position, register, tolerance)
            for position in above.select_related("revision__owner", "current")[:LISTED]
        ],
        above_tolerance_count=report.data.above_count,
        exempt=metadata.exempt_sentence(exempt),
        worklist=_worklist_summary(Worklist(register, risks, as_of.today)),
        worklist_day=as_of.today,
        scheme=f"{register.scheme.name}, version {register.scheme.version}",
        tolerance=threshold_sentences(rules, tolerance),
        bands=[
            (
                band.label,
                score_range(rules, band),
                review_period(band.review_days),
                band_treatment(rules, band, tolerance),
                shade_of(band),
            )
            for band in reversed(rules.bands)
        ],
    )


def _matrix(matrix) -> Matrix:
    rows = [
        (
            f"{row['value']} {row['label']}",
            [
                MatrixCell(
                    str(cell["count"] or NO_RISKS), cell["band"].label, shade_of(cell["band"])
                )
                for cell in row["cells"]
            ],
        )
        for row in matrix["rows"]
    ]
    return Matrix([f"{column['value']} {column['label']}" for column in matrix["columns"]], rows)


def _above_tolerance(position, register, tolerance) -> RiskAboveTolerance:
    revision, current, rules = position.revision, position.current, register.scheme.rules
    product = f"{current.likelihood}\u00a0\u00d7\u00a0{current.impact}"
    rating = f"{rules.band(current.band).label}, {current.score}\u00a0({product})"
    rationale = (
        current.rationale
        if len(current.rationale) <= RATIONALE
        else f"{current.rationale[:RATIONALE].rsplit(' ', 1)[0]} …"
    )
    if revision.category in tolerance.by_category:
        label = Category(revision.category).label
        rationale = (
            f"{rationale} Tolerated for {label.lower()}: {tolerance.of(revision.category).label}."
        )
    owner = revision.owner.title if revision.owner else "Not decided yet"
    return RiskAboveTolerance(
        register.reference(position.number),
        revision.title,
        owner,
        rating,
        rationale,
        position.is_exempt,
    )


def _worklist_summary(worklist) -> WorklistSummary:
    checks = [(group.title, group.count) for group in worklist.groups("check")]
    return WorklistSummary(worklist_sentence(worklist.count, worklist.risk_count), checks)
