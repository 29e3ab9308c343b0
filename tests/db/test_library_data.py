"""The content of the library: each fact of the inventory by kind and case, with its citation."""

import pytest
from django.db.models import Count

from registers.models import (
    CASE_FACTS,
    LIBRARY_MODELS,
    AdverseImpact,
    CaseBody,
    CaseFailureType,
    CaseImpact,
    CaseInsight,
    CaseIntervention,
    CaseStudy,
    Citation,
    Discrepancy,
    FailureLink,
    FailureType,
    Insight,
    InsightPoint,
    LaterEvidence,
    Lesson,
    Outcome,
    ScoringScheme,
    Source,
    Statement,
    TimelineEvent,
    TurnaroundMeasure,
    WarningSign,
)

pytestmark = pytest.mark.django_db

CITED = [model for model in LIBRARY_MODELS if model not in (Source, Citation)]
CASES = ("doncaster", "tower-hamlets", "rotherham", "basildon", "eltham", "west-sussex")
DON, THM, ROT, BAS, ELT, WSX = CASES

# Counted by hand in the project's inventory of facts (shared/knowledge/facts.md, paragraphs 2.1 to
# 2.6 unless another is named), in the order of CASES. Where the inventory numbers its facts or has
# a table, that many and no more.
EXACTLY = {
    WarningSign: (11, 4, 7, 6, 9, 7),  # DON-W1 to W11, THM-W1 to W4 and so on
    CaseFailureType: (4, 2, 4, 3, 2, 3),  # table 3.1
    CaseInsight: (6, 1, 2, 4, 6, 5),  # table 3.2
}
# Where it tells them in prose, how many it tells apart, by its semicolons: the texts have been read
# closer since.
AT_LEAST = {
    # DON-T1 to T18; THM two announcements, the hand-back, the planned end; ROT 1997-2013, 2004,
    # 2014, February 2015, the committee's report, 11 February 2016; BAS-T1 to T9; ELT eight; WSX
    # the nine of its line and three of C8.
    TimelineEvent: (18, 4, 6, 9, 8, 12),
    # DON the four rows of its table; BAS 2009, 2012, special measures, the director, Royal Free
    CaseIntervention: (4, 2, 1, 5, 3, 4),
    TurnaroundMeasure: (8, 3, 2, 10, 6, 5),
    Outcome: (2, 1, 1, 2, 2, 2),
    CaseImpact: (1, 1, 1, 1, 1, 1),  # of the seven kinds; prose names people and services harmed
    CaseBody: (10, 5, 9, 7, 5, 7),  # "Actors"
    LaterEvidence: (3, 2, 2, 3, 1, 4),  # 7.1, by finding
}


@pytest.mark.parametrize("model", EXACTLY)
def test_every_numbered_fact_of_the_inventory_is_in_the_library(model):
    assert counts_by_case(model) == dict(zip(CASES, EXACTLY[model], strict=True))


@pytest.mark.parametrize("model", AT_LEAST)
def test_every_unnumbered_fact_of_the_inventory_is_in_the_library(model):
    counts = counts_by_case(model)
    short = {case: (counts.get(case, 0), n) for case, n in zip(CASES, AT_LEAST[model], strict=True)}
    assert {case: pair for case, pair in short.items() if pair[0] < pair[1]} == {}


def counts_by_case(model):
    rows = (
        model.objects.filter(case__slug__in=CASES)
        .values_list("case__slug")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(rows)


def test_every_kind_of_fact_is_counted():
    assert {*EXACTLY, *AT_LEAST} | {FailureLink} == {CaseFailureType, CaseInsight, *CASE_FACTS}


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (FailureType, 7),  # 1.1
        (AdverseImpact, 7),  # 1.2: four and three
        (Insight, 8),  # 1.3
        (Lesson, 8),  # section 6: 4.1 to 4.8
        (Discrepancy, 23),  # section 4: C1 to C22 and C6b
        (CaseStudy, 7),  # six, and Northamptonshire (7.2)
    ],
)
def test_the_library_is_complete(model, count):
    assert model.objects.count() == count


