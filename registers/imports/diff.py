"""One row held against the register: is its risk new there, changed, the same, or can the row not
be taken in?

Everything here is in plain terms: owners by title, library rows by slug, days as days. No database.
"""

import datetime
from dataclasses import dataclass, field

from registers.import_fields import BY_NAME, NOTE
from registers.imports.mapping import Known, Plan
from registers.imports.parsed_row import NOTE_HEADINGS, Judged, Planned, Problem, ReadRow, mended
from registers.imports.read_file import letter
from registers.scoring import RatingOutsideScheme

NEVER_EMPTIED = ("title", "event", "status")
NOT_CONTENT = ("reference", "raised_on")
DAYS = ("tolerated_until", "target_on", "next_review_on", "told_on")
EMPTY = {  # what a field says that says nothing; texts and choices: ""
    **dict.fromkeys(("owner", "primary_failure_type", *DAYS)),
    **dict.fromkeys(("other_failure_types", "adverse_impacts"), ()),
}
LONGEST = {"title": 200, "objective": 300, "portfolio": 100, "owner": 200}


@dataclass
class There:
    """What the register says of one risk already. said: by field, in the terms of ReadRow.values.
    judged: of our own, by kind, oldest first. controls, actions: titles, whatever became of them;
    in_place, open: of those still so.
    """

    pk: int
    reference: str
    version: int
    status: str
    said: dict
    raised_on: datetime.date
    judged: dict[str, list[Judged]] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    in_place: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


@dataclass
class Held:
    """What taking the row in would do. changes: (field, before, after). gone: what stands beside
    the risk and not in the row: it stays.
    """

    outcome: str
    changes: list[tuple] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    controls: list[tuple[str, str]] = field(default_factory=list)
    actions: list[Planned] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    closes: bool = False


def heading(plan: Plan, target: str) -> str:
    """The heading and letter of the first column that is read as this target, else what we call it."""
    place = next(
        (n for n, column in enumerate(plan.columns) if column.partition("@")[0] == target), None
    )
    if place is None:
        return BY_NAME[target].label
    unnamed = f"Column {letter(place)}"
    return unnamed if plan.names[place] == unnamed else f"{plan.names[place]} ({letter(place)})"


def hold_new(row: ReadRow, plan: Plan, known: Known) -> Held:
    """Mends row.values where a new risk cannot begin so, and says it in row.problems."""
    closes = row.values.get("status") == "closed"
    if row.values.get("status") == "happened":
        _tell(
            row,
            plan,
            "status",
            known,
            "It comes in as open: say on its page when it happened, and what",
        )
    if row.values.get("status") in ("closed", "happened"):
        row.values["status"] = "open"
    if (raised := row.values.get("raised_on")) and raised > known.today:
        _tell(row, plan, "raised_on", known, "It is a day to come: the risk counts from today")
        del row.values["raised_on"]
    row.values = {name: value for name, value in row.values.items() if value not in ("", None, [])}
    _settle(row, row.values, plan, known)
    judged = [one for one in row.judged if _can_be_judged(row, one, known)]
    if not row.values.get("title") and not row.is_refused:
        row.problems.append(
            Problem(heading(plan, "title"), "", "Enter a title: the row names no risk", True)
        )
    if "consequence" in plan.columns and not row.values.get("consequence"):
        words = "It does not say what would follow: the risk comes without a consequence"
        row.problems.append(Problem(heading(plan, "consequence"), "", words, False))
    outcome = "refused" if row.is_refused else "new"
    return Held(
        outcome, judged=judged, controls=_titled(row.controls), actions=row.actions, closes=closes
    )


def hold_against(there: There, row: ReadRow, plan: Plan, known: Known) -> Held:
    """What of the row the register does not say yet."""
    said = {
        name: value for name, value in row.values.items() if name not in (*NOT_CONTENT, *row.made)
    }
    said |= {name: EMPTY.get(name, "") for name in _emptied(row, plan) if name in there.said}
    if said.get("status", there.status) != there.status:
        words = "It is not what the register says, and a spreadsheet changes no status: do it on the page of the risk"
        _tell(row, plan, "status", known, words)
    said.pop("status", None)
    if there.status == "closed":
        said.pop("next_review_on", None)  # nobody reviews what is closed
    _note(said, there, row, plan)
    if row.values.get("raised_on", there.raised_on) != there.raised_on:
        _tell(row, plan, "raised_on", known, "It is not the day on the register, which stays")
    _settle(row, said, plan, known, there.said)
    changes = [
        (name, there.said[name], value)
        for name, value in said.items()
        if _differs(there.said[name], value)
    ]
    judged = [
        one
        for one in row.judged
        if _is_new(row, one, there, known) and _can_be_judged(row, one, known)
    ]
    held = Held("unchanged", changes, judged)
    held.controls = [one for one in _titled(row.controls) if not _among(one[0], there.controls)]
    held.actions = [one for one in row.actions if not _among(one.title, there.actions)]
    if "controls" in plan.columns:
        held.gone += [
            title
            for title in there.in_place
            if not _among(title, [said for said, _ in row.controls])
        ]
    if "actions" in plan.columns:
        held.gone += [
            title for title in there.open if not _among(title, [one.title for one in row.actions])
        ]
    if changes or judged or held.controls or held.actions:
        held.outcome = "changed"
        if there.status == "closed":
            words = (
                f"{there.reference} is closed: reopen it on its page, then bring this row in again"
            )
            row.problems.append(
                Problem(heading(plan, "reference"), row.values.get("reference", ""), words, True)
            )
    if row.is_refused:
        held.outcome = "refused"
    return held


