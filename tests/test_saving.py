"""What a verb does not take is answered 409 with what was typed kept: somebody was quicker, or the
same form was saved before with other words. Every form is walked.
"""

import re
import uuid

import pytest
from django import forms as django_forms
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from makers import (
    days_ago,
    make_action,
    make_assurance,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_review,
    make_risk,
    risk_form,
)

from registers.forms import PostsForm
from registers.models import (
    Action,
    Agreement,
    Appetite,
    Assessment,
    Assurance,
    Control,
    DuplicateSubmission,
    Escalation,
    InvalidTransition,
    Precedent,
    Review,
    Risk,
    SetAside,
)
from registers.services import reassign, review_many

pytestmark = pytest.mark.django_db
TODAY, LATER = days_ago(0).isoformat(), days_ago(-60).isoformat()
JUDGED = {"likelihood": "3", "impact": "4", "driver": "harm-to-users", "rationale": "As we see it."}


class World:
    """A manager at work on a register below another one, and one risk of it."""

    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, "manager")
        self.above = make_register(self.organisation)
        self.register = make_register(self.organisation, slug="ours", parent=self.above)
        self.post, self.other_post = (make_post(self.organisation) for _ in range(2))
        self.risk = make_risk(self.register, by=self.manager, owner=self.post, on=days_ago(20))
        self.client = Client()
        self.client.force_login(self.manager)

    def address(self, name, *more):
        beside = () if name in OF_THE_REGISTER else (self.risk.number,)
        return reverse(name, args=["ours", *beside, *more])

    def version(self):
        return Risk.objects.get(pk=self.risk.pk).version


OF_THE_REGISTER = {"risk_new", "agreement_new", "appetite_new", "risk_review_many"}
# Each form with a token: the model that it adds to, what is typed, and what is typed instead; more
# in its address.
FORMS = {
    "risk_new": (
        Risk,
        lambda us: risk_form(owner=us.post.pk, token=""),
        {"title": "Another title"},
    ),
    "risk_assess": (
        Assessment,
        lambda us: {**JUDGED, "kind": "current", "effective_on": TODAY, "version": us.version()},
        {"rationale": "Another reason."},
    ),
    "risk_review": (
        Review,
        lambda us: {
            **{"outcome": "stands", "note": "We looked.", "effective_on": TODAY, "next_on": LATER},
            "version": us.version(),
        },
        {"note": "Another note."},
    ),
    "action_new": (
        Action,
        lambda us: {
            "title": "Write it down",
            "kind": "process",
            "owner": us.post.pk,
            "due_on": LATER,
        },
        {"title": "Write another down"},
    ),
    "control_new": (
        Control,
        lambda us: {
            "title": "We check it",
            "kind": "preventive",
            "run_by": "own",
            "owner": us.post.pk,
        },
        {"kind": "detective"},
    ),
    "assurance_new": (
        Assurance,
        lambda us: {
            **{"line": "3", "provider": "Internal audit", "opinion": "limited"},
            **{"effective_on": TODAY, "expires_on": LATER},
        },
        {"opinion": "substantial"},
    ),
    "risk_precedents": (
        Precedent,
        lambda us: {"sign": "DON-W1", "mark": "relevant", "reason": "It is like ours."},
        {"mark": "unsure"},
    ),
    "risk_escalate": (
        Escalation,
        lambda us: {"step": f"up-{us.above.pk}", "reason": "It is larger than us."},
        {"reason": "Another reason."},
    ),
    "check_set_aside": (
        SetAside,
        lambda us: {"reason": "It is booked for May.", "until": LATER},
        {"reason": "Another reason."},
    ),
    "check_take_back": (
        SetAside,
        lambda us: {"reason": "It cannot wait."},
        {"reason": "Another reason."},
    ),
    "agreement_new": (
        Agreement,
        lambda us: {"body": "Cabinet", "on": TODAY, "note": "Minute 4"},
        {"note": "Minute 5"},
    ),
    "appetite_new": (
        Appetite,
        lambda us: {
            **{"category": "legal", "level": "averse", "tolerance": "low", "narrative": "Never."},
            **{"approved_by": "Cabinet", "effective_on": TODAY, "review_by": LATER},
        },
        {"level": "open"},
    ),
    "risk_review_many": (
        Review,
        lambda us: {
            "risks": [us.risk.number],
            f"version_{us.risk.number}": us.version(),
            "note": "We looked.",
        },
        {"note": "Another note."},
    ),
}
MORE = {"check_set_aside": ["rq2-unscored"], "check_take_back": ["rq2-unscored"]}