@pytest.mark.parametrize(
    ("model", "prefix", "counts"),
    [(WarningSign, "W", EXACTLY[WarningSign]), (TimelineEvent, "T", (18, 0, 0, 9, 0, 0))],
)
def test_facts_carry_the_inventorys_codes(model, prefix, counts):
    codes_in_library = set(model.objects.values_list("code", flat=True))
    cases = CaseStudy.objects.in_bulk(CASES, field_name="slug")
    expected = {
        f"{cases[case].code}-{prefix}{n + 1}"
        for case, count in zip(CASES, counts, strict=True)
        for n in range(count)
    }
    assert expected - codes_in_library == set()


# 2.1 and 2.4, the tables; 2.2, 2.3, 2.5 and 2.6, "Timeline": (case, first day, how exactly it is
# known)
DATES = [
    *((DON, day, "year") for day in ("2001-01-01", "2008-01-01", "2009-01-01")),
    *(
        (DON, f"{month}-01", "month")
        for month in "2009-02 2009-12 2010-02 2009-06 2010-04 2010-06".split()
    ),
    *((DON, f"{month}-01", "month") for month in "2013-02 2014-07 2014-11 2015-07".split()),
    *((DON, day, "day") for day in ("2012-04-02", "2014-07-21")),
    *((THM, "2014-11-01", "month"), (THM, "2014-12-17", "day"), (THM, "2017-03-31", "day")),
    *((ROT, f"{year}-01-01", "year") for year in (1997, 2004, 2014, 2015)),
    *((ROT, "2015-02-01", "month"), (ROT, "2016-02-11", "day")),
    *((BAS, f"{year}-01-01", "year") for year in (2004, 2009)),
    *(
        (BAS, f"{month}-01", "month")
        for month in "2012-09 2012-11 2013-01 2013-07 2014-06 2015-06".split()
    ),
    (BAS, "2014-09-22", "day"),
    *((ELT, f"{month}-01", "month") for month in "2010-10 2011-01 2012-03 2012-09".split()),
    *((ELT, day, "day") for day in ("2010-11-17", "2012-02-29", "2014-07-03")),
    *((WSX, f"{year}-01-01", "year") for year in (2009, 2011)),
    *((WSX, f"{month}-01", "month") for month in "2010-04 2010-11 2011-01".split()),
    *((WSX, day, "day") for day in ("2011-03-15", "2011-12-03", "2013-02-11", "2015-10-26")),
]


@pytest.mark.parametrize("case", CASES)
def test_every_date_of_the_inventory_is_in_the_timeline_with_its_precision(case):
    events = TimelineEvent.objects.filter(case__slug=case, start_on__isnull=False)
    dates = {(case, f"{event.start_on}", event.start_precision) for event in events}
    assert {date for date in DATES if date[0] == case} - dates == set()


# Table 3.1: S stated, i derived; the main type is D:58's, but of Basildon the report's own (C16
# keeps both).
TYPES = {
    DON: "*governance performance policy-and-politics:i connection:i",
    THM: "*governance commissioning:i",
    ROT: "*governance performance connection:i external:i",
    BAS: "governance *performance external:i",
    ELT: "*performance governance:i",
    WSX: "*performance governance:i external:i",
    "northamptonshire": "*financial governance",  # 7.2
}


@pytest.mark.parametrize("case", TYPES)
def test_the_types_of_a_case_are_those_of_the_inventory(case):
    rows = CaseFailureType.objects.filter(case__slug=case).select_related("failure_type")
    types = {
        f"{'*' * row.is_primary}{row.failure_type.slug}{':i' if row.basis == 'derived' else ''}"
        for row in rows
    }
    assert types == set(TYPES[case].split())


# Table 3.2, where i is derived. West Sussex and insight 6 rest on an interviewee whose place the
# report does not name: the inventory has an x there, the library has derived.
INSIGHTS = {
    DON: "1 2 3 4 7 8",
    THM: "2i",
    ROT: "3 5i",
    BAS: "5 6 7 8",
    ELT: "3 4 5 6 7 8",
    WSX: "1 3i 6i 7 8",
}


