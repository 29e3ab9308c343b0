"""The history of a risk: every change of it and of its records, latest first."""

import copy
import datetime
import functools
import html
import re

import pytest
from django.test import Client
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_assessment,
    make_assurance,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_precedent,
    make_register,
    make_review,
    make_revision,
    make_risk,
    sign,
)

from registers.models import CheckWaiver, Role
from registers.permissions import VisibilityCutOff
from registers.risk_page.history import build_history

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_risk(module_db):
    organisation = make_organisation()
    return make_risk(
        make_register(organisation, parent=make_register(organisation, name="Corporate")),
        on=days_ago(50),
    )


@pytest.fixture
def risk(module_risk):
    return copy.deepcopy(module_risk)


@pytest.fixture(scope="module")
def marked_risk(module_db):
    """A risk with a mark made before an agreement and one made after it."""
    risk = make_risk(make_register(), on=days_ago(50))
    for code, ago in (("DON-W1", 9), ("DON-W2", 1)):
        at = timezone.now() - datetime.timedelta(days=ago)
        make_precedent(risk, code, on=days_ago(ago), recorded_at=at)
    make_agreement(risk.register, on=days_ago(5))
    return risk


@pytest.fixture(scope="module")
def pages(marked_risk):
    """(role, place) -> a page of the marked risk, as that role reads it."""
    clients = {}
    for role in Role:
        clients[role] = Client()
        clients[role].force_login(make_person(marked_risk.register.organisation, role))
    address = marked_risk.get_absolute_url()
    return functools.cache(lambda role, place: clients[role].get(f"{address}{place}").text)


def events(risk, day=None, recorded_by=None, **options):
    return [
        entry.event for entry in build_history(risk, day or days_ago(0), recorded_by, **options)
    ]


def test_it_begins_with_the_risk(risk):
    assert events(risk) == ["logged"]


def test_records_of_the_risk_are_in_the_history_in_order(risk):
    control = make_control(risk, on=days_ago(40))
    make_review(risk, on=days_ago(30))
    control.revise(
        by=risk.raised_by, version=1, effective_on=days_ago(20), title="Weekly reconciliation"
    )
    make_assurance(risk, "limited", on=days_ago(10))
    assert events(risk) == [
        "assurance recorded: limited, by Internal audit",
        "control changed: Weekly reconciliation",
        "reviewed",
        "control added: Monthly reconciliation",
        "logged",
    ]


def test_a_change_of_a_control_shows_the_earlier_value(risk):
    control = make_control(risk)
    control.revise(
        by=risk.raised_by, version=1, title="Weekly reconciliation", reason="Monthly was too late."
    )
    entry = build_history(risk, days_ago(0))[0]
    change = entry.changes[0]
    assert (change.label, change.before, change.after) == (
        "Control",
        "Monthly reconciliation",
        "Weekly reconciliation",
    )
    assert entry.texts == ("Monthly was too late.",)


def test_the_history_follows_a_control_until_it_is_retired(risk):
    control = make_control(risk, on=days_ago(40))
    for version, change in enumerate(
        (
            {"last_tested_on": days_ago(30), "tested_by_line": 2},
            {"status": "retired"},
            {"status": "in-place"},
        ),
        1,
    ):
        control.revise(
            by=risk.raised_by, version=version, effective_on=days_ago(30 - version), **change
        )
    assert [event.removesuffix(": Monthly reconciliation") for event in events(risk)] == [
        "control back in place",
        "control retired",
        "control tested",
        "control added",
        "logged",
    ]


def test_the_history_follows_an_action_to_its_end(risk):
    action = make_action(risk)
    action.complete(by=risk.raised_by, version=1, done_on=days_ago(0), evidence="Published.")
    assert events(risk)[:2] == [
        "action done: Write the procedure",
        "action added: Write the procedure",
    ]


def test_a_reopened_action_is_in_the_history(risk):
    action = make_action(risk)
    action.revise(by=risk.raised_by, version=1, status="dropped")
    action.revise(by=risk.raised_by, version=2, status="open")
    assert events(risk)[0] == "action reopened: Write the procedure"


def test_an_escalation_and_its_decision_are_in_the_history(risk):
    make_escalation(risk, risk.register.parent, approved_by=risk.raised_by)
    assert events(risk)[:2] == [
        "escalation to Corporate approved",
        "escalation to Corporate proposed",
    ]


