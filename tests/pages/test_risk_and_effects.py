"""A column that holds the risk and its effects, and no word between them."""

import pytest
from makers import make_organisation, make_register
from workbooks import columns_form, csv_of, import_workbook, latest, send

HEADS = ["Ref", "Risk title", "Risk and effects"]
PLAIN = "The river rises over the wall. Homes are lost."
FILE = csv_of(HEADS, ["1", "Flood", PLAIN], ["2", "Fire", "Risk: Fire spreads\nEffect: Homes burn"])


@pytest.fixture
def register(db):
    return make_register(make_organisation())


def test_the_page_of_columns_asks_where_the_text_goes(manager, register):
    send(manager, register, FILE)
    page = manager.get(latest(register).get_absolute_url()).text
    assert "show where the effects begin. We found no such words in row 2." in page


def test_the_question_must_be_answered(manager, register):
    send(manager, register, FILE)
    batch = latest(register)
    answer = manager.post(batch.get_absolute_url(), columns_form(batch))
    assert "Select where to put a text that holds both the risk and its effects" in answer.text


@pytest.mark.parametrize(
    ("goes_to", "event", "consequence", "notes"),
    [
        ("event", PLAIN, "", ""),
        ("consequence", "Flood", PLAIN, ""),
        ("notes", "Flood", "", f"Risk and effects: {PLAIN}"),
    ],
)
def test_the_text_goes_where_the_manager_says(
    manager, register, goes_to, event, consequence, notes
):
    import_workbook(manager, register, FILE, statement_goes_to=goes_to)
    risk = register.risks.get(latest__title="Flood").latest
    assert (risk.event, risk.consequence) == (event, consequence)
    assert notes in risk.notes


def test_a_text_with_a_word_between_is_taken_apart_without_a_question(manager, register):
    import_workbook(manager, register, FILE, statement_goes_to="notes")
    risk = register.risks.get(latest__title="Fire").latest
    assert (risk.event, risk.consequence) == ("Fire spreads", "Homes burn")
