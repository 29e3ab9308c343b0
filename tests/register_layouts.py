"""Twelve registers in the layouts that public bodies use, and a Welsh one, with invented words.

Each says what must come of it: of every row, every rating, control and action, and of what has no
field.
"""

from dataclasses import dataclass, field

from documents import docx, docx_table, ods, ods_table, paragraph
from spreadsheets import csv_of, workbook

# What becomes of a row.
READ = "read"
CONTINUATION = "continuation"
HEADING = "heading"
SECTION = "section heading"
GUIDANCE = "guidance"
EMPTY = "empty"
OUTSIDE = "outside"  # above the headings, below the table, another table, or left out in doubt


@dataclass(frozen=True)
class Layout:
    """A file and what must come of it.

    columns: letter -> what it is read as.
    rows: number -> what becomes of it, of every row with a text. The other names are by reference,
    or by title where the register has no references.
    ratings: kind -> (likelihood, impact), each that must be read. other_scale: those whose ratings
    nobody may read before a person says what they mean.
    actions: (title, owner, day). notes: texts that must stand in the notes or progress notes.
    """

    content: bytes
    rows: dict[int, str]
    file_name: str = "register.xlsx"
    columns: dict[str, str] = field(default_factory=dict)
    ratings: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    other_scale: tuple[str, ...] = ()
    controls: dict[str, list[str]] = field(default_factory=dict)
    actions: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def numbers(self, *outcomes):
        return {number for number, outcome in self.rows.items() if outcome in outcomes}


def number_rows(*outcomes, first=1):
    """The outcomes of consecutive rows; None for an empty row."""
    return {number: outcome for number, outcome in enumerate(outcomes, first) if outcome}


def city_council():
    """Scores before and after controls, a score in a column of its own right behind the controls,
    a direction, two owners in one cell, a banner and a key."""
    rows = [
        ["Corporate risk register, quarter 2", *[""] * 11],
        ["Ref", "Risk", "Cause", "Gross", "", "", "Controls", "Net", "", "", "DoT", "Risk owner"],
        ["", "", "", "L", "I", "Score", "", "L", "I", "Score", "", ""],
        [
            "CR1",
            "The archive roof leaks",
            "Repairs were put off",
            5,
            4,
            20,
            "Yearly survey\nBuckets in the stacks",
            3,
            4,
            12,
            "↓",
            "Head of Estates / Head of Archives",
        ],
        [
            "CR2",
            "Market tolls fall",
            "Fewer stalls",
            4,
            3,
            12,
            "None",
            4,
            3,
            12,
            "↔",
            "Head of Trade",
        ],
        ["CR3", "The tram depot floods", "Blocked culvert", 3, 5, 15, "10", 2, 5, 10, "↑", ""],
        [],
        ["Key: 1-6 low, 8-12 medium, 15-25 high", *[""] * 11],
    ]
    return Layout(
        workbook(rows, merged=["A1:L1", "D2:F2", "H2:J2"]),
        number_rows(OUTSIDE, HEADING, HEADING, READ, READ, READ, None, OUTSIDE),
        columns={
            "D": "inherent.likelihood",
            "G": "controls",
            "J": "current.score",
            "K": "notes",
            "L": "owner",
        },
        ratings={
            "CR1": {"inherent": (5, 4), "current": (3, 4)},
            "CR2": {"inherent": (4, 3), "current": (4, 3)},
            "CR3": {"inherent": (3, 5), "current": (2, 5)},
        },
        controls={"CR1": ["Yearly survey", "Buckets in the stacks"], "CR2": [], "CR3": []},
        notes={"CR3": ["10"]},
    )


def district_pdf():
    """Pasted from a PDF: columns by spaces, lines that go on, the headings again on page two."""
    text = """Strategic risk register
Ref    Risk                       Likelihood    Impact    Owner
SR1    The ferry contract ends    4             5         Head of Transport
       before a new one begins
SR2    Beach huts are lost        3             2         Head of Leisure
Page 1 of 2
Ref    Risk                       Likelihood    Impact    Owner
SR3    Bins are not emptied       2             3         Head of Streets
Page 2 of 2
"""
    return Layout(
        text.encode(),
        number_rows(OUTSIDE, HEADING, READ, OUTSIDE, READ, HEADING, HEADING, READ, OUTSIDE),
        file_name="Pasted table",
        columns={"A": "reference", "C": "current.likelihood", "D": "current.impact", "E": "owner"},
        ratings={
            "SR1": {"current": (4, 5)},
            "SR2": {"current": (3, 2)},
            "SR3": {"current": (2, 3)},
        },
    )


