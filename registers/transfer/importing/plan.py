"""Which column is what: guessed from names and contents, completed by the manager, remembered for the register."""

from dataclasses import asdict, dataclass, field

from registers.transfer.importing.files import Sheet


@dataclass
class Plan:
    """How one sheet is read. columns: the name of a Target for each column, a rating's with its day where it has one
    ("current.score@2026-06-30"). words: what their words mean by ours, by target: {"likelihood": {"V High": 5},
    "score": {"Amber": [3, 4]}, "owner": {"Hd of Legal": "Head of Legal"}}; an empty text: kept with the row only."""

    sheet: str
    first_line: int  # the number of the first line of data
    names: list[str]  # the headings, several rows of them joined
    columns: list[str]
    words: dict[str, dict] = field(default_factory=dict)
    is_day_first: bool = True
    footer_from: int | None = None  # the number of the line from which on there are notes, no risks
    another_scale: bool = False  # its numbers are not the scheme's: a level or score is read only where words map it

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Plan":
        return cls(**data)


@dataclass(frozen=True)
class Known:
    """What the register and the library have, for guessing and reading: pure data."""

    scheme: object  # registers.scoring.Scheme
    prefix: str  # of references: CORP
    posts: tuple[str, ...]  # titles
    choices: dict[str, dict[str, str]]  # target -> stored value -> label
    library: dict[str, dict[str, str]]  # "failure_types", "adverse_impacts" -> slug -> name
    today: object = None  # datetime.date


def guess(sheet: Sheet, known: Known, remembered: Plan | None = None) -> Plan:
    """The plan for a sheet: where its headings stand, what each column seems to be. remembered: the last plan of this
    register, followed where its headings are the same."""
    raise NotImplementedError


def to_decide(sheet: Sheet, plan: Plan, known: Known) -> dict[str, dict[str, int]]:
    """target -> word -> in how many rows: what stands in the sheet and nobody has said the meaning of."""
    raise NotImplementedError
