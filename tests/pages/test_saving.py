"""A conflict is answered 409: somebody was quicker, or the same form was saved before with other
words.
"""

import copy
import re
import uuid

import pytest
from django import forms as django_forms
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from form_table import BEFORE, FORMS, MORE, OF_THE_REGISTER, RATING, TODAY, Council, Form, put_aside
from makers import (
    days_ago,
    make_action,
    make_assurance,
    make_control,
    make_escalation,
    make_review,
    make_risk,
    risk_form,
)

from registers.forms.bulk import PostsForm
from registers.models import (
    CheckWaiver,
    Control,
    DuplicateSubmission,
    InvalidTransition,
    Review,
    Risk,
)
from registers.services import reassign, review_many

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def module_council(module_db):
    return Council()


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


# Later changes do not count


def test_a_risk_edited_since_still_counts_as_the_record_of_its_form(council):
    form = Form("risk_new", council)
    form.send()
    risk = Risk.objects.get(number=2)
    risk.revise(by=form.council.manager, version=1, title="Better said", response="treat")
    assert form.send()[0]["Location"] == risk.get_absolute_url()


def test_a_control_edited_since_still_counts_as_the_record_of_its_form(council):
    form = Form("control_new", council)
    form.send()
    Control.objects.get().revise(by=form.council.manager, version=1, title="Better said")
    assert form.send()[0].status_code == 302


def test_a_risk_of_an_earlier_day_still_counts_as_the_record_of_its_form(council):
    form = Form("risk_new", council)
    form.data["raised_on"] = days_ago(30).isoformat()
    assert [form.send()[0].status_code for _ in range(2)] == [302, 302]


CHANGED_FIELDS = (
    {"impact": "5"},
    {"raised_on": days_ago(9).isoformat()},
    {"draft": "1"},
    {"other_failure_types": ["financial"]},
)


@pytest.mark.parametrize("raised_on", ["", days_ago(30).isoformat()])
def test_every_field_of_a_new_risk_counts(council, raised_on):
    form = Form("risk_new", council)
    form.data |= {"raised_on": raised_on, "primary_failure_type": ""}
    form.send()
    answers = [form.send(**other) for other in CHANGED_FIELDS]
    assert [(answer.status_code, count) for answer, count in answers] == [(409, 2)] * len(
        CHANGED_FIELDS
    )


def test_a_removed_rating_counts_as_another_form(council):
    form = Form("risk_new", council)
    form.send()
    assert form.send(**dict.fromkeys(RATING, ""))[0].status_code == 409


def test_another_step_that_is_not_open_is_not_taken(council):
    """The first form proposed the register above; the second one names another register."""
    form = Form("risk_escalate", council)
    form.send()
    answer, count = form.send(step=f"up-{form.council.register.pk}")
    assert (answer.status_code, count) == (200, 1)


def test_a_review_of_several_with_one_more_keeps_the_first_and_adds_the_other(council):
    form = Form("risk_review_many", council)
    second = make_risk(council.register, by=council.manager, on=days_ago(20))
    make_review(second, by=council.manager, on=days_ago(10), next_on=days_ago(1))
    _, once = form.send()
    answer, twice = form.send(risks=[1, 2], version_2=second.version)
    assert (answer.status_code, twice) == (302, once + 1)


def test_two_clicks_make_one_copy_whatever_changed_between_them(council):
    token = str(uuid.uuid4())
    copies = []
    for title in ("First", "Second"):
        council.risk.refresh_from_db()
        council.risk.revise(by=council.manager, version=council.risk.version, title=title)
        copies.append(
            council.client.post(council.address("risk_duplicate"), {"token": token})["Location"]
        )
    assert copies[0] == copies[1]


def test_a_duplicate_submission_carries_the_record_and_its_instant(council):
    token = uuid.uuid4()
    control = make_control(council.risk, token=token)
    with pytest.raises(DuplicateSubmission) as duplicate:
        make_control(council.risk, token=token, title="Something else")
    assert (duplicate.value.record, duplicate.value.recorded_at) == (
        control,
        control.revisions.get().recorded_at,
    )


# Somebody closes the risk between the form's look and the verb


def close(risk):
    risk = Risk.objects.get(pk=risk.pk)
    if risk.status == "closed":
        risk.reopen(by=risk.raised_by, version=risk.version, reason="It came back.")
    else:
        risk.close(
            by=risk.raised_by, version=risk.version, reason="It is over.", depends_on="Nobody"
        )


