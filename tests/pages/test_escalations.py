"""Escalations: who proposes, who decides, where a risk is listed, and who sees it."""

import re
import uuid
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    make_agreement,
    make_body,
    make_escalation,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_user,
)

from registers.models import Escalation, EscalationDecision, InvalidTransition, Register, Risk, Role
from registers.views import as_of

pytestmark = pytest.mark.django_db
UP, DOWN = Escalation.Direction.UP, Escalation.Direction.DOWN


def client_of(register, role=Role.OFFICER, **fields):
    client = Client()
    client.force_login(make_person(register.organisation, role, **fields))
    return client


@pytest.fixture(scope="module")
def module_records(module_db):
    """A severe risk of a register below another one, and an officer, a manager and a member."""
    organisation = make_organisation("Northmoor")
    above = make_register(organisation, slug="above", name="Corporate risk register", prefix="CORP")
    home = make_register(
        organisation, slug="home", name="Children's register", prefix="CHS", parent=above
    )
    records = SimpleNamespace(
        above=above,
        home=home,
        risk=make_risk(home, assessed=(5, 5), on=days_ago(200), title="Caseloads are too high"),
        officer=client_of(home, name="Robin Ash"),
        manager=client_of(home, Role.MANAGER, name="Nerys Abelard"),
        member=client_of(home, Role.MEMBER),
    )
    person = organisation.memberships.get(role=Role.MEMBER).user
    make_body(home, above, name="Scrutiny panel", members=[person])
    return records


@pytest.fixture
def above(records):
    return records.above


@pytest.fixture
def home(records):
    return records.home


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def manager(records):
    return records.manager


@pytest.fixture
def member(records):
    return records.member


def escalate(risk, above, *, on=None, by=None, **fields):
    return make_escalation(
        risk, above, on=on, by=by, approved_by=by or make_user(name="Nerys Abelard"), **fields
    )


# The verbs


def test_a_risk_is_listed_above_from_the_day_of_the_decision(risk, above):
    escalate(risk, above, on=days_ago(20))
    is_listed = [bool(Escalation.objects.listing(days_ago(ago))) for ago in (21, 20, 0)]
    assert is_listed == [False, True, True]


def test_a_risk_taken_back_down_is_no_longer_listed(risk, above):
    escalate(risk, above, on=days_ago(20))
    escalate(risk, above, on=days_ago(10), direction=DOWN)
    is_listed = [bool(Escalation.objects.listing(days_ago(ago))) for ago in (11, 10)]
    assert is_listed == [True, False]


def test_a_refused_risk_is_not_listed(risk, above):
    make_escalation(risk, above).decide(by=make_user(), is_approved=False, reason="Not yet.")
    assert not Escalation.objects.listing(days_ago(0))


def test_a_second_proposal_is_refused_while_one_is_open(risk, above):
    make_escalation(risk, above)
    with pytest.raises(InvalidTransition):
        make_escalation(risk, above)


def test_a_risk_closed_meanwhile_is_not_escalated(risk, above):
    stale_risk = Risk.objects.get(pk=risk.pk)
    risk.close(by=make_user(), version=risk.version, reason="Over.")
    with pytest.raises(InvalidTransition):
        make_escalation(stale_risk, above)


def test_only_an_unlisted_risk_goes_up_and_only_a_listed_one_goes_down(risk, above):
    with pytest.raises(InvalidTransition):
        make_escalation(risk, above, DOWN)
    escalate(risk, above)
    with pytest.raises(InvalidTransition):
        make_escalation(risk, above, UP)


def test_only_registers_above_take_a_risk(risk, home):
    with pytest.raises(InvalidTransition):
        make_escalation(risk, make_register(home.organisation))


def test_a_register_of_another_organisation_is_never_above(risk, home):
    other = make_register()
    Register.objects.filter(pk=home.pk).update(parent=other)
    risk.register.refresh_from_db()
    assert Escalation.available_steps(risk, days_ago(0)) == []
    with pytest.raises(InvalidTransition):
        make_escalation(risk, other)


def test_all_registers_above_may_be_chosen_and_a_ring_of_them_ends(risk, home, above):
    top = make_register(home.organisation)
    Register.objects.filter(pk=above.pk).update(parent=top)
    Register.objects.filter(pk=top.pk).update(parent=home)
    risk.register = Register.objects.get(pk=home.pk)
    assert Escalation.available_steps(risk, days_ago(0)) == [(UP, above), (UP, top)]


def test_a_register_cannot_be_its_own_parent(home, above):
    above.parent = home
    with pytest.raises(ValidationError, match="cannot stand above itself"):
        above.clean()


