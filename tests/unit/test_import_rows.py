"""Parsing a row: values, ratings, controls and actions, and no cell is lost."""

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from spreadsheets import (
    TODAY,
    levels,
    lost_cells,
    make_reference_data,
    preset,
    read_all,
    read_row,
    sheet_of,
)

from registers.import_fields import TARGETS
from registers.imports import parse_date, parse_list, parse_rating
from registers.imports.mapping import Plan, guess_plan, unmapped_words
from registers.imports.parse_statement import parse_statement
from registers.imports.parsed_row import ParsedAction
from registers.imports.row_parser import RowParser
from registers.spreadsheet import SheetRow

D = datetime.date


def problems(row):
    return [(problem.column, problem.text, problem.problem) for problem in row.problems]


def pair(row, kind="current"):
    return [(rating.likelihood, rating.impact) for rating in row.ratings if rating.kind == kind]


# Days


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1/4/26", D(2026, 4, 1), D(2026, 4, 1)),
        ("01.04.2026", D(2026, 4, 1), D(2026, 4, 1)),
        ("2026-04-01 00:00", D(2026, 4, 1), D(2026, 4, 1)),
        ("1st April 2026", D(2026, 4, 1), D(2026, 4, 1)),
        ("Wed 1 Apr 26", D(2026, 4, 1), D(2026, 4, 1)),
        ("Apr-26", D(2026, 4, 1), D(2026, 4, 30)),
        ("end of February 2028", D(2028, 2, 1), D(2028, 2, 29)),
        ("04/2026", D(2026, 4, 1), D(2026, 4, 30)),
        ("Q1 2026/27", D(2026, 4, 1), D(2026, 6, 30)),
        ("Q4 2026-27", D(2027, 1, 1), D(2027, 3, 31)),
        ("2026/27 Q2", D(2026, 7, 1), D(2026, 9, 30)),
        ("1/1/99", D(1999, 1, 1), D(1999, 1, 1)),
    ],
)
def test_days_as_people_type_them(text, first, last):
    span = parse_date.parse_span(text)
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["ongoing", "Q1 2026", "2026/27", "March", "46113", "soon (1/4/26)", "", "x" * 5000]
)
def test_text_that_is_no_day_is_not_read_as_one(text):
    assert parse_date.parse_span(text) is None


@pytest.mark.parametrize("text", ["31/02/2026", "1/1/1899", "2026-13-01", "12/1850", "Q1 2026/29"])
def test_impossible_days_are_refused(text):
    with pytest.raises(parse_date.InvalidDay):
        parse_date.parse_span(text)


@given(
    st.dates(D(1997, 1, 1), D(2055, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %y", "%d/%m/%y"]),
)
def test_a_day_written_out_is_that_day(day, form):
    assert parse_date.parse_span(day.strftime(form)).first == day


def test_an_invalid_day_is_a_problem_of_its_column_and_the_row_is_imported():
    row = read_row(["Ref", "Title", "Next review"], "1", "Flood", "31/02/2026")
    message = "31/02/2026 is not a real date: kept in the notes"
    assert problems(row) == [("Next review (C)", "31/02/2026", message)]
    assert not row.is_refused
    assert row.values["notes"].endswith("Next review: 31/02/2026")


def test_a_month_is_its_last_day_if_due_and_its_first_if_begun():
    row = read_row(["Title", "Target to be met by", "Raised on"], "Flood", "Apr-27", "Apr-26")
    assert (row.values["target_on"], row.values["raised_on"]) == (D(2027, 4, 30), D(2026, 4, 1))
    assert "Target to be met by: Apr-27 is a month: its last day, 30 April 2027" in row.split_notes


def test_a_risk_is_raised_on_the_day_it_was_identified_where_no_other_is_given():
    row = read_row(["Title", "Date identified"], "Flood", "1/4/2026")
    assert (row.values["identified_on"], row.values["raised_on"]) == (D(2026, 4, 1), D(2026, 4, 1))
    row = read_row(["Title", "Date identified", "Date raised"], "Flood", "1/4/2026", "1/5/2026")
    assert (row.values["identified_on"], row.values["raised_on"]) == (D(2026, 4, 1), D(2026, 5, 1))


def read_amount(text):
    """The row of a sheet whose second column is the estimated cost."""
    return read_row(["Title", "Cost (£)"], "Flood", text, columns=["title", "estimated_cost"])


def test_an_amount_is_read_with_its_sign_and_separators():
    row = read_amount("£1,200,000")
    assert (row.problems, row.values["estimated_cost"]) == ([], 1_200_000)


@pytest.mark.parametrize("text", ["abc", "-1", "1e30", "£1.2m", "9" * 400])
def test_a_text_that_is_no_amount_goes_to_the_notes_with_a_problem(text):
    row = read_amount(text)
    assert "not an amount in whole pounds up to" in row.problems[0].problem
    assert row.values["notes"] == f"Cost (£): {text}"


def test_words_for_no_amount_go_to_the_notes_without_a_problem():
    row = read_amount("n/a")
    assert (row.problems, row.values["notes"]) == ([], "Cost (£): n/a")


def test_words_for_no_day_go_to_the_notes_without_a_problem():
    row = read_row(["Title", "Next review"], "Flood", "ongoing")
    assert (row.problems, row.values["notes"]) == ([], "Next review: ongoing")


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Raised on", "1/1/2027"),
        ("Date identified", "1/1/2027"),
        ("Next review", "1/1/2035"),
        ("Tolerated until", "1/1/2020"),
    ],
)
def test_days_that_the_forms_refuse_are_not_imported(heading, text):
    row = read_row(["Title", heading], "Flood", text)
    assert [message for _, message, _ in problems(row)] == [text]
    assert row.values["notes"] == f"{heading}: {text}"


