"""Which risks look alike by their words, and which do not."""

import pytest

from registers.likeness import NEAR, LikenessIndex, Wording, split_words

HOMES = "The homes that the plan asks for are not built, and people wait in temporary housing."


def likeness(title, text, *risks):
    index = LikenessIndex((key, Wording.of(*words)) for key, words in enumerate(risks, 1))
    return index.likeliest(Wording.of(title, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  Cyber-Attack!  ", "cyber attack"),
        ("CORP-012 Cyber attack", "cyber attack"),
        ("R12 Cyber attack", "cyber attack"),
        ("FIN 7: Cyber attack", "cyber attack"),
        ("3. Cyber attack", "cyber attack"),
        ("(4) Cyber attack", "cyber attack"),
        ("Risk 3 - Cyber attack", "cyber attack"),
        ("The council\u2019s reserves", "the councils reserves"),
        ("COVID-19 outbreak", "covid 19 outbreak"),
        ("Phase 2: roof", "phase 2 roof"),
        ("Room 101 floods", "room 101 floods"),
        ("2026 pay award", "2026 pay award"),
    ],
)
def test_case_punctuation_and_a_leading_reference_do_not_count(text, words):
    assert " ".join(split_words(text)) == words


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Cyber attack", "Cyber atack"),
        ("Loss of key staff", "Key staff: loss of"),
        ("Failure of IT systems", "Failure of ICT systems"),
        ("Breach of data protection law", "Data protection breach"),
        ("Flooding of the depot", "Flooding of depots"),
        ("Failure of major contractor", "Failure of a major contractor"),
    ],
)
def test_titles_of_one_risk_look_alike(title, other):
    assert NEAR <= likeness(title, "", (other, "")).percent < 100


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Loss of key staff", "Loss of key suppliers"),
        ("Failure to recruit social workers", "Failure to recruit teachers"),
        ("Budget overspend in adult services", "Budget overspend in childrens services"),
        ("Health and safety of staff", "Health and safety of tenants"),
        ("Failure of the waste contractor", "Failure of the leisure contractor"),
        ("Phase 1 is late", "Phase 2 is late"),
        ("Failure of supplier B", "Failure of supplier C"),
    ],
)
def test_titles_of_two_risks_do_not(title, other):
    assert likeness(title, "", (other, "")) is None


def test_the_same_title_and_words_are_certain():
    assert likeness("Homes", HOMES, ("HOMES.", HOMES.upper())).is_certain


def test_a_title_alone_is_certain_where_nothing_speaks_against_it():
    assert likeness("Homes", "", ("Homes", HOMES)).is_certain


def test_two_risks_with_all_the_words_make_it_uncertain():
    best = likeness("Homes", HOMES, ("Homes", HOMES), ("Homes", HOMES))
    assert (best.percent, best.is_certain) == (100, False)


def test_the_same_title_with_other_words_is_never_the_same():
    best = likeness("Homes", HOMES, ("Homes", "Tenants are not safe in a fire."))
    assert (best.has_same_title, best.is_certain, best.percent < NEAR) == (True, False, True)


def test_changed_words_count_where_both_have_some():
    changed = HOMES.replace("temporary housing", "hotels")
    best = likeness("Homes are late", HOMES, ("Homes come late", changed))
    assert NEAR <= best.percent < 100


def test_the_likeliest_risk_is_named():
    best = likeness("Cyber attack", "", ("Cyber atack", ""), ("Flood", ""), ("Cyber attack", ""))
    assert (best.key, best.percent) == (3, 100)


def test_a_row_without_a_title_is_like_none():
    assert likeness("", "", ("", "")) is None


def test_common_words_do_not_hide_a_risk_with_a_rare_one():
    risks = [(f"Failure of service number{n}", "") for n in range(500)]
    assert likeness("Failure of services zephyr", "", *risks, ("Failure of service zephyr", ""))
