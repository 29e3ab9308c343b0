"""A new risk's own words, and the warning signs that they bring up. How often they are right, the
bench measures.
"""

import io
import json

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from profiles import examples

from registers import precedents
from registers.models import WarningSign
from registers.precedents import risk_text, suggest

pytestmark = pytest.mark.django_db

NEVER_CLEANED = (
    "There is a risk that wards are dirty, mattresses stained and equipment out of date."
)
ORDINARY = [
    "Potholes and worn road surfaces lead to claims from drivers.",
    "The pension fund valuation brings a larger deficit and higher employer contributions.",
    "A ransomware attack encrypts our servers and payments are late.",
]


def codes(text, **options):
    return [suggestion.sign.code for suggestion in suggest(text, **options)]


@pytest.mark.parametrize(
    "code", ["DON-W3", "THM-W2", "ROT-W5", "BAS-W2", "ELT-W9", "WSX-W7", "NTH-W3"]
)
def test_a_phrase_of_a_sign_finds_that_sign(code):
    sign = WarningSign.objects.get(code=code)
    assert codes(max(sign.also_said_as, key=len))[0] == code


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("Three chief executives and two directors have come and gone in as many years.", "eltham"),
        ("Pupils' exam results are far below those of similar schools.", "eltham"),
        ("Nurses who speak up about unsafe care are ignored by their managers.", "rotherham"),
        (
            "More patients die here than at other hospitals, and nobody has looked into why.",
            "basildon",
        ),
        ("The two groups cannot agree a budget and each has a plan of its own.", "doncaster"),
        ("Charities were given grants without any criteria or monitoring.", "tower-hamlets"),
        (
            "Child protection visits are late and social workers carry too many cases.",
            "west-sussex",
        ),
    ],
)
def test_words_of_ones_own_find_the_case(text, case):
    assert suggest(text)[0].sign.case.slug == case


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_risk_brings_up_nothing(text):
    assert suggest(text) == []


def test_a_text_that_says_little_more_of_a_sign_than_of_an_ordinary_risk_brings_up_nothing():
    text = (
        "Members approve the new theatre, but construction prices rise and the budget has to be "
        "topped up."
    )
    assert suggest(text) == []


def test_one_word_is_not_enough_for_a_suggestion():
    assert suggest("Mortality") == []


def test_there_are_three_at_most():
    text = (
        "Child protection and safeguarding: children at risk were known to services and harmed, "
        "opportunities missed."
    )
    assert len(suggest(text, most=9)) > 3
    assert len(suggest(text)) == 3


def test_a_smaller_number_can_be_requested():
    assert codes(NEVER_CLEANED, most=1) == codes(NEVER_CLEANED)[:1] != []


def test_the_words_are_the_readers_own():
    (best, *_) = suggest(NEVER_CLEANED)
    typed = NEVER_CLEANED.lower().strip(".").replace(",", "").split()
    assert {"dirty", "mattresses", "stained"} <= set(best.words) <= set(typed)


def test_words_that_say_nothing_do_not_count_as_shared():
    assert not {"there", "is", "a", "that", "and", "out", "of", "risk"} & set(
        suggest(NEVER_CLEANED)[0].words
    )


def test_a_body_is_not_like_a_case_for_bearing_its_name():
    sign = WarningSign.objects.get(code="THM-W1")
    sign.also_said_as = [*sign.also_said_as, "money in Tower Hamlets", "grants in Tower Hamlets"]
    sign.save()
    assert codes("Tower Hamlets, Tower Hamlets") == []


def test_a_suggestion_brings_its_case_along(django_assert_num_queries):
    suggest(NEVER_CLEANED)  # makes the index
    with django_assert_num_queries(2):
        assert suggest(NEVER_CLEANED)[0].sign.case.short_name == "Basildon"


def test_a_text_without_a_precedent_costs_one_query(django_assert_num_queries):
    suggest(ORDINARY[0])
    with django_assert_num_queries(1):
        suggest(ORDINARY[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\0",
        "\ud800",
        "a\0b\ud800",
        "the of and",
        "🐸" * 50,
        "İ" * 9_000,
        "x" * 100_000,
        "٣ ½ Ⅷ",
        "'" * 99,
    ],
    ids=[
        "empty",
        "blank",
        "NUL",
        "half a pair",
        "both",
        "says nothing",
        "frogs",
        "dotted",
        "long",
        "digits",
        "quotes",
    ],
)
def test_a_text_that_says_nothing_brings_up_nothing(text):
    assert suggest(text) == []


