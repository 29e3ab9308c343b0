"""The pages of the library: their content, marks and links, and their query counts."""

import functools
import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from makers import make_user
from query_counts import queries_for

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
    Lesson,
    Source,
    Statement,
    TimelineEvent,
    WarningSign,
)

pytestmark = pytest.mark.django_db

CASES = "doncaster tower-hamlets rotherham basildon eltham west-sussex northamptonshire".split()
each_case = pytest.mark.parametrize("slug", CASES)
MOST_QUERIES = 40  # of any page of the library, session and reader included


@pytest.fixture(scope="module")
def reader(module_db):
    client = Client()
    client.force_login(make_user())
    return client


@pytest.fixture
def get_page(reader):
    def read(name, *args, **query):
        return reader.get(reverse(name, args=args), query)

    return read


@pytest.fixture(scope="module")
def cached_path(reader):
    """Answers at addresses of the library as loaded: each is requested once."""
    return functools.cache(reader.get)


@pytest.fixture
def cached_page(cached_path):
    """The same by the names of pages."""

    def read(name, *args, **query):
        return cached_path(reverse(name, args=args, query=query or None))

    return read


def words_of(answer):
    """The text of a page, without its markup."""
    text = re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(text).split())


def part(answer, name):
    """The markup of the element with this id, up to the next element with an id of a row."""
    markup = answer.text.partition(f'id="{name}"')[2]
    assert markup, f"{name} is not on the page"
    return re.split(r'<(?:li|tr|article|section|div) [^>]*id="', markup)[0]


# A case


@each_case
def test_a_case_page_holds_every_fact_of_the_case(cached_page, slug):
    answer, case = cached_page("library_case", slug), CaseStudy.objects.get(slug=slug)
    codes = [
        code
        for model in CASE_FACTS
        for code in model.objects.filter(case=case).values_list("code", flat=True)
    ]
    assert [code for code in codes if f'id="{code}"' not in answer.text] == []


@each_case
def test_every_id_on_a_page_is_unique(cached_page, slug):
    ids = re.findall(r'\sid="([^"]*)"', cached_page("library_case", slug).text)
    assert [name for name in ids if ids.count(name) > 1] == []


@each_case
def test_every_link_within_a_case_has_a_target(cached_page, slug):
    text = cached_page("library_case", slug).text
    assert [
        name for name in re.findall(r'href="#([^"]*)"', text) if f'id="{name}"' not in text
    ] == []


def test_a_case_page_has_the_order_of_a_briefing(cached_page):
    text = cached_page("library_case", "doncaster").text
    expected = (
        "what-happened later signs timeline interventions turnaround followed types insights ask"
    ).split()
    places = [text.index(f'id="{name}"') for name in expected]
    assert places == sorted(places)


def test_a_later_finding_shows_day_service_tone_and_address(cached_page):
    markup = part(cached_page("library_case", "doncaster"), "DON-L2")
    later = LaterEvidence.objects.get(code="DON-L2")
    address = later.citations.get().source.address
    expected = [
        "November 2017",
        html.escape(later.service),
        "Good",
        f'href="{address}" rel="noreferrer"',
    ]
    assert [words for words in expected if words not in markup] == []


def test_later_findings_are_marked_as_outside_the_documents(cached_page):
    assert "Found later From outside the two documents" in words_of(
        cached_page("library_case", "basildon")
    )


def test_a_case_without_later_findings_says_so_and_reassures_nobody(get_page):
    LaterEvidence.objects.filter(case__slug="eltham").delete()
    assert "This does not show that all has been well since" in words_of(
        get_page("library_case", "eltham")
    )


def test_a_case_from_outside_the_documents_says_so(cached_page):
    is_outside = {
        slug: "Outside the two documents" in words_of(cached_page("library_case", slug))
        for slug in CASES
    }
    assert [slug for slug in CASES if is_outside[slug]] == ["northamptonshire"]


def test_a_sign_says_how_long_it_stood_and_how_carefully_to_read_it(cached_page):
    markup = part(cached_page("library_case", "doncaster"), "DON-W6")
    assert (
        "About one to two years" in markup,
        "Read with care." in markup,
        "Stated" in markup,
    ) == (
        True,
        True,
        True,
    )


