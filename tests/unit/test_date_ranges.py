"""Partial dates: their words, the time between them, and how the timeline draws them."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from registers.library_pages.timeline import (
    draw_timeline,
    event_date,
    partial_date,
    time_until_action,
)

PRECISIONS = {4: ("-01-01", "year"), 7: ("-01", "month"), 10: ("", "day")}


def a_day(text):
    """A date and its precision from 2010, 2010-04 or 2010-04-19."""
    if not text:
        return None, ""
    suffix, precision = PRECISIONS[len(text)]
    return date.fromisoformat(text + suffix), precision


@dataclass(frozen=True)
class Event:
    extent: str
    start_on: date | None
    start_precision: str
    end_on: date | None
    end_precision: str
    code: str = field(default="XXX-T1", compare=False)


def event(extent="at", start="", end="", **other):
    return Event(extent, *a_day(start), *a_day(end), **other)


@pytest.mark.parametrize(
    ("text", "words"),
    [("2010-04-19", "19 April 2010"), ("2010-04", "April 2010"), ("2010", "2010"), ("", "")],
)
def test_a_day_says_no_more_than_is_known(text, words):
    assert partial_date(*a_day(text)) == words


@pytest.mark.parametrize(
    ("extent", "start", "end", "words"),
    [
        ("at", "2009-02", "", "February 2009"),
        ("after", "2001", "", "after 2001"),
        ("before", "", "2014-11", "before November 2014"),
        ("undated", "", "", "undated"),
        ("range", "2010-11-17", "2010-11-18", "17 to 18 November 2010"),
        ("range", "2012-02-29", "2012-03-01", "29 February to 1 March 2012"),
        ("range", "2009-06", "2010-04", "June 2009 to April 2010"),
        ("range", "2010-01", "2010-04", "January to April 2010"),
        ("range", "2001", "2009", "2001 to 2009"),
        ("range", "2001", "2001-05-03", "2001 to 3 May 2001"),
    ],
)
def test_when_an_event_was(extent, start, end, words):
    assert event_date(event(extent, start, end)) == words


@pytest.mark.parametrize(
    ("first_seen", "acted", "words"),
    [
        (
            ("at", "2010-04-19"),
            ("at", "2010-04-19"),
            "Not known: it came to light when someone outside acted",
        ),
        (("at", "2010-04-19"), ("range", "2010-04-19", "2010-04-20"), "The same day"),
        (("at", "2010-04-19"), ("at", "2010-04-20"), "One day"),
        (("at", "2010-04-01"), ("at", "2010-04-22"), "About three weeks"),
        (("at", "2008-04-01"), ("at", "2010-04-01"), "About two years"),
        (("at", "2008"), ("at", "2010-01"), "About one to two years"),
        (("at", "2009"), ("at", "2010-01"), "Up to about 13 months"),
        (("at", "2009-12"), ("at", "2010-01"), "Up to about nine weeks"),
        (("at", "2009-02"), ("at", "2010-01"), "About 10 to 12 months"),
        (("at", "2009"), ("at", "2009"), "Not known: it came to light when someone outside acted"),
        (("at", "2010-10"), ("range", "2010-11-17", "2010-11-18"), "About two to seven weeks"),
        (("range", "2001", "2009"), ("at", "2010-06"), "About eight to nine years"),
        (("after", "2013-08"), ("at", "2018-01-09"), "At most about four years"),
        (("before", "", "2009"), ("at", "2012-01-01"), "At least about two years"),
        (("at", "2001"), ("after", "2001"), "Not known: the dates are open"),
        (("at", "2001"), ("after", "2005"), "At least about three years"),
        (("undated",), ("at", "2005"), "Not known: the dates are open"),
        (("at", "2012"), ("at", "2009"), "Not known: the dates we have put the action first"),
        (None, ("at", "2005"), "Not known: no source says when it could first be seen"),
        (("at", "2005"), None, "Not known: no source says when anyone outside acted"),
    ],
)
def test_the_time_until_someone_acted(first_seen, acted, words):
    assert time_until_action(*(parts and event(*parts) for parts in (first_seen, acted))) == words


def draw_row(*parts, scale=(("at", "2001"), ("at", "2010"))):
    """The row of an event on a scale of ten years, from 2001 to 2010."""
    subject = event(*parts, code="XXX-T9")
    timeline = draw_timeline([subject, *(event(*other) for other in scale)])
    return next(row for row in timeline.rows if row.event is subject)


@pytest.mark.parametrize(
    ("parts", "shape", "x", "width"),
    [
        (("at", "2003"), "bar", 19.99, 9.99),
        (("at", "2003-07"), "bar", 24.95, 0.85),
        (("at", "2003-07-02"), "point", 24.97, 0),
        (("range", "2003-07-02", "2003-07-03"), "bar", 24.97, 0.05),
        (("range", "2003", "2004"), "bar", 19.99, 20.02),
        (("after", "2003"), "after", 19.99, 80.01),
        (("before", "", "2003"), "before", 0, 29.98),
    ],
)
def test_an_event_is_drawn_by_its_precision(parts, shape, x, width):
    row = draw_row(*parts)
    assert (row.shape, row.x, row.width) == (
        shape,
        pytest.approx(x, abs=0.011),
        pytest.approx(width, abs=0.011),
    )


def test_events_are_in_the_order_of_their_beginnings():
    events = [
        event("at", "2003-05"),
        event("before", "", "2002"),
        event("range", "2001", "2009"),
        event("at", "2001"),
    ]
    assert [row.date for row in draw_timeline(events).rows] == [
        "2001 to 2009",
        "2001",
        "before 2002",
        "May 2003",
    ]


def test_an_undated_event_is_listed_apart():
    timeline = draw_timeline([event("undated"), event("at", "2001")])
    assert ([row.date for row in timeline.rows], len(timeline.undated)) == (["2001"], 1)


def test_a_case_without_a_date_has_no_scale():
    timeline = draw_timeline([event("undated")])
    assert (timeline.rows, timeline.marks, timeline.sentence) == (
        (),
        (),
        "No event of this case has a date",
    )


@pytest.mark.parametrize(
    ("last", "years"),
    [
        ("2001", [2001]),
        ("2003", [2001, 2002, 2003]),
        ("2012", [2002, 2004, 2006, 2008, 2010, 2012]),
        ("2016", [2001, 2004, 2007, 2010, 2013, 2016]),
    ],
)
def test_the_scale_names_few_years(last, years):
    assert [
        mark.year for mark in draw_timeline([event("at", "2001"), event("at", last)]).marks
    ] == years