def test_of_a_hundred_thousand_characters_the_beginning_is_read():
    assert codes(NEVER_CLEANED + " and so on" * 10_000)[0] == "BAS-W1"
    words, _ = precedents.weighted_words("and so on " * 10_000 + NEVER_CLEANED)
    assert "mattresses" not in words


@examples(25)
@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_will_do(text):
    precedents.current_index().ranked(f"{text} dirty wards {text}")


def test_a_new_sign_is_found_at_once():
    text = "The ferry captain sails without a compass and the purser keeps no ledger."
    assert suggest(text) == []
    sign = WarningSign.objects.get(code="THM-W3")
    sign.pk, sign.code, sign.also_said_as = (
        None,
        "THM-W99",
        ["the captain sails without a compass or a ledger"],
    )
    sign.save()
    assert codes(text)[0] == "THM-W99"


def test_a_phrase_that_is_added_is_found_at_once():
    text = "The ferry captain sails without a compass and the purser keeps no ledger."
    suggest(text)
    sign = WarningSign.objects.get(code="THM-W3")
    sign.also_said_as = [*sign.also_said_as[1:], "the captain sails without a compass or a ledger"]
    sign.save()
    assert codes(text)[0] == "THM-W3"


def test_a_library_without_signs_suggests_nothing():
    WarningSign.objects.all().delete()
    assert suggest(NEVER_CLEANED) == []


def test_the_index_is_made_once():
    suggest(NEVER_CLEANED)
    before = precedents.current_index()
    suggest(ORDINARY[0])
    assert precedents.current_index() is before


def test_the_fields_of_a_risk_become_one_text():
    text = risk_text(title="Wards", cause="  no\ncleaners ", event="", consequence=None)
    assert text == "Wards\nno cleaners"


def test_title_and_cause_count_for_more_than_the_consequence():
    title = "Nurses leave faster than we can replace them."
    usual = (
        "complaints, adverse publicity, loss of confidence among patients and families, "
        "and action by the regulator"
    )
    assert codes(risk_text(title=title, consequence=usual))[0] == "ELT-W2"
    assert codes(f"{title} This may lead to {usual}.")[0] == "ELT-W2"
    assert codes(f"{title} {usual}")[0] != "ELT-W2"


def output_of(*arguments):
    out = io.StringIO()
    call_command("precedents", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_answers_a_text_in_json():
    (best, *_) = json.loads(output_of("--json", NEVER_CLEANED))
    assert (best["sign"], best["case"]) == ("BAS-W1", "basildon")
    assert "mattresses" in best["words"]


def test_the_command_gives_no_score():
    rows = json.loads(output_of("--json", NEVER_CLEANED))
    assert {key for row in rows for key in row} == {"sign", "case", "words"}
    assert "%" not in output_of(NEVER_CLEANED)


def test_the_command_says_an_empty_list_for_none():
    assert output_of("--json", ORDINARY[0]) == "[]\n"


def test_the_command_answers_each_line_that_it_reads(monkeypatch):
    monkeypatch.setattr(
        "sys.stdin", io.StringIO(f"{NEVER_CLEANED}\n{ORDINARY[0]}\n\n{NEVER_CLEANED}")
    )
    answers = [json.loads(line) for line in output_of("--json").splitlines()]
    assert [bool(answer) for answer in answers] == [True, False, False, True]


def test_the_command_reads_lines_of_any_bytes(monkeypatch):
    lines = io.TextIOWrapper(
        io.BytesIO(b"\xff\xfe\x00 dirty wards\n" + NEVER_CLEANED.encode()), encoding="ascii"
    )
    monkeypatch.setattr("sys.stdin", lines)
    assert len(output_of("--json").splitlines()) == 2


def test_the_command_also_prints_text():
    assert output_of(NEVER_CLEANED).startswith("BAS-W1 Basildon: Dirty wards")
    assert output_of(ORDINARY[0]) == "No warning sign in the library resembles this.\n"