def test_month_first_days_are_read_by_the_plan():
    assert read_row(["Title", "Raised on"], "a", "02/01/2026", is_day_first=False).values[
        "raised_on"
    ] == D(2026, 2, 1)


# Ratings


def test_levels_by_number_word_or_both():
    texts = (
        "4",
        "4.0",
        "Likely",
        "likely ",
        "4 - Likely",
        "Likely (4)",
        "4 Likely",
        "L4",
        "Almost",
        "Possible / Occasional",
    )
    assert levels("likelihood", *texts) == [4, 4, 4, 4, 4, 4, 4, 4, 5, 3]


def test_levels_that_the_scheme_has_not_are_none():
    assert (
        levels("likelihood", "6", "4 - Severe", "4 - Rare", "V High", "0", "", "x" * 5000)
        == [None] * 7
    )


def test_short_forms_are_understood_where_the_scheme_has_the_word():
    scale = tuple(
        parse_rating.Level(n, label)
        for n, label in enumerate(("Very low", "Low", "Medium", "High", "Very high"), 1)
    )
    assert [
        parse_rating.match_level(scale, text)
        for text in ("V High", "VH", "M", "Med", "v. low", "5 - VH")
    ] == [
        5,
        5,
        3,
        3,
        1,
        5,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "4 x 5",
        "20 (4x5)",
        "4x5=20",
        "L4 I5",
        "(4,5)",
        "4*5",
        "Red 20 (4 x 5)",
        "I5 L4",
        "4 \u00d7 5",
        "L4xI5 = 20",
        "20\n4x5",
    ],
)
def test_scores_that_say_likelihood_and_impact(text):
    assert parse_rating.match_score(preset(), text) == parse_rating.ScoreMatch(((4, 5),))


def test_a_heading_can_say_that_the_impact_comes_first():
    assert pair(read_row(["Title", "Current score (I x L)"], "a", "4 x 5")) == [(5, 4)]


@pytest.mark.parametrize(
    ("text", "levels_read"),
    [
        ("25", [(5, 5)]),
        ("16", [(4, 4)]),
        ("12", []),
        ("20", []),
        ("High", []),
        ("7", []),
        ("Amber", []),
    ],
)
def test_a_bare_score_is_read_only_where_one_cell_can_give_it(text, levels_read):
    row = read_row(["Title", "Current score"], "a", text)
    assert pair(row) == levels_read
    if not levels_read:
        assert row.values["notes"] == f"Current score: {text}"
        assert problems(row)[0][:2] == ("Current score (B)", text)
        assert not row.is_refused


def test_a_score_and_one_of_its_ratings_give_the_other():
    assert pair(read_row(["Title", "Current likelihood", "Current score"], "a", "4", "12")) == [
        (4, 3)
    ]


def test_mapped_words_are_read():
    words = {"score": {"Amber": [3, 4], "N/K": ""}, "likelihood": {"V High": 5}}
    heads = ["Title", "Current score"]
    assert pair(read_row(heads, "a", "amber", words=words)) == [(3, 4)]
    unknown = read_row(heads, "a", "N/K", words=words)
    assert (unknown.ratings, unknown.destinations[1]) == ([], ["notes"])
    assert pair(
        read_row(["Title", "Current likelihood", "Current impact"], "a", "V HIGH", "2", words=words)
    ) == [(5, 2)]


