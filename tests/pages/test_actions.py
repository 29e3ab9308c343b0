"""Actions: due days, how they end, and who sees which are late."""

import copy
import datetime
import re
import uuid
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hostile_values import filled_in, messages_of
from makers import (
    day,
    days_ago,
    make_action,
    make_agreement,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    make_user,
)

from registers.actions import action_counts, actions_of
from registers.models import (
    Action,
    ActionRevision,
    EditConflict,
    InvalidTransition,
    Risk,
    Role,
)
from registers.views import as_of

pytestmark = pytest.mark.django_db


def client_of(register, role=Role.OFFICER, **fields):
    client = Client()
    client.force_login(make_person(register.organisation, role, **fields))
    return client


@pytest.fixture(scope="module")
def module_records(module_db):
    """An officer and a member of three registers: a risk alone, with many actions, and with one."""
    organisation = make_organisation("Northmoor")
    register = make_register(organisation, slug="ours", prefix="C")
    return SimpleNamespace(
        register=register,
        risk=make_risk(register, on=days_ago(200)),
        officer=client_of(register, name="Robin Ash"),
        member=client_of(register, Role.MEMBER),
        treasurer=make_many(make_register(organisation, slug="busy")),
        redated_action=make_redated(make_register(organisation, slug="past")),
    )


@pytest.fixture
def risk(records):
    return records.risk


@pytest.fixture
def member(records):
    return records.member


def long_date(text):
    return f"{text.day} {text:%B %Y}"


def parts(name, on):
    return {f"{name}_0": on.day, f"{name}_1": on.month, f"{name}_2": on.year}


def redate(action, due_on, *, on=None, reason="It slipped."):
    return action.revise(
        by=make_user(), version=action.version, due_on=due_on, reason=reason, effective_on=on
    )


def finish(action, done_on=None, **fields):
    fields = {"evidence": "The minutes of June.", **fields}
    return action.complete(
        by=make_user(), version=action.version, done_on=done_on or days_ago(0), **fields
    )


def address(action, step=""):
    return f"{action.risk.get_absolute_url()}actions/{action.pk}/{step}"


# The verbs


def test_the_day_it_was_first_due_never_changes(risk):
    action = make_action(risk, due_on=days_ago(-5))
    redate(action, days_ago(-9))
    redate(action, days_ago(-20))
    assert (action.original_due_on, action.redated) == (days_ago(-5), 2)


def test_a_first_due_day_set_later_is_no_re_dating(risk):
    action = make_action(risk)
    action = Action.add(risk, by=make_user(), title="x", kind="data", owner=None)
    redate(action, days_ago(-9))
    assert (action.original_due_on, action.redated) == (days_ago(-9), 0)


def test_completion_counts_from_the_day_it_was_done(risk):
    action = make_action(risk, on=days_ago(90))
    assert finish(action, days_ago(30)).effective_on == days_ago(30)


def test_completion_before_the_last_change_counts_from_that_change(risk):
    action = make_action(risk, on=days_ago(90))
    redate(action, days_ago(-9), on=days_ago(10))
    assert finish(action, days_ago(30)).effective_on == days_ago(10)


def test_the_same_completion_sent_twice_is_one(risk):
    action = make_action(risk)
    completion = {"by": make_user(), "version": 1, "done_on": days_ago(0), "evidence": "Seen."}
    assert action.complete(**completion) == action.complete(**completion)
    assert action.revisions.count() == 2


def test_an_action_finished_by_another_person_is_a_conflict(risk):
    action = make_action(risk)
    finish(action)
    with pytest.raises(EditConflict):
        action.complete(by=make_user(), version=1, done_on=days_ago(0), evidence="Another.")


@pytest.mark.parametrize("step", ["complete", "drop"])
def test_a_finished_action_cannot_end_again(risk, step):
    action = make_action(risk)
    finish(action)
    arguments = {
        "complete": {"done_on": days_ago(0), "evidence": "Another."},
        "drop": {"reason": "Why not."},
    }[step]
    with pytest.raises(InvalidTransition):
        getattr(action, step)(by=make_user(), version=2, **arguments)


def test_an_open_action_cannot_be_reopened(risk):
    with pytest.raises(InvalidTransition):
        make_action(risk).reopen(by=make_user(), version=1, reason="x")


