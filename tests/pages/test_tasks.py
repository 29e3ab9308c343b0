"""My tasks: which there are, for whom, where each is finished, and the way back."""

import copy
import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from form_table import LATER, RATING, TODAY
from makers import (
    days_ago,
    failure_type,
    make_action,
    make_appetite,
    make_assurance,
    make_body,
    make_committee_action,
    make_control,
    make_escalation,
    make_import,
    make_meeting,
    make_organisation,
    make_person,
    make_post,
    make_put_question,
    make_register,
    make_revision,
    make_risk,
    preset,
    risk_form,
)

from registers.models import CalendarKey, ControlWeakness, Position, Risk, Role, TaskKind, User
from registers.reminders.calendar import DAYS_AHEAD, DAYS_BACK, LIMIT
from registers.tasks.task import due_span
from registers.tasks.task_list import TaskList, task_count, tasks_between, tasks_due
from registers.templatetags.pages import with_return
from registers.views.form_flow import return_address

pytestmark = [pytest.mark.django_db, pytest.mark.database]
OF_MANAGERS = {TaskKind.ESCALATION, TaskKind.APPETITE, TaskKind.IMPORT}
WAITING = {TaskKind.ESCALATION, TaskKind.RATING, TaskKind.DETAILS, TaskKind.DRAFT, TaskKind.IMPORT}


def today():
    return timezone.localdate()


def make_council(name):
    """A register below another, an officer, a manager and a member with a post each."""
    organisation = make_organisation(name)
    slug = name.lower()
    above = make_register(organisation, slug=f"above-{slug}", name="Above", prefix="A")
    register = make_register(
        organisation, slug=slug, name="Corporate risks", prefix="C", parent=above
    )
    people = {
        role: make_person(organisation, role) for role in (Role.OFFICER, Role.MANAGER, Role.MEMBER)
    }
    return SimpleNamespace(
        organisation=organisation,
        above=above,
        register=register,
        people=people,
        posts={role: make_post(organisation, holder=person) for role, person in people.items()},
        vacant=make_post(organisation),
    )


@pytest.fixture(scope="module")
def module_records(module_db):
    return make_council("Northmoor")


@pytest.fixture(scope="module")
def module_full(module_db):
    """A council whose manager has a task of each kind."""
    council = make_council("Southmoor")
    make_every_task(council)
    return council


@pytest.fixture
def full(module_full):
    return copy.deepcopy(module_full)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def keys_of(person, day=None):
    """The kinds of a person's tasks, by urgency. Who they are today is read anew."""
    return [key.kind for key in TaskList(User.objects.get(pk=person.pk), day or today()).keys]


def sound_risk(register, owner, **content):
    """A risk that asks nothing of anybody."""
    fields = {"primary_failure_type": failure_type(), "assessed": (3, 3), "on": days_ago(20)}
    return make_risk(register, owner=owner, **{**fields, **content})


def make_review(records, owner, by):
    return sound_risk(records.register, owner, on=days_ago(120), by=by)


def make_due_action(records, owner, by):
    risk = sound_risk(records.register, owner)
    return make_action(risk, owner=owner, on=days_ago(9), due_on=days_ago(1), title="Buy")


def make_tolerance(records, owner, by):
    fields = {"response": Risk.Response.TOLERATE, "response_reason": "Nothing can be done."}
    return sound_risk(records.register, owner, tolerated_until=days_ago(-5), **fields)


def make_untested(records, owner, by):
    return make_control(sound_risk(records.register, owner), owner=owner)


def make_expired(records, owner, by):
    risk = sound_risk(records.register, owner)
    return make_assurance(risk, on=days_ago(19), expires_on=days_ago(1))


def make_due_appetite(records, owner, by):
    return make_appetite(records.organisation, "financial", on=days_ago(40), review_by=days_ago(1))


def make_unrated(records, owner, by):
    return sound_risk(records.register, owner, assessed=None)


def make_incomplete(records, owner, by):
    return sound_risk(records.register, owner, primary_failure_type=None)


def make_draft(records, owner, by):
    return make_risk(records.register, by=by, status=Risk.Status.DRAFT)


def make_proposal(records, owner, by):
    return make_escalation(sound_risk(records.register, owner), records.above)


def make_begun_import(records, owner, by):
    return make_import(records.register, by=by)


