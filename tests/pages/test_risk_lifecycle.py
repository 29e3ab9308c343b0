"""The steps of a risk's life (happened, closed, reopened): writes, refusals and pages."""

import copy
import html
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hostile_values import filled_in, messages_of
from makers import (
    days_ago,
    make_assessment,
    make_person,
    make_post,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_user,
)
from risk_histories import rollback

from registers.models import AuditEntry, EditConflict, InvalidTransition, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """A rated risk, and an officer, a manager and a member of its organisation."""
    risk = make_risk(make_register(slug="ours", prefix="C"), assessed=(3, 4), on=days_ago(40))
    roles = (Role.OFFICER, Role.MANAGER, Role.MEMBER)
    return SimpleNamespace(risk=risk, **{role.value: client_of(risk, role) for role in roles})


def client_of(risk, role):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return client


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def manager(records):
    return records.manager


@pytest.fixture
def member(records):
    return records.member


def close(risk, **details):
    """Close it at its latest version, today by default."""
    risk.refresh_from_db()
    details = {"reason": "The contract has ended.", "depends_on": "Nobody.", **details}
    return risk.close(by=details.pop("by", None) or make_user(), version=risk.version, **details)


def long_date(day):
    return f"{day.day} {day:%B %Y}"


def parts(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


# What a person would send who fills in the whole form of a step.
STEP_DATA = {
    "close": {
        "reason": "It is over.",
        "depends_on": "Nobody.",
        **parts("effective_on", days_ago(0)),
    },
    "reopen": {"reason": "It came back."},
    "happened": {"happened_what": "The bank failed.", **parts("happened_on", days_ago(3))},
}


def send(client, risk, step, **typed):
    risk.refresh_from_db()
    return client.post(
        f"{risk.get_absolute_url()}{step}/",
        {**STEP_DATA[step], "version": risk.version, "confirmed": "yes"} | typed,
    )


def text_of(answer):
    return html.unescape(answer.text)


# The verbs


def test_a_risk_that_happened_keeps_its_rating_of_the_day_before(risk):
    current = risk.current
    make_assessment(risk, (5, 5), on=days_ago(10))
    risk.happen(
        by=make_user(), version=2, happened_on=days_ago(10), happened_what="The bank failed."
    )
    assert (risk.status, risk.happened_under, risk.revisions.latest().what) == (
        "happened",
        current,
        "happened",
    )


@pytest.mark.parametrize("ago", [41, -1])
def test_a_risk_cannot_happen_before_it_was_raised_or_in_the_future(risk, ago):
    with pytest.raises(ValueError, match="cannot have happened"):
        risk.happen(by=make_user(), version=1, happened_on=days_ago(ago), happened_what="It did.")


def test_reopening_brings_back_everything(risk):
    close(risk)
    rating = risk.current
    risk.reopen(by=make_user(), version=2, reason="It came back.")
    assert (risk.status, risk.current, risk.event) == (
        "open",
        rating,
        "The budget cannot be balanced.",
    )


def test_a_closed_draft_is_reopened_as_a_draft():
    risk = make_risk(status="draft")
    close(risk)
    risk.reopen(by=make_user(), version=2, reason="Needed after all.")
    assert risk.status == "draft"


CHANGES = {
    "an edit": lambda risk: make_revision(risk, title="Another"),
    "a rating": lambda risk: make_assessment(risk),
    "a review": lambda risk: make_review(risk),
    "a second closing": lambda risk: close(risk, reason="Again."),
    "an opening": lambda risk: risk.open(by=make_user(), version=2),
    "a happening": lambda risk: risk.happen(
        by=make_user(), version=2, happened_on=days_ago(1), happened_what="It did."
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_closed_risk_takes_no_change(risk, change):
    close(risk)
    with pytest.raises(InvalidTransition):
        CHANGES[change](risk)
    assert risk.revisions.count() == 2


def test_an_open_risk_is_not_reopened(risk):
    with pytest.raises(InvalidTransition):
        risk.reopen(by=make_user(), version=1, reason="It came back.")


def test_an_open_risk_is_not_put_on_the_register(risk):
    with pytest.raises(InvalidTransition):
        risk.open(by=make_user(), version=1)


def test_the_same_closing_twice_is_one(risk):
    by = make_user()
    first, second = (
        risk.close(by=by, version=1, reason="Over.", depends_on="Nobody.") for _ in range(2)
    )
    assert (first, risk.revisions.count()) == (second, 2)


def test_another_account_by_the_same_person_is_not_a_repetition(risk):
    by = make_user()
    risk.happen(by=by, version=1, happened_on=days_ago(3), happened_what="The bank failed.")
    with pytest.raises(EditConflict):
        risk.happen(by=by, version=1, happened_on=days_ago(3), happened_what="Two banks failed.")


def test_every_step_is_in_the_audit_chain(risk):
    close(risk)
    risk.reopen(by=make_user(), version=2, reason="It came back.")
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")][-2:] == [
        "risk.closed",
        "risk.reopened",
    ]


# The forms

STEPS = {"close": "closed", "reopen": "open", "happened": "happened"}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_and_redirects_to_the_risk(risk, manager, step):
    if step == "reopen":
        close(risk)
    answer = send(manager, risk, step)
    risk.refresh_from_db()
    assert (answer.status_code, answer.get("Location"), risk.status) == (
        302,
        risk.get_absolute_url(),
        STEPS[step],
    )


@pytest.mark.parametrize("step", STEPS)
def test_a_step_sent_twice_is_one(risk, manager, step):
    if step == "reopen":
        close(risk)
    risk.refresh_from_db()
    version = risk.version
    answers = [send(manager, risk, step, version=version).status_code for _ in range(2)]
    assert (answers, risk.revisions.count()) == ([302, 302], version + 1)


@pytest.mark.parametrize("step", ["close", "happened"])
def test_a_step_on_an_older_version_is_a_conflict_that_keeps_the_form(risk, manager, step):
    make_revision(risk, title="Another")
    typed = {"reason": "My <words>.", "happened_what": "My <words>."}
    answer = send(manager, risk, step, version=1, **typed)
    risk.refresh_from_db()
    assert (answer.status_code, "My <words>." in text_of(answer), risk.status) == (
        409,
        True,
        "open",
    )


@pytest.fixture(scope="module")
def step_forms(module_records):
    """step -> its form, read once, of a risk that was changed twenty days ago."""
    with rollback():
        risk, manager = copy.deepcopy((module_records.risk, module_records.manager))
        make_revision(risk, title="Another", on=days_ago(20))
        paths = {step: f"{risk.get_absolute_url()}{step}/" for step in ("close", "happened")}
        return {step: manager.get(path).context["form"] for step, path in paths.items()}


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("close", {"reason": ""}, "Enter why you are closing it"),
        (
            "close",
            {"depends_on": " "},
            "Enter who or what the closure relies on, or write “Nobody”",
        ),
        ("close", parts("effective_on", days_ago(-1)), "The day must be today or in the past"),
        ("close", parts("effective_on", days_ago(41)), "or later, as the risk was raised then"),
        ("happened", {"happened_what": ""}, "Enter what happened"),
        ("happened", parts("happened_on", days_ago(-1)), "The day must be today or in the past"),
        ("happened", parts("happened_on", days_ago(41)), "when the risk was raised, or later"),
    ],
)
def test_an_invalid_step_has_error_messages(step_forms, step, typed, words):
    form = filled_in(step_forms[step], {**STEP_DATA[step], "version": 2} | typed)
    assert words in messages_of(form)


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        (
            "close",
            parts("effective_on", days_ago(30)),
            "or later, as the risk was last changed then",
        ),
        ("happened", {"happened_what": ""}, "Enter what happened"),
        ("reopen", {}, "C-001 is not closed, so there is nothing to reopen"),
    ],
)
def test_an_invalid_step_is_refused_on_its_page(risk, manager, step, typed, words):
    make_revision(risk, title="Another", on=days_ago(20))
    answer = send(manager, risk, step, **typed)
    assert (answer.status_code, words in text_of(answer), risk.revisions.count()) == (200, True, 2)


