"""Assessments with a range and with evidence: the form and the pages."""

import copy
import html
import re
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.test import Client
from makers import (
    days_ago,
    make_action,
    make_assessment,
    make_assurance,
    make_control,
    make_person,
    make_register,
    make_revision,
    make_risk,
    make_user,
    preset,
)

from registers.forms.assessments import AssessmentForm
from registers.models import Assessment, Control, has_supporting_evidence
from registers.phrases.bands import possible_bands_in_words
from registers.scoring import RatingOutsideScheme

pytestmark = pytest.mark.django_db

ASSESS = "/registers/ours/risks/1/assess/"


@pytest.fixture(scope="module")
def module_risk(module_db):
    """Severe since forty days ago."""
    return make_risk(make_register(slug="ours"), assessed=(4, 5), on=days_ago(40))


@pytest.fixture
def risk(module_risk):
    return copy.deepcopy(module_risk)


@pytest.fixture(scope="module")
def officer(module_risk):
    client = Client()
    client.force_login(make_person(module_risk.register.organisation))
    return client


def long_date(text):
    return f"{text.day} {text:%B %Y}"


def form_data(risk, **fields):
    """The form's fields: the same rating as before by default, and a token."""
    return {
        "kind": "current",
        "likelihood": "4",
        "impact": "5",
        "driver": "harm-to-users",
        "rationale": "As we see it.",
        "effective_on": days_ago(0).isoformat(),
        "version": risk.version,
        "token": str(uuid.uuid4()),
        **fields,
    }


def send(client, risk, **fields):
    """(status, the page's words)."""
    answer = client.post(ASSESS, form_data(risk, **fields))
    return answer.status_code, html.unescape(answer.text)


# The range


def test_the_ends_are_kept(officer, risk):
    ends = {"likelihood_low": "3", "likelihood_high": "5", "impact_low": "4", "impact_high": "5"}
    assert send(officer, risk, **ends)[0] == 302
    row = risk.assessments.last()
    assert (row.likelihood_low, row.likelihood_high, row.impact_low, row.impact_high) == (
        3,
        5,
        4,
        5,
    )


@pytest.mark.parametrize("name", ["likelihood_low", "likelihood_high", "impact_low", "impact_high"])
def test_either_end_may_be_given_alone(officer, risk, name):
    assert send(officer, risk, **{name: "4" if name == "likelihood_low" else "5"})[0] == 302
    row = risk.assessments.last()
    assert (
        sum(
            getattr(row, end) is not None
            for end in ("likelihood_low", "likelihood_high", "impact_low", "impact_high")
        )
        == 1
    )


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (
            {"likelihood_low": "5"},
            "The lowest likelihood cannot be higher than your rating, 4 Likely",
        ),
        (
            {"likelihood_high": "3"},
            "The highest likelihood cannot be lower than your rating, 4 Likely",
        ),
        (
            {"impact": "4", "impact_low": "5"},
            "The lowest impact cannot be higher than your rating, 4",
        ),
        ({"impact_high": "1"}, "The highest impact cannot be lower than your rating, 5"),
        ({"likelihood_low": "0"}, "Select a level from the list"),
        ({"impact_high": "6"}, "Select a level from the list"),
        ({"impact_high": "<script>"}, "Select a level from the list"),
    ],
)
def test_an_invalid_end_of_a_range_is_refused(risk, end, words):
    errors = AssessmentForm(form_data(risk, **end), risk=risk).errors.values()
    assert [error.startswith(words) for messages in errors for error in messages] == [True]


def test_the_page_of_an_invalid_range_says_so_and_nothing_is_kept(officer, risk):
    status, page = send(officer, risk, likelihood_low="5")
    assert (status, "There is a problem" in page, risk.assessments.count()) == (200, True, 1)
    assert "The lowest likelihood cannot be higher than your rating, 4 Likely" in page