def test_ratings_prevail_over_a_score_that_does_not_fit():
    row = read_row(
        ["Title", "Current likelihood", "Current impact", "Current score"], "a", "4", "4", "12"
    )
    assert pair(row) == [(4, 4)]
    assert problems(row) == [
        (
            "Current score (D)",
            "12",
            "This does not match likelihood 4 and impact 4, which give 16. We use 16",
        )
    ]
    assert row.values["notes"] == "Current score: 12"


def test_a_score_that_contradicts_itself_is_named():
    row = read_row(["Title", "Current score"], "a", "16 (5x5)")
    assert (pair(row), problems(row)[0][1]) == ([(5, 5)], "16 (5x5)")


def test_a_likelihood_without_an_impact_is_not_judged():
    row = read_row(["Title", "Current likelihood"], "a", "4")
    assert (row.ratings, row.values["notes"]) == ([], "Current likelihood: 4")
    assert problems(row)[0][2] == "This gives the likelihood but no impact"


def test_each_kind_of_rating_has_its_own_columns():
    heads = [
        "Title",
        "Inherent score",
        "Current score",
        "Current rationale",
        "Current judged on",
        "Current impact driven by",
        "Target score",
    ]
    row = read_row(heads, "a", "5x5", "4x4", "Fewer staff", "1/4/26", "Extra cost", "2x3")
    inherent, current, target = row.ratings
    assert (inherent.likelihood, target.impact) == (5, 3)
    assert (current.rationale, current.on, current.driver) == (
        "Fewer staff",
        D(2026, 4, 1),
        "additional-cost",
    )


def test_a_rationale_without_a_judgement_stays_with_the_notes():
    row = read_row(["Title", "Current score", "Current rationale"], "a", "tbc", "Too early")
    assert (row.ratings, row.values["notes"]) == (
        [],
        "Current score: tbc\nCurrent rationale: Too early",
    )


def test_the_present_quarter_is_rated_on_the_import_day_and_later_ones_are_not_read():
    row = read_row(["Title", "Q1 2026/27", "Q3 2026/27"], "a", "4x4", "3x3")
    assert [(rating.on, rating.likelihood) for rating in row.ratings] == [(None, 4)]
    assert row.values["notes"] == "Q3 2026/27: 3x3"


def test_a_band_that_the_scheme_gives_is_found_in_it_and_another_goes_to_the_notes():
    heads = ["Title", "Current likelihood", "Current impact", "Current band"]
    assert read_row(heads, "a", "4", "5", "Severe").destinations[3] == ["current.band"]
    assert read_row(heads, "a", "4", "5", "Amber").values["notes"] == "Current band: Amber"


# Words and posts


def test_our_references_are_normalised_and_others_are_kept():
    assert read_row(["Ref", "Title"], "corp 7", "a").values["reference"] == "CORP-007"
    values = read_row(["Ref", "Title"], "CRR0007", "a").values
    assert (values["reference"], values["notes"]) == ("CRR0007", "Reference there: CRR0007")
    assert read_row(["Ref", "Title"], "7", "a").values["reference"] == "7"


def test_a_vacant_post_is_a_post():
    row = read_row(["Title", "Owner"], "a", "Head of Legal (vacant)")
    assert (row.values["owner"], row.values["notes"]) == (
        "Head of Legal",
        "Owner: Head of Legal (vacant)",
    )
    assert "Owner: Head of Legal (vacant) is the post Head of Legal" in row.split_notes


def test_posts_are_spelt_as_the_register_has_them_or_as_words_map_them():
    assert read_row(["Title", "Owner"], "a", "head of legal").values["owner"] == "Head of Legal"
    mapped = read_row(
        ["Title", "Owner"], "a", "Hd of Legal", words={"owner": {"hd of  legal": "Head of Legal"}}
    )
    assert mapped.values["owner"] == "Head of Legal"


@pytest.mark.parametrize("between", ["\n", "; ", " / ", ", ", " and "])
def test_of_several_owners_in_one_cell_the_first_counts_and_the_others_are_noted(between):
    text = f"Head of Legal{between}Director of Finance"
    row = read_row(["Title", "Owner"], "a", text)
    assert row.values["owner"] == "Head of Legal"
    assert row.values["notes"] == f"Owner: {text}"
    assert row.split_notes == [
        "Owner: the first, Head of Legal, is the owner; 1 other is kept in the notes"
    ]