def make_asked(records, owner, by):
    meeting = make_meeting(make_body(records.register), days_ago(-5))
    return make_put_question(meeting, records.register, by=by, post=owner)


def make_agreed_action(records, owner, by):
    """Due soon."""
    meeting = make_meeting(make_body(records.register), days_ago(15))
    return make_committee_action(meeting, by=by, post=owner, due_on=days_ago(-6))


MAKERS = {
    TaskKind.ESCALATION: make_proposal,
    TaskKind.REVIEW: make_review,
    TaskKind.ACTION: make_due_action,
    TaskKind.QUESTION: make_asked,
    TaskKind.COMMITTEE_ACTION: make_agreed_action,
    TaskKind.TOLERANCE: make_tolerance,
    TaskKind.CONTROL: make_untested,
    TaskKind.ASSURANCE: make_expired,
    TaskKind.APPETITE: make_due_appetite,
    TaskKind.RATING: make_unrated,
    TaskKind.DETAILS: make_incomplete,
    TaskKind.DRAFT: make_draft,
    TaskKind.IMPORT: make_begun_import,
}


def make_every_task(records, role=Role.MANAGER):
    for make in MAKERS.values():
        make(records, records.posts[role], records.people[role])


# Whose each kind is


@pytest.mark.parametrize("kind", TaskKind)
def test_each_kind_is_a_task_of_whoever_owns_it_and_of_nobody_else(records, kind):
    role = Role.MANAGER if kind in OF_MANAGERS else Role.OFFICER
    MAKERS[kind](records, records.posts[role], records.people[role])
    stranger = make_person(make_organisation(), Role.MANAGER)
    make_register(stranger.memberships.get().organisation)
    tasks = {name: keys_of(person) for name, person in records.people.items()}
    expected = {name: [kind] if name == role else [] for name in records.people}
    assert (tasks, keys_of(stranger)) == (expected, [])


@pytest.mark.parametrize(
    "kind", [kind for kind in TaskKind if kind not in {*OF_MANAGERS, TaskKind.DRAFT}]
)
def test_what_a_vacant_post_owns_is_a_task_of_the_managers(records, kind):
    MAKERS[kind](records, records.vacant, records.people[Role.OFFICER])
    (task,) = tasks_due(records.people[Role.MANAGER], today())
    assert (task.kind, task.is_for_manager) == (kind, True)
    assert keys_of(records.people[Role.OFFICER]) == []


def test_a_post_held_by_an_interim_has_its_tasks(records):
    post = records.posts[Role.OFFICER]
    type(post).objects.filter(pk=post.pk).update(is_interim=True)
    make_due_action(records, post, None)
    assert keys_of(records.people[Role.OFFICER]) == [TaskKind.ACTION]


@pytest.mark.parametrize("sees_it", [True, False])
def test_an_action_on_an_exempt_risk_is_its_owners_where_they_see_it(records, sees_it):
    """An officer sees the exempt risks of their own post, and not what a vacant post owns."""
    officers = records.posts[Role.OFFICER]
    risk = sound_risk(records.register, officers if sees_it else records.vacant, is_exempt=True)
    make_action(risk, owner=officers, on=days_ago(9), due_on=days_ago(1), title="Buy")
    tasks = [keys_of(records.people[role]) for role in (Role.OFFICER, Role.MANAGER)]
    assert [TaskKind.ACTION in kinds for kinds in tasks] == [sees_it, not sees_it]


def test_an_exempt_risk_of_somebody_else_is_no_task_and_counts_nowhere(records):
    risk = sound_risk(records.register, records.vacant, is_exempt=True)
    make_action(risk, owner=records.posts[Role.OFFICER], on=days_ago(9), due_on=days_ago(1))
    make_control(risk, owner=records.posts[Role.OFFICER])
    officer = records.people[Role.OFFICER]
    assert (task_count(officer, today()), keys_of(officer)) == (0, [])


def test_a_risk_that_nobody_owns_waits_for_whoever_raised_it(records):
    sound_risk(records.register, None, by=records.people[Role.OFFICER])
    (task,) = tasks_due(records.people[Role.OFFICER], today())
    assert (task.kind, task.note) == (TaskKind.DETAILS, "No owner decided")