def test_an_action_opened_again_keeps_its_days_and_its_history(risk):
    action = make_action(risk, due_on=days_ago(-5))
    finish(action)
    action.reopen(by=make_user(), version=2, reason="It came back.")
    assert (action.status, action.evidence, action.done_on, action.original_due_on) == (
        "open",
        "",
        None,
        days_ago(-5),
    )
    assert action.revisions.get(number=2).evidence == "The minutes of June."


def test_the_database_refuses_a_structural_action_done_without_an_answer(risk):
    action = make_action(risk, kind="structural")
    with pytest.raises(IntegrityError, match="structural_action"), transaction.atomic():
        finish(action)


def test_the_same_form_for_a_new_action_twice_makes_one(risk):
    token = uuid.uuid4()
    assert make_action(risk, token=token) == make_action(risk, token=token)


# As at a day


def test_a_past_day_shows_its_own_text_and_re_dates(risk):
    action = make_action(risk, on=days_ago(90), due_on=days_ago(60))
    redate(action, days_ago(30), on=days_ago(61))
    redate(action, days_ago(5), on=days_ago(31))
    (row,) = actions_of(risk, days_ago(50)).open
    assert (row.revision.due_on, row.original_due_on, row.redated, row.is_late) == (
        days_ago(30),
        days_ago(60),
        1,
        False,
    )
    (row,) = actions_of(risk, days_ago(0)).open
    assert (row.redated, row.was, row.is_late) == (2, days_ago(60), True)


def test_an_action_is_not_shown_before_it_was_added(risk):
    make_action(risk, on=days_ago(10))
    assert actions_of(risk, days_ago(11)).open == []


def test_a_finished_action_was_open_on_an_earlier_day(risk):
    finish(make_action(risk, on=days_ago(90)), days_ago(30))
    assert len(actions_of(risk, days_ago(31)).open) == 1
    assert len(actions_of(risk, days_ago(30)).done) == 1


def test_as_agreed_leaves_out_later_records(register, officer):
    instant = timezone.now() - datetime.timedelta(days=90)
    risk = make_risk(register, on=days_ago(200), recorded_at=instant)
    make_action(risk, on=days_ago(90), title="Known then", recorded_at=instant)
    agreement = make_agreement(risk.register, on=days_ago(20))
    make_action(risk, on=days_ago(80), title="Told afterwards")
    text = officer.get(f"{risk.get_absolute_url()}?agreed={agreement.pk}").text
    assert ("Known then" in text, "Told afterwards" in text) == (True, False)


# The risk's page


def test_late_actions_come_first_and_undated_ones_last(risk):
    for due in (days_ago(-3), days_ago(9)):
        make_action(risk, due_on=due, on=days_ago(20))
    Action.add(risk, by=make_user(), title="x", kind="data", owner=None)
    actions = actions_of(risk, days_ago(0))
    assert [row.revision.due_on for row in actions.open] == [days_ago(9), days_ago(-3), None]
    assert actions.sentence == "Three are open, one overdue."


def test_the_page_shows_how_often_an_action_was_re_dated_and_why(risk, member):
    action = make_action(risk, on=days_ago(90), due_on=days_ago(60))
    redate(action, days_ago(30), on=days_ago(61), reason="The supplier went away.")
    redate(action, days_ago(5), on=days_ago(31))
    text = member.get(risk.get_absolute_url()).text
    assert f"Overdue: was due {long_date(days_ago(5))}" in text
    assert f"was {long_date(days_ago(60))}, due date changed twice" in text
    assert "The supplier went away." in text


@pytest.mark.parametrize(("late", "is_late"), [(1, True), (0, False)])
def test_an_action_is_late_from_the_day_after_it_was_due(risk, member, late, is_late):
    make_action(risk, due_on=days_ago(late), on=days_ago(20))
    assert ("Overdue: was due" in member.get(risk.get_absolute_url()).text) == is_late


def test_the_owner_of_an_action_is_marked_vacant_or_interim(risk, member):
    organisation = risk.register.organisation
    make_action(risk, owner=make_post(organisation, "Head of nothing"))
    make_action(
        risk,
        owner=make_post(
            organisation, "Treasurer", holder=make_user(name="Kim Oak"), is_interim=True
        ),
    )
    text = member.get(risk.get_absolute_url()).text
    assert (
        "Head of nothing (vacant)" in text
        and "Treasurer, held by an interim" in text
        and "Kim Oak" not in text
    )