def add_record(make, **fields):
    return lambda council: [make(council.risk, by=council.manager, on=days_ago(9), **fields).pk]


def to_decide(council):
    return [make_escalation(council.risk, council.above, by=council.manager, on=days_ago(9)).pk]


CHANGES = {
    "risk_edit": (None, lambda council: {**risk_form(owner=council.post.pk), "title": "Other"}),
    "risk_related": (
        None,
        lambda council: {"related": make_risk(council.register, by=council.manager).reference},
    ),
    "risk_put_on_register": ("draft", lambda council: risk_form(owner=council.post.pk)),
    "risk_happened": (None, lambda council: {"happened_on": TODAY, "happened_what": "It did."}),
    "risk_close": (
        None,
        lambda council: {"reason": "Over.", "depends_on": "Nobody", "effective_on": TODAY},
    ),
    "risk_reopen": ("closed", lambda council: {"reason": "Too early."}),
    "risk_exempt": (
        None,
        lambda council: {
            "ground": "1",
            "exempt_interest": "It would tell who.",
            "exempt_decided_by": "Monitoring officer",
        },
    ),
    "risk_lift_exemption": ("exempt", lambda council: {"reason": "Told."}),
    "control_edit": (
        add_record(make_control),
        lambda council: {"title": "New", "kind": "detective", "run_by": "own"},
    ),
    "control_test": (
        add_record(make_control),
        lambda council: {
            "last_tested_on": TODAY,
            "tested_by_line": "2",
            "operating": "works",
            "reason": "Tried it.",
        },
    ),
    "control_retire": (add_record(make_control), lambda council: {"reason": "Gone."}),
    "action_edit": (
        add_record(make_action, due_on=days_ago(-9)),
        lambda council: {"title": "New", "kind": "data", "reason": "x"},
    ),
    "action_done": (
        add_record(make_action),
        lambda council: {"done_on": TODAY, "evidence": "Seen."},
    ),
    "action_drop": (add_record(make_action), lambda council: {"reason": "No."}),
    "action_reopen": ("done", lambda council: {"reason": "Not done."}),
    "escalation_decide": (to_decide, lambda council: {"is_approved": "yes", "reason": "Yes."}),
}
OUT_OF_REACH = {"risk_duplicate"}  # a closed risk may be copied
READ = {
    *("risk_detail", "risk_history"),
    *("risk_one_page", "risk_one_page_docx", "risk_one_page_pdf"),
}


def prepare(council, state):
    """Bring the risk or its records into the state; return the rest of the address's arguments."""
    if state == "draft":
        council.risk = make_risk(
            council.register, by=council.manager, status="draft", on=days_ago(20)
        )
    elif state == "closed":
        close(council.risk)
    elif state == "exempt":
        council.risk.exempt(
            **{
                "by": council.manager,
                "version": 1,
                "exempt_ground": "1",
                "exempt_interest": "x",
                "exempt_decided_by": "y",
            }
        )
    elif state == "done":
        action = make_action(council.risk, by=council.manager, on=days_ago(9))
        action.complete(by=council.manager, version=1, done_on=days_ago(5), evidence="Seen.")
        return [action.pk]
    return state(council) if callable(state) else []


def run_after_validation(monkeypatch, race):
    """Run the race once, after the next form is found valid and before it is saved."""
    look = django_forms.BaseForm.is_valid

    def is_valid(form):
        is_valid_form = look(form)
        if is_valid_form and form.is_bound and not isinstance(form, PostsForm):
            monkeypatch.setattr(django_forms.BaseForm, "is_valid", look)
            race()
        return is_valid_form

    monkeypatch.setattr(django_forms.BaseForm, "is_valid", is_valid)


def test_every_form_about_a_risk_is_tested():
    addresses = get_resolver().reverse_dict
    names = {name for name in addresses if isinstance(name, str) and "number" in addresses[name][3]}
    walked = {*CHANGES, *FORMS} - OF_THE_REGISTER
    assert names - {"library_insight"} == walked | OUT_OF_REACH | READ