@pytest.mark.parametrize(
    "step", ["close", "happened", "edit", "assess", "review", "put-on-register"]
)
def test_the_form_of_a_step_out_of_turn_says_so_in_place_of_questions(risk, manager, step):
    close(risk)
    answer = manager.get(f"{risk.get_absolute_url()}{step}/")
    words = "C-001 is already closed" if step == "close" else "C-001 is closed. Reopen it first"
    assert (words in text_of(answer), "govuk-label" in answer.text) == (True, False)


def test_an_edit_of_a_closed_risk_is_refused_and_keeps_the_form(risk, officer):
    close(risk)
    form = {"title": "My <title>", "event": "x", "consequence": "x", "version": 2}
    answer = officer.post(f"{risk.get_absolute_url()}edit/", form)
    assert "C-001 is closed. Reopen it first" in text_of(answer)
    assert ("My <title>" in text_of(answer), risk.revisions.count()) == (True, 2)


@pytest.mark.parametrize("step", ["close", "reopen"])
def test_an_officer_neither_closes_nor_reopens(risk, officer, step):
    assert send(officer, risk, step).status_code == 403


# The page


def test_a_closed_risk_says_why_and_who_must_not_leave(risk, member):
    close(risk, reason="The backlog is gone.", depends_on="The two temporary staff.")
    text = text_of(member.get(risk.get_absolute_url()))
    words = (
        f"Closed on {long_date(days_ago(0))}",
        "The backlog is gone.",
        "The two temporary staff.",
    )
    assert [word for word in words if word not in text] == []