def test_an_early_completion_is_shown_with_its_evidence(risk, member):
    finish(make_action(risk, on=days_ago(90), due_on=days_ago(-9)), days_ago(3))
    text = member.get(risk.get_absolute_url()).text
    assert (
        f"Done on {long_date(days_ago(3))}, before it was due ({long_date(days_ago(-9))})" in text
    )
    assert "The minutes of June." in text


def test_a_risk_without_actions_explains_what_one_is(risk, member):
    assert "No actions recorded" in member.get(risk.get_absolute_url()).text


def test_a_reader_is_led_to_no_form(risk, member, officer):
    make_action(risk)
    has_form = [
        "/actions/" in client.get(risk.get_absolute_url()).text.split('id="actions"')[1]
        for client in (officer, member)
    ]
    assert has_form == [True, False]


def test_many_actions_take_no_more_queries_than_one(risk, member):
    def queries():
        with CaptureQueriesContext(connection) as context:
            member.get(risk.get_absolute_url())
        return len(context)

    make_action(risk, owner=make_post(risk.register.organisation))
    few = queries()
    for _ in range(2):
        redate(make_action(risk, owner=make_post(risk.register.organisation)), days_ago(-90))
    assert queries() == few


# The forms


def new_form(**fields):
    return {
        "title": "Fill the post",
        "kind": "capability",
        "token": uuid.uuid4(),
        **parts("due_on", days_ago(-9)),
        **fields,
    }


def test_an_officer_adds_an_action(risk, officer):
    post = make_post(risk.register.organisation)
    answer = officer.post(f"{risk.get_absolute_url()}actions/new/", new_form(owner=post.pk))
    action = risk.actions.get()
    assert answer["Location"] == risk.get_absolute_url()
    assert (action.title, action.owner, action.due_on, action.original_due_on) == (
        "Fill the post",
        post,
        days_ago(-9),
        days_ago(-9),
    )


def test_the_form_sent_twice_makes_one(risk, officer):
    form = new_form()
    for _ in range(2):
        officer.post(f"{risk.get_absolute_url()}actions/new/", form)
    assert risk.actions.count() == 1


def test_the_post_of_another_organisation_is_refused_with_a_message(risk, officer):
    answer = officer.post(f"{risk.get_absolute_url()}actions/new/", new_form(owner=make_post().pk))
    assert "Select a post of this organisation" in answer.text and not risk.actions.exists()


@pytest.fixture(scope="module")
def blank_form(module_records):
    """The form for a new action, read once."""
    path = f"{module_records.risk.get_absolute_url()}actions/new/"
    return copy.deepcopy(module_records.officer).get(path).context["form"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "Enter what will be done"),
        ({"title": "x" * 201}, "must be 200 characters or fewer"),
        ({"title": "a\x00b"}, "cannot be stored"),
        ({"kind": "nonsense"}, "Select what kind of action it is"),
        ({"owner": "9" * 30}, "Select a post of this organisation"),
        (parts("due_on", day("1999-01-01")), "when the risk was raised, or later"),
        (parts("due_on", day("2226-01-01")), "or earlier: check the year"),
        ({"due_on_1": "13"}, "must be a real date"),
    ],
)
def test_invalid_input_is_refused_with_a_message(blank_form, fields, words):
    assert words in messages_of(filled_in(blank_form, new_form(**fields)))


def test_invalid_input_adds_no_action(risk, officer):
    answer = officer.post(f"{risk.get_absolute_url()}actions/new/", new_form(title=" "))
    assert (answer.status_code, risk.actions.exists()) == (200, False)
    assert "Enter what will be done" in answer.text


def edit_form(action, **fields):
    due = parts("due_on", action.due_on) if action.due_on else {}
    return {"title": action.title, "kind": action.kind, "version": action.version, **due, **fields}


def test_a_new_due_day_requires_a_reason(risk, officer):
    action = make_action(risk)
    answer = officer.post(address(action), edit_form(action, **parts("due_on", days_ago(-90))))
    assert "Enter why the due date changes" in answer.text
    officer.post(
        address(action),
        edit_form(action, reason="The post is empty.", **parts("due_on", days_ago(-90))),
    )
    action.refresh_from_db()
    assert (action.due_on, action.redated, action.revisions.latest().reason) == (
        days_ago(-90),
        1,
        "The post is empty.",
    )