@pytest.mark.parametrize("name", [*CHANGES, *sorted({*FORMS} - OF_THE_REGISTER)])
def test_a_risk_that_is_closed_meanwhile_is_answered_409_and_nothing_is_written(
    council, monkeypatch, name
):
    if name in CHANGES:
        state, data = CHANGES[name]
        more = prepare(council, state)
        council.risk.refresh_from_db()
        data = {
            **data(council),
            "version": council.risk.version if not more else 2 if state == "done" else 1,
        }
    else:
        BEFORE.get(name, lambda council: None)(council)
        more, data = MORE.get(name, lambda council: [])(council), FORMS[name][1](council)
    run_after_validation(monkeypatch, lambda: close(council.risk))
    answer = council.client.post(council.address(name, *more), data | {"confirmed": "yes"})
    count = Risk.objects.get(pk=council.risk.pk).version
    assert (answer.status_code, "Not saved" in answer.text, count) == (
        409,
        True,
        council.risk.version + 1,
    )


def test_reassigning_a_control_of_a_closed_risk_is_answered_the_same(council, monkeypatch):
    """The control keeps its version; its risk is closed meanwhile."""
    control = make_control(council.risk, by=council.manager, owner=council.post)
    run_after_validation(monkeypatch, lambda: close(council.risk))
    posts = f"?from_post={council.post.pk}&to_post={council.other_post.pk}"
    answer = council.client.post(
        f"/registers/ours/reassign/{posts}",
        {"controls": f"{control.pk}-1", "reason": "Merged.", "confirmed": "yes"},
    )
    control.refresh_from_db()
    assert (answer.status_code, "Not saved" in answer.text, control.owner) == (
        409,
        True,
        council.post,
    )


def test_an_assurance_of_a_closed_risk_is_refused_by_the_verb(council):
    close(council.risk)
    with pytest.raises(InvalidTransition):
        make_assurance(council.risk)


def test_a_check_of_a_closed_risk_is_not_set_aside_by_the_verb(council):
    close(council.risk)
    with pytest.raises(InvalidTransition):
        put_aside(council)


def test_a_check_that_is_not_set_aside_is_not_taken_back_by_the_verb(council):
    with pytest.raises(InvalidTransition):
        CheckWaiver.take_back(
            council.risk,
            by=council.manager,
            check_name="rq2-unscored",
            reason="It waits no longer.",
        )


def test_other_notes_by_the_same_review_of_several_are_refused_before_any_is_written(council):
    token = uuid.uuid4()
    second = make_risk(council.register, by=council.manager)
    review_many(by=council.manager, reviews=[(council.risk, 1, "We looked.")], token=token)
    with pytest.raises(DuplicateSubmission):
        review_many(
            by=council.manager,
            reviews=[(second, 1, "We looked."), (council.risk, 1, "Other.")],
            token=token,
        )
    assert Review.objects.count() == 1


# In which order records are locked


def tables_read(verb, **fields):
    """The tables that a verb's queries name, in order; and which it locked."""
    with CaptureQueriesContext(connection) as queries:
        verb(**fields)
    tables = [
        (re.search(r'FROM "registers_(\w+)"', query["sql"]), "FOR UPDATE" in query["sql"])
        for query in queries
    ]
    return [(table[1], is_locked) for table, is_locked in tables if table]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
@pytest.mark.parametrize(
    ("make", "verb", "fields"),
    [
        (make_control, "revise", {"title": "Better said"}),
        (make_action, "revise", {"title": "Better said"}),
        (make_action, "drop", {"reason": "No."}),
    ],
)
def test_a_risk_is_locked_before_its_records(council, make, verb, fields):
    record = make(council.risk, by=council.manager)
    locked = [
        table
        for table, is_locked in tables_read(
            getattr(record, verb), by=council.manager, version=1, **fields
        )
        if is_locked
    ]
    assert locked[:2] == ["risk", record._meta.model_name]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_reassigning_locks_all_risks_first(council):
    control = make_control(council.risk, owner=council.post)
    arguments = {
        "by": council.manager,
        "from_post": council.post,
        "to_post": council.other_post,
        "reason": "Merged.",
    }
    locked = [
        table
        for table, is_locked in tables_read(reassign, **arguments, controls=[(control, 1)])
        if is_locked
    ]
    assert locked[:2] == ["risk", "control"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_a_risk_is_locked_before_its_rating_is_read(council):
    council.risk.refresh_from_db()
    tables = tables_read(
        council.risk.happen,
        by=council.manager,
        version=1,
        happened_on=days_ago(1),
        happened_what="It did.",
    )
    assert tables.index(("risk", True)) < tables.index(("assessment", False))
