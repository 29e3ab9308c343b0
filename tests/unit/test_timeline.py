"""A risk's history as segments: which row counts on which day."""

import itertools
from types import SimpleNamespace

from makers import day

from registers.history.timeline import build_timeline

keys = itertools.count(1)


def revision(on, number, **fields):
    words = {"status": "open", "ON_REGISTER": ("open",), **fields}
    return SimpleNamespace(effective_on=day(on), number=number, **words)


def assessment(on, band="low"):
    return SimpleNamespace(effective_on=day(on), pk=next(keys), scheme_id=1, band=band)


def test_of_two_ratings_of_one_day_the_later_counts():
    first, second = assessment("2026-03-01"), assessment("2026-03-01", "high")
    [segment] = build_timeline([revision("2026-03-01", 1)], [second, first])
    assert segment.current is second


def test_of_two_revisions_of_one_day_the_later_counts():
    first, second = revision("2026-03-01", 1), revision("2026-03-01", 2)
    [segment] = build_timeline([second, first], [])
    assert segment.revision is second


def test_a_rating_of_an_earlier_day_counts_from_the_first_revision():
    early = assessment("2026-02-01")
    [segment] = build_timeline([revision("2026-03-01", 1)], [early])
    assert (segment.from_day, segment.current) == (day("2026-03-01"), early)


def test_a_rating_starts_a_segment_on_its_own_day():
    rows = [assessment("2026-03-01"), assessment("2026-04-01", "high")]
    segments = build_timeline([revision("2026-03-01", 1)], rows)
    assert [segment.from_day for segment in segments] == [day("2026-03-01"), day("2026-04-01")]


def test_a_band_is_held_since_the_day_it_was_reached():
    rows = [
        assessment("2026-03-01"),
        assessment("2026-04-01", "high"),
        assessment("2026-05-01", "high"),
    ]
    last = build_timeline([revision("2026-03-01", 1)], rows)[-1]
    assert (last.band_since, last.band_before) == (day("2026-04-01"), "low")


def test_without_a_revision_there_is_no_segment():
    assert build_timeline([], [assessment("2026-03-01")]) == []