@pytest.mark.parametrize("name", ["Jo Green", "J. Green", "Cllr Sam O'Brien", "Adult Care"])
def test_what_looks_like_no_post_becomes_none_unasked(name):
    row = read_row(["Title", "Owner"], "a", name)
    assert "owner" not in row.values
    assert row.values["notes"] == f"Owner: {name}"
    assert len(row.problems) == 1


def test_choices_and_types_are_read_by_value_label_or_certain_synonym():
    heads = [
        "Title",
        "Category",
        "Status",
        "How soon",
        "Failure type",
        "Other failure types",
        "Adverse impacts",
    ]
    row = read_row(
        heads,
        "a",
        "Finance",
        "Live",
        "Within a year",
        "Financial",
        "Policy and politics; financial",
        "Disruption, Extra cost",
    )
    expected = {
        "category": "financial",
        "status": "open",
        "proximity": "year",
        "primary_failure_type": "financial",
    }
    expected |= {
        "other_failure_types": ["policy-and-politics"],
        "adverse_impacts": ["disruption", "additional-cost"],
    }
    assert expected.items() <= row.values.items()


def test_an_unknown_word_is_a_problem_and_goes_to_the_notes():
    row = read_row(["Title", "Category", "Failure type"], "a", "Pensions", "Bad luck")
    assert [word for _, word, _ in problems(row)] == ["Pensions", "Bad luck"]
    assert row.values["notes"] == "Category: Pensions\nFailure type: Bad luck"


def test_tolerating_needs_a_reason_and_an_end():
    heads = ["Title", "Response", "Why this response", "Tolerated until"]
    without = read_row(heads, "a", "Tolerate", "Too dear", "")
    assert "response" not in without.values
    assert without.values["notes"] == "Response: Tolerate\nWhy this response: Too dear"
    assert read_row(heads, "a", "Accept", "Too dear", "1/1/27").values["response"] == "tolerate"
    assert (
        read_row(heads, "a", "Treat", "Too dear", "").values["notes"]
        == "Why this response: Too dear"
    )


@pytest.mark.parametrize(
    ("heading", "name", "words", "value"),
    [
        ("Status", "status", "Has happened", "happened"),
        ("Status", "status", "Materialised", "happened"),
        ("Response", "response", "Treat: do something about it", "treat"),
        ("Response", "response", "Treat: reduce the risk", "treat"),
        ("How soon", "proximity", "Later than that", "later"),
        ("Who told us first", "told_by", "Somebody from the public", "public"),
    ],
)
def test_the_words_of_a_choice_are_read_as_our_files_say_them_and_as_they_said(
    heading, name, words, value
):
    row = read_row(["Title", heading], "a", words)
    assert (row.values[name], row.problems) == (value, [])


# Texts


def test_a_row_without_a_title_is_named_by_what_could_happen():
    row = read_row(["Ref", "Event"], "1", "A provider stops trading. Visits are missed.")
    assert (row.values["title"], row.derived) == ("A provider stops trading", {"title"})


def test_a_row_that_names_no_risk_is_refused():
    row = read_row(["Ref", "Title", "Owner"], "1", "", "Head of Legal")
    assert row.is_refused
    assert problems(row)[-1][0] == "Title (B)"


def test_a_row_of_ours_needs_no_title():
    assert not read_row(["Reference", "Title", "Owner"], "CORP-007", "", "Head of Legal").is_refused


def test_a_long_title_is_cut_at_a_word_and_kept_in_full():
    text = "The provider " * 20
    row = read_row(["Ref", "Title"], "1", text.strip(), columns=["reference", "title"])
    assert len(row.values["title"]) <= 200
    assert row.values["title"].endswith("\u2026")
    assert row.values["event"] == text.strip()


def test_texts_beyond_the_limits_are_named_and_go_to_the_notes_or_a_progress_note():
    row = read_row(["Title", "Cause", "Consequence"], "a", "word " * 900, "word " * 2000)
    assert {"cause", "consequence"}.isdisjoint(row.values)
    assert row.destinations[1] == ["notes"]
    assert row.destinations[2] == ["progress"]
    assert "".join(note.text for note in row.progress) == "Consequence: " + "word " * 1999 + "word"
    assert len(problems(row)) == 3  # each too long, one without room
    row = read_row(["Title", "Position for the committee"], "a", "word " * 81)
    assert problems(row)[0][2] == "This must be 80 words or fewer and has 81: kept in the notes"