def test_a_sign_leads_to_each_place_in_its_sources_in_one_click(cached_page):
    sign = WarningSign.objects.get(code="DON-W1")
    unfolded = part(cached_page("library_case", "doncaster"), sign.code).partition("<details")[0]
    links = [f'href="{citation.get_absolute_url()}"' for citation in sign.citations.all()]
    assert (len(links), [link for link in links if link not in unfolded]) == (3, [])


def test_every_citation_has_its_anchor_on_the_page_of_the_source(cached_page):
    for slug in ("failing-well", "dorset-2016", "cqc-basildon-2009"):
        text = cached_page("library_source", slug).text
        citations = Citation.objects.filter(source__slug=slug)
        assert [
            citation.anchor for citation in citations if f'id="{citation.anchor}"' not in text
        ] == []


@each_case
def test_every_disputed_fact_is_marked(cached_page, slug):
    answer, unmarked = cached_page("library_case", slug), []
    for model in CASE_FACTS:
        for fact in model.objects.filter(case__slug=slug).prefetch_related("discrepancies"):
            link = f'href="{reverse("library_discrepancies")}#'
            unmarked += [
                fact.code
                for d in fact.discrepancies.all()
                if f'{link}{d.code}"' not in part(answer, fact.code)
            ]
    assert unmarked == []


def test_a_sign_whose_date_is_disputed_is_marked(cached_page):
    """DON-W4 itself is not disputed: the day on which somebody acted is."""
    assert WarningSign.objects.get(code="DON-W4").discrepancies.count() == 0
    assert "#C3" in part(cached_page("library_case", "doncaster"), "DON-W4")


def test_a_disputed_event_is_drawn_as_an_outline(cached_page):
    answer = cached_page("library_case", "doncaster")
    outline = "app-timeline__picture--disputed"
    assert (outline in part(answer, "DON-T1"), outline in part(answer, "DON-T4")) == (True, False)


def test_an_intervention_shows_planned_announced_and_actual_ends(cached_page):
    markup = part(cached_page("library_case", "doncaster"), "DON-I5")
    basis = html.escape(CaseIntervention.objects.get(code="DON-I5").exit_basis)
    expected = ["31 July 2015", "21 July 2014", "11 November 2014", basis]
    assert [words for words in expected if words not in markup] == []


def test_undated_events_are_listed_next_to_the_timeline(cached_page):
    answer = cached_page("library_case", "basildon")
    undated = TimelineEvent.objects.get(code="BAS-T10")
    assert "<svg" not in part(answer, undated.code) and "Without a date" in answer.text


@each_case
def test_a_case_page_lists_the_questions_of_the_case_and_of_each_sign(cached_page, slug):
    text = words_of(cached_page("library_case", slug)).rpartition("What to ask here")[2]
    case = CaseStudy.objects.get(slug=slug)
    questions = [case.question, *case.warningsign_rows.values_list("question", flat=True)]
    assert [question for question in questions if " ".join(question.split()) not in text] == []


# Types, insights, impacts


def test_the_financial_type_says_that_its_only_case_is_from_outside(cached_page):
    text = words_of(cached_page("library_failure_type", "financial"))
    assert "Neither of the two documents has a case of this type" in text
    assert "Northamptonshire County Council Main type Outside the two documents" in text


def test_a_type_with_a_case_does_not_say_that_it_has_none(cached_page):
    assert "Neither of the two documents" not in words_of(
        cached_page("library_failure_type", "governance")
    )


def test_a_type_gathers_its_signs_rules_and_links(cached_page):
    text, governance = (
        cached_page("library_failure_type", "governance").text,
        FailureType.objects.get(slug="governance"),
    )
    expected = [f"#{sign.code}" for sign in governance.signs.all()]
    expected += [f"#{link.code}" for link in governance.led_to.all()]
    expected += [f"#{rule.slug}" for rule in Statement.objects.filter(kind="type-rule")]
    assert expected and [place for place in expected if f'{place}"' not in text] == []


@pytest.mark.parametrize("number", range(1, 9))
def test_an_insight_gathers_its_points_signs_measures_and_lessons(cached_page, number):
    text, insight = cached_page("library_insight", number).text, Insight.objects.get(number=number)
    expected = [f'id="{point.code}"' for point in insight.points.all()]
    for rows in (insight.signs.all(), insight.measures.all(), insight.later_evidence.all()):
        expected += [f'#{row.code}"' for row in rows]
    expected += [f'#{lesson.anchor}"' for lesson in insight.lessons.all()]
    assert expected and [place for place in expected if place not in text] == []


