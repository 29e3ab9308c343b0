"""The constraints on one row of the library, each broken once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from makers import day

from registers.library_pages.timeline import draw_timeline
from registers.models import (
    Basis,
    CaseFailureType,
    CaseIntervention,
    CaseStudy,
    Citation,
    FailureType,
    LaterEvidence,
    Outcome,
    Source,
    TimelineEvent,
    WarningSign,
)

pytestmark = pytest.mark.django_db


def refusals(row):
    """The fields that a row's own rules refuse, "" for the row as a whole."""
    try:
        row.clean()
    except ValidationError as error:
        return {name.replace("__all__", "") for name in getattr(error, "error_dict", {"": None})}
    return set()


def fact(model, **fields):
    return model(
        **{
            "case": CaseStudy.objects.get(slug="doncaster"),
            "code": "DON-X1",
            "basis": Basis.STATED,
            **fields,
        }
    )


def event(extent="at", start=None, end=None):
    """An event with the days it is given, each a pair of day and precision."""
    days = {}
    for name, pair in (("start", start), ("end", end)):
        on, precision = pair or (None, "")
        days |= {f"{name}_on": on and day(on), f"{name}_precision": precision}
    return fact(TimelineEvent, kind="trouble", title="It happens", extent=extent, **days)


JULY = ("2014-07-01", "month")
A_DAY = ("2014-07-21", "day")


# A date and its precision


@pytest.mark.parametrize(
    "date",
    [("2014-07-21", "day"), ("2014-07-01", "day"), ("2014-07-01", "month"), ("2014-01-01", "year")],
)
def test_a_date_is_stored_with_its_precision(date):
    assert refusals(event(start=date)) == set()


@pytest.mark.parametrize(
    "date",
    [
        ("2014-07-21", "month"),  # a month that claims a day
        ("2014-07-01", "year"),  # a year that claims a month
        ("2014-01-02", "year"),
        ("2014-07-21", ""),  # a day without a precision
        (None, "day"),
    ],
)
@pytest.mark.parametrize("end", ["start", "end"])
def test_a_date_more_exact_than_its_precision_is_refused(date, end):
    other = {"end": A_DAY} if end == "start" else {"start": A_DAY}
    assert refusals(event("range", **{end: date}, **other)) == {f"{end}_on"}


@pytest.mark.parametrize("name", ["start", "planned_end", "announced_end", "effective_end"])
def test_each_date_of_an_intervention_keeps_to_its_precision(name):
    date = {f"{name}_on": day("2014-07-21"), f"{name}_precision": "month"}
    assert refusals(fact(CaseIntervention, by_whom="A minister", what="A direction", **date)) == {
        f"{name}_on"
    }


def test_an_intervention_may_have_no_day_at_all():
    assert refusals(fact(CaseIntervention, by_whom="A minister", what="A direction")) == set()


@pytest.mark.parametrize(
    "date", [("0001-01-01", "year"), ("1799-12-31", "day"), ("2200-01-01", "day")]
)
def test_a_year_out_of_range_is_refused(date):
    """A case is drawn on one scale of years, which has to end somewhere."""
    assert refusals(event(start=date)) == {"start_on"}


@pytest.mark.parametrize("date", [("1800-01-01", "year"), ("2199-12-31", "day")])
def test_the_timeline_covers_the_whole_range_of_years(date):
    assert refusals(event(start=date)) == set()
    assert draw_timeline(
        [event(start=("1800-01-01", "day")), event(start=("2199-12-31", "day"))]
    ).marks


# How far an event extends

EXTENTS = {
    "at": (JULY, None),
    "after": (JULY, None),
    "before": (None, JULY),
    "range": (JULY, A_DAY),
    "undated": (None, None),
}


@pytest.mark.parametrize("extent", EXTENTS)
def test_an_extent_has_the_days_that_make_it(extent):
    assert refusals(event(extent, *EXTENTS[extent])) == set()