def test_the_folded_part_is_open_where_something_in_it_is_wrong(officer, risk):
    page = send(officer, risk, likelihood_low="5")[1]
    assert re.search(
        r"<details[^>]* open>\s*<summary[^>]*><span[^>]*>More detail: how sure you are", page
    )


@pytest.mark.parametrize(
    "end", [{"likelihood_low": 0}, {"impact_high": 6}, {"likelihood_high": 99}]
)
def test_the_verb_refuses_an_end_outside_the_scheme(risk, end):
    with pytest.raises(RatingOutsideScheme):
        make_assessment(risk, (3, 3), **end)
    assert risk.assessments.count() == 1


@pytest.mark.parametrize("end", [{"likelihood_low": 4}, {"impact_high": 2}])
def test_the_database_refuses_a_rating_outside_its_range(risk, end):
    with pytest.raises(IntegrityError, match="lies_in_its_range"), transaction.atomic():
        make_assessment(risk, (3, 3), **end)


def test_a_changed_range_is_found_by_the_seal(risk):
    make_assessment(risk, (3, 3), impact_high=4)
    QuerySet(Assessment).filter(impact_high=4).update(impact_high=5)
    with pytest.raises(CommandError, match="not what was sealed"):
        call_command("verify_audit")


def rating(likelihood, impact, **ends):
    return Assessment(
        scheme=preset(),
        likelihood=likelihood,
        impact=impact,
        band=preset().rules.place(likelihood, impact).band.slug,
        **ends,
    )


@pytest.mark.parametrize(
    ("ratings", "ends", "words"),
    [
        ((3, 3), {}, ""),  # High
        ((3, 3), {"likelihood_low": 3, "likelihood_high": 3}, ""),
        ((3, 3), {"likelihood_high": 4}, ""),  # 4 x 3 is High as well
        ((3, 3), {"impact_high": 5}, "could be Severe"),
        ((3, 3), {"impact_low": 2}, "could be Moderate"),
        ((3, 3), {"likelihood_low": 1}, "could be as low as Low"),
        ((2, 2), {"likelihood_high": 4, "impact_high": 4}, "could be as high as Severe"),
        ((3, 3), {"likelihood_low": 1, "impact_high": 5}, "could be anything from Low to Severe"),
        (
            (3, 3),
            {"likelihood_low": 1, "likelihood_high": 5, "impact_low": 1, "impact_high": 5},
            "could be anything from Low to Severe",
        ),
    ],
)
def test_another_band_is_named_only_where_an_end_lies_in_it(ratings, ends, words):
    assert possible_bands_in_words(rating(*ratings, **ends)) == words


def test_the_page_names_another_possible_band(officer, risk):
    make_assessment(risk, (3, 3), impact_high=5)
    text = officer.get("/registers/ours/risks/1/").text
    assert "<strong>could be Severe</strong>, assessed on" in text
    assert '<span class="app-judgements__range">Could be Severe</span>' in text
    assert "could be Severe" in officer.get("/registers/ours/risks/1/history/").text


def test_the_page_says_nothing_of_a_range_within_one_band(officer, risk):
    make_assessment(risk, (3, 3), likelihood_high=4)
    assert (
        "ould be" not in officer.get("/registers/ours/risks/1/").text.partition("Ratings</h2>")[2]
    )


# Evidence for a fall


SINCE, UNTIL = days_ago(40), days_ago(10)


# Days before and after the day of a record: whether it lies after the one and not after the other.
SUPPORTS = {
    (0, -20): False,
    (1, -20): True,
    (-1, -20): False,
    (20, 0): True,
    (20, 1): False,
}


@pytest.mark.parametrize("kind", ["a test", "an assurance", "an action"])
def test_a_record_between_the_last_rating_and_the_day_supports_a_fall(risk, kind):
    if kind == "a test":
        make_control(risk, last_tested_on=days_ago(30), tested_by_line=2)
    elif kind == "an assurance":
        make_assurance(risk, on=days_ago(30))
    else:
        finish(make_action(risk, on=days_ago(60)), days_ago(30))
    assert {
        (since, until): has_supporting_evidence(risk, days_ago(30 + since), days_ago(30 + until))
        for since, until in SUPPORTS
    } == SUPPORTS


