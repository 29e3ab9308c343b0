"""One timeline of a risk: everything that was done to it and beside it, latest first."""

import datetime
import html

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
    make_risk,
    sign,
)

from registers.models import Role, SetAside
from registers.permissions import VisibilityCutOff
from registers.risk_page.history import build_history

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk():
    organisation = make_organisation()
    return make_risk(
        make_register(organisation, parent=make_register(organisation, name="Corporate")),
        on=days_ago(50),
    )


def told(risk, day=None, known_by=None, **how):
    return [entry.event for entry in build_history(risk, day or days_ago(0), known_by, **how)]


def test_it_begins_with_the_risk(risk):
    assert told(risk) == ["logged"]


def test_what_is_done_beside_the_risk_stands_in_its_order(risk):
    control = make_control(risk, on=days_ago(40))
    make_review(risk, on=days_ago(30))
    control.revise(
        by=risk.raised_by, version=1, effective_on=days_ago(20), title="Weekly reconciliation"
    )
    make_assurance(risk, "limited", on=days_ago(10))
    assert told(risk) == [
        "assurance recorded: limited, by Internal audit",
        "control changed: Weekly reconciliation",
        "reviewed",
        "control added: Monthly reconciliation",
        "logged",
    ]


def test_a_change_of_a_control_says_what_it_was(risk):
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


def test_a_control_is_followed_through_its_test_and_out_of_use(risk):
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
    assert [what.removesuffix(": Monthly reconciliation") for what in told(risk)] == [
        "control in use again",
        "control taken out of use",
        "control tested",
        "control added",
        "logged",
    ]


def test_an_action_is_followed_to_its_end(risk):
    action = make_action(risk)
    action.complete(by=risk.raised_by, version=1, done_on=days_ago(0), evidence="Published.")
    assert told(risk)[:2] == [
        "action done: Write the procedure",
        "action added: Write the procedure",
    ]


def test_an_action_that_is_taken_up_again_says_so(risk):
    action = make_action(risk)
    action.revise(by=risk.raised_by, version=1, status="dropped")
    action.revise(by=risk.raised_by, version=2, status="open")
    assert told(risk)[0] == "action taken up again: Write the procedure"


def test_a_proposal_and_what_came_of_it(risk):
    make_escalation(risk, risk.register.parent, approved_by=risk.raised_by)
    assert told(risk)[:2] == [
        "agreed to take it up to Corporate",
        "proposed to be taken up to Corporate",
    ]


def test_a_refusal(risk):
    escalation = make_escalation(risk, risk.register.parent)
    escalation.decide(by=risk.raised_by, is_approved=False, reason="Not yet.")
    assert told(risk)[0] == "not agreed to take it up to Corporate"


def test_a_check_that_is_set_aside_and_taken_back(risk):
    manager = make_person(risk.register.organisation, Role.MANAGER)
    SetAside.put(risk, by=manager, check_name="rq1-stale", reason="May.", until=days_ago(-9))
    SetAside.take_back(risk, by=manager, check_name="rq1-stale", reason="Now.")
    assert told(risk)[:2] == [
        "a check of the worklist taken back",
        "a check of the worklist set aside",
    ]


def test_officers_read_their_marks(risk):
    make_precedent(risk, "DON-W1")
    assert (
        "of Doncaster marked relevant" in told(risk, marks=VisibilityCutOff(days_ago(0), None))[0]
    )


def test_others_do_not(risk):
    make_precedent(risk, "DON-W1")
    assert told(risk) == ["logged"]


def test_a_past_day_knows_nothing_later(risk):
    make_control(risk, on=days_ago(10))
    assert told(risk, days_ago(11)) == ["logged"]


def test_what_was_recorded_after_an_agreement_is_left_out(risk):
    make_control(risk, on=days_ago(40))
    a_minute_ago = timezone.now() - datetime.timedelta(minutes=1)
    assert told(risk, days_ago(0), a_minute_ago) == []


def test_a_long_story_takes_as_many_queries_as_a_short_one(risk, django_assert_max_num_queries):
    for n in range(6):
        make_control(risk, title=f"Control {n}")
        make_action(risk, title=f"Action {n}")
        make_assurance(risk)
        make_precedent(risk)
        make_assessment(risk, (2, 1 + n % 5))
    with django_assert_max_num_queries(12):
        assert (
            len(build_history(risk, days_ago(0), marks=VisibilityCutOff(days_ago(0), None))) == 31
        )


def page(risk, role, **asked):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return client.get(f"{risk.get_absolute_url()}history/", asked).text


def test_the_page_draws_the_course_and_says_it_as_a_table(risk):
    make_assessment(risk, (5, 5), on=days_ago(45))
    text = page(risk, Role.OFFICER)
    assert 'class="app-course__picture"' in text
    assert "Where the rating stood" in text


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [(Role.OFFICER, True), (Role.MANAGER, True), (Role.MEMBER, False), (Role.PEER, False)],
)
def test_marks_are_working_notes_on_the_page(risk, role, is_shown):
    make_precedent(risk)
    assert ("marked relevant" in page(risk, role)) == is_shown


@pytest.mark.parametrize("role", [Role.MEMBER, Role.PEER, Role.ADMINISTRATOR, Role.OFFICER])
@pytest.mark.parametrize(
    "asked", [{}, {"as_at": days_ago(0).isoformat()}, {"as_at": days_ago(8).isoformat()}]
)
def test_the_history_tells_the_marks_that_the_risks_page_shows(risk, role, asked):
    """One before a body agreed the register, a peer reads it from then on; one since, which waits
    for the next.
    """
    for code, ago in (("DON-W1", 9), ("DON-W2", 1)):
        make_precedent(
            risk, code, on=days_ago(ago), recorded_at=timezone.now() - datetime.timedelta(days=ago)
        )
    make_agreement(risk.register, on=days_ago(5))
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    page, history = (
        client.get(f"{risk.get_absolute_url()}{place}", asked).text for place in ("", "history/")
    )
    signs = [sign(code).title for code in ("DON-W1", "DON-W2")]
    assert [title in html.unescape(history) for title in signs] == [
        title in html.unescape(page) for title in signs
    ]


def test_a_day_to_come_tells_nothing(risk):
    assert "has not come yet" in page(risk, Role.OFFICER, as_at=days_ago(-9).isoformat())
