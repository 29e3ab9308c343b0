"""The further fields of a risk: the collapsed part of the form, the risk page, and filters."""

import copy
import html
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from hostile_values import filled_in, messages_of
from makers import (
    days_ago,
    impact,
    make_directorate,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    risk_form,
)

from registers.models import Register, Risk, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """A severe risk, and an officer and a member of its organisation."""
    risk = make_risk(make_register(slug="ours", prefix="C"), assessed=(5, 5), on=days_ago(40))
    roles = (Role.OFFICER, Role.MEMBER)
    return SimpleNamespace(risk=risk, **{role.value: client_of(risk, role) for role in roles})


def client_of(risk, role):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return client


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def member(records):
    return records.member


def parts(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def long_date(day):
    return f"{day.day} {day:%B %Y}"


def text_of(answer):
    return html.unescape(answer.text)


NEW = "/registers/ours/risks/new/"
UNTIL = days_ago(-90)
EVERYTHING = {
    "objective": "Balance the budget",
    "category": "financial",
    "adverse_impacts": ["additional-cost", "harm-to-users"],
    "portfolio": "Finance and resources",
    "proximity": "year",
    "response": "tolerate",
    "response_reason": "It is cheap to live with.",
    **parts("tolerated_until", UNTIL),
    **parts("target_on", days_ago(-200)),
    "committee_position": "It stands, and nothing is asked of members.",
    "definition_of_good": "Nobody waits.",
    "told_by": "auditor",
    **parts("told_on", days_ago(60)),
}


def log(officer, risk, **typed):
    return officer.post(NEW, risk_form(owner="", **{**EVERYTHING, **typed}))


def edit(officer, risk, **typed):
    words = {
        name: getattr(risk, name) for name in ("title", "event", "cause", "consequence", "version")
    }
    return officer.post(f"{risk.get_absolute_url()}edit/", words | typed)


# The forms


def test_logging_keeps_every_field(officer, risk):
    log(officer, risk)
    new_risk = Risk.objects.latest("pk")
    plain = {
        name: getattr(new_risk, name) for name in EVERYTHING if not re.search(r"_\d$|adverse", name)
    }
    assert plain == {name: EVERYTHING[name] for name in plain}
    assert (new_risk.tolerated_until, new_risk.target_on, new_risk.told_on) == (
        UNTIL,
        days_ago(-200),
        days_ago(60),
    )
    assert set(new_risk.adverse_impacts.all()) == {
        impact("additional-cost"),
        impact("harm-to-users"),
    }
    assert new_risk.revisions.get().content() == new_risk.content()


def test_the_first_screen_asks_no_more_than_before(officer):
    page = officer.get(NEW).text
    folded = re.findall(r"<details.*?</details>", page, re.DOTALL)
    names = set(EVERYTHING) | {"tolerated_until_0"}
    assert [name for name in names if not any(f'name="{name}"' in part for part in folded)] == []
    assert [part for part in folded if '<details class="govuk-details app-more" open' in part] == []


def test_the_edit_form_holds_the_values(officer, risk):
    log(officer, risk)
    new_risk = Risk.objects.latest("pk")
    form = officer.get(f"{new_risk.get_absolute_url()}edit/").context["form"]
    assert (form["category"].value(), form["tolerated_until"].value()) == ("financial", UNTIL)
    assert set(form["adverse_impacts"].value()) == {"additional-cost", "harm-to-users"}


@pytest.fixture(scope="module")
def blank_form(module_records):
    """The form for a new risk, read once."""
    return copy.deepcopy(module_records.officer).get(NEW).context["form"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"response_reason": ""}, "Enter why it can be tolerated"),
        (
            dict.fromkeys(parts("tolerated_until", UNTIL), ""),
            "Enter the day until which it is tolerated",
        ),
        (
            parts("tolerated_until", days_ago(0)),
            "The day until which it is tolerated must be after today",
        ),
        (parts("tolerated_until", days_ago(-800)), "or earlier"),
        (
            {"committee_position": "word " * 81},
            "The position for the committee must be 80 words or fewer: it has 81",
        ),
        ({"category": "magic"}, "Select a category from the list"),
        ({"response": "ignore"}, "Select a response"),
        ({"proximity": "soon"}, "Select how soon it could happen"),
        ({"told_by": "Mr Smith"}, "Select who told you first"),
        ({"adverse_impacts": ["magic"]}, "Select adverse impacts from the list"),
        (parts("told_on", days_ago(-1)), "The day must be today or in the past"),
        (parts("identified_on", days_ago(-1)), "The day must be today or in the past"),
        ({"identified_on": "0001-01-01"}, "or later: check the year"),
        ({"identified_on": "9999-12-31"}, "The day must be today or in the past"),
        ({"identified_on": "a\0"}, "The day it was identified must be a real date"),
        ({"objective": "x" * 301}, "The objective must be 300 characters or fewer"),
        *(
            (
                {"estimated_cost": text},
                "Enter the estimated cost in whole pounds up to £999,999,999,999, for example "
                "£1,200,000",
            )
            for text in ("abc", "-1", "1e30", "1.5", "1,2", "1\0", "9" * 5000)
        ),
    ],
)
def test_an_invalid_form_has_error_messages(blank_form, typed, words):
    form = filled_in(blank_form, risk_form(owner="", **{**EVERYTHING, **typed}))
    assert words in messages_of(form)


def test_an_invalid_form_shows_its_message_and_logs_nothing(officer, risk):
    answer = log(officer, risk, category="magic")
    assert ("Select a category from the list" in text_of(answer), Risk.objects.count()) == (True, 1)