def finish(action, done_on, **fields):
    return action.complete(
        by=make_user(), version=action.version, done_on=done_on, evidence="Seen in use.", **fields
    )


def test_without_records_nothing_supports_a_fall(risk):
    make_control(risk)
    make_action(risk)
    assert has_supporting_evidence(risk, SINCE, UNTIL) is False


def test_a_record_of_another_risk_supports_no_fall(risk):
    other = make_risk(risk.register)
    make_control(other, last_tested_on=days_ago(20), tested_by_line=2)
    make_assurance(other, on=days_ago(20))
    finish(make_action(other), days_ago(20))
    assert has_supporting_evidence(risk, SINCE, UNTIL) is False


def test_an_action_that_was_dropped_supports_nothing(risk):
    action = make_action(risk, on=days_ago(30))
    action.revise(by=make_user(), version=action.version, status="dropped")
    assert has_supporting_evidence(risk, SINCE, days_ago(0)) is False


def test_a_control_that_was_tested_again_later_was_still_tested_in_between(risk):
    control = make_control(risk, last_tested_on=days_ago(20), tested_by_line=2, on=days_ago(20))
    control.revise(by=make_user(), version=control.version, last_tested_on=days_ago(5))
    assert Control.objects.get().last_tested_on == days_ago(5)
    assert has_supporting_evidence(risk, SINCE, UNTIL) is True


# The question


def question(since):
    return (
        f"No test, assurance or finished action supports a lower rating since {long_date(since)}. "
        "Enter what has changed"
    )


LOWER = {"likelihood": "3", "impact": "3"}


def test_a_fall_that_nothing_supports_is_asked_about(officer, risk):
    status, text = send(officer, risk, **LOWER)
    assert (status, question(days_ago(40)) in text, risk.assessments.count()) == (200, True, 1)


def test_an_answer_is_enough_and_is_kept(officer, risk):
    assert send(officer, risk, **LOWER, evidence="The figures of May.")[0] == 302
    assert risk.assessments.last().evidence == "The figures of May."


def test_evidence_of_only_spaces_is_refused(officer, risk):
    assert question(days_ago(40)) in send(officer, risk, **LOWER, evidence=" \u200b \n")[1]


def test_a_fall_that_something_supports_is_not_asked_about(officer, risk):
    make_assurance(risk, on=days_ago(3))
    assert send(officer, risk, **LOWER)[0] == 302


@pytest.mark.parametrize(
    "fields",
    [
        {},  # as before
        {"likelihood": "3"},  # a lower score in the same band
        {"likelihood": "5"},
        {**LOWER, "kind": "target"},
        {**LOWER, "kind": "inherent"},
    ],
)
def test_evidence_is_not_asked_for_without_a_fall_of_the_current_rating(risk, fields):
    assert AssessmentForm(form_data(risk, **fields), risk=risk).errors == {}


def test_a_first_rating_is_not_asked_about(officer, risk):
    unrated = make_risk(risk.register)
    answer = officer.post(
        f"{unrated.get_absolute_url()}assess/", form_data(unrated, likelihood="1", impact="1")
    )
    assert answer.status_code == 302


def test_a_back_dated_rating_is_compared_with_the_one_of_its_day(officer, risk):
    make_assessment(risk, (1, 1), on=days_ago(5))
    risk.refresh_from_db()
    assert (
        question(days_ago(40))
        in send(officer, risk, **LOWER, effective_on=days_ago(10).isoformat())[1]
    )
    assert send(officer, risk, **LOWER)[0] == 302  # above the Low of five days ago


def test_a_rating_is_not_compared_with_a_peers(officer, risk):
    make_assessment(risk, (1, 1), on=days_ago(5), evidence="All seen.")
    make_assessment(risk, (5, 5), on=days_ago(2), perspective="peer")
    risk.refresh_from_db()
    assert send(officer, risk, likelihood="1", impact="2")[0] == 302