def put_aside(us):
    until = days_ago(-30)
    SetAside.put(us.risk, by=us.manager, check_name="rq2-unscored", reason="It waits.", until=until)


BEFORE = {
    "check_take_back": put_aside,
    "risk_review_many": lambda us: make_review(
        us.risk, by=us.manager, on=days_ago(10), next_on=days_ago(1)
    ),
}


STEPS_THAT_ARE_TAKEN = {  # and what is said to who takes them again
    "risk_escalate": "cannot be taken anywhere now",
    "check_take_back": "Nothing is set aside",
    "risk_review_many": "Nothing is reviewed yet",
}


class Form:
    def __init__(self, name):
        self.us, self.name = World(), name
        BEFORE.get(name, lambda us: None)(self.us)
        self.model, said, self.other = FORMS[name]
        self.address = self.us.address(name, *MORE.get(name, ()))
        self.said = {**said(self.us), "token": str(uuid.uuid4())}

    def send(self, **other):
        answer = self.us.client.post(self.address, {**self.said, **other})
        return answer, self.model._base_manager.count()


@pytest.fixture
def form(request):
    return Form(request.param)


every_form = pytest.mark.parametrize("form", FORMS, indirect=True)


@every_form
def test_the_same_form_twice_is_one_row_and_no_fault(form):
    _, once = form.send()
    answer, twice = form.send()
    assert (answer.status_code, twice) == (302, once)


@every_form
def test_other_words_by_the_same_form_are_not_lost_as_if_they_were_saved(form):
    _, once = form.send()
    answer, twice = form.send(**form.other)
    assert (answer.status_code, twice) == (409, once)
    assert "this form was saved already, at" in answer.text and "See what was saved" in answer.text


@every_form
def test_what_was_typed_the_second_time_is_kept_and_can_be_sent_again(form):
    form.send()
    answer, once = form.send(**form.other)
    shown = answer.context["form"]
    assert {name: shown[name].value() for name in form.other} == form.other
    again = {name: shown[name].value() for name in ("token", "version") if name in shown.fields}
    answer, twice = form.send(**form.other, **again)
    if words := STEPS_THAT_ARE_TAKEN.get(form.name):
        assert (twice, words in answer.text) == (once, True)
    else:
        assert (answer.status_code, twice) == (302, once + 1)


@every_form
def test_the_page_leads_to_what_was_saved(form):
    form.send()
    answer, _ = form.send(**form.other)
    link = re.search(r'href="([^"]*)">See what was saved', answer.text)[1]
    assert form.us.client.get(link).status_code == 200


# What has been changed since does not count


def test_a_risk_that_was_edited_since_is_still_what_its_form_made():
    form = Form("risk_new")
    form.send()
    made = Risk.objects.get(number=2)
    made.revise(by=form.us.manager, version=1, title="Better said", response="treat")
    assert form.send()[0]["Location"] == made.get_absolute_url()


def test_a_control_that_was_edited_since_is_still_what_its_form_made():
    form = Form("control_new")
    form.send()
    Control.objects.get().revise(by=form.us.manager, version=1, title="Better said")
    assert form.send()[0].status_code == 302