def test_a_risk_rated_by_an_earlier_scheme_is_to_be_rated_again(records):
    make_unrated(records, records.posts[Role.OFFICER], None)
    sound_risk(records.register, records.posts[Role.OFFICER])
    records.register.scheme = preset("five-by-five-three-bands")
    records.register.save()
    notes = [task.note for task in tasks_due(records.people[Role.OFFICER], today())]
    assert notes == ["No rating yet", "Rated under an earlier scoring scheme"]


@pytest.mark.parametrize(("ago", "urgency"), [(380, "overdue"), (360, "soon"), (300, None)])
def test_a_control_is_due_a_year_after_its_last_test(records, ago, urgency):
    post = records.posts[Role.OFFICER]
    fields = {"last_tested_on": days_ago(ago), "tested_by_line": 1}
    make_control(sound_risk(records.register, post), owner=post, **fields)
    keys = TaskList(records.people[Role.OFFICER], today()).keys
    assert [key.urgency(today()) for key in keys] == ([urgency] if urgency else [])
    untested = Position.objects.on_record().filter(ControlWeakness.UNTESTED.on(today()))
    assert untested.exists() == (urgency == "overdue")


def test_what_is_finished_or_retired_is_no_task(records):
    post, manager = records.posts[Role.MANAGER], records.people[Role.MANAGER]
    make_untested(records, post, manager).retire(by=manager, version=1, reason="Not used.")
    make_revision(make_unrated(records, post, manager), status=Risk.Status.CLOSED)
    make_proposal(records, post, manager).decide(by=manager, is_approved=False, reason="No.")
    assert keys_of(manager) == []


@pytest.mark.parametrize("holder", ["vacant", "member", "officer"])
def test_a_question_is_a_managers_where_the_holder_works_on_no_register(records, holder):
    posts = {**records.posts, "vacant": records.vacant}
    make_asked(records, posts[holder], records.people[Role.MEMBER])
    is_managers = TaskKind.QUESTION in keys_of(records.people[Role.MANAGER])
    assert is_managers == (holder != "officer")


# One list


def test_overdue_comes_first_then_due_soon_then_what_waits(full):
    keys = TaskList(full.people[Role.MANAGER], today()).keys
    urgencies = [key.urgency(today()) for key in keys]
    assert urgencies == ["overdue"] * 4 + ["soon"] * 3 + ["waiting"] * 6
    assert {key.kind for key in keys[7:]} == WAITING | {TaskKind.CONTROL}


def test_the_count_of_the_navigation_is_the_number_of_rows(full):
    for role in (Role.OFFICER, Role.MANAGER):
        make_review(full, full.posts[Role.OFFICER], None)
        make_review(full, full.vacant, None)
        client = client_of(full.people[role])
        page = client.get("/tasks/").text
        rows = page.partition("</header>")[2].count('<li class="app-worklist__entry">')
        assert rows == task_count(full.people[role], today()) > 0
        for text in (page, client.get("/").text):
            assert f"My tasks ({rows})" in " ".join(text.partition("</header>")[0].split())


def test_page_mail_and_calendar_have_the_same_tasks(full):
    manager, day = full.people[Role.MANAGER], today()
    task_list = TaskList(manager, day)
    page = {task.key: task.on for task in task_list.load(task_list.keys)}
    mail = {task.key: task.on for task in tasks_due(manager, day)}
    days = day - timedelta(DAYS_BACK), day + timedelta(DAYS_AHEAD)
    calendar = {task.key: task.on for task in tasks_between(manager, *days, day, LIMIT)}
    assert page == mail and len(page) == len(TaskKind)
    soon = {key: on for key, on in calendar.items() if on <= day + timedelta(7)}
    assert soon == {key: on for key, on in page.items() if on}


def test_a_calendar_has_nothing_without_a_day(records):
    for kind in WAITING:
        role = Role.MANAGER if kind in OF_MANAGERS else Role.OFFICER
        MAKERS[kind](records, records.posts[role], records.people[role])
    secret = CalendarKey.make(by=records.people[Role.MANAGER])
    texts = Client().get(f"/calendar/{secret}.ics").text
    # Of the risks themselves the next reviews.
    assert set(re.findall(r"SUMMARY:(\w+)", texts)) <= {"Review"}


def test_the_first_and_the_last_day_there_is_are_counted(full):
    assert keys_of(full.people[Role.MANAGER], date.max)
    assert due_span(TaskKind.CONTROL, date.max).last == date.max
    assert keys_of(full.people[Role.MANAGER], date.min + timedelta(400))