def _note(said, there, row, plan):
    """The notes of a risk that is there. By a reference of ours they are what the column of notes
    says, where there is one; to a risk that came in with another's reference, lines are added that
    it has not got, and none taken away.
    """
    before = there.said[NOTE]
    if row.values.get("reference") == there.reference:
        said.pop(NOTE, None)
        if NOTE in plan.columns:
            cells = zip(plan.columns, plan.names, row.line.cells, strict=False)
            texts = [
                (name, text.strip())
                for column, name, text in cells
                if column == NOTE and text.strip()
            ]
            said[NOTE] = "\n".join(
                t if name.casefold() in NOTE_HEADINGS else f"{name}: {t}" for name, t in texts
            )
    else:
        added = [line for line in said.get(NOTE, "").split("\n") if line.strip() not in before]
        said[NOTE] = "\n".join(filter(None, [before, *added]))


def _emptied(row: ReadRow, plan: Plan) -> list[str]:
    """Fields whose column is there and whose cell is empty."""
    texts = {}
    for column, text in zip(plan.columns, row.line.cells, strict=False):
        texts.setdefault(column.partition("@")[0], []).append(text.strip())
    told = {problem.column for problem in row.problems}
    return [
        name
        for name, found in texts.items()
        if not any(found)
        and name not in (*NEVER_EMPTIED, *row.values)
        and heading(plan, name) not in told
    ]


def _settle(row, said, plan, known, before=None):
    """Take out of `said` what a risk may not say, in words: the database would refuse all rows for
    it.
    """
    whole = {**(before or {}), **said}
    if whole.get("response") == "tolerate" and not (
        whole.get("response_reason") and whole.get("tolerated_until")
    ):
        words = "Tolerating needs a reason and the day on which it ends: say both on the page of the risk"
        row.problems.append(Problem(heading(plan, "response"), "Tolerate", words, False))
        for name in ("response", "response_reason", "tolerated_until"):
            said.pop(name, None)
    for name, longest in LONGEST.items():
        if len(said.get(name) or "") > longest:
            words = f"It is longer than {longest} characters: shorten it"
            row.problems.append(Problem(heading(plan, name), said[name][:60] + "…", words, True))


def _can_be_judged(row, one, known):
    try:
        known.scheme.place(one.likelihood, one.impact)
    except RatingOutsideScheme:
        words = "It is no rating of the scheme of this register"
        row.problems.append(
            Problem(
                f"{one.kind.capitalize()} rating", f"{one.likelihood} x {one.impact}", words, True
            )
        )
        return False
    if one.on and one.on > known.today:
        words = "It is a day to come, and nothing is judged ahead: correct the day"
        row.problems.append(
            Problem(f"{one.kind.capitalize()} judged on", one.on.isoformat(), words, True)
        )
        return False
    return True


def _is_new(row, one, there, known):
    """Whether the register lacks this judgement. Without a day: whether the latest of its kind says
    something else.
    """
    known_ones = there.judged.get(one.kind, [])
    asked = [each for each in known_ones if each.on == one.on] if one.on else known_ones[-1:]
    same = [
        each for each in asked if (each.likelihood, each.impact) == (one.likelihood, one.impact)
    ]
    if (
        same
        and one.rationale
        and _text(one.rationale) not in {_text(each.rationale) for each in same}
    ):
        words = "It is not the reason on the register. A judgement is never edited: assess the risk again on its page"
        row.problems.append(
            Problem(f"{one.kind.capitalize()} rationale", one.rationale, words, False)
        )
    return not same


def _tell(row, plan, name, known, words):
    value = row.values[name]
    said = known.choices.get(name, {}).get(value, value)
    row.problems.append(Problem(heading(plan, name), str(said), words, False))


def _titled(controls):
    """Each title once."""
    return list({title: (title, detail) for title, detail in controls}.values())


def _differs(before, after):
    return _text(before) != _text(after)


def _text(value):
    if isinstance(value, str):
        text = value if value.isascii() and "\r" not in value else mended(value)
        return "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return sorted(value) if isinstance(value, list | tuple | set) else value


def _among(title, titles):
    return _one_line(title) in map(_one_line, titles)


def _one_line(title):
    return " ".join(mended(title).split()).casefold()
