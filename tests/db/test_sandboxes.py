"""A sandbox: what is copied into it, what is not, who opens it, and what its making leaves."""

import copy
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_appetite,
    make_body,
    make_control,
    make_directorate,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    make_seat,
    scheme_data,
)

from registers.accounts.audit import record_sign_in
from registers.administration.people import is_shared_account
from registers.administration.sandboxes import make_sandbox
from registers.demo.sandbox import rescale
from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    Membership,
    Organisation,
    Risk,
    Role,
    Seat,
    TaskKind,
)
from registers.permissions import (
    Permission,
    can,
    has_left,
    organisations_for,
    people_with,
    registers_for,
    sandbox_registers_for,
)
from registers.tasks.task_list import TaskList, tasks_between, tasks_due

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CANARY = "zeisig"


@pytest.fixture(scope="module")
def module_records(module_db):
    """A council with canaries in its risks, and its sandbox."""
    council = make_organisation("Northmoor Council", slug="northmoor", sector="housing-association")
    administrator = make_person(council, "administrator", name="Noor Hazel")
    officer = make_person(council, "officer", email="officer@example.org")
    member = make_person(council, "member")
    peer = make_person(council, "peer")
    former = make_membership(organisation=council, until=days_ago(1)).user
    directorate = make_directorate(council, "Resources")
    post = make_post(
        council, "Treasurer", directorate=directorate, holder=officer, held_since=days_ago(9)
    )
    levels = [{"value": value, "label": f"Level {value}", "guidance": ""} for value in range(1, 5)]
    cells = [row[:4] for row in scheme_data()["cells"][:4]]
    scheme = make_scheme(
        organisation=council,
        slug="own",
        name="Own scheme",
        likelihood=levels,
        impact=levels,
        cells=cells,
    )
    register = make_register(council, scheme, slug="corporate", name="Corporate register")
    body = make_body(register, name="Audit committee", members=[member])
    make_seat(body, officer, from_day=days_ago(20), until=days_ago(2))
    risk = make_risk(
        register,
        by=officer,
        owner=post,
        assessed=(2, 2),
        title=f"{CANARY} title",
        cause=f"{CANARY} cause",
        notes=f"{CANARY} notes",
    )
    make_revision(
        risk,
        is_exempt=True,
        exempt_ground=f"{CANARY} ground",
        exempt_interest=f"{CANARY} interest",
        exempt_decided_by=f"{CANARY} decider",
    )
    make_action(risk, title=f"{CANARY} action", owner=post, due_on=days_ago(5))
    make_control(risk, title=f"{CANARY} control")
    make_appetite(council, narrative=f"{CANARY} appetite")
    canaries = count_canaries()
    sandbox = make_sandbox(council, by=administrator)
    return SimpleNamespace(
        council=council,
        sandbox=sandbox,
        administrator=administrator,
        officer=officer,
        member=member,
        peer=peer,
        former=former,
        canaries=canaries,
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def count_canaries():
    """In all columns of all rows of the app."""
    return sum(
        repr(row).count(CANARY)
        for model in apps.get_app_config("registers").get_models()
        for row in model._base_manager.values_list()
    )


def fresh(user):
    """The person as the next request reads them."""
    return type(user).objects.get(pk=user.pk)


def roles(organisation):
    return {*organisation.memberships.values_list("user", "role", "until")}


# What is copied


def test_a_sandbox_is_named_and_addressed_for_its_organisation(records):
    sandbox = records.sandbox
    assert (sandbox.slug, sandbox.name) == ("northmoor-sandbox", "Northmoor Council (sandbox)")
    assert (sandbox.sector, sandbox.sandbox_of) == ("housing-association", records.council)


def test_everybody_who_has_a_role_today_has_it_in_the_sandbox(records):
    current = {row for row in roles(records.council) if row[0] != records.former.pk}
    assert roles(records.sandbox) == current


def test_posts_are_held_by_the_same_people(records):
    post = records.sandbox.posts.get()
    assert (post.title, post.holder, post.held_since) == (
        "Treasurer",
        records.officer,
        days_ago(9),
    )
    assert (post.directorate.name, post.directorate.organisation) == (
        "Resources",
        records.sandbox,
    )


def test_bodies_oversee_the_sandbox_and_keep_the_seats_held_today(records):
    body = records.sandbox.bodies.get()
    assert body.name == "Audit committee"
    assert [*body.registers.all()] == [*records.sandbox.registers.all()]
    assert [seat.user for seat in Seat.objects.filter(body=body)] == [records.member]


def test_the_register_is_rated_by_a_copy_of_the_organisations_own_scheme(records):
    scheme = records.sandbox.registers.get().scheme
    assert (scheme.name, scheme.organisation) == ("Own scheme", records.sandbox)
    assert len(scheme.likelihood) == 4


def test_every_rating_fits_the_scheme(records):
    ratings = Assessment.objects.filter(risk__register__organisation=records.sandbox)
    assert {*ratings.values_list("likelihood", flat=True)} <= {1, 2, 3, 4}
    assert {row.scheme for row in ratings} == {records.sandbox.registers.get().scheme}


@pytest.mark.parametrize(
    ("text", "sizes", "rating"),
    [
        ("4x3", (5, 5), "4x3"),
        ("5x5", (4, 4), "4x4"),
        ("1x1", (4, 6), "1x2"),
        ("3-4x4-5", (3, 3), "2-3x3-3"),
    ],
)
def test_a_rating_of_the_demo_is_given_on_another_scale(text, sizes, rating):
    assert rescale(text, sizes) == rating


# The made-up risks


def test_a_sandbox_has_risks_of_every_kind_to_practise_on(records):
    risks = Risk.objects.filter(register__organisation=records.sandbox)
    actions = Action.objects.filter(risk__in=risks, latest__status="open")
    late = actions.filter(latest__due_on__lt=days_ago(0))
    assert 12 <= risks.count() <= 15
    assert risks.filter(latest__is_exempt=True).count() == 1
    assert risks.filter(current=None).count() == 1
    assert risks.filter(controls__isnull=False).exists()
    assert 0 < late.count() < actions.count()


def test_ratings_of_the_sandbox_go_back_over_quarters(records):
    ratings = Assessment.objects.filter(risk__register__organisation=records.sandbox)
    quarters = {
        (day.year, (day.month - 1) // 3) for day in ratings.values_list("effective_on", flat=True)
    }
    assert len(quarters) >= 3


def test_references_say_that_the_risks_are_made_up(records):
    assert records.sandbox.registers.get().prefix == "SANDBOX"


def test_risks_are_owned_by_posts_of_the_sandbox(records):
    risks = Risk.objects.filter(register__organisation=records.sandbox)
    assert {risk.latest.owner.organisation for risk in risks} == {records.sandbox}


def test_an_organisation_without_posts_or_registers_gets_a_sandbox(records):
    council = make_organisation()
    sandbox = make_sandbox(council, by=make_person(council, "administrator"))
    assert sandbox.registers.get().risks.exists()


def test_nothing_that_the_real_risks_say_is_in_the_sandbox(records):
    assert records.canaries > 9
    assert count_canaries() == records.canaries


# One at a time


def test_the_same_form_sent_twice_makes_one_sandbox(records):
    again = make_sandbox(records.council, by=records.administrator)
    assert (again, records.council.sandboxes.count()) == (records.sandbox, 1)


def test_the_database_refuses_a_second_sandbox_in_use(records):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_organisation(sandbox_of=records.council)


def test_only_a_sandbox_can_be_hidden(records):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=records.council.pk).update(hidden_at=timezone.now())


# Who opens it


def may_read(user, organisation):
    return can(fresh(user), Permission.VIEW_REGISTER, organisation)


def test_somebody_who_leaves_the_organisation_loses_the_sandbox(records):
    records.council.memberships.filter(user=records.officer).update(until=days_ago(1))
    assert not may_read(records.officer, records.sandbox)
    assert has_left(fresh(records.officer))


def test_another_role_in_the_organisation_keeps_the_sandbox_open(records):
    records.council.memberships.filter(user=records.officer).update(role=Role.MEMBER)
    assert can(fresh(records.officer), Permission.EDIT_RISK, records.sandbox)


def test_somebody_who_joins_later_is_not_in_the_sandbox(records):
    joiner = make_person(records.council, "officer")
    assert not may_read(joiner, records.sandbox)


def test_a_role_in_the_sandbox_alone_opens_nothing(records):
    outsider = make_person(records.sandbox, "manager")
    assert not may_read(outsider, records.sandbox)


# Apart from real work


def test_registers_of_a_sandbox_stand_apart(records):
    assert [row.slug for row in registers_for(records.officer)] == ["corporate"]
    assert [row.slug for row in sandbox_registers_for(records.officer)] == ["northmoor-sandbox"]


def test_a_sandbox_is_none_of_a_persons_organisations(records):
    assert organisations_for(records.administrator, Permission.ADMINISTER) == [records.council]


def test_a_role_in_a_sandbox_gives_no_reminders(records):
    Membership.objects.create(user=records.member, organisation=records.sandbox, role=Role.OFFICER)
    assert records.member not in people_with(Permission.EDIT_RISK)


def test_tasks_of_a_sandbox_are_no_tasks(records):
    places = {task.place for task in tasks_due(records.officer, days_ago(0), list(TaskKind))}
    assert places == {"Corporate register"}


def test_a_calendar_has_nothing_of_a_sandbox(records):
    a_year = (days_ago(365), days_ago(-365), days_ago(0))
    places = {task.place for task in tasks_between(records.officer, *a_year, limit=500)}
    assert places == {"Corporate register"}


def test_the_holder_of_a_post_has_tasks_to_practise_on(records):
    registers = list(sandbox_registers_for(records.officer))
    assert len(TaskList(fresh(records.officer), days_ago(0), registers)) > 0


def test_reminders_name_nothing_of_a_sandbox(records):
    call_command("send_reminders", verbosity=0)
    assert [message.to for message in mail.outbox] == [["officer@example.org"]]
    assert "SANDBOX" not in mail.outbox[0].body


def test_a_person_with_tasks_in_a_sandbox_alone_gets_no_mail(records):
    Action.objects.get(latest__title=f"{CANARY} action").complete(
        version=1, by=records.officer, done_on=days_ago(0), evidence="Seen."
    )
    records.council.posts.update(holder=None, held_since=None)
    call_command("send_reminders", verbosity=0)
    assert mail.outbox == []


def test_a_sign_in_is_in_the_trail_of_the_real_organisation_only(records):
    record_sign_in(records.officer)
    entries = AuditEntry.objects.filter(verb="user.signed-in")
    assert [entry.chain.organisation for entry in entries] == [records.council]


def test_the_roles_of_a_person_are_those_that_are_active(records):
    records.council.memberships.filter(user=records.member).update(until=days_ago(1))
    for user in (records.officer, records.member, records.peer, records.administrator):
        rows = Membership.objects.active().filter(user=user)
        active = {(row.organisation_id, row.role) for row in rows}
        roles = Membership.objects.roles_by_organisation(user)
        assert {(key, role) for key, names in roles.items() for role in names} == active


def test_an_account_is_not_shared_because_of_a_sandbox(records):
    assert not is_shared_account(records.officer, records.council)


def test_every_account_is_shared_in_a_sandbox(records):
    assert is_shared_account(records.officer, records.sandbox)


# The trail


def test_both_trails_tell_who_made_a_sandbox(records):
    entries = AuditEntry.objects.filter(verb="organisation.sandbox-made")
    assert {(entry.chain.organisation, entry.by) for entry in entries} == {
        (records.council, records.administrator),
        (records.sandbox, records.administrator),
    }