# The page


def test_the_page_groups_by_urgency_and_counts_each(full):
    page = client_of(full.people[Role.MANAGER]).get("/tasks/").text
    headings = [" ".join(text.split()) for text in re.findall(r"<h2[^>]*>(.*?)</h2>", page, re.S)]
    assert headings[:3] == ["Overdue (4)", "Due soon (3)", "Waiting, no due date (6)"]


def test_the_page_is_narrowed_to_a_register(full):
    client = client_of(full.people[Role.MANAGER])
    pages = {
        slug: client.get("/tasks/", {"register": slug}).text
        for slug in ("above-southmoor", "no-such")
    }
    assert pages["above-southmoor"].partition("<main")[2].count("app-worklist__entry") == 2
    assert "You have no tasks on that register" in pages["no-such"]
    assert [client.get("/tasks/", {"register": slug}).status_code for slug in ("a b", "\0")] == [
        400,
        400,
    ]


def test_many_tasks_are_paged(records):
    for _ in range(13):
        make_unrated(records, records.posts[Role.OFFICER], None)
        make_incomplete(records, records.posts[Role.OFFICER], None)
    client = client_of(records.people[Role.OFFICER])
    pages = [client.get("/tasks/", {"page": page}).text for page in (1, 2, 3)]
    entries = [page.partition("<main")[2].count("app-worklist__entry") for page in pages]
    assert (entries, "There is no such page" in pages[2]) == ([25, 1, 0], True)
    assert all("Waiting, no due date (26)" in " ".join(page.split()) for page in pages[:2])


def test_a_person_without_tasks_reads_what_would_come_here(records):
    page = client_of(records.people[Role.OFFICER]).get("/tasks/").text
    assert "You have no tasks" in page and "two weeks before they are due" in page


def test_a_member_has_no_tasks_and_reads_what_changed(full):
    page = client_of(full.people[Role.MEMBER]).get("/tasks/").text
    assert "What changed on Corporate risks" in " ".join(page.split())
    assert "Overdue" not in page and "My tasks (" not in page


