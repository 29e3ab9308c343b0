"""The columns of a spreadsheet: headings that exports write and imports recognise."""

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    TEXT = "text"  # several columns of one target are joined by a line break
    DAY = "day"
    CHOICE = "choice"  # of a fixed list; Plan.words may map other words to it
    TYPES = "types"  # one or several of the library's rows, by name or slug
    POST = "post"
    RATING = "rating"  # a level of likelihood or impact: a number or the scheme's word
    SCORE = "score"  # "4 x 5", "20 (4x5)", "20", a band or a colour
    LINES = "lines"  # several in one cell, as numbered lines


@dataclass(frozen=True)
class Target:
    name: str
    label: str  # the heading of our own exports: recognised without asking
    sort: Sort
    aliases: tuple[str, ...] = ()  # other headings seen in real registers, lower case


# Of a rating. Its column may carry a day: "current.score@2026-06-30".
KINDS = ("inherent", "current", "target")


def _rating_targets(kind: str, label: str, *aliases: str) -> tuple[Target, ...]:
    return (
        Target(f"{kind}.likelihood", f"{label} likelihood", Sort.RATING),
        Target(f"{kind}.impact", f"{label} impact", Sort.RATING),
        Target(f"{kind}.score", f"{label} score", Sort.SCORE, aliases),
        Target(f"{kind}.band", f"{label} band", Sort.SCORE),
        Target(f"{kind}.driver", f"{label} impact driven by", Sort.TYPES),
        Target(f"{kind}.rationale", f"{label} rationale", Sort.TEXT),
        Target(f"{kind}.on", f"{label} judged on", Sort.DAY),
    )


IGNORE, NOTE = "ignore", "notes"
TARGETS: tuple[Target, ...] = (
    Target(
        "reference",
        "Reference",
        Sort.TEXT,
        ("ref", "risk ref", "id", "risk id", "risk no", "no", "risk number"),
    ),
    Target("title", "Title", Sort.TEXT, ("risk", "risk title", "risk name", "headline")),
    Target(
        "statement",
        "Cause, event and consequence",
        Sort.TEXT,
        ("risk description", "description", "risk statement"),
    ),
    Target(
        "cause",
        "Cause",
        Sort.TEXT,
        ("causes", "source", "root cause", "trigger", "cause and context"),
    ),
    Target("event", "Event", Sort.TEXT, ("risk event", "what could happen")),
    Target(
        "consequence",
        "Consequence",
        Sort.TEXT,
        ("consequences", "effect", "potential impact", "so what"),
    ),
    Target(
        "objective",
        "Objective at stake",
        Sort.TEXT,
        ("objective", "corporate priority", "strategic objective"),
    ),
    Target("category", "Category", Sort.CHOICE, ("risk category", "risk type", "type of risk")),
    Target("primary_failure_type", "Failure type", Sort.TYPES),
    Target("other_failure_types", "Other failure types", Sort.TYPES),
    Target("adverse_impacts", "Adverse impacts", Sort.TYPES),
    Target(
        "owner",
        "Owner",
        Sort.POST,
        ("risk owner", "lead officer", "accountable officer", "responsible officer"),
    ),
    Target(
        "portfolio",
        "Lead member's portfolio",
        Sort.TEXT,
        ("portfolio holder", "lead member", "cabinet member"),
    ),
    Target("proximity", "How soon", Sort.CHOICE, ("proximity", "timescale")),
    Target("status", "Status", Sort.CHOICE, ("risk status", "open/closed")),
    Target(
        "raised_on",
        "Raised on",
        Sort.DAY,
        ("date raised", "date identified", "date added", "opened"),
    ),
    *_rating_targets(
        "inherent",
        "Inherent",
        "inherent risk",
        "gross score",
        "gross risk",
        "pure risk",
        "unmitigated score",
    ),
    *_rating_targets(
        "current",
        "Current",
        "current risk",
        "residual score",
        "net score",
        "risk score",
        "score",
        "rag",
    ),
    *_rating_targets("target", "Target", "target risk", "target rating"),
    Target("response", "Response", Sort.CHOICE, ("treatment", "risk response", "4ts", "strategy")),
    Target("response_reason", "Why this response", Sort.TEXT),
    Target("tolerated_until", "Tolerated until", Sort.DAY),
    Target("target_on", "Target to be met by", Sort.DAY, ("target date",)),
    Target(
        "controls",
        "Controls",
        Sort.LINES,
        ("existing controls", "current controls", "mitigation", "controls in place"),
    ),
    Target(
        "actions",
        "Actions",
        Sort.LINES,
        ("planned actions", "further actions", "action plan", "mitigating actions"),
    ),
    Target("action_owner", "Action owner", Sort.POST),
    Target(
        "action_due_on",
        "Action due",
        Sort.DAY,
        ("due date", "action due date", "by when", "deadline"),
    ),
    Target("next_review_on", "Next review", Sort.DAY, ("review date", "next review date")),
    Target(
        "committee_position",
        "Position for the committee",
        Sort.TEXT,
        ("commentary", "progress", "update"),
    ),
    Target("definition_of_good", "What good looks like", Sort.TEXT),
    Target("told_by", "Who told us first", Sort.CHOICE),
    Target("told_on", "First told on", Sort.DAY),
    Target(NOTE, "Other notes", Sort.TEXT, ("notes", "comments", "comment")),
    Target(
        IGNORE,
        "Keep with the row, read nothing from it",
        Sort.TEXT,
        (
            "directorate",
            "above tolerance",
            "rated by the scheme",
            "happened on",
            "what happened",
            "exempt from publication",
            "row in the file",
            "why it was not taken in",
        ),
    ),
)
BY_NAME = {target.name: target for target in TARGETS}
