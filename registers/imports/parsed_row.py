"""What one row says, by the plan: values for the register, problems in words, and where every cell
went.
"""

import datetime
from dataclasses import dataclass, field

from registers.imports.read_file import Line


@dataclass(frozen=True)
class Problem:
    column: str  # the heading, and the letter of the column: "Risk owner (F)"
    said: str
    problem: str
    refuses: bool  # whether the row cannot be taken in; else it is taken in without this, which stays with its notes


@dataclass(frozen=True)
class Judged:
    kind: str  # inherent, current, target
    likelihood: int
    impact: int
    on: datetime.date | None  # None: the day of the import
    rationale: str = ""
    driver: str = ""  # slug of an adverse impact


@dataclass(frozen=True)
class Planned:
    """An action as a cell says it."""

    title: str
    detail: str = ""
    owner: str = ""  # title of a post
    due_on: datetime.date | None = None
    is_done: bool = False


@dataclass
class ReadRow:
    """values: what the risk says, by field of RiskContent: choices as stored values, library rows
    as slugs, days, owner as the title of a post; with `reference` and `raised_on`. An empty cell
    says nothing. made: the names of values that nobody wrote but a new risk needs (a title out of
    the event): not for a risk that is there. went: for each non-empty cell (index of its column)
    the target or targets in which its text is found again, "ignore" where it is kept with the row
    only: none is missing.
    """

    line: Line
    values: dict = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    controls: list[tuple[str, str]] = field(default_factory=list)  # title, detail
    actions: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    split: list[str] = field(default_factory=list)  # what was taken apart, in words
    went: dict[int, list[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    @property
    def is_refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)
