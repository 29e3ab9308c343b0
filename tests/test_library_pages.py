"""The library as it is read: what each page gathers, marks and leads to, and what it costs."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from makers import make_user

from registers.library_pages.search import KINDS
from registers.models import (
    CASE_FACTS,
    AdverseImpact,
    CaseIntervention,
    CaseStudy,
    Citation,
    Claim,
    Discrepancy,
    FailureType,
    Insight,
    LaterEvidence,
    Source,
    Statement,
    TimelineEvent,
    WarningSign,
)

pytestmark = pytest.mark.django_db

CASES = "doncaster tower-hamlets rotherham basildon eltham west-sussex northamptonshire".split()
each_case = pytest.mark.parametrize("slug", CASES)
MOST_QUERIES = 40  # of any page of the library, session and reader included


@pytest.fixture
def read_anew():
    client = Client()
    client.force_login(make_user())

    def read(name, *args, **query):
        return client.get(reverse(name, args=args), query)

    return read


READ = {}  # address -> its page: the library is the same for all tests that change nothing in it


@pytest.fixture
def read(read_anew):
    """The pages of the library as it is loaded, each asked for once."""

    def read(*asked, **query):
        address = (asked, *query.items())
        if address not in READ:
            READ[address] = read_anew(*asked, **query)
        return READ[address]

    return read


def words_of(answer):
    """What a page says, without its markup."""
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(text).split())


def part(answer, name):
    """The markup of the element with this id, up to the next element with an id of a row."""
    found = answer.text.partition(f'id="{name}"')[2]
    assert found, f"{name} is not on the page"
    return re.split(r'<(?:li|tr|article|section|div) [^>]*id="', found)[0]


# A case


@each_case
def test_a_case_holds_every_fact_that_is_known_of_it(read, slug):
    answer, case = read("library_case", slug), CaseStudy.objects.get(slug=slug)
    codes = [
        code
        for model in CASE_FACTS
        for code in model.objects.filter(case=case).values_list("code", flat=True)
    ]
    assert [code for code in codes if f'id="{code}"' not in answer.text] == []


@each_case
def test_every_place_on_a_page_has_its_own_name(read, slug):
    found = re.findall(r'\sid="([^"]*)"', read("library_case", slug).text)
    assert [name for name in found if found.count(name) > 1] == []


@each_case
def test_every_link_within_a_case_leads_somewhere(read, slug):
    text = read("library_case", slug).text
    assert [
        name for name in re.findall(r'href="#([^"]*)"', text) if f'id="{name}"' not in text
    ] == []


def test_a_case_is_told_in_the_order_of_a_briefing(read):
    text = read("library_case", "doncaster").text
    wanted = "what-happened later signs timeline interventions turnaround followed types insights ask".split()
    places = [text.index(f'id="{name}"') for name in wanted]
    assert places == sorted(places)


def test_what_was_found_later_has_its_day_service_tone_and_address(read):
    said = part(read("library_case", "doncaster"), "DON-L2")
    later = LaterEvidence.objects.get(code="DON-L2")
    address = later.citations.get().source.address
    wanted = [
        "November 2017",
        html.escape(later.service),
        "Good",
        f'href="{address}" rel="noreferrer"',
    ]
    assert [words for words in wanted if words not in said] == []


def test_what_was_found_later_is_said_to_be_outside_the_documents(read):
    assert "Found later From outside the two documents" in words_of(
        read("library_case", "basildon")
    )


def test_a_case_without_later_findings_says_so_and_reassures_nobody(read_anew):
    LaterEvidence.objects.filter(case__slug="eltham").delete()
    assert "That is no sign that all has been well since" in words_of(
        read_anew("library_case", "eltham")
    )


def test_a_case_from_outside_the_documents_says_so(read):
    said = {
        slug: "Outside the two documents" in words_of(read("library_case", slug)) for slug in CASES
    }
    assert [slug for slug in CASES if said[slug]] == ["northamptonshire"]


def test_a_sign_says_how_long_it_stood_and_with_what_care_to_read_it(read):
    said = part(read("library_case", "doncaster"), "DON-W6")
    assert ("About one to two years" in said, "Read with care." in said, "Stated" in said) == (
        True,
        True,
        True,
    )


def test_a_sign_leads_to_each_place_in_its_sources_in_one_click(read):
    sign = WarningSign.objects.get(code="DON-W1")
    unfolded = part(read("library_case", "doncaster"), sign.code).partition("<details")[0]
    links = [f'href="{citation.get_absolute_url()}"' for citation in sign.citations.all()]
    assert (len(links), [link for link in links if link not in unfolded]) == (3, [])


def test_the_place_that_a_citation_leads_to_is_there(read):
    for slug in ("failing-well", "dorset-2016", "cqc-basildon-2009"):
        text = read("library_source", slug).text
        citations = Citation.objects.filter(source__slug=slug)
        assert [one.anchor for one in citations if f'id="{one.anchor}"' not in text] == []


@each_case
def test_every_disputed_fact_is_marked_where_it_stands(read, slug):
    answer, unmarked = read("library_case", slug), []
    for model in CASE_FACTS:
        for fact in model.objects.filter(case__slug=slug).prefetch_related("discrepancies"):
            link = f'href="{reverse("library_discrepancies")}#'
            unmarked += [
                fact.code
                for d in fact.discrepancies.all()
                if f'{link}{d.code}"' not in part(answer, fact.code)
            ]
    assert unmarked == []


def test_a_sign_whose_date_is_disputed_is_marked(read):
    """DON-W4 itself is not disputed: the day on which somebody acted is."""
    assert WarningSign.objects.get(code="DON-W4").discrepancies.count() == 0
    assert "#C3" in part(read("library_case", "doncaster"), "DON-W4")


def test_a_disputed_event_is_drawn_as_an_outline(read):
    answer = read("library_case", "doncaster")
    outline = "app-timeline__picture--disputed"
    assert (outline in part(answer, "DON-T1"), outline in part(answer, "DON-T4")) == (True, False)


def test_an_intervention_says_what_was_planned_announced_and_done(read):
    said = part(read("library_case", "doncaster"), "DON-I5")
    basis = html.escape(CaseIntervention.objects.get(code="DON-I5").exit_basis)
    wanted = ["31 July 2015", "21 July 2014", "11 November 2014", basis]
    assert [words for words in wanted if words not in said] == []


def test_undated_events_are_listed_beside_the_picture(read):
    answer = read("library_case", "basildon")
    undated = TimelineEvent.objects.get(code="BAS-T10")
    assert "<svg" not in part(answer, undated.code) and "Without a date" in answer.text


@each_case
def test_what_to_ask_holds_the_question_of_the_case_and_of_each_sign(read, slug):
    asked = words_of(read("library_case", slug)).rpartition("What to ask here")[2]
    case = CaseStudy.objects.get(slug=slug)
    questions = [case.question, *case.warningsign_rows.values_list("question", flat=True)]
    assert [question for question in questions if " ".join(question.split()) not in asked] == []


# Types, insights, impacts


def test_no_document_holds_a_case_of_financial_failure_and_the_one_outside_is_said_as_such(read):
    said = words_of(read("library_failure_type", "financial"))
    assert "Neither of the two documents holds a case of this type" in said
    assert "Northamptonshire County Council Main type Outside the two documents" in said


def test_a_type_with_a_case_does_not_say_there_is_none(read):
    assert "Neither of the two documents" not in words_of(
        read("library_failure_type", "governance")
    )


def test_a_type_gathers_its_signs_rules_and_links(read):
    text, governance = (
        read("library_failure_type", "governance").text,
        FailureType.objects.get(slug="governance"),
    )
    wanted = [f"#{sign.code}" for sign in governance.signs.all()]
    wanted += [f"#{link.code}" for link in governance.led_to.all()]
    wanted += [f"#{rule.slug}" for rule in Statement.objects.filter(kind="type-rule")]
    assert wanted and [place for place in wanted if f'{place}"' not in text] == []


@pytest.mark.parametrize("number", range(1, 9))
def test_an_insight_gathers_its_points_signs_measures_and_lessons(read, number):
    text, insight = read("library_insight", number).text, Insight.objects.get(number=number)
    wanted = [f'id="{point.code}"' for point in insight.points.all()]
    for rows in (insight.signs.all(), insight.measures.all(), insight.later_evidence.all()):
        wanted += [f'#{row.code}"' for row in rows]
    wanted += [f'#{lesson.anchor}"' for lesson in insight.lessons.all()]
    assert wanted and [place for place in wanted if place not in text] == []


def test_an_impact_gathers_the_cases_that_show_it(read):
    said = words_of(read("library_impact", "harm-to-users"))
    assert "Rotherham Metropolitan Borough Council" in said


def test_an_impact_that_no_case_shows_says_so(read_anew):
    impact = AdverseImpact.objects.get(slug="harm-to-users")
    impact.case_rows.all().delete()
    assert "No case in the library" in words_of(read_anew("library_impact", impact.slug))


# Comparison


def test_the_comparison_says_what_the_documents_do_not_hold(read):
    said = words_of(read("library_compare"))
    assert "Neither document holds a case of Financial failure." in said
    assert "Four of the types are shown by our reading alone" in said
    assert "policy and politics , external , commissioning and connection ." in said


def test_every_cell_of_the_comparison_has_words(read):
    cells = re.findall(r"<td[^>]*>(.*?)</td>", read("library_compare").text, re.DOTALL)
    words = (
        "Stated",
        "Our reading",
        "No evidence in the documents",
        "No evidence in the pages read",
    )
    assert (len(cells), [cell for cell in cells if not any(one in cell for one in words)]) == (
        7 * 7 + 8 * 7,
        [],
    )


def test_a_cell_of_the_comparison_leads_to_its_row(read):
    text = read("library_compare").text
    links = re.findall(
        r'<td[^>]*><a class="govuk-link" href="(/library/case-studies/[^"#]*)#([^"]*)"', text
    )
    pages = {path: read("library_case", path.split("/")[-2]).text for path in dict(links)}
    assert (
        links and [(path, name) for path, name in links if f'id="{name}"' not in pages[path]] == []
    )


# Where sources differ


def test_every_disagreement_is_shown_with_all_its_claims(read):
    answer = read("library_discrepancies")
    said = words_of(answer)
    assert [d.code for d in Discrepancy.objects.all() if f'id="{d.code}"' not in answer.text] == []
    assert [
        str(claim) for claim in Claim.objects.all() if " ".join(claim.text.split()) not in said
    ] == []


def test_a_disagreement_leads_to_the_facts_it_touches(read):
    text = read("library_discrepancies").text
    touched = [
        f"#{f.code}" for model in CASE_FACTS for f in model.objects.exclude(discrepancies=None)
    ]
    assert touched and [place for place in touched if f'{place}"' not in text] == []


# Sources


def test_a_source_says_what_rests_on_each_place(read):
    citation = WarningSign.objects.get(code="DON-W2").citations.get()
    assert "#DON-W2" in part(read("library_source", "failing-well"), citation.anchor)


def test_every_row_that_cites_a_source_stands_on_its_page(read):
    text = read("library_source", "dorset-2016").text
    facts = [f for m in CASE_FACTS for f in m.objects.filter(citations__source__slug="dorset-2016")]
    assert facts and [fact.code for fact in facts if f'#{fact.code}"' not in text] == []


def test_the_two_documents_come_before_the_pages_outside(read):
    text = read("library_sources").text
    outside = [
        text.index(f'"{page.get_absolute_url()}"') for page in Source.objects.filter(kind="page")
    ]
    documents = [
        text.index(f'"{one.get_absolute_url()}"') for one in Source.objects.exclude(kind="page")
    ]
    assert max(documents) < min(outside)


@pytest.mark.parametrize("name", ["library_case", "library_source"])
def test_no_address_outside_learns_where_its_reader_came_from(read, name):
    slug = {"library_case": "basildon", "library_source": "cqc-basildon-2009"}[name]
    links = re.findall(r'<a [^>]*href="https?://[^>]*>', read(name, slug).text)
    assert links and [link for link in links if 'rel="noreferrer"' not in link] == []


# Lessons and statements


def test_the_lessons_say_which_insights_dorset_left_out(read):
    left = words_of(read("library_lessons")).partition("What it leaves out")[2]
    assert re.findall(r"insight (\d)", left) == ["2", "7", "8"]


def test_every_statement_is_read_somewhere(read):
    text = read("library_statements").text
    assert [one.slug for one in Statement.objects.all() if f'id="{one.slug}"' not in text] == []


# Search


@pytest.mark.parametrize(("heading", "model", "fields"), KINDS, ids=[kind[0] for kind in KINDS])
def test_the_search_finds_every_kind_by_its_words(read_anew, heading, model, fields):
    model.objects.filter(pk=model.objects.last().pk).update(**{fields[0]: "A quokka sat on it."})
    assert (
        f"{heading}" in words_of(read_anew("library_search", q="QUOKKA sat")).partition("Search")[2]
    )


def test_every_word_of_a_search_must_occur(read):
    assert "Nothing in the library holds all of these words" in words_of(
        read("library_search", q="mayor zeppelin")
    )


def test_every_hit_leads_to_a_place_that_is_there(read):
    client = Client()
    client.force_login(make_user())
    links = re.findall(
        r'<li><a class="govuk-link" href="([^"]*)"', read("library_search", q="trust").text
    )
    pages = {path: client.get(path).text for path in {link.partition("#")[0] for link in links}}
    assert (
        links
        and [
            link
            for link in links
            if "#" in link and f'id="{link.partition("#")[2]}"' not in pages[link.partition("#")[0]]
        ]
        == []
    )


@pytest.mark.parametrize(
    "query", ["", "   ", "%", "_", "' OR 1=1 --", '"><script>alert(1)</script>', "٣", "a " * 99]
)
def test_nonsense_in_the_search_does_no_harm(read, query):
    answer = read("library_search", q=query)
    assert (answer.status_code, "<script>alert" in answer.text) == (200, False)


def test_the_search_reads_claims(read_anew):
    Claim.objects.filter(pk=Claim.objects.get(discrepancy__code="C1", letter="B").pk).update(
        text="A quokka sat."
    )
    assert "C1: " in words_of(read_anew("library_search", q="quokka sat"))


def test_a_percent_sign_is_no_wildcard(read):
    assert "Nothing in the library" in words_of(read("library_search", q="%zz%"))


def test_a_search_that_is_too_long_is_answered_in_words(read):
    assert "200 characters or fewer" in words_of(read("library_search", q="a" * 201))


# What pages cost


def queries_for(read, name, *args, **query):
    with CaptureQueriesContext(connection) as queries:
        assert read(name, *args, **query).status_code == 200
    return len(queries)


def grow(case):
    """Ten more of every fact of a case, each cited and disputed like the one it copies, and every
    type and insight.
    """
    for kind in FailureType.objects.exclude(cases=case):
        case.failure_type_rows.create(failure_type=kind, basis="derived", evidence="It shows.")
    for insight in Insight.objects.exclude(cases=case):
        case.insight_rows.create(insight=insight, basis="derived", evidence="It shows.")
    for model in CASE_FACTS:
        known = model.objects.filter(case=case).first()
        if known is None or model.__name__ == "CaseImpact":
            continue
        citations, disputes = list(known.citations.all()), list(Discrepancy.objects.all()[:3])
        for n in range(10):
            known.pk, known.code = None, f"{case.code}-{model.__name__[0]}9{n}"
            known.save()
            known.citations.set(citations)
            known.discrepancies.set(disputes)


def test_a_case_costs_the_same_whatever_it_holds(read_anew):
    before = queries_for(read_anew, "library_case", "doncaster")
    grow(CaseStudy.objects.get(slug="doncaster"))
    assert queries_for(read_anew, "library_case", "doncaster") == before <= MOST_QUERIES


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("library_source", ["failing-well"]),
        ("library_sources", []),
        ("library_discrepancies", []),
        ("library_compare", []),
        ("library_failure_type", ["governance"]),
        ("library_insight", [3]),
        ("library_search", []),
    ],
)
def test_a_page_costs_the_same_whatever_it_lists(read_anew, name, args):
    query = {"q": "council"} if name == "library_search" else {}
    before = queries_for(read_anew, name, *args, **query)
    grow(CaseStudy.objects.get(slug="doncaster"))
    assert queries_for(read_anew, name, *args, **query) == before <= MOST_QUERIES