def test_a_proposal_is_decided_once(risk, above):
    escalation = make_escalation(risk, above)
    first = escalation.decide(by=make_user(), is_approved=True, reason="Yes.")
    assert escalation.decide(by=make_user(), is_approved=False, reason="No.") == first


def test_the_same_token_twice_is_one_proposal(risk, above):
    by, token = make_user(), uuid.uuid4()
    assert make_escalation(risk, above, by=by, token=token) == make_escalation(
        risk, above, by=by, token=token
    )


# Proposing


def propose(client, risk, step, **fields):
    form = {"step": step, "reason": "Two posts stand empty.", "token": uuid.uuid4(), **fields}
    return client.post(f"{risk.get_absolute_url()}escalate/", form)


def test_an_officers_proposal_is_shown_on_the_risk(risk, above, officer):
    assert propose(officer, risk, f"up-{above.pk}")["Location"] == risk.get_absolute_url()
    text = officer.get(risk.get_absolute_url()).text
    assert (
        "Waiting for a decision" in text
        and "by an officer" in text
        and "Two posts stand empty." in text
    )


def test_the_form_sent_twice_is_one_proposal(risk, above, officer):
    token = uuid.uuid4()
    answers = [propose(officer, risk, f"up-{above.pk}", token=token).status_code for _ in range(2)]
    assert (answers, Escalation.objects.count()) == ([302, 302], 1)


@pytest.mark.parametrize(
    ("step", "fields", "words"),
    [
        ("", {}, "Select where to escalate it"),
        ("nonsense", {}, "Select another option"),
        ("down", {}, "Select another option"),
        ("up", {"reason": " "}, "Enter the reason for your proposal"),
        ("up", {"reason": "x" * 4001}, "must be 4,000 characters or fewer"),
    ],
)
def test_an_invalid_proposal_is_refused_with_a_message(risk, above, officer, step, fields, words):
    answer = propose(
        officer, risk, f"{step}-{above.pk}" if step in ("up", "down") else step, **fields
    )
    assert (answer.status_code, words in answer.text, Escalation.objects.exists()) == (
        200,
        True,
        False,
    )


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_register_of_another_organisation_cannot_be_forged_in(risk, officer, direction):
    propose(officer, risk, f"{direction}-{make_register().pk}")
    assert not Escalation.objects.exists()


def test_a_repeated_step_does_not_become_its_opposite(risk, above, officer):
    escalate(risk, above)
    answer = propose(officer, risk, f"up-{above.pk}")
    assert "that step is no longer possible" in answer.text
    assert Escalation.objects.undecided().count() == 0


def test_a_register_without_a_parent_says_so(above, officer):
    risk = make_risk(above)
    assert "No register is above" in officer.get(f"{risk.get_absolute_url()}escalate/").text


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_only_risks_on_the_register_can_be_escalated(home, above, officer, status):
    risk = make_risk(home, status=status)
    assert (
        "You can only escalate a risk that is on the register"
        in officer.get(f"{risk.get_absolute_url()}escalate/").text
    )
    propose(officer, risk, f"up-{above.pk}")
    assert not Escalation.objects.exists()


# Deciding


def decide(client, escalation, is_approved="yes", reason="Agreed."):
    path = f"{escalation.risk.get_absolute_url()}escalations/{escalation.pk}/"
    return client.post(path, {"is_approved": is_approved, "reason": reason}, follow=True)


@pytest.mark.parametrize(("answer", "is_approved"), [("yes", True), ("no", False)])
def test_a_manager_decides(risk, above, manager, answer, is_approved):
    decide(manager, make_escalation(risk, above), answer)
    assert EscalationDecision.objects.get().is_approved == is_approved


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        ("", "x", "Select whether it is approved"),
        ("maybe", "x", "Select whether"),
        ("no", "", "Enter the reason for your decision"),
    ],
)
def test_an_empty_decision_is_refused_with_a_message(risk, above, manager, answer, reason, words):
    assert words in decide(manager, make_escalation(risk, above), answer, reason).text
    assert not EscalationDecision.objects.exists()


def test_a_second_decider_sees_who_decided(risk, above, manager):
    escalation = make_escalation(risk, above)
    escalation.decide(by=make_user(name="Sasha Birch"), is_approved=False, reason="Not yet.")
    text = decide(manager, escalation).text
    assert "is already refused by Sasha Birch" in text
    assert not EscalationDecision.objects.get().is_approved


def test_a_double_click_shows_no_conflict(risk, above, manager):
    escalation = make_escalation(risk, above)
    decide(manager, escalation)
    assert "decided already" not in decide(manager, escalation).text


