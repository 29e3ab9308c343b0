"""What a summary of a register says: data from the reports, no layout. Counts what its reader may
see.
"""

from dataclasses import dataclass

from registers.dashboard import Dashboard
from registers.dashboard.headline import Headline
from registers.dashboard.matrix import Matrix as DashboardMatrix
from registers.exports import About
from registers.exports.sheets import scores_of, standing_of
from registers.models import Category
from registers.phrases import above_in_words, number_in_words, tolerated_in_words
from registers.print_palette import NO_RISKS, Shade, shade_of
from registers.quality.worklist import Worklist

LISTED = 100  # risks above tolerance that are named; the number beside them counts all
WHY = 400  # characters of a rationale


@dataclass(frozen=True)
class MatrixCell:
    text: str  # the number of risks, or a dash
    band: str
    shade: Shade


@dataclass(frozen=True)
class Matrix:
    """rows: (level of likelihood, a cell for each level of impact), the highest likelihood first."""

    columns: list[str]
    rows: list[tuple[str, list[MatrixCell]]]


@dataclass(frozen=True)
class Above:
    """A risk above tolerance. rating: "Severe, 20 (4 x 5)"; why: what its judgement says,
    shortened.
    """

    reference: str
    title: str
    owner: str
    rating: str
    why: str
    is_exempt: bool


@dataclass(frozen=True)
class ToDo:
    """sentence: "14 things to put right, on nine risks"; checks: (title of a check, how many it
    found).
    """

    sentence: str
    checks: list[tuple[str, int]]


@dataclass(frozen=True)
class Summary:
    """bands: (name, scores, days until looked at again, where it stands, Shade), highest first."""

    about: About
    sentences: list[str]
    matrix: Matrix
    above: list[Above]
    above_count: int
    exempt: str
    worklist: ToDo
    worklist_day: str
    scheme: str
    tolerance: list[str]
    bands: list[tuple[str, str, str, str, Shade]]

    @property
    def title(self) -> str:
        return f"{self.about.register}: summary"


def summary_of(*, about, reading, now, risks, tolerances, **figures) -> Summary:
    """now: positions as at the day read; risks: those of today that the reader may see, for the
    worklist; tolerances: what is let stand on the register, on any day; figures: what else a
    Dashboard counts from.
    """
    register = about.register
    report = Dashboard(
        register, current=now, days=[reading.day], reading=reading, tolerances=tolerances, **figures
    )
    headline = report.section(Headline)
    rules, tolerance = register.scheme.rules, report.data.tolerance
    above = (
        now.on_register().above_tolerance(register.scheme, tolerance).order_by("-score", "number")
    )
    exempt = now.on_register().filter(is_exempt=True).count() if about.everything else 0
    return Summary(
        about=about,
        sentences=[*headline.sentences, *headline.unrated_sentences],
        matrix=_matrix(report.section(DashboardMatrix).matrix),
        above=[
            _above(one, register, tolerance)
            for one in above.select_related("revision__owner", "current")[:LISTED]
        ],
        above_count=report.data.above_count,
        exempt=about.exempt_said(exempt),
        worklist=_to_do(Worklist(register, risks, reading.today)),
        worklist_day=reading.today,
        scheme=f"{register.scheme.name}, version {register.scheme.version}",
        tolerance=_thresholds(rules, tolerance),
        bands=[
            (
                band.label,
                scores_of(rules, band),
                f"within {band.review_days} days",
                standing_of(rules, band, tolerance),
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


def _above(position, register, tolerance) -> Above:
    said, current, rules = position.revision, position.current, register.scheme.rules
    rating = f"{rules.band(current.band).label}, {current.score}\u00a0({current.likelihood}\u00a0×\u00a0{current.impact})"  # noqa: RUF001 (a times sign, as people write ratings)
    why = (
        current.rationale
        if len(current.rationale) <= WHY
        else f"{current.rationale[:WHY].rsplit(' ', 1)[0]} …"
    )
    if said.category in tolerance.by_category:
        label = Category(said.category).label
        why = f"{why} Tolerated for {label.lower()}: {tolerance.of(said.category).label}."
    owner = said.owner.title if said.owner else "Not decided yet"
    return Above(
        register.reference(position.number), said.title, owner, rating, why, position.is_exempt
    )


def _to_do(worklist) -> ToDo:
    count, touched = worklist.count, worklist.touched
    checks = [(group.title, group.count) for group in worklist.groups("check")]
    if not count:
        return ToDo("Nothing to put right was found.", checks)
    things = "One thing" if count == 1 else f"{number_in_words(count).capitalize()} things"
    risks = "one risk" if touched == 1 else f"{number_in_words(touched)} risks"
    return ToDo(f"{things} to put right, on {risks}.", checks)


def _thresholds(rules, tolerance) -> list[str]:
    return [
        f"Highest band that is tolerated: {tolerated_in_words(tolerance)}.",
        f"Above tolerance: {above_in_words(tolerance)}.",
        f"Taken higher from: {rules.band(rules.escalation).label}.",
    ]