def test_removing_the_due_day_requires_a_reason(risk, officer):
    action = make_action(risk)
    answer = officer.post(address(action), {"title": "x", "kind": "data", "version": 1})
    assert "Enter why the due date changes" in answer.text


def test_other_words_and_a_first_day_ask_for_none(risk, officer):
    action = Action.add(risk, by=make_user(), title="x", kind="data", owner=None)
    answer = officer.post(
        address(action), edit_form(action, title="y", **parts("due_on", days_ago(-9)))
    )
    assert answer.status_code == 302


def test_the_form_shows_every_day_it_was_due(risk, officer):
    action = make_action(risk, due_on=days_ago(-9))
    redate(action, days_ago(-20), reason="The audit ran late.")
    text = officer.get(address(action)).text
    assert (
        f"<li>{long_date(days_ago(-9))}: set on" in text
        and f"<li>{long_date(days_ago(-20))}: set on" in text
    )
    assert "The audit ran late." in text


@pytest.mark.parametrize("step", ["", "done/", "drop/"])
def test_saving_over_a_newer_version_answers_409_and_keeps_the_typed_values(risk, officer, step):
    action = make_action(risk)
    form = edit_form(
        action, title="Mine", evidence="Mine", reason="Mine", **parts("done_on", days_ago(0))
    )
    colleague = make_person(risk.register.organisation, name="Sasha Birch")
    action.revise(by=colleague, version=1, title="Theirs")
    answer = officer.post(address(action, step), form)
    assert answer.status_code == 409
    assert "an officer changed this action" in answer.text and "Mine" in answer.text
    action.refresh_from_db()
    assert (action.title, action.status) == ("Theirs", "open")


def test_an_action_is_finished_with_evidence(risk, officer):
    action = make_action(risk)
    form = {"version": 1, **parts("done_on", days_ago(100))}
    assert "Enter the evidence that it is done" in officer.post(address(action, "done/"), form).text
    officer.post(address(action, "done/"), form | {"evidence": "The report of May."})
    action.refresh_from_db()
    assert (action.status, action.done_on) == ("done", days_ago(100))


def test_a_double_click_finishes_it_once(risk, officer):
    action = make_action(risk)
    form = {"version": 1, "evidence": "Seen.", **parts("done_on", days_ago(0))}
    assert [officer.post(address(action, "done/"), form).status_code for _ in range(2)] == [
        302,
        302,
    ]
    assert action.revisions.count() == 2


@pytest.mark.parametrize(
    ("ago", "words"),
    [(-1, "The day must be today or in the past"), (201, "when the risk was raised, or later")],
)
def test_days_on_which_it_cannot_have_been_done_are_refused(risk, officer, ago, words):
    action = make_action(risk)
    form = {"version": 1, "evidence": "Seen.", **parts("done_on", days_ago(ago))}
    assert words in officer.post(address(action, "done/"), form).text


def test_a_structural_action_requires_what_people_will_do_differently(risk, officer):
    action = make_action(risk, kind="structural")
    assert "/library/insights/4/" in officer.get(address(action, "done/")).text
    form = {"version": 1, "evidence": "Seen.", **parts("done_on", days_ago(0))}
    answer = officer.post(address(action, "done/"), form)
    assert "Enter what people will do differently" in answer.text
    officer.post(
        address(action, "done/"), form | {"done_differently": "They ring the school first."}
    )
    assert "They ring the school first." in officer.get(risk.get_absolute_url()).text


def test_an_action_of_another_kind_does_not_ask(risk, officer):
    assert "do differently" not in officer.get(address(make_action(risk), "done/")).text


def test_an_action_made_structural_meanwhile_asks_before_it_is_finished(risk, officer):
    action = make_action(risk)
    action.revise(by=make_user(), version=1, kind="structural")
    form = {"version": 1, "evidence": "Seen.", **parts("done_on", days_ago(0))}
    assert officer.post(address(action, "done/"), form).status_code in (200, 409)
    form["version"] = 2
    assert (
        "Enter what people will do differently" in officer.post(address(action, "done/"), form).text
    )


def test_an_action_is_dropped_with_a_reason_and_opened_again_with_another(risk, officer):
    action = make_action(risk)
    assert (
        "Enter why you are cancelling the action"
        in officer.post(address(action, "drop/"), {"version": 1}).text
    )
    officer.post(address(action, "drop/"), {"version": 1, "reason": "It would take two years."})
    assert "It would take two years." in officer.get(risk.get_absolute_url()).text
    officer.post(address(action, "reopen/"), {"version": 2, "reason": "There is money now."})
    action.refresh_from_db()
    assert action.status == "open"