def village_council():
    """Likelihood and impact from 1 to 10, their product, and a ranking that is no score."""
    rows = [
        ["Rank", "Hazard", "Likelihood (1-10)", "Impact (1-10)", "Score", "Mitigation"],
        ["1", "Erosion of the river bank", 8, 9, 72, "Sandbags"],
        ["2", "Storm surge", 3, 5, 15, "Siren\nShelter in the school"],
        ["3", "Loss of the barge landing", 2, 4, 8, "No"],
    ]
    return Layout(
        csv_of(rows),
        number_rows(HEADING, READ, READ, READ),
        file_name="hazards.csv",
        columns={"B": "title", "F": "controls"},
        other_scale=("Erosion of the river bank", "Storm surge", "Loss of the barge landing"),
        controls={
            "Erosion of the river bank": ["Sandbags"],
            "Storm surge": ["Siren", "Shelter in the school"],
            "Loss of the barge landing": [],
        },
    )


def rail_project():
    """VL to VH with a key on another sheet; an action's owner and target date beside it."""
    headings = (
        "Risk ID|Risk title|Cause|Probability|Severity|Action|Action owner|Target date|Review date"
    )
    rows = [
        headings.split("|"),
        [
            "T-01",
            "Tunnel boring stops",
            "Hard rock",
            "H",
            "VH",
            "Order spare cutters",
            "Plant Manager",
            "30/09/2026",
        ],
        [
            "T-02",
            "Signals arrive late",
            "One supplier",
            "VL",
            "M",
            "Find a second supplier",
            "Head of Signals",
            "31/12/2026",
        ],
        ["T-03", "Ballast is stolen", "Open yard", "M", "L", "", "", ""],
    ]
    key = [
        ["Scale", "Meaning"],
        ["VL", "Very low"],
        ["L", "Low"],
        ["M", "Medium"],
        ["H", "High"],
        ["VH", "Very high"],
    ]
    return Layout(
        workbook(rows, title="Risks", more={"Key": key}),
        number_rows(HEADING, READ, READ, READ),
        columns={"A": "reference", "F": "actions", "G": "action_owner", "H": "action_due_on"},
        other_scale=("T-01", "T-02", "T-03"),
        actions={
            "T-01": [("Order spare cutters", "Plant Manager", "2026-09-30")],
            "T-02": [("Find a second supplier", "Head of Signals", "2026-12-31")],
            "T-03": [],
        },
    )


def government_template():
    """Headings with underscores, a row of guidance below them, and an average with 16 places."""
    rows = [
        [
            "risk_ref",
            "risk_title",
            "risk_owner",
            "Likelihood_1_5",
            "Impact_1_5",
            "Mean",
            "Comments and progress",
        ],
        [
            "Number each risk",
            "Say in a few words what could go wrong",
            "The post that is accountable",
            "From 1 (rare) to 5 (almost certain)",
            "From 1 (minor) to 5 (severe)",
            "Calculated",
            "What has happened since",
        ],
        [
            "D1",
            "The portal is down on results day",
            "Head of Digital",
            3,
            4,
            3.3333333333333335,
            "Tested in May, two faults",
        ],
        ["D2", "Keys leak", "Head of Security", 2, 5, 3.5, "Rotated"],
    ]
    return Layout(
        workbook(rows),
        number_rows(HEADING, GUIDANCE, READ, READ),
        columns={
            "A": "reference",
            "B": "title",
            "C": "owner",
            "D": "current.likelihood",
            "E": "current.impact",
        },
        ratings={"D1": {"current": (3, 4)}, "D2": {"current": (2, 5)}},
        notes={"D1": ["Tested in May, two faults"]},
        actions={"D1": [], "D2": []},
    )