def test_characters_that_cannot_be_stored_are_removed_and_named():
    row = read_row(["Title", "Cause"], "Flo\x07od", "\ud800")
    assert row.values["title"] == "Flood"
    assert [problem for _, _, problem in problems(row)] == [
        "We removed characters that cannot be stored (U+0007)",
        "We removed characters that cannot be stored (U+D800)",
    ]
    assert row.destinations[1] == ["ignore"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Cause: low pay. Event: staff leave\nConsequence: wards close",
            ["low pay.", "staff leave", "wards close"],
        ),
        (
            "There is a risk that providers fail caused by low fees leading to missed visits",
            ["low fees", "There is a risk that providers fail", "missed visits"],
        ),
        (
            "Due to low fees, there is a risk that providers fail, resulting in missed visits",
            ["low fees", "there is a risk that providers fail", "missed visits"],
        ),
        (
            "There is a risk that it floods resulting in loss",
            [None, "There is a risk that it floods", "loss"],
        ),
    ],
)
def test_a_statement_is_split_where_it_is_marked(text, parts):
    assert [parse_statement(text).get(part) for part in ("cause", "event", "consequence")] == parts


@pytest.mark.parametrize(
    "text",
    [
        "Providers fail leading to harm",
        "There is a risk that a leads to b leading to c",
        "There is a risk that x resulting in y due to z",
        "Cause: a. Cause: b. Event: c",
        "Note: Event: a",
        " " * 9000,
        "There is a risk that " + "x " * 5000,
    ],
)
def test_a_statement_that_could_be_split_in_two_ways_stays_whole(text):
    assert parse_statement(text) == {}


def test_our_notes_are_unchanged_and_others_carry_their_heading():
    row = read_row(["Title", "Ward", "Other notes"], "a", "North", "As it was: so")
    assert row.values["notes"] == "Ward: North\nAs it was: so"


# Controls and actions


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. One\n2. Two\nand more", ("One", "Two\nand more")),
        ("(1) One\n(2) Two", ("One", "Two")),
        ("a) One\nb) Two", ("One", "Two")),
        ("\u2022 One\n\u2022 Two", ("One", "Two")),
        ("- One\n- Two", ("One", "Two")),
        ("One thing\nAnother", ("One thing", "Another")),
        ("1. One 2. Two", ("One", "Two")),
        ("Controls:\n1. One\n2. Two", ("Controls:\nOne", "Two")),
        (
            "One sentence that goes\non in the next line",
            ("One sentence that goes\non in the next line",),
        ),
        ("Spend 2. 5 million", ("Spend 2. 5 million",)),
        ("3. Third\n1. First", ("3. Third", "1. First")),
        ("", ()),
    ],
)
def test_items_of_a_cell(text, items):
    assert parse_list.split_list(text).items == items


def test_a_long_item_has_a_title_and_its_full_text():
    row = read_row(["Title", "Controls"], "a", "1. Short\n2. " + "word " * 60)
    (short, none), (title, detail) = row.controls
    assert (short, none) == ("Short", "")
    assert (len(title) <= 200, detail) == (True, ("word " * 60).strip())


def test_an_action_has_a_post_and_day_only_if_every_word_is_recognised():
    text = "1. Fill the post (Head of Legal, 30/09/26)\n2. Review (see note 4)\n3. Test (complete)"
    assert read_row(["Title", "Actions"], "a", text).actions == [
        ParsedAction("Fill the post", owner="Head of Legal", due_on=D(2026, 9, 30)),
        ParsedAction("Review (see note 4)"),
        ParsedAction("Test (complete)", is_done=True),
    ]


def test_a_post_with_a_comma_is_one_post_where_the_register_has_it():
    register = make_reference_data(posts=("Head of Legal, Land and Elections",))
    row = read_row(
        ["Title", "Actions"],
        "a",
        "Fill it (Head of Legal, Land and Elections, 1 May 2027)",
        reference_data=register,
    )
    assert row.actions == [
        ParsedAction("Fill it", owner="Head of Legal, Land and Elections", due_on=D(2027, 5, 1))
    ]