@pytest.mark.parametrize("step", ["", "done/", "drop/"])
def test_a_finished_action_offers_no_form(risk, officer, step):
    action = make_action(risk)
    finish(action)
    text = officer.get(address(action, step)).text
    words = "is already done" if step else "is done"
    assert 'name="version"' not in text and words in text
    form = {
        "title": "x",
        "kind": "data",
        "version": 2,
        "evidence": "x",
        "reason": "x",
        **parts("done_on", days_ago(0)),
    }
    assert "This action is already done" in officer.post(address(action, step), form).text


def test_a_risk_that_was_closed_meanwhile_takes_no_action(risk):
    action, stale_risk = make_action(risk), Risk.objects.get(pk=risk.pk)
    risk.close(by=make_user(), version=risk.version, reason="Over.")
    with pytest.raises(InvalidTransition, match="is closed"):
        make_action(stale_risk)
    with pytest.raises(InvalidTransition, match="is closed"):
        action.drop(by=make_user(), version=1, reason="Over.")


@pytest.mark.parametrize("step", ["new/", "", "done/", "drop/", "reopen/"])
def test_a_closed_risk_takes_no_actions(risk, officer, step):
    action = make_action(risk)
    risk.close(by=make_user(), version=risk.version, reason="Over.")
    path = f"{risk.get_absolute_url()}actions/new/" if step == "new/" else address(action, step)
    assert "This risk is closed, so you cannot change its actions" in officer.get(path).text
    officer.post(
        path,
        {
            **new_form(),
            "version": 1,
            "evidence": "x",
            "reason": "x",
            **parts("done_on", days_ago(0)),
        },
    )
    assert list(risk.actions.values_list("version", "latest__status")) == [(1, "open")]


def test_an_action_is_not_found_under_another_risk(risk, officer):
    other = make_action(make_risk(risk.register))
    assert officer.get(f"{risk.get_absolute_url()}actions/{other.pk}/").status_code == 404


# The register's list


def list_page(client, query="", slug="ours"):
    return client.get(f"/registers/{slug}/actions/{query}")


def titles(answer):
    return [action.title for action in answer.context["page"]]


def make_many(register):
    """One of each: late and re-dated twice, late, due soon, due later, undated, done, dropped."""
    risk, post = make_risk(register, on=days_ago(200)), make_post(register.organisation)
    slipped = make_action(risk, title="Slipped", on=days_ago(90), due_on=days_ago(60), owner=post)
    redate(slipped, days_ago(40), on=days_ago(61))
    redate(slipped, days_ago(10), on=days_ago(41))
    make_action(risk, title="Late", on=days_ago(90), due_on=days_ago(5), kind="data")
    make_action(risk, title="Soon", due_on=days_ago(-30))
    make_action(risk, title="Later", due_on=days_ago(-31))
    Action.add(risk, by=make_user(), title="Undated", kind="culture", owner=post)
    finish(make_action(risk, title="Done"))
    make_action(risk, title="Dropped").drop(by=make_user(), version=1, reason="No.")
    return post


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Slipped", "Late", "Soon", "Later", "Undated"]),
        ("?show=late", ["Slipped", "Late"]),
        ("?show=soon", ["Soon"]),
        ("?show=undated", ["Undated"]),
        ("?show=redated", ["Slipped"]),
        ("?show=done", ["Done"]),
        ("?show=dropped", ["Dropped"]),
        ("?kind=culture", ["Undated"]),
        ("?owner=none", ["Late", "Soon", "Later"]),
        ("?show=late&owner=none", ["Late"]),
    ],
)
def test_the_list_can_be_filtered(member, query, expected):
    assert titles(list_page(member, query, "busy")) == expected


def test_the_list_of_one_post(records, member):
    answer = list_page(member, f"?owner={records.treasurer.pk}", "busy")
    assert titles(answer) == ["Slipped", "Undated"]


def test_the_sentence_counts_earlier_re_dates(member):
    text = list_page(member, slug="busy").text
    assert "Two of 5 open actions are overdue. One had its due date changed before." in text
    assert f"was {long_date(days_ago(60))}, due date changed twice" in text