def test_eighty_words_are_not_too_many(blank_form):
    data = risk_form(owner="", **{**EVERYTHING, "committee_position": "word " * 80})
    assert filled_in(blank_form, data).is_valid()


@pytest.mark.parametrize("response", ["", "treat", "transfer", "terminate"])
def test_only_a_tolerated_risk_has_an_end_day(officer, risk, response):
    log(officer, risk, response=response)
    new_risk = Risk.objects.latest("pk")
    assert (new_risk.response, new_risk.response_reason, new_risk.tolerated_until) == (
        response,
        "",
        None,
    )


def test_a_past_end_day_does_not_block_another_edit(officer, risk):
    passed = days_ago(3)
    make_revision(
        risk, response="tolerate", response_reason="Cheap.", tolerated_until=passed, on=days_ago(20)
    )
    typed = {
        "response": "tolerate",
        "response_reason": "Cheap.",
        **parts("tolerated_until", passed),
        "title": "New",
    }
    assert edit(officer, risk, **typed).status_code == 302


def test_a_conflict_takes_over_the_fields_that_were_not_edited(officer, risk):
    make_revision(risk, told_on=days_ago(30), category="people", adverse_impacts=[impact()])
    make_revision(risk, told_on=days_ago(60), category="legal")
    risk.version = 2
    typed = {
        "title": "Mine",
        "category": "people",
        "adverse_impacts": "harm-to-users",
        **parts("told_on", days_ago(30)),
    }
    answer = edit(officer, risk, **typed)
    form = answer.context["form"]
    assert (answer.status_code, form["title"].value(), form["category"].value()) == (
        409,
        "Mine",
        "legal",
    )
    assert str(days_ago(60).year) in answer.text and form["told_on"].value() == days_ago(60)


# The page


def test_a_page_shows_every_field_and_the_position_first(risk, officer, member):
    log(officer, risk)
    text = text_of(member.get(Risk.objects.latest("pk").get_absolute_url()))
    sentences = [
        "It stands, and nothing is asked of members.",
        f"Tolerated until {long_date(UNTIL)}.",
        "It is cheap to live with.",
        "Balance the budget",
        "Finance and resources",
        "Within a year",
        "Nobody waits.",
        f"First told by an auditor, {long_date(days_ago(60))}",
    ]
    assert [words for words in sentences if words not in text] == []
    assert text.index(sentences[0]) < text.index("Event")


def test_a_page_leaves_out_empty_fields(risk, member):
    text = text_of(member.get(risk.get_absolute_url()))
    assert [
        word
        for word in ("Category", "What good looks like", "Objective", "Not said")
        if word in text
    ] == []


def test_an_officer_reads_which_fields_are_missing_in_one_line(risk, officer):
    text = text_of(officer.get(risk.get_absolute_url()))
    line = (
        "Not recorded yet: its category, its response, its position for the committee, what good "
        "looks like."
    )
    assert line in text


def test_a_rating_by_an_earlier_scheme_asks_for_no_position(risk, officer):
    Register.objects.update(scheme=make_scheme())
    line = "Not recorded yet: its category, its response. "
    assert line in text_of(officer.get(risk.get_absolute_url()))


def test_below_tolerance_no_position_is_asked_for(officer, risk):
    low = make_risk(risk.register, assessed=(1, 1), category="people", response="treat")
    assert "Not recorded yet:" not in text_of(officer.get(low.get_absolute_url()))


def test_a_tolerance_that_has_run_out_says_so(risk, member):
    make_revision(
        risk,
        response="tolerate",
        response_reason="Cheap.",
        tolerated_until=days_ago(1),
        on=days_ago(9),
    )
    assert "Overdue: tolerated until" in text_of(member.get(risk.get_absolute_url()))
    assert "Overdue: tolerated until" not in text_of(
        member.get(f"{risk.get_absolute_url()}?as_at={days_ago(1)}")
    )


def test_hostile_text_is_shown_as_text(risk, member):
    make_revision(risk, objective="<script>", committee_position="<b>now</b>", portfolio="{{ 7 }}")
    page = member.get(risk.get_absolute_url()).text
    assert "<script>alert" not in page and "&lt;b&gt;now&lt;/b&gt;" in page and "{{ 7 }}" in page


# The list


LISTED = {
    "category=people": ["Ours"],
    "category=none": ["Reserves run out"],
    "response=treat": ["Ours"],
    "response=none": ["Reserves run out"],
    "directorate={}": ["Ours"],
    "category=people&response=transfer": [],
}


def test_the_list_is_filtered(risk, member):
    directorate = make_directorate(risk.register.organisation)
    owner = make_post(risk.register.organisation, directorate=directorate)
    make_risk(risk.register, title="Ours", category="people", response="treat", owner=owner)
    pages = {
        query: member.get(f"/registers/ours/?{query.format(directorate.pk)}") for query in LISTED
    }
    titles = {
        query: [row.revision.title for row in page.context["page"]] for query, page in pages.items()
    }
    assert titles == LISTED
    totals = {query: f'data-total="{len(LISTED[query])}"' in pages[query].text for query in LISTED}
    assert totals == dict.fromkeys(LISTED, True)


@pytest.mark.parametrize(
    "query", ["category=magic", "response=ignore", "directorate={other}", "directorate=x"]
)
def test_an_unknown_filter_is_refused(risk, member, query):
    other = make_directorate()
    assert member.get(f"/registers/ours/?{query.format(other=other.pk)}").status_code == 400