def test_a_refused_escalation_is_in_the_history(risk):
    escalation = make_escalation(risk, risk.register.parent)
    escalation.decide(by=risk.raised_by, is_approved=False, reason="Not yet.")
    assert events(risk)[0] == "escalation to Corporate refused"


def test_a_check_set_aside_and_taken_back_is_in_the_history(risk):
    manager = make_person(risk.register.organisation, Role.MANAGER)
    CheckWaiver.put(risk, by=manager, check_name="rq1-stale", reason="May.", until=days_ago(-9))
    CheckWaiver.take_back(risk, by=manager, check_name="rq1-stale", reason="Now.")
    assert events(risk)[:2] == [
        "data quality check put back",
        "data quality check set aside",
    ]


def test_officers_read_their_marks(risk):
    make_precedent(risk, "DON-W1")
    assert (
        "of Doncaster marked relevant" in events(risk, marks=VisibilityCutOff(days_ago(0), None))[0]
    )


def test_other_readers_do_not_see_marks(risk):
    make_precedent(risk, "DON-W1")
    assert events(risk) == ["logged"]


def test_a_past_day_shows_nothing_later(risk):
    make_control(risk, on=days_ago(10))
    assert events(risk, days_ago(11)) == ["logged"]


def test_records_after_an_agreement_are_left_out(risk):
    make_control(risk, on=days_ago(40))
    a_minute_ago = timezone.now() - datetime.timedelta(minutes=1)
    assert events(risk, days_ago(0), a_minute_ago) == []


def test_a_long_history_takes_as_many_queries_as_a_short_one(risk, django_assert_max_num_queries):
    for n in range(3):
        make_control(risk, title=f"Control {n}")
        make_action(risk, title=f"Action {n}")
        make_assurance(risk)
        make_precedent(risk)
        make_assessment(risk, (2, 1 + n % 5))
    with django_assert_max_num_queries(12):
        assert (
            len(build_history(risk, days_ago(0), marks=VisibilityCutOff(days_ago(0), None))) == 16
        )


def page(risk, role, **query):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return client.get(f"{risk.get_absolute_url()}history/", query).text


def test_the_page_draws_the_rating_over_time_with_its_table(risk):
    make_assessment(risk, (5, 5), on=days_ago(45))
    text = page(risk, Role.OFFICER)
    assert 'class="app-course__picture"' in text
    assert "Residual rating over time" in text


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [(Role.OFFICER, True), (Role.MANAGER, True), (Role.MEMBER, False), (Role.PEER, False)],
)
def test_marks_are_working_notes_on_the_page(risk, role, is_shown):
    make_precedent(risk)
    assert ("marked relevant" in page(risk, role)) == is_shown


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PEER, Role.ADMINISTRATOR, Role.OFFICER])
@pytest.mark.parametrize("query", ["", f"?as_at={days_ago(0)}", f"?as_at={days_ago(8)}"])
def test_the_history_shows_the_same_marks_as_the_risk_page(pages, role, query):
    """A peer reads the mark made before an agreement and not the one made after it."""
    page, history = (pages(role, f"{place}{query}") for place in ("", "history/"))
    signs = [sign(code).title for code in ("DON-W1", "DON-W2")]
    assert [title in html.unescape(history) for title in signs] == [
        title in html.unescape(page) for title in signs
    ]


def test_a_future_day_shows_nothing(risk):
    assert "is in the future" in page(risk, Role.OFFICER, as_at=days_ago(-9).isoformat())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [("", "Two banks.", "Added: Two banks."), ("Two banks.", "", "Removed: Two banks.")],
)
def test_what_was_added_or_removed_is_said_to_be_so(risk, before, after, words):
    make_revision(risk, notes=before, title="Other title")
    make_revision(risk, notes=after)
    client = Client()
    client.force_login(make_person(risk.register.organisation, Role.MEMBER))
    text = client.get(f"{risk.get_absolute_url()}history/").text
    entry = text.partition("app-history__entry")[2].partition("app-history__entry")[0]
    plain = " ".join(html.unescape(re.sub("<[^>]+>", "", entry)).split())
    assert words in plain and "empty" not in plain