def test_a_decided_escalation_is_shown_without_a_form(risk, above, manager):
    escalation = escalate(risk, above)
    text = manager.get(f"{risk.get_absolute_url()}escalations/{escalation.pk}/").text
    assert "Nerys Abelard" in text and 'name="is_approved"' not in text


def test_one_person_may_do_both_and_the_page_says_that(risk, above, home, member):
    by = make_person(home.organisation, Role.MANAGER, name="Nerys Abelard")
    client = Client()
    client.force_login(by)
    escalation = make_escalation(risk, above, by=by)
    assert (
        "You proposed this yourself."
        in client.get(f"{risk.get_absolute_url()}escalations/{escalation.pk}/").text
    )
    decide(client, escalation)
    assert (
        "Proposed and approved by one person: a risk manager"
        in member.get(risk.get_absolute_url()).text
    )


def test_an_officer_decides_nothing(risk, above, officer):
    assert decide(officer, make_escalation(risk, above)).status_code == 403


# Where it is listed


def test_a_future_day_lists_nothing(risk, above, officer):
    escalate(risk, above)
    assert (
        "Escalated from other registers"
        not in officer.get(f"/registers/above/?as_at={days_ago(-1)}").text
    )


def test_a_risk_page_shows_where_it_is_listed_since_when_and_why(risk, above, member):
    escalate(risk, above, on=days_ago(20))
    text = member.get(risk.get_absolute_url()).text
    assert "Also listed in" in text and "It touches more than one directorate." in text
    assert (
        "Also listed in" not in member.get(f"{risk.get_absolute_url()}?as_at={days_ago(21)}").text
    )


@pytest.mark.parametrize("place", ["", "dashboard/", "escalations/"])
def test_the_register_above_lists_it_apart_and_does_not_count_it(risk, above, officer, place):
    escalate(risk, above, on=days_ago(20))
    answer = officer.get(f"/registers/above/{place}")
    assert "Escalated from other registers: 1" in answer.text
    assert risk.title in answer.text and f'href="{risk.get_absolute_url()}"' in answer.text
    own_part = answer.text.partition('id="below"')[
        0
    ]  # where the registers below are counted one by one
    assert 'data-total="1"' not in own_part and 'data-count="1"' not in own_part


@pytest.mark.parametrize(
    ("place", "listed"),
    [
        ("", {21: False, 20: True, 11: True, 10: False, -1: False}),
        ("dashboard/", {21: False, 11: True, 10: False}),
    ],
)
def test_a_past_day_lists_the_risks_taken_up_by_then(risk, above, officer, place, listed):
    escalate(risk, above, on=days_ago(20))
    escalate(risk, above, on=days_ago(10), direction=DOWN)
    titles = {
        n: "Escalated from other registers"
        in officer.get(f"/registers/above/{place}?as_at={days_ago(n)}").text
        for n in listed
    }
    assert titles == listed


def test_as_agreed_lists_the_risks_recorded_by_then(risk, above, officer):
    agreement = make_agreement(above, on=days_ago(5))
    escalate(risk, above, on=days_ago(20))
    later = make_agreement(above)
    titles = [
        "Escalated from other registers" in officer.get(f"/registers/above/?agreed={a.pk}").text
        for a in (agreement, later)
    ]
    assert titles == [False, True]


def test_the_home_register_counts_it_once_and_lists_nothing_twice(risk, above, officer):
    escalate(risk, above)
    text = officer.get("/registers/home/").text
    assert 'data-total="1"' in text and "Escalated from other registers" not in text


def test_a_closed_risk_is_listed_nowhere(risk, above, officer):
    escalate(risk, above)
    risk.close(by=make_user(), version=risk.version, reason="Over.")
    assert "Escalated from other registers" not in officer.get("/registers/above/").text


@pytest.mark.parametrize("place", ["", "dashboard/", "escalations/"])
def test_an_exempt_risk_is_listed_only_for_its_readers(home, above, officer, member, place):
    escalate(make_risk(home, title="Hidden", is_exempt=True), above)
    make_escalation(make_risk(home, title="Hidden too", is_exempt=True), above)
    assert "Hidden" not in officer.get(f"/registers/above/{place}").text
    assert "Hidden" in member.get(f"/registers/above/{place}").text


def test_many_risks_taken_up_take_as_many_queries_as_one(home, above, member):
    def queries():
        counted = []
        for place in ("", "dashboard/", "escalations/"):
            with CaptureQueriesContext(connection) as context:
                member.get(f"/registers/above/{place}")
            counted.append(len(context))
        return counted

    def add():
        escalate(make_risk(home, assessed=(4, 4)), above)
        make_escalation(make_risk(home), above)

    add()
    few = queries()
    for _ in range(2):
        add()
    assert queries() == few