def test_a_risk_logged_with_an_earlier_day_is_still_what_its_form_made():
    form = Form("risk_new")
    form.said["raised_on"] = days_ago(30).isoformat()
    assert [form.send()[0].status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize(
    "other",
    [
        {"impact": "5"},
        {"raised_on": days_ago(9).isoformat()},
        {"draft": "1"},
        {"other_failure_types": ["financial"]},
    ],
)
@pytest.mark.parametrize("raised_on", ["", days_ago(30).isoformat()])
def test_everything_that_is_typed_of_a_new_risk_counts(other, raised_on):
    form = Form("risk_new")
    form.said |= {"raised_on": raised_on, "primary_failure_type": ""}
    form.send()
    assert form.send(**other)[0].status_code == 409


def test_a_rating_taken_back_counts_as_other_words():
    form = Form("risk_new")
    form.send()
    assert form.send(**dict.fromkeys(JUDGED, ""))[0].status_code == 409


def test_a_step_that_is_not_open_is_not_taken_for_the_one_that_was_sent():
    """The proposal that the form made went up; what is sent now names another register."""
    form = Form("risk_escalate")
    form.send()
    answer, count = form.send(step=f"up-{form.us.register.pk}")
    assert (answer.status_code, count) == (200, 1)


def test_a_review_of_several_with_one_more_keeps_the_first_and_adds_the_other():
    form = Form("risk_review_many")
    us = form.us
    second = make_risk(us.register, by=us.manager, on=days_ago(20))
    make_review(second, by=us.manager, on=days_ago(10), next_on=days_ago(1))
    _, once = form.send()
    answer, twice = form.send(risks=[1, 2], version_2=second.version)
    assert (answer.status_code, twice) == (302, once + 1)


def test_a_copy_is_one_copy_whatever_was_changed_between_two_clicks():
    us, token = World(), str(uuid.uuid4())
    copies = []
    for title in ("First", "Second"):
        us.risk.refresh_from_db()
        us.risk.revise(by=us.manager, version=us.risk.version, title=title)
        copies.append(us.client.post(us.address("risk_duplicate"), {"token": token})["Location"])
    assert copies[0] == copies[1]


def test_the_verb_says_what_the_form_made_and_when():
    us, token = World(), uuid.uuid4()
    made = make_control(us.risk, token=token)
    with pytest.raises(DuplicateSubmission) as before:
        make_control(us.risk, token=token, title="Something else")
    assert (before.value.record, before.value.recorded_at) == (
        made,
        made.revisions.get().recorded_at,
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


def beside(make, **said):
    return lambda us: [make(us.risk, by=us.manager, on=days_ago(9), **said).pk]


def to_decide(us):
    return [make_escalation(us.risk, us.above, by=us.manager, on=days_ago(9)).pk]


CHANGES = {
    "risk_edit": (None, lambda us: {**risk_form(owner=us.post.pk), "title": "Other"}),
    "risk_put_on_register": ("draft", lambda us: risk_form(owner=us.post.pk)),
    "risk_happened": (None, lambda us: {"happened_on": TODAY, "happened_what": "It did."}),
    "risk_close": (
        None,
        lambda us: {"reason": "Over.", "depends_on": "Nobody", "effective_on": TODAY},
    ),
    "risk_reopen": ("closed", lambda us: {"reason": "Too early."}),
    "risk_exempt": (
        None,
        lambda us: {
            "ground": "1",
            "exempt_interest": "It would tell who.",
            "exempt_decided_by": "Monitoring officer",
        },
    ),
    "risk_lift_exemption": ("exempt", lambda us: {"reason": "Told."}),
    "control_edit": (
        beside(make_control),
        lambda us: {"title": "New", "kind": "detective", "run_by": "own"},
    ),
    "control_test": (
        beside(make_control),
        lambda us: {
            "last_tested_on": TODAY,
            "tested_by_line": "2",
            "operating": "works",
            "reason": "Tried it.",
        },
    ),
    "control_retire": (beside(make_control), lambda us: {"reason": "Gone."}),
    "action_edit": (
        beside(make_action, due_on=days_ago(-9)),
        lambda us: {"title": "New", "kind": "data", "reason": "x"},
    ),
    "action_done": (beside(make_action), lambda us: {"done_on": TODAY, "evidence": "Seen."}),
    "action_drop": (beside(make_action), lambda us: {"reason": "No."}),
    "action_reopen": ("done", lambda us: {"reason": "Not done."}),
    "escalation_decide": (to_decide, lambda us: {"is_approved": "yes", "reason": "Yes."}),
}
OUT_OF_REACH = {"risk_duplicate"}  # a closed risk may be copied
READ = {"risk_detail", "risk_history"}


def prepared(us, how):
    """What more the address needs, once the risk or what stands beside it is as the
    form wants it.
    """
    if how == "draft":
        us.risk = make_risk(us.register, by=us.manager, status="draft", on=days_ago(20))
    elif how == "closed":
        close(us.risk)
    elif how == "exempt":
        us.risk.exempt(
            **{
                "by": us.manager,
                "version": 1,
                "exempt_ground": "1",
                "exempt_interest": "x",
                "exempt_decided_by": "y",
            }
        )
    elif how == "done":
        action = make_action(us.risk, by=us.manager, on=days_ago(9))
        action.complete(by=us.manager, version=1, done_on=days_ago(5), evidence="Seen.")
        return [action.pk]
    return how(us) if callable(how) else []


def with_a_race(monkeypatch, race):
    """Whatever form is found valid next: the race is run before anything is done with it."""
    look = django_forms.BaseForm.is_valid

    def is_valid(form):
        found = look(form)
        if found and form.is_bound and not isinstance(form, PostsForm):
            monkeypatch.setattr(django_forms.BaseForm, "is_valid", look)
            race()
        return found

    monkeypatch.setattr(django_forms.BaseForm, "is_valid", is_valid)


def test_every_form_about_a_risk_is_walked():
    addresses = get_resolver().reverse_dict
    names = {name for name in addresses if isinstance(name, str) and "number" in addresses[name][3]}
    walked = {*CHANGES, *FORMS} - OF_THE_REGISTER
    assert names - {"library_insight"} == walked | OUT_OF_REACH | READ


@pytest.mark.parametrize("name", [*CHANGES, *sorted({*FORMS} - OF_THE_REGISTER)])
def test_a_risk_that_is_closed_meanwhile_is_answered_409_and_nothing_is_written(monkeypatch, name):
    us = World()
    if name in CHANGES:
        how, said = CHANGES[name]
        more = prepared(us, how)
        us.risk.refresh_from_db()
        said = {**said(us), "version": us.risk.version if not more else 2 if how == "done" else 1}
    else:
        BEFORE.get(name, lambda us: None)(us)
        more, said = MORE.get(name, []), FORMS[name][1](us)
    with_a_race(monkeypatch, lambda: close(us.risk))
    answer = us.client.post(us.address(name, *more), said)
    count = Risk.objects.get(pk=us.risk.pk).version
    assert (answer.status_code, "Not saved" in answer.text, count) == (
        409,
        True,
        us.risk.version + 1,
    )


def test_what_goes_to_another_post_is_answered_the_same(monkeypatch):
    """The control's own version stands; its risk is closed meanwhile."""
    us = World()
    control = make_control(us.risk, by=us.manager, owner=us.post)
    with_a_race(monkeypatch, lambda: close(us.risk))
    posts = f"?from_post={us.post.pk}&to_post={us.other_post.pk}"
    answer = us.client.post(
        f"/registers/ours/reassign/{posts}", {"controls": f"{control.pk}-1", "reason": "Merged."}
    )
    control.refresh_from_db()
    assert (answer.status_code, "Not saved" in answer.text, control.owner) == (409, True, us.post)


def test_an_opinion_of_a_closed_risk_is_refused_by_the_verb():
    us = World()
    close(us.risk)
    with pytest.raises(InvalidTransition):
        make_assurance(us.risk)


def test_a_check_of_a_closed_risk_is_not_set_aside_by_the_verb():
    us = World()
    close(us.risk)
    with pytest.raises(InvalidTransition):
        put_aside(us)


def test_what_is_not_set_aside_is_not_taken_back_by_the_verb():
    us = World()
    with pytest.raises(InvalidTransition):
        SetAside.take_back(
            us.risk, by=us.manager, check_name="rq2-unscored", reason="It waits no longer."
        )


def test_other_notes_by_the_same_review_of_several_are_refused_before_any_is_written():
    us, token = World(), uuid.uuid4()
    second = make_risk(us.register, by=us.manager)
    review_many(by=us.manager, reviews=[(us.risk, 1, "We looked.")], token=token)
    with pytest.raises(DuplicateSubmission):
        review_many(
            by=us.manager, reviews=[(second, 1, "We looked."), (us.risk, 1, "Other.")], token=token
        )
    assert Review.objects.count() == 1


# In which order records are held


def asked(verb, **said):
    """The tables that a verb's queries name, in order; and which it locked."""
    with CaptureQueriesContext(connection) as queries:
        verb(**said)
    named = [
        (re.search(r'FROM "registers_(\w+)"', query["sql"]), "FOR UPDATE" in query["sql"])
        for query in queries
    ]
    return [(found[1], is_locked) for found, is_locked in named if found]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
@pytest.mark.parametrize(
    ("make", "verb", "said"),
    [
        (make_control, "revise", {"title": "Better said"}),
        (make_action, "revise", {"title": "Better said"}),
        (make_action, "drop", {"reason": "No."}),
    ],
)
def test_a_risk_is_held_before_what_stands_beside_it(make, verb, said):
    us = World()
    made = make(us.risk, by=us.manager)
    locked = [
        table
        for table, is_locked in asked(getattr(made, verb), by=us.manager, version=1, **said)
        if is_locked
    ]
    assert locked[:2] == ["risk", made._meta.model_name]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_moving_to_another_post_holds_all_risks_first():
    us = World()
    control = make_control(us.risk, owner=us.post)
    how = {"by": us.manager, "from_post": us.post, "to_post": us.other_post, "reason": "Merged."}
    locked = [
        table for table, is_locked in asked(reassign, **how, controls=[(control, 1)]) if is_locked
    ]
    assert locked[:2] == ["risk", "control"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_a_risk_is_held_before_the_rating_that_stood_is_looked_up():
    us = World()
    us.risk.refresh_from_db()
    seen = asked(
        us.risk.happen, by=us.manager, version=1, happened_on=days_ago(1), happened_what="It did."
    )
    assert seen.index(("risk", True)) < seen.index(("assessment", False))