@pytest.mark.parametrize(
    ("late", "on_time", "sentence"),
    [
        (0, 0, "No action is open."),
        (0, 1, "One action is open. It is not overdue."),
        (1, 0, "One action is open. It is overdue."),
        (0, 2, "None of 2 open actions is overdue."),
        (1, 1, "One of 2 open actions is overdue."),
        (2, 1, "Two of 3 open actions are overdue."),
    ],
)
def test_the_sentence_fits_few(risk, late, on_time, sentence):
    for ago in [5] * late + [-5] * on_time:
        make_action(risk, on=days_ago(90), due_on=days_ago(ago))
    actions = ActionRevision.objects.in_force().filter(record__risk=risk)
    assert action_counts(actions, days_ago(0)).sentence == sentence


def test_every_number_links_to_a_list_of_as_many(member):
    links = re.findall(
        r'href="(/registers/busy/actions/[^"]*)" data-count="(\d+)"',
        list_page(member, slug="busy").text,
    )
    assert len(links) == 7
    for href, count in links:
        assert f'data-total="{count}"' in member.get(href.replace("&amp;", "&")).text, href


def test_late_work_is_shown_by_post_never_by_person(risk, member):
    post = make_post(risk.register.organisation, "Treasurer", holder=make_user(name="Kim Oak"))
    make_action(risk, owner=post, on=days_ago(90), due_on=days_ago(5))
    text = list_page(member).text
    assert "Treasurer" in text and "Kim Oak" not in text


def test_actions_of_drafts_and_closed_risks_are_left_out(register, member):
    make_action(make_risk(register, status="draft"))
    closed = make_risk(register)
    make_action(closed)
    closed.close(by=make_user(), version=1, reason="Over.")
    assert titles(list_page(member)) == []


def test_actions_of_an_exempt_risk_are_neither_listed_nor_counted(register, officer):
    member = make_member(register)
    make_action(
        make_risk(register, is_exempt=True), title="Hidden", on=days_ago(90), due_on=days_ago(5)
    )
    assert (
        "Hidden" not in list_page(officer).text and "No action is open." in list_page(officer).text
    )
    client = Client()
    client.force_login(member)
    assert "Hidden" in list_page(client).text


def test_actions_of_another_register_are_not_listed(register, member):
    make_action(make_risk(make_register(register.organisation)))
    assert titles(list_page(member)) == []


@pytest.mark.parametrize(
    "query", ["?show=nonsense", "?owner=x", "?owner=999999", "?kind=x", "?page=x"]
)
def test_an_address_that_means_nothing_is_refused(register, member, query):
    assert list_page(member, query).status_code == 400


def test_the_post_of_another_organisation_is_no_filter(register, member):
    assert list_page(member, f"?owner={make_post().pk}").status_code == 400


def test_a_long_list_is_paged_and_costs_as_many_queries(register, member, monkeypatch):
    monkeypatch.setattr(as_of, "LIST_LENGTH", 2)

    def queries():
        with CaptureQueriesContext(connection) as context:
            list_page(member)
        return len(context)

    def add():
        make_action(make_risk(register), owner=make_post(register.organisation))

    add()
    few = queries()
    for _ in range(2):
        add()
    assert queries() == few
    assert "Showing 1 to 2 of 3" in list_page(member).text


def test_a_page_of_a_list_has_twenty_five_rows():
    assert as_of.LIST_LENGTH == 25


def test_an_empty_list_explains_its_purpose(register, member):
    assert "No open actions on this register" in list_page(member).text


# Posts and people that go


def test_a_former_owner_is_named_and_opens_no_form(risk, register):
    leaver = make_person(register.organisation, name="Lee Fern")
    action = make_action(risk, by=leaver, due_on=days_ago(-9))
    client = Client()
    client.force_login(leaver)
    leaver.memberships.update(until=days_ago(1))
    form = {"version": 1, "evidence": "x", **parts("done_on", days_ago(0))}
    assert (
        client.get(address(action)).status_code
        == client.post(address(action, "done/"), form).status_code
        == 404
    )
    leaver.is_active = False
    leaver.save()
    assert client.post(address(action, "done/"), form).status_code == 302
    action.refresh_from_db()
    assert action.status == "open"
    assert "Lee Fern" in client_of(register, Role.MANAGER).get(address(action)).text