@pytest.mark.parametrize("case", INSIGHTS)
def test_the_insights_of_a_case_are_those_of_the_inventory(case):
    rows = CaseInsight.objects.filter(case__slug=case).select_related("insight")
    assert {f"{row.insight.number}{'i' * (row.basis == 'derived')}" for row in rows} == set(
        INSIGHTS[case].split()
    )


def test_no_case_of_the_two_documents_shows_financial_failure():
    cases = CaseFailureType.objects.filter(failure_type__slug="financial").values_list(
        "case__slug", "case__is_outside"
    )
    assert list(cases) == [("northamptonshire", True)]


# Section 4


def test_the_disagreements_are_those_of_the_inventory():
    codes = {*(f"C{n}" for n in range(1, 23)), "C6b"}
    assert set(Discrepancy.objects.values_list("code", flat=True)) == codes


def test_each_side_of_a_disagreement_is_kept():
    """C6, C6b and C19 set one claim against the outside check."""
    claims = dict(Discrepancy.objects.values_list("code").annotate(n=Count("claims")).order_by())
    assert {code for code, count in claims.items() if count < 2} == {"C6", "C6b", "C19"}
    assert min(claims.values()) == 1


def test_a_single_claim_has_an_external_check_against_it():
    alone = Discrepancy.objects.annotate(n=Count("claims")).filter(n=1)
    assert not alone.filter(check_outside="").exists()


