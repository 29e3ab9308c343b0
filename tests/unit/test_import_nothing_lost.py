"""Every text of a risk's rows is found again: in a field, a control, an action, a note.

The check knows nothing of where the import says that a text went.
"""

import datetime

from hypothesis import example, given
from hypothesis import strategies as st
from layouts import ALL
from spreadsheets import MARKERS, TODAY, make_reference_data, read_all, sheet_of, words_of, workbook

from registers.imports import parse_date, parse_rating
from registers.imports.diff import ExistingRisk, diff_new_risk, diff_row
from registers.imports.upload import read_sheets
from registers.imports.value_mapping import ValueMapping
from registers.pounds import parse_pounds

DATA = make_reference_data()
MEANINGS = ValueMapping({}, DATA)
HEADINGS = [
    *("Ref", "Risk", "Risk description", "Cause", "Effects", "Risk owner", "Category", "Status"),
    *("Likelihood", "Impact", "Score", "RAG", "Residual score", "Target score", "Rank", "Ward"),
    *("Existing controls", "Further actions", "Action owner", "Due date", "Last reviewed"),
    *("Review date", "Comments", "Direction of travel", "Directorate", "Date raised", "Portfolio"),
    *("Response", "Failure type", "Estimated cost (\u00a3)", "Tolerated until", "Notes"),
]
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("", "", "-", "n/a", "None", "TBC", "6", "10", "Yes", "\u2191", "4", "4 x 5", "Amber"),
            *("Likely", "3 - Possible", "20 (4x5)", "1/4/26", "Apr-26", "31/02/26", "1/4/2031"),
            *("Head of Legal", "Head of Legal; Jo Green", "Jo Green", "Adult Care", "Happened"),
            *("Walls; a pump", "1. One\n2. Two (Head of Legal, 1/1/27)", "Walls\n6\nNone"),
            *("1/3/26: begun\n2/3/26: done", "Tolerate", "Closed", "Financial", "\u00a35,000"),
        ]
    ),
    st.sampled_from(["x " * 2500, "word " * 2200]),
)


def texts_of(row):
    """All that the register will say of the risk, as one text."""
    texts = [str(value) for value in row.values.values() if isinstance(value, str)]
    texts += [text for control in row.controls for text in control]
    texts += [
        text for action in row.actions for text in (action.title, action.detail, action.owner)
    ]
    texts += [note.text for note in row.progress]
    return " ".join([*texts, *(rating.rationale for rating in row.ratings)])


def days_of(row):
    days = [value for value in row.values.values() if isinstance(value, datetime.date)]
    days += [rating.on for rating in row.ratings]
    return {*days, *(a.due_on for a in row.actions), *(note.on for note in row.progress)}


def is_day_found(text, row):
    try:
        span = parse_date.parse_span(text, True, TODAY.year)
    except parse_date.InvalidDay:
        return False
    return bool(span) and bool({span.first, span.last} & days_of(row))


def is_rating_found(text, row):
    scheme = DATA.scheme
    for rating in row.ratings:
        pair = (rating.likelihood, rating.impact)
        levels = (
            parse_rating.match_level(scheme.likelihood, text),
            parse_rating.match_level(scheme.impact, text),
        )
        if levels[0] == pair[0] or levels[1] == pair[1]:
            return True
        if pair in parse_rating.match_score(scheme, text).pairs:
            return True
    return False


def is_choice_found(text, row):
    values = [
        value
        for each in row.values.values()
        for value in ([each] if not isinstance(each, list) else each)
    ]
    keys = [*DATA.choices, "primary_failure_type", "adverse_impacts"]
    meanings = {key: MEANINGS.lookup(key, text) for key in keys}
    labels = [DATA.choices.get(key, {}).get(value) for key, value in meanings.items()]
    return (
        any(value in values for value in meanings.values())
        or any(label and label in texts_of(row) for label in labels)
        or (parse_pounds(text) is not None and parse_pounds(text) in values)
    )


def is_found(text, row):
    words = words_of(text) - MARKERS
    dated = " ".join(
        f"{day:%d %m %Y %y %B %b} {day.day} {day.month}" for day in days_of(row) if day
    )
    return (
        words <= words_of(f"{texts_of(row)} {dated}") | {"1", "2"}
        if words
        else text.strip() in texts_of(row)
    ) or any(check(text, row) for check in (is_day_found, is_rating_found, is_choice_found))


def lost_texts(row):
    cells = [
        cell
        for source in row.sheet_row.source_rows or [row.sheet_row]
        for cell in source.cells
        if cell.strip()
        and not any(
            ord(character) < 32 or 127 <= ord(character) < 160 or 0xD800 <= ord(character) < 0xE000
            for character in cell.replace("\n", "")
        )
    ]
    return [cell for cell in cells if not is_found(cell, row)]


def lost_of(sheet):
    plan, read = read_all(sheet, DATA)
    lost = []
    for row in read:
        if diff_new_risk(row, plan, DATA).closes:
            row.values["status"] = "closed"
        if not row.is_refused:
            lost += lost_texts(row)
    return lost


def test_nothing_is_lost_of_any_layout():
    lost = {}
    for layout in ALL:
        rows, merged, _ = layout()
        lost[layout.__name__] = lost_of(read_sheets("r.xlsx", workbook(rows, merged=merged))[0])
    assert lost == {layout.__name__: [] for layout in ALL}


@given(
    st.lists(st.sampled_from(HEADINGS), min_size=2, max_size=9, unique=True),
    st.lists(st.lists(TEXTS, min_size=9, max_size=9), min_size=1, max_size=4),
)
@example(["Risk", "Directorate"], [["Place", *[""] * 8]])
@example(["Risk", "Risk owner"], [["-", *[""] * 8]])
@example(["Risk", "Score"], [["n/a", *[""] * 8]])
@example(["Risk", "Status"], [["Happened", *[""] * 8]])
@example(["Risk", "Status"], [["Live and kicking", *[""] * 8]])
@example(["Risk", "Date raised"], [["1/4/2031", *[""] * 8]])
@example(["Risk", "Category"], [["n/a", *[""] * 8]])
@example(["Risk", "Existing controls"], [["Walls\n6\nNone", *[""] * 8]])
@example(["Risk", "Risk owner"], [["Jo Green", *[""] * 8]])
@example(["Risk", "Direction of travel"], [["\u2191", *[""] * 8]])
def test_nothing_is_lost_of_any_sheet(headings, rows):
    heads = ["Risk title", *(name for name in headings if name != "Risk")]
    cells = [["Flood", *row[: len(heads) - 1]] for row in rows]
    assert lost_of(sheet_of(heads, *cells)) == []


def test_what_a_known_risks_row_moves_to_the_notes_stays_there_too():
    sheet = sheet_of(["Reference", "Title", "Other notes", "Ward", "Target to be met by"],
                     ["CORP-1", "Flood", "Old words", "North", "when we can"])  # fmt: skip
    plan, (row,) = read_all(sheet, DATA)
    existing = ExistingRisk(1, "CORP-001", 1, "open", _values_of("Old words"), TODAY)
    changes = {name: after for name, _, after in diff_row(existing, row, plan, DATA).changes}
    assert changes["notes"].split("\n") == [
        "Old words",
        "Ward: North",
        "Target to be met by: when we can",
    ]


def _values_of(notes):
    names = ("title", "event", "notes", "target_on", "response", "response_reason")
    return dict.fromkeys(names, "") | {"tolerated_until": None, "title": "Flood", "notes": notes}
