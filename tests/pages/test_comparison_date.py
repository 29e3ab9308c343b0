"""The day that a dashboard compares with: its words, its alternatives and choices."""

import html
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    day,
    days_ago,
    make_agreement,
    make_organisation,
    make_person,
    make_register,
    make_risk,
)

from registers.dashboard.comparison_date import ComparisonDate
from registers.dates import quarter_ends_before
from registers.models import Role

READ = day("2026-11-26")
COMMITTEE = SimpleNamespace(on=day("2026-10-04"), body_in_sentence="the Committee")
TEAM = SimpleNamespace(on=day("2026-06-30"), body_in_sentence="the Management team")


def comparison_date(since, *agreements):
    return ComparisonDate(READ, day(since), agreements)


def test_the_last_quarter_end_is_described_so():
    assert comparison_date("2026-09-30").words == "30 September 2026, the last quarter end"


def test_an_earlier_quarter_end_is_described_so():
    assert comparison_date("2026-03-31").words == "31 March 2026, a quarter end"


def test_the_day_of_an_agreement_names_the_body():
    assert (
        comparison_date("2026-10-04", COMMITTEE).words
        == "4 October 2026, reported to the Committee"
    )


def test_a_day_may_be_a_quarter_end_and_an_agreement():
    assert (
        comparison_date("2026-06-30", COMMITTEE, TEAM).words
        == "30 June 2026, a quarter end, reported to the Management team"
    )


def test_any_other_day_is_only_a_date():
    assert comparison_date("2026-05-05", COMMITTEE).words == "5 May 2026"


def test_the_other_usual_day_is_offered():
    alternatives = [
        words for _, words in comparison_date("2026-09-30", COMMITTEE, TEAM).alternatives
    ]
    assert alternatives == ["4 October 2026, reported to the Committee"]
    alternatives = [
        words for _, words in comparison_date("2026-10-04", COMMITTEE, TEAM).alternatives
    ]
    assert alternatives == ["30 September 2026, the last quarter end"]


def test_without_an_agreement_there_is_no_alternative():
    assert comparison_date("2026-09-30").alternatives == []


def test_each_choice_comes_once_latest_first_with_the_present_one_among_them():
    days = [choice for choice, _ in comparison_date("2026-05-05", COMMITTEE, TEAM).choices]
    assert days == sorted({*days}, reverse=True) and len(days) == 10
    assert {COMMITTEE.on, TEAM.on, day("2026-05-05")} <= {*days}


# On the page


@pytest.fixture
def register(db):
    register = make_register(make_organisation(), slug="ours")
    make_risk(register, assessed=(3, 3), on=days_ago(400))
    return register


def page_of(register, role=Role.MANAGER, **query):
    client = Client()
    client.force_login(make_person(register.organisation, role))
    return client.get("/registers/ours/dashboard/", query).text


def test_the_page_names_the_day_and_offers_the_alternative(register):
    agreement = make_agreement(register, on=days_ago(1), body="Cabinet")
    page = page_of(register)
    end = quarter_ends_before(days_ago(0), 1)[0]
    assert f"Compared with {end:%-d %B %Y}, the last quarter end" in page
    [href] = re.findall(r'href="([^"]*)">Compare with [^<]*reported to Cabinet<', page)
    assert href == f"?since={agreement.on}"


def test_the_chosen_day_is_named_and_stays_selected(register):
    make_agreement(register, on=days_ago(1), body="Cabinet")
    page = page_of(register, since=days_ago(1).isoformat())
    assert f"Compared with {days_ago(1):%-d %B %Y}" in page and "reported to Cabinet." in page
    assert f'<option value="{days_ago(1)}" selected>' in page


def test_a_member_reading_as_agreed_compares_with_the_agreement_before(register):
    make_agreement(register, on=days_ago(50), body="Cabinet")
    make_agreement(register, body="Committee")
    page = html.unescape(page_of(register, Role.MEMBER))
    assert re.search(r"Compared with [^<]*reported to Cabinet\.", page)
    assert not re.search(r"(?:Compared? with|<option[^>]*>)[^<]*reported to the Committee", page)


def test_the_page_has_no_browser_date_control(register):
    assert 'type="date"' not in page_of(register)