@pytest.mark.parametrize("days", [(JULY, None), (None, JULY), (JULY, A_DAY), (None, None)])
@pytest.mark.parametrize("extent", EXTENTS)
def test_an_extent_refuses_other_dates(extent, days):
    has = [bool(date) for date in days]
    if has != [bool(date) for date in EXTENTS[extent]]:
        assert refusals(event(extent, *days)) == {"extent"}


def test_a_range_ends_after_it_starts():
    assert refusals(event("range", A_DAY, ("2014-07-20", "day"))) == {"end_on"}


def test_a_range_may_be_one_day():
    assert refusals(event("range", A_DAY, A_DAY)) == set()


# Codes


@pytest.mark.parametrize("code", ["THM-O1", "O1", "DONO1", "don-O1"])
def test_the_code_of_a_fact_begins_with_its_case(code):
    assert refusals(fact(Outcome, code=code, text="It ends.")) == {"code"}


def test_two_cases_do_not_share_a_code():
    eltham = CaseStudy.objects.get(slug="eltham")
    eltham.code = "DON"
    with pytest.raises(ValidationError, match="case_code_once"):
        eltham.validate_constraints()


# Signs


@pytest.mark.parametrize("phrases", ["one phrase", {"a": "b"}, [1], [["a"]], None])
def test_also_said_as_is_a_list_of_phrases(phrases):
    assert refusals(
        fact(WarningSign, title="A", text="A", question="A?", also_said_as=phrases)
    ) == {"also_said_as"}


def test_no_phrase_at_all_is_a_list_too():
    assert refusals(fact(WarningSign, title="A", text="A", question="A?", also_said_as=[])) == set()


# Later evidence


def later_evidence(on, precision="day"):
    return fact(
        LaterEvidence,
        service="All",
        finding="Good.",
        tone="good",
        found_on=on and day(on),
        found_precision=precision,
    )


def test_later_evidence_has_a_date():
    assert refusals(later_evidence(None, "")) == {"found_on"}


def test_later_evidence_is_later():
    assert (refusals(later_evidence("2013-12-31")), refusals(later_evidence("2014-01-01"))) == (
        {"found_on"},
        set(),
    )


def test_later_evidence_keeps_to_its_precision():
    assert refusals(later_evidence("2019-05-08", "month")) == {"found_on"}


# Citations


def citation(source="failing-well", first=1, last=1):
    voice = "authors"
    return Citation(
        source=Source.objects.get(slug=source),
        section="1",
        first_line=first,
        last_line=last,
        voice=voice,
    )


@pytest.mark.parametrize(("first", "last"), [(1, 781), (781, 781)])
def test_a_citation_lies_within_its_source(first, last):
    assert refusals(citation(first=first, last=last)) == set()


@pytest.mark.parametrize(("first", "last"), [(1, 782), (900, 900), (0, 0), (0, 5)])
def test_no_citation_lies_beyond_its_source(first, last):
    assert refusals(citation(first=first, last=last)) == {""}


@pytest.mark.parametrize(("first", "last"), [(1, 1), (0, 1)])
def test_no_line_is_cited_of_a_page_without_lines(first, last):
    page = Source.objects.filter(line_count=0).first()
    assert refusals(citation(page.slug, first, last)) == {""}


def test_a_page_without_lines_is_cited_as_a_whole():
    assert refusals(citation(Source.objects.filter(line_count=0).first().slug, 0, 0)) == set()


@pytest.mark.parametrize(("first", "last"), [(5, 4), (0, 4)])
def test_the_database_refuses_lines_in_reverse(first, last):
    with pytest.raises(IntegrityError, match="citation_lines"), transaction.atomic():
        citation(first=first, last=last).save()


# Uniqueness


def test_a_case_has_one_main_type():
    rows = CaseFailureType.objects.filter(case__slug="doncaster", is_primary=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(is_primary=True)


def test_a_case_shows_a_type_once():
    case = CaseStudy.objects.get(slug="doncaster")
    with pytest.raises(IntegrityError), transaction.atomic():
        case.failure_type_rows.create(
            failure_type=FailureType.objects.get(slug="governance"), basis=Basis.STATED
        )