def test_an_impact_gathers_the_cases_that_show_it(cached_page):
    text = words_of(cached_page("library_impact", "harm-to-users"))
    assert "Rotherham Metropolitan Borough Council" in text


def test_an_impact_that_no_case_shows_says_so(get_page):
    impact = AdverseImpact.objects.get(slug="harm-to-users")
    impact.case_rows.all().delete()
    assert "No case in the library" in words_of(get_page("library_impact", impact.slug))


# Comparison


def test_the_comparison_names_types_without_a_case(cached_page):
    text = words_of(cached_page("library_compare"))
    assert "Neither document has a case of Financial failure." in text
    assert "For four of the types we have only our reading" in text
    assert "policy and politics , external , commissioning and connection ." in text


def test_every_cell_of_the_comparison_has_words(cached_page):
    cells = re.findall(r"<td[^>]*>(.*?)</td>", cached_page("library_compare").text, re.DOTALL)
    words = (
        "Stated",
        "Our reading",
        "No evidence in the documents",
        "No evidence in the pages read",
    )
    assert (
        len(cells),
        [cell for cell in cells if not any(phrase in cell for phrase in words)],
    ) == (
        7 * 7 + 8 * 7,
        [],
    )


def test_a_cell_of_the_comparison_leads_to_its_row(cached_page):
    text = cached_page("library_compare").text
    links = re.findall(
        r'<td[^>]*><a class="govuk-link" href="(/library/case-studies/[^"#]*)#([^"]*)"', text
    )
    pages = {path: cached_page("library_case", path.split("/")[-2]).text for path in dict(links)}
    assert (
        links and [(path, name) for path, name in links if f'id="{name}"' not in pages[path]] == []
    )


# Where sources differ


def test_every_disagreement_is_shown_with_all_its_claims(cached_page):
    answer = cached_page("library_discrepancies")
    text = words_of(answer)
    assert [d.code for d in Discrepancy.objects.all() if f'id="{d.code}"' not in answer.text] == []
    assert [
        str(claim) for claim in Claim.objects.all() if " ".join(claim.text.split()) not in text
    ] == []


def test_a_disagreement_leads_to_the_facts_it_touches(cached_page):
    text = cached_page("library_discrepancies").text
    touched = [
        f"#{f.code}" for model in CASE_FACTS for f in model.objects.exclude(discrepancies=None)
    ]
    assert touched and [place for place in touched if f'{place}"' not in text] == []


# Sources


def test_a_source_lists_the_facts_of_each_citation(cached_page):
    citation = WarningSign.objects.get(code="DON-W2").citations.get()
    assert "#DON-W2" in part(cached_page("library_source", "failing-well"), citation.anchor)


def test_every_row_that_cites_a_source_is_on_its_page(cached_page):
    text = cached_page("library_source", "dorset-2016").text
    facts = [f for m in CASE_FACTS for f in m.objects.filter(citations__source__slug="dorset-2016")]
    assert facts and [fact.code for fact in facts if f'#{fact.code}"' not in text] == []


def test_the_two_documents_come_before_the_pages_outside(cached_page):
    text = cached_page("library_sources").text
    outside = [
        text.index(f'"{page.get_absolute_url()}"') for page in Source.objects.filter(kind="page")
    ]
    documents = [
        text.index(f'"{document.get_absolute_url()}"')
        for document in Source.objects.exclude(kind="page")
    ]
    assert max(documents) < min(outside)


@pytest.mark.parametrize("name", ["library_case", "library_source"])
def test_external_links_send_no_referrer(cached_page, name):
    slug = {"library_case": "basildon", "library_source": "cqc-basildon-2009"}[name]
    links = re.findall(r'<a [^>]*href="https?://[^>]*>', cached_page(name, slug).text)
    assert links and [link for link in links if 'rel="noreferrer"' not in link] == []


# Lessons and statements


def test_the_lessons_name_the_insights_that_dorset_left_out(cached_page):
    text = words_of(cached_page("library_lessons")).partition("What the paper leaves out")[2]
    assert re.findall(r"insight (\d)", text) == ["2", "7", "8"]


def test_every_statement_is_on_the_page_of_statements(cached_page):
    text = cached_page("library_statements").text
    assert [
        statement.slug
        for statement in Statement.objects.all()
        if f'id="{statement.slug}"' not in text
    ] == []


# Search


