"""Registers laid out as public bodies lay theirs out, with content that is made up."""

import datetime

D = datetime.date
LONG = (
    "Providers hand contracts back because fees do not cover wages, so visits are missed and "
    "people come to harm."
)


def kent():
    """Current and target scores beside each other, a movement, a banner and a key."""
    rows = [
        ["Corporate risk register", "", "", "", "", "", "", "", ""],
        ["As at 31 March 2026", "", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", "", ""],
        [
            "Risk No.",
            "Risk Title",
            "Current Risk Rating",
            "Target Risk Rating",
            "Direction of travel since last report",
            "Risk Owner",
            "Source / Cause of risk",
            "Risk Event",
            "Consequence",
        ],
        [
            "CRR0001",
            "Adult social care market",
            "20 (4x5)",
            "12",
            "↑",
            "Director of Finance",
            "Fees below cost",
            "A provider stops",
            "Visits are missed",
        ],
        [
            "CRR0002",
            "Cyber attack",
            "Medium 15",
            "9 (3x3)",
            "↔",
            "Head of Legal (vacant)",
            "Old servers",
            "Data are locked",
            "No payments for weeks",
        ],
        [
            "CRR0003",
            "Savings plan",
            "25",
            "4",
            "↓",
            "Section 151 Officer",
            "Late decisions",
            "Savings slip",
            "Reserves fall",
        ],
        ["", "", "", "", "", "", "", "", ""],
        ["Key: Low 1-6, Medium 8-15, High 16-25", "", "", "", "", "", "", "", ""],
    ]
    return (
        rows,
        ["A1:I1"],
        {
            "columns": {
                "Risk No.": "reference",
                "Current Risk Rating": "current.score",
                "Target Risk Rating": "target.score",
                "Direction of travel since last report": "notes",
                "Risk Event": "event",
            },
            "risks": 3,
        },
    )


def three_boroughs():
    """Residual scores by quarter with a direction; officers of several boroughs in one cell."""
    rows = [
        [
            "Ref",
            "Risk description",
            "Cause and context",
            "Planned actions",
            "Residual risk score Q3 2025/26",
            "DOT Q3",
            "Residual risk score Q4 2025/26",
            "DOT Q4",
            "Officers",
        ],
        [
            "SR1",
            "Homelessness demand outruns supply",
            "Rents rise faster than allowances",
            "1. Buy forty homes (Director of Finance, 30/09/26)\n2. Review allocations",
            "4 x 4",
            "→",
            "5 x 4",
            "↑",
            "LBX: J Green\nRBY: to be named",
        ],
        [
            "SR2",
            "A school fails an inspection",
            "Two heads leave",
            "Support visits",
            "3x3",
            "→",
            "9",
            "→",
            "Director of Schools",
        ],
        [
            "SR3",
            "Contractor insolvency",
            "Margins are thin",
            "",
            "12",
            "→",
            "12 (3 x 4)",
            "→",
            "Head of Procurement",
        ],
    ]
    return (
        rows,
        [],
        {
            "columns": {
                "Ref": "reference",
                "Residual risk score Q3 2025/26": "current.score@2025-12-31",
                "Residual risk score Q4 2025/26": "current.score@2026-03-31",
                "DOT Q3": "notes",
                "Planned actions": "actions",
                "Cause and context": "cause",
            },
            "risks": 3,
        },
    )


def east_devon():
    """Four by four, pure and residual, two rows of headings with merged cells."""
    rows = [
        [
            "Risk",
            "",
            "Pure risk",
            "",
            "",
            "Controls",
            "Residual risk",
            "",
            "",
            "Responsible officer",
        ],
        [
            "Code",
            "Description",
            "Likelihood",
            "Impact",
            "Score",
            "",
            "Likelihood",
            "Impact",
            "Score",
            "",
        ],
        ["R1", LONG, 4, 4, 16, "Contract meetings\nProvider list", 3, 3, 9, "Director of Adults"],
        ["R2", "Flooding of the depot", 2, 3, 6, "Flood plan", 1, 3, 3, "Head of Streets"],
        ["R3", "Loss of key staff", 3, 2, 6, "", 2, 2, 4, "HR Lead"],
    ]
    return (
        rows,
        ["A1:B1", "C1:E1", "G1:I1"],
        {
            "scheme": "four-by-four",
            "risks": 3,
            "columns": {
                "Pure risk: Likelihood": "inherent.likelihood",
                "Pure risk: Score": "inherent.score",
                "Residual risk: Impact": "current.impact",
                "Controls": "controls",
                "Risk: Code": "reference",
            },
        },
    )


def south_lakeland():
    """Cells with names and no numbers: blue is not acceptable, green is."""
    rows = [
        [
            "Risk",
            "Likelihood",
            "Impact",
            "Colour",
            "Target likelihood",
            "Target impact",
            "Owner",
            "Due date",
        ],
        [
            "Loss of the main lakeside car park",
            "Likely",
            "Moderate",
            "Blue",
            "Unlikely",
            "Moderate",
            "Head of Streets",
            "30/09/2026",
        ],
        [
            "Planning appeals are lost",
            "Rare",
            "Minor",
            "Green",
            "Rare",
            "Minor",
            "Head of Planning",
            "ongoing",
        ],
        [
            "Local plan is late",
            "Almost certain",
            "Very Significant",
            "Blue",
            "Possible",
            "Minor",
            "Head of Planning",
            "Q1 2026/27",
        ],
    ]
    return (
        rows,
        [],
        {
            "columns": {
                "Risk": "title",
                "Likelihood": "current.likelihood",
                "Impact": "current.impact",
                "Target likelihood": "target.likelihood",
            },
            "risks": 3,
            "decide": {"impact": {"Very Significant"}},
        },
    )


def bury():
    """Scores and bands apart, a status of movement, trailing notes."""
    rows = [
        [
            "No",
            "Risk event",
            "Consequences",
            "Inherent Risk",
            "",
            "",
            "Current Controls",
            "Residual Risk",
            "",
            "",
            "Movement",
            "Risk Owner",
            "Next Review",
        ],
        ["", "", "", "L", "I", "Score", "", "L", "I", "Score", "", "", ""],
        [
            "1",
            "The budget is overspent",
            "Services are cut",
            5,
            5,
            25,
            "Monthly reports",
            4,
            4,
            16,
            "Static",
            "Director of Finance",
            D(2026, 9, 30),
        ],
        [
            "2",
            "A data breach",
            "Fines, loss of trust",
            4,
            4,
            16,
            "Training",
            3,
            4,
            12,
            "Down",
            "Head of Legal",
            D(2026, 12, 31),
        ],
        [
            "3",
            "Staff sickness",
            "Delays",
            3,
            3,
            9,
            "Occupational health",
            3,
            3,
            9,
            "Static",
            "HR Manager",
            "",
        ],
        [
            "Prepared by the risk team. 8-12 is High and 15-25 is Significant.",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
        ],
    ]
    return (
        rows,
        ["D1:F1", "H1:J1"],
        {
            "columns": {
                "Inherent Risk: L": "inherent.likelihood",
                "Residual Risk: Score": "current.score",
                "Movement": "notes",
                "Next Review": "next_review_on",
            },
            "risks": 3,
        },
    )


def reading():
    """Existing controls apart from actions with a day, a status and where they are watched; the 4
    Ts as a status.
    """
    rows = [
        [
            "Risk ref",
            "Risk",
            "Background context",
            "Existing controls",
            "Specific actions",
            "Action owner",
            "Date",
            "Action status",
            "Where monitored",
            "How often",
            "Status",
            "Current risk score",
            "Risk appetite",
        ],
        [
            "7",
            "Children's placements cost more than planned",
            "Numbers rise across the region.",
            "• Panel agrees each placement\n• Monthly forecast",
            "1. Open two homes\n2. Agree a framework",
            "1. Director of Children\n2. Head of Procurement",
            "30/09/26",
            "On track",
            "Board",
            "Monthly",
            "Treat",
            "L4 I5",
            "Cautious",
        ],
        [
            "8",
            "A reservoir wall fails",
            "Built in 1897.",
            "Yearly inspection",
            "Repair the spillway (Head of Engineering, 31/03/27)",
            "",
            "",
            "Not begun",
            "Board",
            "Quarterly",
            "Tolerate",
            "2 x 5",
            "Averse",
        ],
        ["9", "Leisure contract", "", "", "", "", "", "", "", "", "Transfer", "tbc", "Open"],
    ]
    return (
        rows,
        [],
        {
            "columns": {
                "Status": "response",
                "Specific actions": "actions",
                "Action owner": "action_owner",
                "Risk appetite": "notes",
                "Current risk score": "current.score",
                "Date": "notes",
            },
            "risks": 3,
        },
    )


def bracknell():
    """Unmitigated and current, and several quarters by the month of the report."""
    rows = [
        [
            "Risk title",
            "Unmitigated risk score",
            "Current risk score",
            "Jun-25 score",
            "Sep-25 score",
            "Dec-25 score",
            "Mar-26 score",
            "Appetite",
            "Lead officer",
            "Commentary",
        ],
        [
            "Town centre rents fall",
            "5x4",
            "4x4",
            "4x4",
            "4x4",
            "4x3",
            "4x3",
            "Amber",
            "Director of Place",
            "Two shops closed in May.",
        ],
        [
            "School places run short",
            "4x4",
            "2x4",
            "3x4",
            "3x4",
            "2x4",
            "2x4",
            "Green",
            "Director of People",
            "On plan.",
        ],
        ["IT fails", "5x5", "3x5", "N/A", "3x5", "3x5", "3x5", "Green", "Head of IT", ""],
    ]
    return (
        rows,
        [],
        {
            "columns": {
                "Unmitigated risk score": "inherent.score",
                "Jun-25 score": "current.score@2025-06-30",
                "Mar-26 score": "current.score@2026-03-31",
                "Appetite": "notes",
                "Lead officer": "owner",
            },
            "risks": 3,
        },
    )


def north_norfolk():
    """Cause, event and consequence; a scale of money; an action and a day in one cell."""
    rows = [
        [
            "ID",
            "Cause",
            "Event",
            "Consequence",
            "Financial impact",
            "Current Likelihood",
            "Current Impact",
            "Current Score",
            "Target Likelihood",
            "Target Impact",
            "Target Score",
            "Controls",
            "Action and date",
        ],
        [
            "1",
            "Cliffs erode",
            "Homes are lost",
            "Families move",
            "£400k-£1m",
            "4 - Likely",
            "4 - Major",
            "16",
            "3",
            "3",
            "9",
            "Survey each spring",
            "Buy out six homes (30/06/27)",
        ],
        [
            "2",
            "Grant ends",
            "The centre closes",
            "Older people are alone",
            "£10-£200k",
            "Possible (3)",
            "2 (Minor)",
            "6",
            "2",
            "2",
            "4",
            "None",
            "Find another funder by March",
        ],
        ["3", "Election", "Policy changes", "", ">£1m", "2", "3", "8", "1", "3", "3", "", ""],
    ]
    return (
        rows,
        [],
        {
            "columns": {
                "ID": "reference",
                "Event": "event",
                "Current Likelihood": "current.likelihood",
                "Financial impact": "notes",
                "Action and date": "actions",
            },
            "risks": 3,
        },
    )


def assurance_framework():
    """An NHS board assurance framework: objectives, gaps, assurances, three worded scores."""
    rows = [
        ["Board Assurance Framework", "", "", "", "", "", "", "", "", "", "", ""],
        [
            "Strategic objective",
            "Principal risk",
            "Executive lead",
            "Inherent score",
            "Key controls",
            "Gaps in control",
            "Assurances",
            "Gaps in assurance",
            "Current score",
            "Target score",
            "Actions",
            "Due date",
        ],
        [
            "Care that is safe",
            "There is a risk that wards are unsafe caused by vacancies leading to harm to patients",
            "Chief Nurse",
            "C5 x L4 = 20",
            "Daily staffing huddle",
            "No cover at night",
            "CQC visit 2025",
            "No audit since 2024",
            "16",
            "9",
            "Recruit abroad",
            "Mar-27",
        ],
        [
            "Live within our means",
            "Cause: savings slip. Event: cash runs out. Consequence: suppliers stop",
            "Chief Finance Officer",
            "5 x 5",
            "Weekly cash forecast",
            "",
            "Internal audit",
            "",
            "4x5=20",
            "2x4",
            "1. Agree a loan 2. Sell the depot",
            "01/12/2026",
        ],
        [
            "A good place to work",
            "Staff leave",
            "Director of People",
            "4x4",
            "Exit interviews",
            "",
            "Staff survey",
            "",
            "Extreme",
            "",
            "",
            "",
        ],
    ]
    return (
        rows,
        ["A1:L1"],
        {
            "columns": {
                "Principal risk": "title",
                "Gaps in control": "notes",
                "Strategic objective": "objective",
                "Executive lead": "owner",
                "Key controls": "controls",
                "Due date": "action_due_on",
            },
            "risks": 3,
            "decide": {"score": {"Extreme", "C5 x L4 = 20"}},
        },
    )


ALL = (
    kent,
    three_boroughs,
    east_devon,
    south_lakeland,
    bury,
    reading,
    bracknell,
    north_norfolk,
    assurance_framework,
)