def parish_council():
    """A Word document: a table for each subject, H/M/L, controls as sentences, no reference."""
    finance = docx_table(
        [
            "Subject",
            "Risk(s) identified",
            "H/M/L",
            "Management/control of risk",
            "Review/assess/revise",
        ],
        [
            "Precept",
            "The precept is too low",
            "L",
            "The clerk brings a budget to the council in November.",
            "Existing procedure adequate",
        ],
        [
            "Bank",
            "A cheque is forged",
            "M",
            "Two members sign.\nStatements are checked each month.",
            "Existing procedure adequate",
        ],
    )
    assets = docx_table(
        [
            "Subject",
            "Risk(s) identified",
            "H/M/L",
            "Management/control of risk",
            "Review/assess/revise",
        ],
        ["Bench", "The bench by the pond breaks", "L", "Inspected in spring", "Repaint"],
    )
    return Layout(
        docx(paragraph("Finance"), finance, paragraph("Assets"), assets),
        number_rows(HEADING, READ, READ),
        file_name="assessment.docx",
        columns={"B": "title", "D": "controls"},
        other_scale=("The precept is too low", "A cheque is forged"),
        controls={
            "A cheque is forged": ["Two members sign.", "Statements are checked each month."]
        },
        notes={"The precept is too low": ["Existing procedure adequate", "Precept"]},
    )


def section_headings():
    """A row across the table above each group of risks."""
    rows = [
        ["Ref", "Risk title", "Current likelihood", "Current impact", "Controls"],
        ["Finance", "", "", "", ""],
        ["F1", "Grants are paid twice", 3, 3, "Reconciliation"],
        ["F2", "The audit is late", 2, 4, "Plan agreed in March"],
        ["People", "", "", "", ""],
        ["P1", "Drivers leave", 4, 4, "Pay review"],
    ]
    return Layout(
        workbook(rows, merged=["A2:E2", "A5:E5"]),
        number_rows(HEADING, SECTION, READ, READ, SECTION, READ),
        ratings={
            "F1": {"current": (3, 3)},
            "F2": {"current": (2, 4)},
            "P1": {"current": (4, 4)},
        },
        controls={"F1": ["Reconciliation"], "P1": ["Pay review"]},
    )


def three_row_headings():
    """Headings over three rows, merged across and down."""
    rows = [
        ["Risk", "", "Assessment", "", "", "", "Response", ""],
        ["Ref", "Title", "Before controls", "", "After controls", "", "Controls", "Owner"],
        ["", "", "Likelihood", "Impact", "Likelihood", "Impact", "", ""],
        ["W1", "The weir fails", 4, 5, 2, 5, "Divers inspect it", "Head of Rivers"],
        ["W2", "Otters block the intake", 3, 2, 3, 1, "", "Head of Parks"],
    ]
    merged = ["A1:B1", "C1:F1", "G1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3", "H2:H3"]
    return Layout(
        workbook(rows, merged=merged),
        number_rows(HEADING, HEADING, HEADING, READ, READ),
        columns={
            "A": "reference",
            "B": "title",
            "C": "inherent.likelihood",
            "F": "current.impact",
            "G": "controls",
            "H": "owner",
        },
        ratings={
            "W1": {"inherent": (4, 5), "current": (2, 5)},
            "W2": {"inherent": (3, 2), "current": (3, 1)},
        },
        controls={"W1": ["Divers inspect it"], "W2": []},
    )


def merged_rows():
    """A risk over three rows: what it is called is merged down, each row has an action."""
    rows = [
        ["Ref", "Risk title", "Current score", "Actions", "Action owner", "Due date"],
        ["H1", "The heat network stops", "4x4", "Replace pump one", "Head of Energy", "30/09/2026"],
        ["", "", "", "Replace pump two", "Head of Energy", "31/12/2026"],
        ["", "", "", "Train two fitters", "Head of Works", "31/03/2027"],
        ["H2", "Meters are misread", "2x3", "Send readers twice", "Head of Energy", "30/06/2026"],
    ]
    return Layout(
        workbook(rows, merged=["A2:A4", "B2:B4", "C2:C4"]),
        number_rows(HEADING, READ, CONTINUATION, CONTINUATION, READ),
        ratings={"H1": {"current": (4, 4)}, "H2": {"current": (2, 3)}},
        actions={
            "H1": [
                ("Replace pump one", "Head of Energy", "2026-09-30"),
                ("Replace pump two", "Head of Energy", "2026-12-31"),
                ("Train two fitters", "Head of Works", "2027-03-31"),
            ],
            "H2": [("Send readers twice", "Head of Energy", "2026-06-30")],
        },
    )