def test_the_page_makes_as_many_queries_for_two_of_each_kind_as_for_one(full):
    client, counts = client_of(full.people[Role.MANAGER]), []
    for more in (False, True):
        if more:
            make_every_task(full)
        with CaptureQueriesContext(connection) as queries:
            client.get("/tasks/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_to_count_takes_five_queries(full):
    person = User.objects.get(pk=full.people[Role.MANAGER].pk)
    with CaptureQueriesContext(connection) as queries:
        task_count(person, today())
    assert len(queries) == 5


# Finished in one page, and back


def version_of(record):
    return type(record).objects.get(pk=record.pk).version


def edited(risk, **fields):
    owner = risk.owner.pk if risk.owner else ""
    return {**risk_form(owner=owner), "version": version_of(risk), **fields}


FINISHES = {
    TaskKind.REVIEW: lambda risk: {
        **{"outcome": "stands", "note": "We looked.", "effective_on": TODAY, "next_on": LATER},
        "version": version_of(risk),
    },
    TaskKind.ACTION: lambda action: {
        **{"done_on": TODAY, "evidence": "It is written."},
        "version": version_of(action),
    },
    TaskKind.QUESTION: lambda question: {"wording": "We do.", "is_published": "no"},
    TaskKind.COMMITTEE_ACTION: lambda action: {
        **{"done_on": TODAY, "evidence": "In the minutes."},
        "version": action.version,
    },
    TaskKind.CONTROL: lambda control: {
        **{"last_tested_on": TODAY, "tested_by_line": "1", "operating": "works"},
        **{"reason": "Tried 20.", "version": version_of(control)},
    },
    TaskKind.ASSURANCE: lambda row: {
        **{"line": "3", "provider": "Audit", "opinion": "reasonable", "note": ""},
        **{"effective_on": TODAY, "expires_on": LATER},
    },
    TaskKind.RATING: lambda risk: {
        **RATING,
        **{"kind": "current", "effective_on": TODAY, "version": version_of(risk)},
    },
    TaskKind.ESCALATION: lambda row: {"is_approved": "yes", "reason": "It is big."},
    TaskKind.APPETITE: lambda row: {
        **{"category": "financial", "level": "cautious", "tolerance": "moderate"},
        **{"narrative": "No.", "approved_by": "Cabinet", "effective_on": TODAY},
        "review_by": LATER,
    },
    TaskKind.TOLERANCE: lambda risk: edited(risk, response="treat"),
    TaskKind.DETAILS: lambda risk: edited(risk),
    TaskKind.DRAFT: lambda risk: edited(risk) | {"confirmed": "yes"},
}


@pytest.mark.parametrize("kind", FINISHES)
def test_its_page_finishes_it_and_leads_back(records, kind):
    manager = records.people[Role.MANAGER]
    row = MAKERS[kind](records, records.posts[Role.MANAGER], manager)
    client = client_of(manager)
    (task,) = tasks_due(manager, today())
    address = with_return(task.path, "/tasks/")
    assert 'href="/tasks/">Cancel</a>' in client.post(address, {}).text
    answer = client.post(address, {**FINISHES[kind](row), "token": ""}, follow=True)
    assert answer.redirect_chain == [("/tasks/", 302)]
    assert "govuk-notification-banner" in answer.text and kind not in keys_of(manager)


def test_cancel_leads_back_to_the_same_page_of_the_list(records):
    make_incomplete(records, records.posts[Role.MANAGER], None)
    (task,) = tasks_due(records.people[Role.MANAGER], today())
    client = client_of(records.people[Role.MANAGER])
    page = client.get(task.path, {"next": "/tasks/?register=northmoor&page=2"}).text
    assert 'href="/tasks/?register=northmoor&amp;page=2">Cancel</a>' in page


UNSAFE = (
    *("https://bad.example/tasks/", "//bad.example/tasks/", "/\\bad.example", "tasks/"),
    *("javascript:alert(1)", "/registers/ours/", "/accounts/logout/", "/tasks/../library/", "\0"),
    *("", " /tasks/", "///bad.example", "http:///tasks/", "/tasks/?" + "x" * 100_000),
)


@pytest.mark.parametrize("address", UNSAFE)
def test_an_address_that_is_not_ours_is_not_followed(address):
    assert return_address(RequestFactory().get("/", {"next": address})) == ""


@pytest.mark.parametrize("address", ["/", "/tasks/", "/tasks/?register=ours&page=2"])
def test_home_and_the_list_of_tasks_are_led_back_to(address):
    assert return_address(RequestFactory().get("/", {"next": address})) == address


def test_an_unsafe_address_leads_to_the_risk_after_saving(records):
    action = make_due_action(records, records.posts[Role.OFFICER], None)
    (task,) = tasks_due(records.people[Role.OFFICER], today())
    data = FINISHES[TaskKind.ACTION](action)
    answer = client_of(records.people[Role.OFFICER]).post(
        f"{task.path}?next=https://bad.example/", data
    )
    assert answer.url == action.risk.get_absolute_url()


def test_home_shows_the_first_tasks_and_leads_to_all(records):
    for _ in range(9):
        make_unrated(records, records.posts[Role.OFFICER], None)
    make_due_action(records, records.posts[Role.OFFICER], None)
    page = client_of(records.people[Role.OFFICER]).get("/").text
    section = page.partition('id="tasks"')[2].partition("</section>")[0]
    assert (section.count("app-worklist__entry"), "All 10 tasks" in " ".join(section.split())) == (
        8,
        True,
    )
    assert section.index("Buy") < section.index("Rate C-001") and "next=/&quot;" not in section


def test_the_page_after_a_save_counts_the_tasks_and_other_pages_do_not(records):
    action = make_due_action(records, records.posts[Role.OFFICER], None)
    make_unrated(records, records.posts[Role.OFFICER], None)
    client, (first, *_) = (
        client_of(records.people[Role.OFFICER]),
        tasks_due(records.people[Role.OFFICER], today()),
    )
    pages = [
        client.post(first.path, FINISHES[TaskKind.ACTION](action), follow=True),
        client.get(action.risk.get_absolute_url()),
    ]
    assert ["My tasks (1)" in " ".join(page.text.split()) for page in pages] == [True, False]


@pytest.mark.parametrize(("role", "count"), [(Role.MANAGER, 1), (Role.MEMBER, None)])
def test_the_count_for_other_pages_is_that_of_the_list(records, role, count):
    make_incomplete(records, records.posts[Role.MANAGER], None)
    answer = client_of(records.people[role]).get("/tasks/count/")
    assert answer.json() == {"count": count}
