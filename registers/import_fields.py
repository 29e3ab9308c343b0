"""The columns of a spreadsheet: headings that exports write and imports recognise.

Most are a risk's fields (registers.risk_fields); here is what a sheet has beside those.
"""

from dataclasses import dataclass

from registers.risk_fields import ANYTHING_ELSE, DONE_ABOUT_IT, FIELDS, THE_RISK, Sort


@dataclass(frozen=True)
class Target:
    """What a column can be read as.

    label: the heading of our own exports, recognised without asking. group: the words under which
    it is offered. aliases: other headings seen in real registers, lower case.
    """

    name: str
    label: str
    sort: Sort
    group: str
    aliases: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """What pages call it: files keep Current and judged on, for which pages have other words.

        See docs/content-style.md.
        """
        kind = self.name.partition(".")[0]
        if kind not in KINDS:
            return self.label
        part = self.label.partition(" ")[2].replace("judged on", "assessed on")
        return f"{KIND_TERMS[kind]} {part}"


# Of a rating. Its column may carry a day: "current.score@2026-06-30".
KINDS = ("inherent", "current", "target")
KIND_TERMS = {"inherent": "Inherent", "current": "Residual", "target": "Target"}  # on pages


def _rating_targets(kind: str, label: str, group: str, *aliases: str) -> tuple[Target, ...]:
    return (
        Target(f"{kind}.likelihood", f"{label} likelihood", Sort.RATING, group),
        Target(f"{kind}.impact", f"{label} impact", Sort.RATING, group),
        Target(f"{kind}.score", f"{label} score", Sort.SCORE, group, aliases),
        Target(f"{kind}.band", f"{label} band", Sort.SCORE, group),
        Target(f"{kind}.driver", f"{label} impact driven by", Sort.TYPES, group),
        Target(f"{kind}.rationale", f"{label} rationale", Sort.TEXT, group),
        Target(f"{kind}.on", f"{label} judged on", Sort.DAY, group),
    )


IGNORE, NOTE, PROGRESS = "ignore", "notes", "progress"
REFERENCE = Target(
    "reference",
    "Reference",
    Sort.TEXT,
    THE_RISK,
    ("ref", "risk ref", "id", "risk id", "risk no", "no", "risk number"),
)
STATEMENT = Target(
    "statement",
    "Cause, event and consequence",
    Sort.TEXT,
    THE_RISK,
    ("risk description", "description", "risk statement"),
)
RAISED_ON = Target(
    "raised_on",
    "Raised on",
    Sort.DAY,
    THE_RISK,
    ("date raised", "date added", "opened"),
)
RATINGS = (
    *_rating_targets(
        "inherent",
        "Inherent",
        "Inherent rating (gross, without controls)",
        *("inherent risk", "gross score", "gross risk", "pure risk", "unmitigated score"),
    ),
    *_rating_targets(
        "current",
        "Current",
        "Residual rating (current, net)",
        *("current risk", "residual score", "net score", "risk score", "score", "rag"),
    ),
    *_rating_targets("target", "Target", "Target rating", "target risk", "target rating"),
)
CONTROLS_AND_ACTIONS = (
    Target(
        "controls",
        "Controls",
        Sort.LINES,
        DONE_ABOUT_IT,
        ("existing controls", "current controls", "mitigation", "controls in place"),
    ),
    Target(
        "actions",
        "Actions",
        Sort.LINES,
        DONE_ABOUT_IT,
        ("planned actions", "further actions", "action plan", "mitigating actions"),
    ),
    Target("action_owner", "Action owner", Sort.POST, DONE_ABOUT_IT),
    Target(
        "action_due_on",
        "Action due",
        Sort.DAY,
        DONE_ABOUT_IT,
        ("due date", "action due date", "by when", "deadline"),
    ),
)
PROGRESS_NOTES = Target(
    PROGRESS,
    "Progress notes",
    Sort.LINES,
    ANYTHING_ELSE,
    (
        *("commentary", "progress", "update", "comments", "comment", "latest position"),
        *("comments and progress", "progress notes"),
    ),
)
# Of the file in which an import gives rows back.
REPORT_HEADINGS = ("row in the file", "why it was not taken in")
# Columns that our own files have and this register works out anew. Nothing of them is lost.
NOT_READ = Target(
    IGNORE,
    "Nothing: this register works it out",
    Sort.TEXT,
    ANYTHING_ELSE,
    (
        *("directorate", "above tolerance", "rated by the scheme"),
        *(
            field.label.casefold()
            for field in FIELDS
            if field.is_exported and not field.is_imported
        ),
        *REPORT_HEADINGS,
    ),
)
# Name of a field -> the targets that stand behind its own.
BEHIND = {
    "title": (STATEMENT,),
    "status": (RAISED_ON, *RATINGS),
    "target_on": CONTROLS_AND_ACTIONS,
}
TARGETS: tuple[Target, ...] = (
    REFERENCE,
    *(
        target
        for field in FIELDS
        if field.is_imported
        for target in (
            Target(field.name, field.label, field.sort, field.section.group, field.aliases),
            *BEHIND.get(field.name, ()),
        )
    ),
    PROGRESS_NOTES,
    NOT_READ,
)
BY_NAME = {target.name: target for target in TARGETS}
