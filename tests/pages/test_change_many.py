"""Owner, category, response and next review of one risk or several, changed from the list."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
)
from query_counts import queries_for

from registers.models import AuditEntry, Risk, RiskRevision, Role

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation("Northmoor")
    register = make_register(organisation, slug="ours", prefix="C")
    officer = make_person(organisation, name="Robin Ash")
    post = make_post(organisation, "Treasurer")
    risks = [make_risk(register, title=f"Risk {n}", assessed=(3, 3)) for n in (1, 2, 3)]
    other = make_risk(make_register(organisation, slug="other"), title="Elsewhere")
    return SimpleNamespace(register=register, officer=officer, post=post, risks=risks, other=other)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def officer(records):
    return client_of(records.officer)


def address(*numbers, **extra):
    query = "&".join([f"risk={n}" for n in numbers] + [f"{k}={v}" for k, v in extra.items()])
    return f"/registers/ours/change/?{query}"


def form(records, *numbers, version=1, **fields):
    versions = {f"version_{n}": version for n in numbers}
    return {"reason": "Agreed in May.", "owner": records.post.pk, **versions, **fields}


def day_parts(day):
    names = ("day", "month", "year")
    return {f"next_review_on_{n}": getattr(day, name) for n, name in enumerate(names)}


def contents():
    rows = Risk.objects.filter(register__slug="ours").order_by("number")
    return [(row.owner and row.owner.title, row.category, row.version) for row in rows]


UNCHANGED = [(None, "", 1)] * 3


def test_several_risks_are_checked_before_anything_is_written(records, officer):
    answer = officer.post(address(1, 2), form(records, 1, 2, category="legal"))
    cells = re.findall(r'data-label="(Before|After)">([^<]*)<', answer.text)
    assert contents() == UNCHANGED
    assert (
        cells
        == [
            *[("Before", "Not decided yet"), ("After", "Treasurer (vacant)")],
            *[("Before", "Not decided yet"), ("After", "Legal")],
        ]
        * 2
    )


def test_a_confirmed_change_is_one_batch_with_its_reason(records, officer):
    data = form(records, 1, 2, category="legal", confirmed="yes")
    answer = officer.post(address(1, 2, list="band%3Dhigh"), data)
    assert answer["Location"] == "/registers/ours/?band=high"
    assert contents() == [("Treasurer", "legal", 2), ("Treasurer", "legal", 2), (None, "", 1)]
    revisions = RiskRevision.objects.filter(number=2)
    assert {(r.reason, r.by_id) for r in revisions} == {("Agreed in May.", records.officer.pk)}
    assert len({revision.recorded_at for revision in revisions}) == 1
    assert AuditEntry.objects.filter(verb="risk.edited").count() == 2


def test_what_is_left_as_it_is_stays(records, officer):
    make_revision(records.risks[0], category="legal")
    data = form(records, 1, 2, confirmed="yes") | {"version_1": 2}
    officer.post(address(1, 2), data)
    assert contents()[:2] == [("Treasurer", "legal", 3), ("Treasurer", "", 2)]


def test_one_risk_is_changed_without_a_check_page(records, officer):
    page = officer.get(address(1)).text
    assert "Change C-001 Risk 1" in page
    review = days_ago(-40)
    answer = officer.post(address(1), form(records, 1, **day_parts(review)))
    risk = Risk.objects.get(pk=records.risks[0].pk)
    assert (answer.status_code, risk.owner, risk.next_review_on) == (302, records.post, review)


def test_a_risk_that_changed_meanwhile_is_named_and_nothing_is_written(records, officer):
    make_revision(records.risks[1], title="Changed by another")
    answer = officer.post(address(1, 2), form(records, 1, 2, confirmed="yes"))
    assert (answer.status_code, contents()[0]) == (409, UNCHANGED[0])
    assert "C-002 Changed by another" in answer.text
    again = re.findall(r'name="(version_\d)" value="(\d)"', answer.text)
    assert dict(again) == {"version_1": "1", "version_2": "2"}


def test_a_single_risk_that_changed_meanwhile_is_a_conflict_too(records, officer):
    make_revision(records.risks[0], title="Changed by another")
    assert officer.post(address(1), form(records, 1)).status_code == 409


def test_the_same_form_sent_twice_changes_once(records, officer):
    data = form(records, 1, 2, confirmed="yes")
    answers = [officer.post(address(1, 2), data).status_code for _ in range(2)]
    assert (answers, [row[2] for row in contents()]) == ([302, 302], [2, 2, 1])


def test_a_response_that_tolerates_asks_why_and_until_when(records, officer):
    answer = officer.post(address(1, 2), form(records, 1, 2, response="tolerate"))
    assert "Enter why it can be tolerated" in answer.text
    until = days_ago(-90)
    parts = {
        "tolerated_until_0": until.day,
        "tolerated_until_1": until.month,
        "tolerated_until_2": until.year,
    }
    data = form(records, 1, 2, response="tolerate", response_reason="Cheap.", confirmed="yes")
    officer.post(address(1, 2), data | parts)
    risk = Risk.objects.get(pk=records.risks[1].pk)
    assert (risk.response, risk.response_reason, risk.tolerated_until) == (
        "tolerate",
        "Cheap.",
        until,
    )


BAD = {
    "no reason": {"reason": ""},
    "nothing to change": {"owner": ""},
    "a post of nobody": {"owner": "999999"},
    "an unknown category": {"category": "x"},
    "an unknown response": {"response": "x"},
    "a review of the past": day_parts(days_ago(1)),
    "a review in ten years": day_parts(days_ago(-3650)),
    "the year 1": {"next_review_on_0": 1, "next_review_on_1": 1, "next_review_on_2": 1},
    "the year 9999": {"next_review_on_0": 1, "next_review_on_1": 1, "next_review_on_2": 9999},
    "a lost version": {"version_2": ""},
    "a nonsense version": {"version_2": "9" * 30},
    "a long reason": {"reason": "x" * 100_000},
    "a character that cannot be stored": {"reason": "a\0b"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_form_that_says_nonsense_gets_an_error_and_changes_nothing(records, officer, name):
    data = form(records, 1, 2, confirmed="yes") | BAD[name]
    answer = officer.post(address(1, 2), data)
    assert (answer.status_code, contents()) == (200, UNCHANGED)
    assert "There is a problem" in answer.text


def test_another_organisations_post_is_refused(records, officer):
    foreign = make_post(make_organisation(), "Their treasurer")
    answer = officer.post(address(1, 2), form(records, 1, 2, owner=foreign.pk, confirmed="yes"))
    assert (answer.status_code, contents(), "Their treasurer" in answer.text) == (
        200,
        UNCHANGED,
        False,
    )


def test_numbers_that_the_register_does_not_have_change_nothing(records, officer):
    numbers = (77, 999_999_999)
    assert "No risks to change" in officer.get(address(*numbers)).text
    officer.post(address(*numbers), form(records, *numbers, confirmed="yes"))
    assert Risk.objects.get(pk=records.other.pk).version == 1


def test_an_exempt_risk_is_not_there_for_whom_it_is_kept_from(records, officer):
    make_revision(records.risks[0], is_exempt=True)
    page = officer.get(address(1, 2)).text
    assert ("Risk 1" in page, "Change C-002 Risk 2" in page) == (False, True)
    officer.post(address(1), form(records, 1, version=2, confirmed="yes"))
    assert contents()[0] == (None, "", 2)


def test_a_risk_that_was_closed_meanwhile_stops_the_change_once(records, officer):
    make_revision(records.risks[0], status="closed")
    answer = officer.post(address(1, 2, 3), form(records, 1, 2, 3, confirmed="yes"))
    assert "One of the risks that you selected can no longer be changed" in answer.text
    assert [row[2] for row in contents()] == [2, 1, 1]
    officer.post(address(1, 2, 3), form(records, 2, 3, confirmed="yes"))
    assert [row[2] for row in contents()] == [2, 2, 2]


def test_a_closed_risk_is_left_out(records, officer):
    make_revision(records.risks[0], status="closed")
    assert "Closed risks cannot be changed" in officer.get(address(1)).text


@pytest.mark.parametrize("value", ["x", "0", "-1", "1.5", "9" * 30, "", "٣"])
def test_what_is_no_number_is_refused(officer, value):
    assert officer.get("/registers/ours/change/", {"risk": value}).status_code == 400


def test_too_many_at_once_are_refused_in_words(officer):
    page = officer.get(address(*range(1, 102))).text
    assert "You selected 101 risks. Change at most 100 at a time." in page


def test_who_may_not_edit_changes_nothing(records):
    for role in (Role.MEMBER, Role.PEER, Role.ADMINISTRATOR):
        client = client_of(make_person(records.register.organisation, role))
        data = form(records, 1, 2, confirmed="yes")
        assert client.post(address(1, 2), data).status_code == 403
        assert 'name="risk"' not in client.get("/registers/ours/").text
    assert contents() == UNCHANGED


def test_the_form_makes_as_many_queries_for_three_risks_as_for_two(officer):
    two, three = (queries_for(officer, [address(*n)]).popitem()[1] for n in ((1, 2), (1, 2, 3)))
    assert two == three