# The register's own page of them


def test_a_waiting_escalation_links_a_manager_to_the_decision(risk, above, officer, manager):
    escalation = make_escalation(risk, above)
    path = f"{risk.get_absolute_url()}escalations/{escalation.pk}/"
    assert [
        path in client.get("/registers/above/escalations/").text for client in (manager, officer)
    ] == [True, False]


def test_the_home_register_shows_its_proposals_and_decisions(risk, above, member):
    make_escalation(risk, above).decide(by=make_user(), is_approved=False, reason="Bring figures.")
    make_escalation(risk, above, reason="With figures now.")
    text = member.get("/registers/home/escalations/").text
    assert "Bring figures." in text and "With figures now." in text
    assert "Waiting for a decision by Corporate risk register." in text


def test_an_empty_page_explains_its_purpose(above, member):
    assert "No escalations" in member.get("/registers/above/escalations/").text


def test_another_register_shows_none_of_it(risk, above, home, member):
    make_escalation(risk, above)
    make_register(home.organisation, slug="beside")
    assert risk.title not in member.get("/registers/beside/escalations/").text


# What the scheme asks for


SUGGESTED = "The scoring scheme says to escalate a risk in this band"


@pytest.mark.parametrize(
    ("ratings", "is_suggested"), [((5, 5), True), ((2, 2), False), (None, False)]
)
def test_a_rating_in_the_escalation_band_suggests_escalation(home, officer, ratings, is_suggested):
    risk = make_risk(home, assessed=ratings)
    assert (SUGGESTED in officer.get(risk.get_absolute_url()).text) == is_suggested


def test_no_suggestion_after_a_proposal_or_refusal(risk, above, officer):
    escalation = make_escalation(risk, above)
    assert SUGGESTED not in officer.get(risk.get_absolute_url()).text
    escalation.decide(by=make_user(), is_approved=False, reason="Bring figures.")
    text = officer.get(risk.get_absolute_url()).text
    assert SUGGESTED not in text and "refused on" in text and "Bring figures." in text


def test_no_suggestion_without_a_parent_register(above, officer):
    assert SUGGESTED not in officer.get(make_risk(above, assessed=(5, 5)).get_absolute_url()).text


def test_nothing_is_suggested_of_a_past_day(risk, officer):
    assert SUGGESTED not in officer.get(f"{risk.get_absolute_url()}?as_at={days_ago(3)}").text


def test_a_proposal_about_a_closed_risk_can_only_be_refused(risk, above, manager):
    escalation = make_escalation(risk, above)
    risk.close(by=make_user(), version=Risk.objects.get(pk=risk.pk).version, reason="Over.")
    page = decide(manager, escalation)
    assert "You can only refuse this proposal" in page.text
    assert Escalation.objects.get(pk=escalation.pk).decided is None
    assert not escalation.decide(
        by=make_user(), is_approved=False, reason="It is over."
    ).is_approved


def test_the_list_is_on_a_past_day_as_it_was_then(risk, above, officer):
    escalation = make_escalation(risk, above, on=days_ago(20))
    escalation.decide(by=make_user(), is_approved=True, reason="Yes.", effective_on=days_ago(10))

    def text(ago):
        return officer.get(f"/registers/above/escalations/?as_at={days_ago(ago).isoformat()}").text

    assert "No escalations" in text(21)
    assert "Waiting for a decision: 1" in text(15) and "Decided" not in text(15)
    assert "Waiting for a decision" not in text(9) and "Decided" in text(9)


def test_waiting_escalations_are_paged(risk, above, officer, monkeypatch):
    monkeypatch.setattr(as_of, "LIST_LENGTH", 2)
    for n in range(3):
        make_escalation(make_risk(risk.register, title=f"Waits {n:02}"), above, on=days_ago(n))
    decided = make_escalation(make_risk(risk.register, title="Decided on"), above)
    decided.decide(by=make_user(), is_approved=False, reason="No.")
    pages = [officer.get(f"/registers/above/escalations/?page={n}").text for n in (1, 2)]
    assert [len(set(re.findall("Waits [0-9]{2}", page))) for page in pages] == [2, 1]
    assert ["Waiting for a decision: 3" in page for page in pages] == [True, True]
    assert ["Decided on" in page for page in pages] == [False, True]


def test_many_waiting_escalations_take_as_many_queries_as_one(risk, above, officer):
    def queries():
        with CaptureQueriesContext(connection) as context:
            officer.get("/registers/above/escalations/")
        return len(context)

    make_escalation(make_risk(risk.register), above)
    few = queries()
    for _ in range(2):
        make_escalation(make_risk(risk.register), above)
    assert queries() == few