@pytest.mark.parametrize(("heading", "model", "fields"), KINDS, ids=[kind[0] for kind in KINDS])
def test_the_search_finds_every_kind_by_its_words(get_page, heading, model, fields):
    model.objects.filter(pk=model.objects.last().pk).update(**{fields[0]: "A quokka sat on it."})
    assert (
        f"{heading}" in words_of(get_page("library_search", q="QUOKKA sat")).partition("Search")[2]
    )


def test_every_word_of_a_search_must_occur(cached_page):
    assert "Nothing in the library has all of these words" in words_of(
        cached_page("library_search", q="mayor zeppelin")
    )


def test_every_search_result_links_to_an_existing_place(cached_page, cached_path):
    links = re.findall(
        r'<li><a class="govuk-link" href="([^"]*)"', cached_page("library_search", q="trust").text
    )
    pages = {path: cached_path(path).text for path in {link.partition("#")[0] for link in links}}
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
def test_an_invalid_search_does_no_harm(cached_page, query):
    answer = cached_page("library_search", q=query)
    assert (answer.status_code, "<script>alert" in answer.text) == (200, False)


def test_the_search_reads_claims(get_page):
    Claim.objects.filter(pk=Claim.objects.get(discrepancy__code="C1", letter="B").pk).update(
        text="A quokka sat."
    )
    assert "C1: " in words_of(get_page("library_search", q="quokka sat"))


def test_a_percent_sign_is_no_wildcard(cached_page):
    assert "Nothing in the library" in words_of(cached_page("library_search", q="%zz%"))


def test_a_search_that_is_too_long_gets_an_error_message(cached_page):
    assert "200 characters or fewer" in words_of(cached_page("library_search", q="a" * 201))


# Query counts

PAGES = {
    "library": [],
    "library_case": ["doncaster"],
    "library_source": ["failing-well"],
    "library_sources": [],
    "library_discrepancies": [],
    "library_compare": [],
    "library_failure_type": ["governance"],
    "library_insight": [1],
}


def add_facts(case):
    """Three more of every fact of a case, each cited and disputed like the one it copies, and every
    type and insight.
    """
    for kind in FailureType.objects.exclude(cases=case):
        case.failure_type_rows.create(failure_type=kind, basis="derived", evidence="It shows.")
    for insight in Insight.objects.exclude(cases=case):
        case.insight_rows.create(insight=insight, basis="derived", evidence="It shows.")
    for model in CASE_FACTS:
        fact = model.objects.filter(case=case).first()
        if fact is None or model.__name__ == "CaseImpact":
            continue
        citations, disputes = list(fact.citations.all()), list(Discrepancy.objects.all()[:3])
        for n in range(3):
            fact.pk, fact.code = None, f"{case.code}-{model.__name__[0]}9{n}"
            fact.save()
            fact.citations.set(citations)
            fact.discrepancies.set(disputes)


def add_case(like, number):
    """A case of every type and insight, and a lesson, each with the citations of another case."""
    fields = ("sector", "period", "summary", "consequences")
    names = dict.fromkeys(("slug", "name", "short_name"), f"case-{number}")
    case = CaseStudy.objects.create(
        number=100 + number, **names, **{name: getattr(like, name) for name in fields}
    )
    insight = Insight.objects.get(number=1)
    lesson = Lesson.objects.create(number=f"9.{number}", summary="More.", insight=insight)
    evidence = {"evidence": "It shows.", "basis": "derived"}
    rows = [
        *(
            case.failure_type_rows.create(failure_type=kind, is_primary=False, **evidence)
            for kind in FailureType.objects.all()
        ),
        *(case.insight_rows.create(insight=row, **evidence) for row in Insight.objects.all()),
    ]
    for row in (case, lesson, *rows):
        row.citations.set(like.citations.all())


def test_a_page_makes_as_many_queries_whatever_it_lists(reader, cached_path):
    paths = [reverse(name, args=args) for name, args in PAGES.items()]
    paths.append(reverse("library_search", query={"q": "council"}))
    for path in paths:
        cached_path(path)
    before = queries_for(reader, paths, is_warm=True)
    doncaster = CaseStudy.objects.get(slug="doncaster")
    add_facts(doncaster)
    for number in (1, 2):
        add_case(doncaster, number)
    assert queries_for(reader, paths, is_warm=True) == before
    assert max(before.values()) <= MOST_QUERIES
