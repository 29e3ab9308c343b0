"""Excerpts of what a search found: words in context, marked, in about one line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import examples

from registers.excerpts import CUT, LENGTH, excerpt_of


def marked(text, *words):
    excerpt = excerpt_of({"Cause": text}, words)
    return excerpt and "".join(
        f"[{snippet.text}]" if snippet.is_match else snippet.text for snippet in excerpt.snippets
    )


LONG = "one two three four five six seven eight nine ten eleven twelve " * 9


@pytest.mark.parametrize(
    ("text", "words", "excerpt"),
    [
        ("Staff leave, and no staff come.", ["staff"], "[Staff] leave, and no [staff] come."),
        ("The fund and its funding", ["fund", "funding"], "The [fund] and its [funding]"),
        ("over\n\n  two\tlines", ["two"], "over [two] lines"),
        ("a.b and axb", ["a.b"], "[a.b] and axb"),
        ("\N{FIRE} rides", ["\N{FIRE}"], "[\N{FIRE}] rides"),
        ("nothing", ["else"], None),
        ("", ["else"], None),
        ("no words", [], None),
    ],
)
def test_an_excerpt_marks_the_words(text, words, excerpt):
    assert marked(text, *words) == excerpt


def test_of_several_texts_the_one_with_most_of_the_words_is_shown():
    texts = {"Cause": "No staff.", "Event": "No staff and no money.", "Notes": "Staff and money."}
    assert excerpt_of(texts, ["staff", "money"]).label == "Event"


def test_a_long_text_is_cut_between_words_on_both_sides():
    text = marked(f"{LONG}needle, {LONG}", "needle")
    assert re.fullmatch(rf"{CUT}\w+( \w+)* \[needle\],( \w+)*{CUT}", text)
    assert set(re.findall(r"\w+", text)) <= {*LONG.split(), "needle"}


@examples(50)
@given(st.text(max_size=400), st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_an_excerpt_is_of_the_text_and_short(text, words):
    excerpt = excerpt_of({"": text}, [word for word in words if word.split() == [word]])
    if excerpt:
        shown = "".join(snippet.text for snippet in excerpt.snippets)
        assert shown.strip(CUT) in " ".join(text.split()) and len(shown) <= LENGTH + 2
        assert any(snippet.is_match for snippet in excerpt.snippets)