def zeros_below():
    """Formulas that were copied down for 900 rows show 0 below the last risk."""
    rows = [
        ["Ref", "Risk title", "Likelihood", "Impact", "Score"],
        ["Z1", "The clock tower leans", 2, 5, 10],
        ["Z2", "Pigeons foul the square", 5, 1, 5],
        ["Z3", "The fair is rained off", 3, 2, 6],
        *[["", "", "", "", 0] for _ in range(900)],
    ]
    return Layout(
        workbook(rows),
        number_rows(HEADING, READ, READ, READ, *[OUTSIDE] * 900),
        ratings={
            "Z1": {"current": (2, 5)},
            "Z2": {"current": (5, 1)},
            "Z3": {"current": (3, 2)},
        },
    )


def two_tables():
    """Risks, and below them on the same sheet what was closed, under headings of its own."""
    rows = [
        ["Ref", "Risk title", "Current likelihood", "Current impact", "Owner"],
        ["A1", "The lido closes", 3, 4, "Head of Leisure"],
        ["A2", "Deckchairs are stolen", 2, 1, "Head of Leisure"],
        [],
        ["Incidents this year"],
        ["Date", "What happened", "Cost"],
        ["01/05/2026", "A pump burst and the pool was shut", "£4,000"],
        ["02/06/2026", "A swimmer cut a foot on a tile", "£150"],
    ]
    return Layout(
        workbook(rows),
        number_rows(HEADING, READ, READ, None, *[OUTSIDE] * 4),
        ratings={"A1": {"current": (3, 4)}, "A2": {"current": (2, 1)}},
    )


def repeated_heading():
    """The headings again on every page, footnotes and sources below."""
    headings = ["Ref", "Risk title", "Residual likelihood", "Residual impact", "Controls"]
    rows = [
        headings,
        ["B1", "The bridge is closed¹", 3, 5, "Weekly inspection"],
        ["B2", "Salt runs out", 2, 3, "Second barn; Contract with the county"],
        ["Page 1 of 2"],
        headings,
        ["B3", "Ploughs break down", 4, 2, "Spare blades"],
        [],
        ["¹ Since the survey of 2025."],
        ["Sources: survey of bridges, 2025; winter plan, 2024"],
    ]
    return Layout(
        workbook(rows),
        number_rows(HEADING, READ, READ, HEADING, HEADING, READ, None, OUTSIDE, OUTSIDE),
        ratings={
            "B1": {"current": (3, 5)},
            "B2": {"current": (2, 3)},
            "B3": {"current": (4, 2)},
        },
        controls={"B2": ["Second barn", "Contract with the county"], "B3": ["Spare blades"]},
    )


def welsh_council():
    """A community council's workbook of LibreOffice with Welsh headings."""
    rows = [
        ["Cyf", "Risg", "Tebygolrwydd", "Effaith", "Perchennog", "Rheolaethau"],
        ["C1", "Mae'r neuadd yn gollwng", "4", "3", "Clerc", "Archwiliad blynyddol"],
        ["C2", "Nid oes digon o arian", "2", "5", "Clerc", "Cyllideb"],
    ]
    return Layout(
        ods(ods_table(*rows, name="Cofrestr")),
        number_rows(HEADING, READ, READ),
        file_name="cofrestr.ods",
        columns={
            "A": "reference",
            "B": "title",
            "C": "current.likelihood",
            "D": "current.impact",
            "E": "owner",
            "F": "controls",
        },
        ratings={"C1": {"current": (4, 3)}, "C2": {"current": (2, 5)}},
        controls={"C1": ["Archwiliad blynyddol"], "C2": ["Cyllideb"]},
    )


ALL = (
    city_council,
    district_pdf,
    village_council,
    rail_project,
    government_template,
    parish_council,
    section_headings,
    three_row_headings,
    merged_rows,
    zeros_below,
    two_tables,
    repeated_heading,
    welsh_council,
)
