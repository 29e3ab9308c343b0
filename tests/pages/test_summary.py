"""The Word summary of a register: its content by reader, and its accessibility."""

import datetime
import functools
import io
from types import SimpleNamespace

import docx
import pytest
from django.db import transaction
from django.test import Client
from docx.oxml.ns import qn
from makers import (
    days_ago,
    make_agreement,
    make_appetite,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_user,
)

from registers.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    return SimpleNamespace(register=make_register(slug="ours", prefix="C", name="Our register"))


@pytest.fixture(scope="module")
def clients(module_records):
    clients = {role: Client() for role in Role}
    for role, client in clients.items():
        client.force_login(make_person(module_records.register.organisation, role))
    return clients


@pytest.fixture
def summary(clients):
    return functools.partial(read_summary, clients)


def read_summary(clients, role=Role.MANAGER, query=""):
    answer = clients[role].get(f"/registers/ours/summary.docx{query}")
    assert answer.status_code == 200
    return docx.Document(io.BytesIO(answer.content))


def words_of(document):
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def rows_of(document, number):
    return [[cell.text for cell in row.cells] for row in document.tables[number].rows]


def test_it_names_the_register_and_the_day(summary, register):
    make_risk(register, on=days_ago(40))
    words = words_of(summary(query="?as_at=2026-06-30"))
    assert words.startswith("Our register: summary\n")
    assert str(register.organisation) in words
    assert "As at 30 June 2026: the position at the end of that day" in words


def test_a_member_downloads_the_latest_agreement(summary, register):
    risk = make_risk(register, title="As agreed", assessed=(5, 5))
    make_agreement(register, body="Cabinet")
    make_revision(risk, title="Since")
    document = summary(Role.MEMBER)
    assert "As reported to Cabinet: position at" in words_of(document)
    assert rows_of(document, 1)[1][1] == "As agreed"


@pytest.fixture(scope="module")
def document(module_records, clients):
    """The summary of four risks, read once."""
    register = module_records.register
    with transaction.atomic():
        make_risk(register, title="One\x0btwo", assessed=(5, 5))
        for ratings in ((5, 5), (1, 1), None):
            make_risk(register, assessed=ratings)
        document = read_summary(clients)
        transaction.set_rollback(True)
    return document


def test_it_counts_in_sentences(document):
    words = words_of(document)
    assert "Two of 4 risks are above tolerance (Severe)" in words
    assert "One has no residual rating." in words


def test_the_matrix_counts_and_names_each_band(document):
    matrix = rows_of(document, 0)
    assert (matrix[1][5], matrix[5][1], matrix[5][5]) == ("2\nSevere", "1\nLow", "–\nModerate")  # noqa: RUF001 (a dash)


def test_control_characters_break_it_not(document):
    assert rows_of(document, 1)[1][1] == "Onetwo"


def test_risks_above_tolerance_are_listed_with_post_rating_and_reason(summary, register):
    make_appetite(register.organisation, category="financial", tolerance="low")
    owner = make_post(
        register.organisation, "Director of Finance", holder=make_user(name="Zebedee")
    )
    make_risk(register, title="Reserves", assessed=(5, 4), owner=owner)
    make_risk(register, title="Fees", assessed=(2, 2), category="financial")
    make_risk(register, title="Below", assessed=(2, 2))
    document = summary()
    assert [[text.replace("\u00a0", " ") for text in row] for row in rows_of(document, 1)[1:]] == [
        ["C-001", "Reserves", "Director of Finance", "Severe, 20 (5 × 4)", "As we see it."],  # noqa: RUF001
        [
            "C-002",
            "Fees",
            "No owner yet",
            "Moderate, 4 (2 × 2)",  # noqa: RUF001
            "As we see it. Tolerance for financial: Low.",
        ],
    ]
    assert "Zebedee" not in words_of(document) + str(rows_of(document, 1))


def test_the_worklist_in_brief_lists_the_faults(summary, register):
    make_risk(register)
    document = summary()
    assert "data quality issues, on one risk." in words_of(document)
    assert ["Not rated", "1"] in rows_of(document, 1)


def test_the_scheme_and_its_thresholds_are_at_the_end(document):
    assert "Scoring scheme: 5 x 5, four bands, version 1." in words_of(document)
    assert "Taken higher from: Severe." in words_of(document)
    assert rows_of(document, -1)[1] == [
        "Severe",
        "15 to 25",
        "within 31 days",
        "Above tolerance, escalate",
    ]


def test_a_register_without_risks_says_so(summary, register):
    words = words_of(summary(query=f"?as_at={days_ago(-5)}"))
    assert "No risks were on this register on that day." in words
    assert "No risk is above tolerance." in words


def test_exempt_risks_are_marked_for_those_who_see_them_and_absent_for_others(summary, register):
    make_risk(register, title="CANARY", assessed=(5, 5), is_exempt=True)
    document = summary()
    assert "One risk in this file is exempt: do not publish it." in words_of(document)
    assert rows_of(document, 1)[1][0] == "C-001 (exempt)"
    document = summary(Role.PEER)
    everything = words_of(document) + "".join(
        str(rows_of(document, n)) for n in range(len(document.tables))
    )
    assert "CANARY" not in everything
    assert "leaves out exempt risks" in everything


def test_drafts_are_counted_nowhere(summary, register):
    make_risk(register, title="CANARY", status="draft")
    assert "No risks were" in words_of(summary(Role.OFFICER))


def test_a_screen_reader_gets_language_headings_and_table_headers(document):
    languages = {
        language.get(qn("w:val")) for language in document.styles.element.iter(qn("w:lang"))
    }
    assert (languages, document.core_properties.language) == ({"en-GB"}, "en-GB")
    assert document.core_properties.title == "Our register: summary"
    assert (
        next(p.text for p in document.paragraphs if p.style.name == "Heading 1")
        == "Risks by likelihood and impact"
    )
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_a_long_list_above_tolerance_is_cut_and_counted(summary, register, monkeypatch):
    monkeypatch.setattr("registers.summary.LISTED", 2)
    for _ in range(4):
        make_risk(register, assessed=(5, 5))
    document = summary()
    assert len(rows_of(document, 1)) == 3
    assert "Risks above tolerance: 4" in words_of(document)
    assert "The register lists 2 more." in words_of(document)


def test_its_file_is_named_after_register_and_day(clients):
    name = clients[Role.PEER].get("/registers/ours/summary.docx")["Content-Disposition"]
    assert f"ours-summary-as-at-{datetime.date.today()}-exempt-not-included.docx" in name
