"""Nonsense in an address is refused, and many parameters do no harm."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import BadRequest
from django.test import RequestFactory
from makers import (
    make_risk,
)

from registers.views.as_of import as_of_from, page_of
from registers.views.filters import filter_positions

pytestmark = pytest.mark.django_db


NONSENSE = {
    "page": ["0", "-1", "x", "1.5", "1e9", "٣", "9" * 30, "9" * 5000, "", " 1", "+1", "last"],
    "as_at": [
        "x",
        "2026-13-01",
        "2026-02-30",
        "26-1-1",
        "01/02/2026",
        "99999-01-01",
        "0000-01-01",
        "today",
        "NaN",
    ],
    "since": ["x", "2026-13-01", "99999-01-01", "2026-01-01T00:00", "null"],
    "sort": ["password", "--score", "-", "risk__raised_by__password", "1", "x" * 5000],
    "band": ["x", "null", "SEVERE", "0", "' OR 1=1 --"],
    "gap": ["x", "null", "LATE-REVIEW", "0", "any any"],
    "mine": ["no", "1", "null"],
    "changed": ["no", "1", "null"],
    "owner": ["x", "0", "-1", "9" * 30, "9" * 5000, "1.5", "null", "٣٣٣", "1 OR 1=1"],
    "status": ["x", "null", "OPEN", "0"],
    "likelihood": ["0", "6", "-1", "1.0", "9" * 5000, "x"],
    "impact": ["0", "6", "٣"],
    "failure_type": ["x", "null", "1"],
    "main_type": ["x", "Governance"],
}


@pytest.mark.parametrize("name", NONSENSE)
def test_an_invalid_parameter_of_a_list_is_refused(officer, register, name):
    """That the page asks as much of each name: test_invalid_bytes_do_no_harm."""
    answered = []
    for value in NONSENSE[name]:
        request = RequestFactory().get("/registers/ours/", {name: value})
        request.user = officer
        try:
            page_of(request, ["a row"])
            list_filter = filter_positions(request, register, as_of_from(request, register))
        except BadRequest:
            continue
        if not set(list_filter.form.errors) - {"q"}:
            answered.append(value)
    assert answered == []


@pytest.mark.parametrize("name", ["as_at", "since"])
@pytest.mark.parametrize("place", ["dashboard/", "risks/1/", "risks/1/history/"])
def test_an_invalid_day_is_refused_everywhere(reader, register, place, name):
    make_risk(register)
    refused = {
        value: reader.get(f"/registers/ours/{place}", {name: value}).status_code
        for value in NONSENSE[name]
    }
    assert set(refused.values()) == {400}


def test_invalid_bytes_do_no_harm(reader, register):
    statuses = {
        n: reader.get(f"/registers/ours/?{n}=%ED%A0%80%FF").status_code for n in ("q", *NONSENSE)
    }
    assert set(statuses.values()) == {400}


def test_many_unknown_parameters_do_no_harm(reader, register):
    query = urlencode([(f"<x{n}>", '"><script>') for n in range(300)])
    answer = reader.get(f"/registers/ours/?{query}")
    assert (answer.status_code, "<script>" in answer.text.replace('<script src="', "")) == (
        200,
        False,
    )


def test_a_search_that_is_too_long_gets_an_error_message(reader, register):
    answer = reader.get("/registers/ours/", {"q": "a" * 201})
    assert (answer.status_code, "200 characters" in answer.text) == (200, True)