def test_a_post_and_day_in_the_row_of_one_action_belong_to_it():
    heads = ["Title", "Actions", "Action owner", "Action due"]
    row = read_row(heads, "a", "Fill the post", "Director of Finance (vacant)", "Q1 2026/27")
    assert row.actions == [
        ParsedAction("Fill the post", owner="Director of Finance", due_on=D(2026, 6, 30))
    ]


def test_posts_and_days_of_several_actions_match_by_line_or_go_to_the_notes():
    heads = ["Title", "Actions", "Action due"]
    row = read_row(heads, "a", "1. One\n2. Two", "1. 1/9/26\n2. 2/9/26")
    assert [action.due_on for action in row.actions] == [D(2026, 9, 1), D(2026, 9, 2)]
    row = read_row(heads, "a", "1. One\n2. Two", "1/9/26")
    assert [action.due_on for action in row.actions] == [None, None]
    assert row.values["notes"] == "Action due: 1/9/26"


def test_a_day_too_far_ahead_is_not_an_actions():
    row = read_row(["Title", "Actions", "Action due"], "a", "One", "1/9/2062")
    assert row.actions == [ParsedAction("One")]
    assert problems(row)[0][0] == "Action due (C)"


# Nothing is lost

HEADS = [target.label for target in TARGETS]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "4",
            "5",
            "4 x 5",
            "20 (4x5)",
            "Likely",
            "Amber",
            "1/4/26",
            "31/02/26",
            "Apr-26",
            "Open",
            "Tolerate",
            "n/a",
        ]
    ),
    st.sampled_from(
        [
            "1. One\n2. Two (Head of Legal, 1/1/27)",
            "Head of Legal (vacant)",
            "Cause: a. Event: b",
            "x" * 4001,
            "y " * 6000,
        ]
    ),
    st.text(alphabet="lixLIX0123456789 ().-/=\n", max_size=20),
)


@given(st.lists(TEXTS, min_size=len(HEADS), max_size=len(HEADS) + 2))
@example(["\ud800\0"] * len(HEADS))
@example([" " * 3000 + "("] * len(HEADS))
def test_any_texts_under_our_own_headings_are_read_and_none_is_lost(cells):
    plan = Plan("S", 2, HEADS, [target.name for target in TARGETS])
    row = RowParser(plan, make_reference_data()).parse(SheetRow(2, tuple(cells)))
    assert {at for at, cell in enumerate(cells) if cell and not cell.isspace()} <= set(
        row.destinations
    )
    assert all(row.destinations.values())
    assert row.is_refused or len(row.values.get("title", "")) <= 200
    assert len(row.values.get("notes", "")) <= 10_000


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_any_sheet_is_guessed_and_read_and_none_of_its_cells_is_lost(rows):
    if not any(any(row) for row in rows):
        return
    sheet = sheet_of(*rows)
    _, read_rows = read_all(sheet, make_reference_data())
    for row in read_rows:
        assert {at for at, cell in enumerate(row.sheet_row.cells) if cell.strip()} <= set(
            row.destinations
        )


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40))
def test_a_text_that_has_no_field_is_found_in_the_notes(text):
    row = read_row(["Title", "Ward"], "a", text, columns=["title", "notes"])
    assert lost_cells(row, Plan("S", 2, ["Title", "Ward"], ["title", "notes"])) == []


def test_the_test_day_is_before_the_future_days_in_use():
    assert D(2026, 3, 31) < TODAY < D(2026, 6, 30)


# Formula errors


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#WERT!", "Err:502"])
def test_a_failed_formula_is_no_value_and_stays_with_the_notes(error):
    row = read_row(
        ["Risk title", "Owner", "Controls", "Current score", "Category"],
        "Flood",
        *[error] * 4,
    )
    assert (row.values["title"], row.controls, row.ratings) == ("Flood", [], [])
    assert {"owner", "category"} & set(row.values) == set()
    assert row.values["notes"].count(error) == 4
    assert "The formula failed: kept in the notes" in {p.problem for p in row.problems}


def test_a_row_whose_title_is_a_failed_formula_is_no_risk():
    assert read_row(["Risk title", "Owner"], "#REF!", "Head of Legal").is_refused


def test_nobody_is_asked_what_a_failed_formula_means():
    sheet = sheet_of(["Title", "Owner"], ["Flood", "#REF!"], ["Fire", "Head of Trade"])
    plan = guess_plan(sheet, make_reference_data())
    assert unmapped_words(sheet, plan, make_reference_data()) == {"owner": {"Head of Trade": 1}}