def test_a_closed_risk_offers_only_reopening(risk, manager):
    close(risk)
    page = manager.get(risk.get_absolute_url()).text
    links = [
        f"/{step}/" in page for step in ("edit", "assess", "review", "happened", "close", "reopen")
    ]
    assert links == [False] * 5 + [True]


def test_a_reopened_risk_says_why_it_had_been_closed(risk, member):
    close(risk, reason="The backlog is gone.", depends_on="The two temporary staff.")
    risk.reopen(by=make_user(), version=2, reason="One of them left.")
    text = text_of(member.get(risk.get_absolute_url()))
    assert [
        w in text for w in ("One of them left.", "The backlog is gone.", "The two temporary staff.")
    ] == [True] * 3


def test_a_risk_that_happened_shows_its_earlier_rating(risk, member):
    risk.happen(
        by=make_user(), version=1, happened_on=days_ago(3), happened_what="The bank failed."
    )
    text = text_of(member.get(risk.get_absolute_url()))
    assert (
        f"Materialised on {long_date(days_ago(3))}" in text
        and "3 x 4 = 12" in text
        and "The bank failed." in text
    )


def test_the_page_of_the_day_before_closing_shows_nothing_of_it(risk, member):
    close(risk)
    text = member.get(f"{risk.get_absolute_url()}?as_at={days_ago(1)}").text
    assert ("Closed on" in text, "Reopened" in text) == (False, False)


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (Role.MEMBER, [False] * 4),
        (Role.OFFICER, [True, False, True, True]),
        (Role.MANAGER, [True] * 4),
    ],
)
def test_each_role_gets_links_to_its_own_steps(risk, role, links):
    page = client_of(risk, role).get(risk.get_absolute_url()).text
    assert [f"/{step}/" in page for step in ("happened", "close", "exempt", "duplicate")] == links


def test_a_past_day_has_no_link_to_a_step(risk, manager):
    page = manager.get(f"{risk.get_absolute_url()}?as_at={days_ago(3)}").text
    assert [
        step for step in ("happened", "close", "exempt", "duplicate") if f"/{step}/" in page
    ] == []


def cost_of(client, risk):
    with CaptureQueriesContext(connection) as queries:
        client.get(risk.get_absolute_url())
    return len(queries)


def test_a_page_costs_the_same_however_often_a_risk_was_closed(risk, member):
    costs = []
    for turn in ("once", "twice", "three times"):
        close(risk, reason=f"Closed {turn}.")
        risk.reopen(by=make_user(), version=risk.version, reason=f"Back {turn}.")
        costs.append(cost_of(member, risk))
    assert len(set(costs)) == 1


# A copy


def test_a_copy_is_a_draft_with_the_same_text(risk, officer):
    owner = make_post(risk.register.organisation)
    make_revision(
        risk, owner=owner, category="people", committee_position="It stands.", told_by="press"
    )
    answer = officer.post(f"{risk.get_absolute_url()}duplicate/")
    copy = risk.register.risks.latest("pk")
    assert (answer["Location"], copy.title) == (
        "/registers/ours/risks/2/edit/",
        "Copy of Reserves run out",
    )
    assert (copy.status, copy.event, copy.owner, copy.category) == (
        "draft",
        risk.event,
        owner,
        "people",
    )
    assert (copy.current, copy.committee_position, copy.told_by) == (None, "", "")


def test_a_copy_requested_twice_is_one(risk, officer):
    token = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    for _ in range(2):
        officer.post(f"{risk.get_absolute_url()}duplicate/", {"token": token})
    assert risk.register.risks.count() == 2


def test_a_copy_of_an_exempt_risk_is_exempt(risk, manager):
    make_revision(risk, is_exempt=True)
    manager.post(f"{risk.get_absolute_url()}duplicate/")
    assert risk.register.risks.latest("pk").is_exempt


def test_a_copy_of_a_long_title_has_one(risk, officer):
    make_revision(risk, title="x" * 200)
    officer.post(f"{risk.get_absolute_url()}duplicate/")
    assert risk.register.risks.latest("pk").title == f"Copy of {'x' * 192}"


def test_a_member_copies_nothing(risk, member):
    assert member.post(f"{risk.get_absolute_url()}duplicate/").status_code == 403