def test_a_due_day_removed_and_set_again_counts_two_re_dates():
    action = make_action(make_risk(), due_on=days_ago(-30))
    action.revise(by=make_user(), version=1, due_on=None, reason="Nobody knows.")
    action.revise(by=make_user(), version=2, due_on=days_ago(-400), reason="Now somebody does.")
    assert (action.redated, action.original_due_on) == (2, days_ago(-30))


def test_a_first_day_for_an_undated_action_has_not_moved():
    action = make_action(make_risk(), due_on=days_ago(-30))
    undated = type(action).add(
        action.risk, by=make_user(), title="Ask", kind="data", owner=None, due_on=None
    )
    undated.revise(by=make_user(), version=1, due_on=days_ago(-9))
    assert (undated.redated, undated.original_due_on) == (0, days_ago(-9))


# The list of a register on a past day, and as agreed


def make_redated(register):
    """Due 40 days ago, re-dated 30 days ago and done ten days ago; recorded on those days."""
    risk = make_risk(
        register, on=days_ago(90), recorded_at=instant_of(90), title="Reserves run out"
    )
    action = make_action(
        risk,
        on=days_ago(80),
        recorded_at=instant_of(80),
        due_on=days_ago(40),
        title="Sell the depot",
    )
    put_off = {
        "due_on": days_ago(5),
        "reason": "No buyer.",
        "effective_on": days_ago(30),
        "recorded_at": instant_of(30),
    }
    action.revise(by=make_user(), version=1, **put_off)
    completion = {
        "done_on": days_ago(10),
        "evidence": "Sold.",
        "effective_on": days_ago(10),
        "recorded_at": instant_of(10),
    }
    action.complete(by=make_user(), version=2, **completion)
    return action


def instant_of(ago):
    return timezone.now() - datetime.timedelta(days=ago)


def as_at(ago, **query):
    return "?" + urlencode({"as_at": days_ago(ago).isoformat(), **query})


@pytest.mark.parametrize(
    ("ago", "sentence"),
    [
        (85, "No action is open."),
        (60, "One action is open. It is not overdue."),
        (35, "One action is open. It is overdue."),
        (20, "One action is open. It is not overdue."),
        (5, "No action is open."),
        (0, "No action is open."),
        (-3, "is in the future"),
    ],
)
def test_the_list_of_a_past_day_is_as_at_that_day(member, ago, sentence):
    assert sentence in list_page(member, as_at(ago), "past").text


def test_a_past_day_counts_re_dates_up_to_that_day(member):
    text = " ".join(list_page(member, as_at(20), "past").text.split())
    assert "due date changed once" in text
    assert "moved" not in " ".join(
        list_page(member, as_at(60), "past").text.split("<table")[-1].split()
    )


def test_a_past_day_is_filtered_by_its_own_state(member):
    assert titles(list_page(member, as_at(35, show="late"), "past")) == ["Sell the depot"]
    assert titles(list_page(member, as_at(20, show="late"), "past")) == []


def test_numbers_of_a_past_day_link_to_as_many_actions(member):
    links = re.findall(
        r'href="(/registers/past/actions/[^"]*)" data-count="(\d+)"',
        list_page(member, as_at(35), "past").text,
    )
    assert links
    for href, count in links:
        total = re.search(r'data-total="(\d+)"', member.get(href.replace("&amp;", "&")).text)
        assert (href, total[1]) == (href, count)


def test_a_member_opens_on_the_actions_that_a_body_agreed(records, member):
    make_agreement(
        records.redated_action.risk.register, on=days_ago(35), recorded_at=instant_of(34)
    )
    text = list_page(member, slug="past").text
    assert "As reported to" in text and "One action is open. It is overdue." in text
    assert "No action is open." in list_page(member, as_at(0), "past").text


def test_an_action_recorded_after_an_agreement_is_not_in_it(register, member):
    risk = make_risk(register, on=days_ago(90), recorded_at=instant_of(90))
    make_agreement(register, on=days_ago(35), recorded_at=instant_of(34))
    make_action(risk, on=days_ago(40))
    assert "No action is open." in list_page(member).text
    assert "One action is open" in list_page(member, as_at(35)).text


def test_a_past_day_takes_as_many_queries_for_many_actions_as_for_one(
    records, member, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as single:
        list_page(member, as_at(20), "past")
    for _ in range(2):
        make_action(
            make_risk(records.redated_action.risk.register, on=days_ago(50)), on=days_ago(45)
        )
    with CaptureQueriesContext(connection) as many:
        list_page(member, as_at(20), "past")
    assert len(many) == len(single)
