"""Open data of a register: a CSV file and its CSVW metadata.

CSVW: W3C, Metadata Vocabulary for Tabular Data. docs/adr/0013-open-data.md says which columns, and
why not the others. Nothing exempt, no draft, nothing closed, no post, no person, no note, whoever
the reader is.
"""

import datetime
import json
from dataclasses import dataclass

from registers.cell_lists import format_day
from registers.exports import columns
from registers.exports.columns import Column
from registers.exports.csv import plain, write_csv
from registers.exports.table import RegisterTable
from registers.models import Agreement, Register
from registers.phrases.files import MADE_UP
from registers.phrases.register import reported_in_words
from registers.risk_fields import FIELDS, Sort

# Import field, or heading of a column without one -> (name in the metadata, description).
PUBLISHED = {
    "reference": ("reference", "The reference of the risk. No other risk ever gets it."),
    "raised_on": ("raised_on", "The day on which somebody raised the risk."),
    **{field.name: (field.published, field.description) for field in FIELDS if field.published},
    **{
        f"{kind}.{part}": (f"{kind}_{name}", f"{kind_text}: {part_text}.")
        for kind, kind_text in (
            ("inherent", "Inherent, with no controls"),
            ("current", "Residual, with the controls there are"),
            ("target", "Target, where the body wants it to be"),
        )
        for part, name, part_text in (
            ("likelihood", "likelihood", "level of likelihood, from 1"),
            ("impact", "impact", "level of impact, from 1"),
            (
                "score",
                "score",
                "likelihood times impact; it puts risks in order, so do not add it up or average "
                "it",
            ),
            ("band", "band", "band of the scheme"),
            ("on", "judged_on", "day of the assessment"),
        )
    },
    "Directorate": ("directorate", "The directorate of the post that owns it."),
    "Above tolerance": (
        "above_tolerance",
        "Whether the residual band is above the tolerance.",
    ),
    "Rated by the scheme": ("scheme", "The scoring scheme of the residual rating."),
}
WHOLE_NUMBERS = (Sort.RATING, Sort.SCORE)
DESCRIPTIONS = {
    column.heading: PUBLISHED[key]
    for column in columns.COLUMNS
    if (key := column.import_field or column.heading) in PUBLISHED
}
COLUMNS = tuple(column for column in columns.COLUMNS if column.heading in DESCRIPTIONS)


@dataclass(frozen=True)
class Edition:
    """positions: from open_data_for. agreement: the last one; without one it is data of `today`."""

    register: Register
    positions: object
    today: datetime.date
    agreement: Agreement | None = None

    @property
    def day(self) -> datetime.date:
        return self.agreement.on if self.agreement else self.today

    @property
    def file_name(self) -> str:
        return f"{self.register.file_stem}-open-data-{self.day.isoformat()}.csv"

    @property
    def _warning(self) -> str:
        return f"{MADE_UP} " if self.register.organisation.is_sandbox else ""

    def write_csv(self, file) -> None:
        cut_off = self.agreement and self.agreement.recorded_by
        table = RegisterTable(
            self.register, self.positions.order_by("number"), self.day, cut_off, COLUMNS
        )
        write_csv(table, file, encoding="utf-8")

    def write_metadata(self, file) -> None:
        file.write(json.dumps(self.metadata, ensure_ascii=False, indent=2).encode())

    @property
    def metadata(self) -> dict:
        """The content of `<file>-metadata.json`."""
        register = self.register
        day = format_day(self.day)
        basis = reported_in_words(self.agreement) if self.agreement else f"Position at {day}"
        return {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": self.file_name,
            "dc:title": plain(f"{register}, {register.organisation}"),
            "dc:description": plain(
                f"{self._warning}{basis}. The risks on the register, without exempt risks, people "
                "and posts. A text that begins with = + - @ or a tab has an apostrophe before it."
            ),
            "dc:publisher": plain(str(register.organisation)),
            "dc:created": self.today.isoformat(),
            "dc:temporal": self.day.isoformat(),
            "dialect": {
                "encoding": "utf-8",
                "delimiter": ",",
                "header": True,
                "lineTerminators": ["\r\n"],
            },
            "tableSchema": {
                "columns": [_describe(column) for column in COLUMNS],
                "primaryKey": "reference",
            },
        }


def _describe(column: Column) -> dict:
    name, text = DESCRIPTIONS[column.heading]
    description = {
        "name": name,
        "titles": column.heading,
        "dc:description": text,
        "datatype": _datatype(column),
    }
    if name.endswith(("failure_types", "impacts")):
        description["separator"] = "; "
    return description | ({"required": True} if name in ("reference", "title") else {})


def _datatype(column: Column) -> str | dict:
    if column.sort == Sort.DAY:
        return {"base": "date", "format": "yyyy-MM-dd"}
    if column.sort is Sort.POUNDS:
        return {"base": "integer", "minimum": "0"}
    is_number = column.sort in WHOLE_NUMBERS and not column.heading.endswith("band")
    return {"base": "integer", "minimum": "1"} if is_number else "string"