@pytest.mark.parametrize("code", ["C1", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10"])
def test_a_disputed_day_or_number_is_marked(code):
    marked = [model.objects.filter(discrepancies__code=code).exists() for model in CASE_FACTS]
    assert any(marked)


# 1.3 and 1.4


def test_three_wider_conclusions():
    assert Statement.objects.filter(kind=Statement.Kind.CONCLUSION).count() == 3


@pytest.mark.parametrize("kind", Statement.Kind)
def test_every_kind_of_statement_has_some(kind):
    assert Statement.objects.filter(kind=kind).exists()


# The dashes of "Operational content inside the insights": signs, tests, dangers, strategies,
# counter-examples.
@pytest.mark.parametrize(
    ("insight", "kinds"),
    [
        (1, "strategy danger counter-example"),
        (2, "test danger"),
        (3, "sign strategy"),
        (4, "danger example"),
        (5, "strategy danger"),
        (6, "strategy"),
        (7, "danger strategy"),
        (8, "danger strategy"),
    ],
)
def test_an_insight_holds_points_of_these_kinds(insight, kinds):
    kinds_in_library = set(
        InsightPoint.objects.filter(insight__number=insight).values_list("kind", flat=True)
    )
    assert set(kinds.split()) <= kinds_in_library


def test_two_tests_for_leaving():
    assert InsightPoint.objects.filter(insight__number=2, kind="test").count() == 2


def test_dorsets_lessons_leave_out_three_insights():
    answered = dict(Lesson.objects.values_list("number", "insight__number"))
    assert answered == {
        "4.1": 1,
        "4.2": 3,
        "4.3": 4,
        "4.4": 5,
        "4.5": 6,
        "4.6": None,
        "4.7": None,
        "4.8": None,
    }


def test_the_sixth_lesson_answers_to_a_wider_conclusion():
    assert Lesson.objects.get(number="4.6").conclusion.slug == "ownership"


def test_four_impacts_fall_on_the_service_and_three_on_the_organisation():
    falls_on = AdverseImpact.objects.values_list("falls_on").annotate(n=Count("pk")).order_by()
    assert dict(falls_on) == {"service": 4, "organisation": 3}


# 7.1


@pytest.mark.parametrize("case", [DON, THM, BAS, WSX])
def test_four_cases_drew_serious_findings_later(case):
    assert LaterEvidence.objects.filter(case__slug=case, tone="serious").exists()


@pytest.mark.parametrize("case", [ROT, ELT])
def test_two_cases_drew_good_findings_later(case):
    assert set(LaterEvidence.objects.filter(case__slug=case).values_list("tone", flat=True)) == {
        "good"
    }


# Addresses that tools rely on


def test_the_failure_types_keep_their_addresses():
    slugs = "financial governance performance policy-and-politics external commissioning connection"
    assert list(FailureType.objects.values_list("slug", flat=True)) == slugs.split()


def test_the_cases_keep_their_addresses():
    assert set(CaseStudy.objects.values_list("slug", flat=True)) == {*CASES, "northamptonshire"}


def test_only_the_six_are_from_the_two_documents():
    assert set(CaseStudy.objects.filter(is_outside=False).values_list("slug", flat=True)) == set(
        CASES
    )


def test_the_insights_are_numbered_one_to_eight():
    assert list(Insight.objects.values_list("number", flat=True)) == list(range(1, 9))


# Citations


@pytest.mark.parametrize("model", CITED)
def test_every_row_has_a_citation(model):
    assert list(model.objects.filter(citations=None)) == []


def test_no_citation_lies_beyond_its_source():
    beyond = [
        c for c in Citation.objects.select_related("source") if c.last_line > c.source.line_count
    ]
    assert beyond == []


def test_lines_are_cited_of_the_two_documents_and_of_no_page():
    with_lines = set(
        Citation.objects.filter(first_line__gt=0).values_list("source__slug", flat=True)
    )
    assert with_lines == {"failing-well", "dorset-2016"}
    assert not Citation.objects.filter(first_line=0, source__line_count__gt=0).exists()


def test_a_page_has_an_address():
    assert not Source.objects.filter(kind=Source.Kind.PAGE, address="").exists()


def test_every_citation_is_cited():
    used = {
        pk
        for model in CITED
        for pk in model.citations.through.objects.values_list("citation", flat=True)
    }
    assert list(Citation.objects.exclude(pk__in=used)) == []


def test_every_source_is_cited():
    assert list(Source.objects.filter(citations=None)) == []


@pytest.mark.parametrize("model", [LaterEvidence])
def test_later_findings_rest_on_pages_outside_the_two_documents(model):
    inside = model.objects.filter(citations__source__line_count__gt=0)
    assert list(inside) == []


# Parts of every case


def test_every_case_has_one_main_failure_type():
    mains = CaseFailureType.objects.filter(is_primary=True).values_list("case__slug", flat=True)
    assert sorted(mains) == sorted(CaseStudy.objects.values_list("slug", flat=True))


@pytest.mark.parametrize(
    "rows",
    ["insight_rows", "warningsign_rows", "timelineevent_rows", "outcome_rows", "casebody_rows"],
)
def test_every_case_has_some_of_each(rows):
    assert list(CaseStudy.objects.filter(**{rows: None})) == []


def test_a_case_on_the_risk_page_has_at_most_120_words():
    assert {
        case.slug: n for case in CaseStudy.objects.all() if (n := len(case.in_short.split())) > 120
    } == {}


def test_every_sign_has_phrases_of_an_officer():
    assert [sign.code for sign in WarningSign.objects.all() if len(sign.also_said_as) < 3] == []


def test_a_sign_is_seen_before_somebody_acts():
    signs = (
        WarningSign.objects.exclude(first_seen=None)
        .exclude(acted_on=None)
        .select_related("first_seen", "acted_on")
    )
    days = {sign.code: (sign.first_seen.start_on, sign.acted_on.start_on) for sign in signs}
    assert {
        code: pair for code, pair in days.items() if None not in pair and pair[0] > pair[1]
    } == {}


def test_a_fact_names_disagreements_of_its_own_case():
    wrong = [
        (row.code, other.code)
        for model in CASE_FACTS
        for row in model.objects.prefetch_related("discrepancies")
        for other in row.discrepancies.all()
        if other.case_id not in (None, row.case_id)
    ]
    assert wrong == []


@pytest.mark.parametrize("model", [*LIBRARY_MODELS, ScoringScheme])
def test_every_row_passes_its_own_rules(model):
    links = [
        f.name for f in model._meta.concrete_fields if f.is_relation
    ]  # the database holds those
    for row in model.objects.select_related(*links):
        row.full_clean(exclude=links, validate_unique=False, validate_constraints=False)
