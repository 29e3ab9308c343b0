"""What is checked of a paper's text, and the words of the statutes."""

from types import SimpleNamespace

import pytest

from registers.models import Nation, Sector
from registers.papers.checks import (
    named_exempt_risks,
    page_count,
    unexplained_acronyms,
)
from registers.papers.document import Document, Paragraph, Section
from registers.papers.edits import stale_edits, with_edits
from registers.papers.grounds import exclusion_wording, opinion_sentences, statute_of


def paper_of(*texts):
    blocks = tuple(Paragraph(f"section.{n}", text) for n, text in enumerate(texts))
    return Document("A paper", {}, (Section("section", "A section", blocks),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The MTFP has a gap.", ["MTFP"]),
        ("The medium-term financial plan (MTFP) has a gap. The MTFP grows.", []),
        ("MTFP (medium-term financial plan).", []),
        ("CORP-001 and the NHS.", []),
        ("Two SCRs and an SCR.", ["SCR"]),
        ("No acronym here, I say.", []),
    ],
)
def test_acronyms_that_are_not_spelt_out(text, expected):
    assert unexplained_acronyms(paper_of(text)) == expected


def test_a_long_paper_has_more_pages_than_the_limit():
    assert page_count(paper_of("word " * 400)) == 1
    assert page_count(paper_of("word " * 450 * 20)) > 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("About CORP-021.", ["CORP-021"]),
        ("about corp-021 too", ["CORP-021"]),
        ("CORP-0211 is another.", []),
        ("A POSSIBLE CLAIM is near.", ["CORP-021"]),
        ("Nothing of it.", []),
    ],
)
def test_an_exempt_risk_is_named_by_reference_or_title(text, expected):
    risk = SimpleNamespace(reference="CORP-021", title="A possible claim")
    assert named_exempt_risks([text], [risk]) == expected


def edit(key, wording, drafted):
    return SimpleNamespace(key=key, wording=wording, drafted=drafted)


def test_an_edit_stands_in_its_place_and_is_marked():
    edits = {"section.1": edit("section.1", "Ours.", "Two.")}
    (section,) = with_edits(paper_of("One.", "Two."), edits).sections
    assert [(block.text, block.is_edited) for block in section.blocks] == [
        ("One.", False),
        ("Ours.", True),
    ]


def test_edits_are_stale_where_the_draft_says_something_else():
    edits = [
        edit("section.0", "Ours.", "One."),
        edit("section.1", "Ours.", "2."),
        edit("x", "X", "Y"),
    ]
    stale = stale_edits(paper_of("One.", "Two."), edits)
    assert [(row.text.key, row.drafted, row.is_removed) for row in stale] == [
        ("section.1", "Two.", False),
        ("x", "", True),
    ]


@pytest.mark.parametrize(
    ("sector", "nation", "keys"),
    [
        (Sector.COUNCIL, Nation.ENGLAND, ["1", "2", "3", "4", "5", "6", "7"]),
        (Sector.COUNCIL, Nation.WALES, ["12", "13", "14", "15", "16", "17", "18"]),
        (Sector.COUNCIL, Nation.SCOTLAND, ["1", "2", "3", "4", "5", "6", "7", "8"]),
        (Sector.COUNCIL, Nation.NORTHERN_IRELAND, []),
        (Sector.NHS, Nation.ENGLAND, ["1960"]),
        (Sector.SCHOOL, Nation.ENGLAND, []),
    ],
)
def test_the_statute_follows_from_sector_and_nation(sector, nation, keys):
    statute = statute_of(SimpleNamespace(sector=sector, nation=nation))
    assert [*statute.grounds] == keys


def opinion_of(nation, **values):
    statute = statute_of(SimpleNamespace(sector=Sector.COUNCIL, nation=nation))
    defaults = {"grounds": ["G."], "interest": "Talks.", "opinion_by": "the solicitor"}
    return opinion_sentences(statute, {**defaults, "is_confidential": False, **values})


def test_only_england_and_wales_weigh_the_public_interest():
    assert "outweighs" in opinion_of(Nation.ENGLAND)["interest"]
    assert "outweighs" in opinion_of(Nation.WALES)["interest"]
    assert opinion_of(Nation.SCOTLAND)["interest"] == "Talks."


def test_confidential_information_needs_no_resolution():
    sentences = opinion_of(Nation.ENGLAND, is_confidential=True, interest="")
    assert "interest" not in sentences
    assert "needs no resolution" in sentences["resolution"]


def test_a_resolution_names_its_power():
    words = opinion_of(Nation.SCOTLAND)["resolution"]
    assert "under section 50A(4) of the Local Government (Scotland) Act 1973" in words


def test_northern_ireland_has_the_words_of_its_own_act():
    statute = statute_of(SimpleNamespace(sector=Sector.COUNCIL, nation=Nation.NORTHERN_IRELAND))
    assert "prohibited by or under any statutory provision" in statute.confidential["prohibited"]
    sentences = opinion_of(Nation.NORTHERN_IRELAND, is_confidential=True, interest="")
    act = "of the Local Government Act (Northern Ireland) 2014"
    assert f"Section 42(2) {act} excludes the public" in sentences["resolution"]
    assert f"under section 42(4) {act}" in opinion_of(Nation.NORTHERN_IRELAND)["resolution"]


def test_the_resolution_as_passed_names_item_power_and_ground():
    statute = statute_of(SimpleNamespace(sector=Sector.COUNCIL, nation=Nation.ENGLAND))
    words = exclusion_wording(statute, title="Risks", grounds=["Paragraph 3."], interest="Talks.")
    assert words.startswith(
        "That under section 100A(4) of the Local Government Act 1972 the public be excluded from "
        "the meeting during the item “Risks”, Part B, because exempt information"
    )
    assert "Paragraph 3. In all the circumstances of the case, the public interest" in words
    assert words.endswith("Talks.")


def test_a_short_title_is_named_by_whole_words_alone():
    risk = SimpleNamespace(reference="R-001", title="Art")
    assert named_exempt_risks(["A part of it."], [risk]) == []
    assert named_exempt_risks(["The ART of it."], [risk]) == ["R-001"]
