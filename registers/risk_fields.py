"""The catalogue of a risk's fields: what the rest of the code knows of each by name.

Forms, the risk page, the history, imports, exports, open data, copies of a risk and the JSON file's
schema are derived from its rows; a column of each stands in models/risk_content.py. What needs more
than a row says (who owns it, what kind of failure it is, exemption, what happened) has that where
it is used. Every column is sealed by itself (history/seals.py).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from registers.dates import with_example_days


class Sort(StrEnum):
    """What a field of a risk or a column of a spreadsheet holds."""

    LINE = "line"  # a text of one line, of at most `longest` characters
    TEXT = "text"  # several columns of one target are joined by a line break
    DAY = "day"
    POUNDS = "pounds"  # whole ones (registers/pounds.py)
    CHOICE = "choice"  # of a fixed list; Plan.words may map other words to it
    TYPES = "types"  # one or several of the library's rows, by name or slug
    POST = "post"
    RATING = "rating"  # a level of likelihood or impact: a number or the scheme's word
    SCORE = "score"  # "4 x 5", "20 (4x5)", "20", a band or a colour
    LINES = "lines"  # several in one cell, as numbered lines
    FLAG = "flag"
    ASSESSMENT = "assessment"


@dataclass(frozen=True)
class Section:
    """title: on the forms, where its fields are folded away. group: of the targets of an import."""

    title: str
    group: str


THE_RISK, DONE_ABOUT_IT, ANYTHING_ELSE = (
    "The risk",
    "Response, controls and actions",
    "Anything else",
)
STATEMENT = Section("The risk", THE_RISK)
KIND = Section("Owner and failure type", THE_RISK)
SUBJECT = Section(
    "Subject: objective, category, adverse impacts, portfolio, proximity, cost", THE_RISK
)
RESPONSE = Section("Response: treat, tolerate, transfer, terminate", DONE_ABOUT_IT)
ORIGIN = Section("Source: when it was identified, who told us", THE_RISK)
COMMITTEE = Section("For the committee: position and what good looks like", DONE_ABOUT_IT)
NOTES = Section("More detail", ANYTHING_ELSE)
LIFECYCLE = Section("Steps of the risk, each with its own form", DONE_ABOUT_IT)
WARNING = Section("Early warning: indicators and thresholds", DONE_ABOUT_IT)
# In the order of the forms.
FOLDED = (SUBJECT, RESPONSE, WARNING, ORIGIN, COMMITTEE)


@dataclass(frozen=True)
class Question:
    """How the forms ask for a field.

    subject: the noun in its errors. missing: what to say where it is left empty; without it, it may
    be. invalid: of a choice that is not on the list. empty: the words of the choice of none.
    """

    label: str
    hint: str = ""
    subject: str = ""
    missing: str = ""
    invalid: str = ""
    empty: str = ""
    has_radios: bool = False


@dataclass(frozen=True)
class RiskField:
    """One field of a risk.

    label: its heading in exports, recognised by imports without asking, and in the history.
    description: in the JSON file's schema and in open data. aliases: other headings seen in real
    registers, lower case. is_many: whether it holds several rows. is_past: of a day, that it is
    today or before. longest: characters; most_words: words. published: its name in open data,
    empty where it is not published. has_own_place: the risk page shows it apart from the others.
    """

    name: str
    label: str
    sort: Sort
    section: Section
    description: str
    question: Question | None = None
    aliases: tuple[str, ...] = ()
    longest: int = 4000
    most_words: int | None = None
    is_many: bool = False
    is_past: bool = False
    is_imported: bool = True
    is_exported: bool = True
    published: str = ""
    is_copied: bool = True
    has_own_place: bool = False


# In the order of exports, of imports' targets and of the history.
# fmt: off
FIELDS = (
    RiskField("title", "Title", Sort.LINE, STATEMENT,
        "The risk in a few words.",
        Question("Title",
            hint="A few words that a committee member will recognise.",
            subject="The title", missing="Enter a title for the risk"),
        aliases=("risk", "risk title", "risk name", "headline"), longest=200, published="title"),
    RiskField("cause", "Cause", Sort.TEXT, STATEMENT,
        "Why it could happen.",
        Question("Cause: why could it happen?",
            hint="For example: two providers hold most of the work and both lose money.",
            subject="The cause"),
        aliases=("causes", "source", "root cause", "trigger", "cause and context"),
        published="cause"),
    RiskField("event", "Event", Sort.TEXT, STATEMENT,
        "What could happen.",
        Question("Event: what could happen?",
            hint="For example: a home care provider stops trading and visits are missed.",
            subject="What could happen", missing="Enter what could happen"),
        aliases=("risk event", "what could happen"), published="event"),
    RiskField("consequence", "Consequence", Sort.TEXT, STATEMENT,
        "What it would lead to.",
        Question("Consequence: what would it lead to?",
            hint="First for the people who use the service, then for the organisation.",
            subject="The consequence", missing="Enter what it would lead to"),
        aliases=("consequences", "effect", "potential impact", "so what"),
        published="consequence"),
    RiskField("objective", "Objective at stake", Sort.LINE, SUBJECT,
        "The organisation's objective that is at stake.",
        Question("Which objective is at stake?",
            hint="Something the organisation set out to do and might fail to do. For example: "
            "every child in care lives near home.",
            subject="The objective"),
        aliases=("objective", "corporate priority", "strategic objective"), longest=300),
    RiskField("category", "Category", Sort.CHOICE, SUBJECT,
        "What the risk is about, by the Orange Book's categories.",
        Question("Which risk category is it in?",
            hint="What the risk is about, by the Orange Book\u2019s categories. Bodies often set "
            "an appetite for each category.",
            invalid="Select a category from the list", empty="Not decided yet"),
        aliases=("risk category", "risk type", "type of risk"), published="category"),
    RiskField("primary_failure_type", "Failure type", Sort.TYPES, KIND,
        "Which of seven types of failure it is most like, from the library.",
        Question("Which type of failure is it most like?",
            hint="Types overlap, so choose the one that fits best. You can choose later.",
            invalid="Select a type of failure from the list", empty="Not decided yet"),
        published="failure_type"),
    RiskField("other_failure_types", "Other failure types", Sort.TYPES, NOTES,
        "Further types of failure that it touches, from the library.",
        Question("Which other failure types apply?",
            hint="Select all that apply.", invalid="Select types of failure from the list"),
        is_many=True, published="other_failure_types"),
    RiskField("adverse_impacts", "Adverse impacts", Sort.TYPES, SUBJECT,
        "Who or what would be harmed, from the library.",
        Question("Which adverse impacts could it have?",
            hint="Select all that apply.", invalid="Select adverse impacts from the list"),
        is_many=True, published="adverse_impacts", has_own_place=True),
    RiskField("owner", "Owner", Sort.POST, KIND,
        "The post that answers for the risk.",
        aliases=("risk owner", "lead officer", "accountable officer", "responsible officer")),
    RiskField("portfolio", "Lead member's portfolio", Sort.LINE, SUBJECT,
        "The portfolio of the lead member.",
        Question("Which portfolio is it in?",
            hint="The portfolio of the lead member or director. For example, Adult care and "
            "health.",
            subject="The portfolio"),
        aliases=("portfolio holder", "lead member", "cabinet member"), longest=100),
    RiskField("proximity", "How soon", Sort.CHOICE, SUBJECT,
        "How soon it could happen.",
        Question("How soon could it happen?",
            hint="Also called proximity.", invalid="Select how soon it could happen",
            empty="Not recorded"),
        aliases=("proximity", "timescale"), published="proximity"),
    # Published: the public would pay. Where an amount would harm a negotiation, exempt the risk.
    RiskField("estimated_cost", "Estimated cost in pounds", Sort.POUNDS, SUBJECT,
        "What it would cost the organisation, in whole pounds, by its own estimate.",
        Question("What would it cost, in pounds?",
            hint="Your estimate in whole pounds, if it happened. For example, £1,200,000.",
            subject="the estimated cost"),
        aliases=("estimated cost", "cost in pounds", "cost (£)", "cost £", "financial impact (£)",
            "estimated financial impact"),
        published="estimated_cost"),
    RiskField("status", "Status", Sort.CHOICE, STATEMENT,
        "Draft, open, materialised or closed. Open and materialised risks are on the register.",
        aliases=("risk status", "open/closed"), published="status"),
    RiskField("response", "Response", Sort.CHOICE, RESPONSE,
        "How the organisation responds to the risk.",
        Question("Response: how do you treat this risk?",
            invalid="Select a response", empty="Not decided yet", has_radios=True),
        aliases=("treatment", "risk response", "4ts", "strategy"), published="response",
        is_copied=False, has_own_place=True),
    RiskField("response_reason", "Why this response", Sort.TEXT, RESPONSE,
        "Why this response.",
        Question("Why can it be tolerated?",
            hint="Say who agreed to tolerate it, and what would change that.",
            subject="The reason", missing="Enter why it can be tolerated"),
        is_copied=False, has_own_place=True),
    RiskField("tolerated_until", "Tolerated until", Sort.DAY, RESPONSE,
        "The last day on which it is tolerated.",
        Question("Until when is it tolerated?",
            hint=with_example_days("You review the risk on that day. For example, {planned}."),
            subject="the day until which it is tolerated",
            missing="Enter the day until which it is tolerated"),
        published="tolerated_until", is_copied=False, has_own_place=True),
    RiskField("target_on", "Target to be met by", Sort.DAY, RESPONSE,
        "The day by which the target rating is to be met.",
        Question("When do you want to reach the target rating?",
            hint=with_example_days(
                "For example, {planned}. To give the target rating itself, assess the risk."),
            subject="the day of the target"),
        aliases=("target date",), published="target_on", is_copied=False),
    RiskField("next_review_on", "Next review", Sort.DAY, LIFECYCLE,
        "The day by which the risk is reviewed again.",
        aliases=("review date", "next review date"), published="next_review_on", is_copied=False),
    RiskField("committee_position", "Position for the committee", Sort.TEXT, COMMITTEE,
        "Where the risk stands, in words for a committee.",
        Question("What is the position for the committee?",
            hint="In plain words: where the risk stands, what has changed, what you ask of "
            "members.",
            subject="The position for the committee"),
        most_words=80, is_copied=False, has_own_place=True),
    RiskField("definition_of_good", "What good looks like", Sort.TEXT, COMMITTEE,
        "What it looks like when the risk is well controlled.",
        Question("What does good look like?",
            hint="How you will know that the risk is under control. For example: no child waits "
            "longer than 20 weeks.",
            subject="What good looks like")),
    # Not published: what is watched may tell who is watched.
    RiskField("early_warning_indicator", "Early-warning indicators", Sort.TEXT, WARNING,
        "What the organisation watches for early signs of the risk.",
        Question("Which early-warning indicators do you watch?",
            hint="A figure or event that moves before the risk materialises. For example: "
            "agency spend as a share of pay, each month.",
            subject="The early-warning indicators"),
        aliases=("early warning indicator", "early warning indicators", "early-warning indicator",
            "key risk indicator", "key risk indicators", "kri", "kris"),
        has_own_place=True),
    RiskField("early_warning_threshold", "Early-warning threshold", Sort.TEXT, WARNING,
        "The value of the indicators at which somebody acts.",
        Question("At which threshold do you act?",
            hint="The value of each indicator at which you act, and who acts. For example: above "
            "12 per cent in two months running, the director reviews the risk.",
            subject="The threshold"),
        aliases=("early warning threshold", "indicator threshold", "kri threshold"),
        has_own_place=True),
    # Published like the day on which it was raised: a day names nobody.
    RiskField("identified_on", "Date identified", Sort.DAY, ORIGIN,
        "The day on which the risk was first recognised.",
        Question("When was it identified?",
            hint=with_example_days(
                "The day on which somebody first recognised the risk. For example, {past}."),
            subject="the day it was identified"),
        aliases=("date risk identified", "identified", "identified on"), is_past=True,
        published="identified_on", is_copied=False),
    RiskField("told_by", "Who told us first", Sort.CHOICE, ORIGIN,
        "Who told the organisation first.",
        Question("Who told you first?",
            hint="A kind of person, never a name. In bodies that failed, front-line staff often "
            "knew first.",
            invalid="Select who told you first", empty="Not recorded"),
        is_copied=False, has_own_place=True),
    RiskField("told_on", "First told on", Sort.DAY, ORIGIN,
        "The day on which the organisation was first told.",
        Question("When was that?",
            hint=with_example_days("For example, {past}."), subject="the day you were first told"),
        is_past=True, is_copied=False, has_own_place=True),
    RiskField("notes", "Other notes", Sort.TEXT, NOTES,
        "Details from an older register that fit no other field.",
        Question("What else do you want to keep?",
            hint="For example, from an older register: its reference, a score or colour without "
            "likelihood and impact, controls, actions, dates.",
            subject="The notes"),
        aliases=("notes", "other comments"), longest=10000),
    # Neither in files nor in copies: each reader is shown only those of them that they may see.
    RiskField("related_risks", "Related risks", Sort.LINE, LIFECYCLE,
        "The references of risks that it is related to, separated by commas.",
        longest=400, is_imported=False, is_exported=False, is_copied=False),
    RiskField("happened_on", "Happened on", Sort.DAY, LIFECYCLE,
        "The day on which it happened.",
        is_past=True, is_imported=False, is_copied=False),
    RiskField("happened_what", "What happened", Sort.TEXT, LIFECYCLE,
        "What happened.",
        is_imported=False, is_copied=False),
    RiskField("happened_under", "Rating before it happened", Sort.ASSESSMENT, LIFECYCLE,
        "The place of the assessment in force the day before it happened.",
        is_imported=False, is_exported=False, is_copied=False),
    RiskField("depends_on", "What the closure relies on", Sort.TEXT, LIFECYCLE,
        "What the closure relies on.",
        is_imported=False, is_exported=False, is_copied=False),
    RiskField("is_exempt", "Exempt from publication", Sort.FLAG, LIFECYCLE,
        "Whether it is kept from publication.",
        is_imported=False),
    RiskField("exempt_ground", "Ground for exemption", Sort.LINE, LIFECYCLE,
        "The ground on which it is exempt.",
        longest=200, is_imported=False, is_exported=False),
    RiskField("exempt_interest", "Public interest in not publishing", Sort.TEXT, LIFECYCLE,
        "Why the public interest is served by not publishing it.",
        is_imported=False, is_exported=False),
    RiskField("exempt_decided_by", "Who decided that it is exempt", Sort.LINE, LIFECYCLE,
        "Who decided that it is exempt.",
        longest=100, is_imported=False, is_exported=False),
)
# fmt: on
BY_NAME = {field.name: field for field in FIELDS}


@cache
def names_of(*sorts: Sort, **attributes) -> tuple[str, ...]:
    """The names of the fields of these sorts, or of all; with these values of their attributes."""
    return tuple(
        field.name
        for field in FIELDS
        if (not sorts or field.sort in sorts)
        and all(getattr(field, name) == value for name, value in attributes.items())
    )