def test_a_rating_by_an_earlier_scheme_is_not_compared(officer, risk):
    risk.register.scheme = preset("four-by-four")
    risk.register.save()
    assert send(officer, risk, likelihood="1", impact="1")[0] == 302


def test_a_fall_on_the_day_of_the_last_rating_is_asked_about(officer, risk):
    make_assessment(risk, (5, 5))
    risk.refresh_from_db()
    make_assurance(risk)
    assert question(days_ago(0)) in send(officer, risk, **LOWER)[1]


def test_the_same_form_twice_is_one_assessment(officer, risk):
    form = form_data(risk, **LOWER, evidence="The figures of May.", impact_high="5")
    answers = [officer.post(ASSESS, form).status_code for _ in range(2)]
    assert (answers, risk.assessments.count()) == ([302, 302], 2)


def test_a_conflict_keeps_the_form(officer, risk):
    form = form_data(risk, **LOWER, evidence="The figures of May.", impact_high="5")
    make_revision(risk, title="Another title")
    answer = officer.post(ASSESS, form)
    assert (answer.status_code, "The figures of May." in answer.text) == (409, True)
    assert '<option value="5" selected>' in answer.text


def test_the_evidence_is_among_the_judgements_and_in_the_history(officer, risk):
    make_assessment(risk, (3, 3), evidence="The figures of May & <b>June</b>.")
    for place in ("", "history/"):
        text = officer.get(f"/registers/ours/risks/1/{place}").text
        assert "Evidence of what changed:" in text
        assert "The figures of May &amp; &lt;b&gt;June&lt;/b&gt;." in text


@pytest.mark.parametrize("evidence", ["x" * 4001, "a\x00b"])
def test_unstorable_evidence_gets_an_error_message(officer, risk, evidence):
    status, text = send(officer, risk, evidence=evidence)
    assert (status, "What has changed" in text, risk.assessments.count()) == (200, True, 1)


# Side by side


def test_inherent_current_and_target_are_side_by_side(officer, risk):
    make_assessment(risk, (5, 5), kind="inherent")
    make_assessment(risk, (2, 2), kind="target", on=days_ago(3))
    make_assessment(risk, (1, 1), kind="target", on=days_ago(2))
    top = (
        officer.get("/registers/ours/risks/1/")
        .text.partition('class="app-kinds"')[2]
        .partition("</dl>")[0]
    )
    scores = [f"{a} = " in top for a in ("5 x 5", "4 x 5", "1 x 1", "2 x 2")]
    assert scores == [True, True, True, False]


def test_a_kind_that_was_never_judged_says_so(officer, risk):
    top = (
        officer.get("/registers/ours/risks/1/")
        .text.partition('class="app-kinds"')[2]
        .partition("</dl>")[0]
    )
    assert top.count("Not assessed yet") == 2


@pytest.mark.parametrize(("ahead", "words"), [(30, "Due by"), (-1, "<strong>Overdue: due by")])
def test_the_target_says_by_when(officer, risk, ahead, words):
    make_assessment(risk, (2, 2), kind="target", on=days_ago(3))
    make_revision(risk, target_on=days_ago(-ahead))
    assert f"{words} {long_date(days_ago(-ahead))}" in officer.get("/registers/ours/risks/1/").text


def test_a_target_that_was_met_is_not_called_late(officer, risk):
    make_assessment(risk, (2, 2), kind="target", on=days_ago(3))
    make_assessment(risk, (2, 2), evidence="Done.")
    make_revision(risk, target_on=days_ago(1))
    assert "Overdue: due" not in officer.get("/registers/ours/risks/1/").text


def test_as_at_a_day_nothing_later_is_shown(officer, risk):
    make_assessment(risk, (1, 1), kind="target", on=days_ago(3))
    assert "1 x 1" not in officer.get(f"/registers/ours/risks/1/?as_at={days_ago(4)}").text
