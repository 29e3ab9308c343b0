"""A sandbox in whose place a new one was made: nobody opens it, and nothing of it is lost."""

import copy
from types import SimpleNamespace

import pytest
from audit_check import verify
from django.db.models import Value
from django.db.models.functions import Concat
from makers import make_membership, make_organisation, make_person, make_register, seal_rows

from registers.administration.sandboxes import make_sandbox
from registers.history.errors import InvalidTransition
from registers.models import AuditEntry, Membership, Risk, Role, WarningSign
from registers.permissions import Permission, can, sandbox_registers_for

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(scope="module")
def module_records(module_db):
    """A council whose first sandbox is hidden and whose second one is in use."""
    council = make_organisation("Northmoor Council", slug="northmoor")
    administrator = make_person(council, "administrator")
    officer = make_person(council, "officer")
    make_register(council)
    seal_rows()
    hidden = make_sandbox(council, by=administrator)
    risks = Risk.objects.filter(register__organisation=hidden).count()
    joiner = make_membership(organisation=council, role=Role.OFFICER).user
    seal_rows()
    sandbox = make_sandbox(council, by=administrator, replaces=hidden.pk)
    hidden.refresh_from_db()
    return SimpleNamespace(
        council=council,
        administrator=administrator,
        officer=officer,
        joiner=joiner,
        hidden=hidden,
        sandbox=sandbox,
        risks=risks,
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def may_read(user, organisation):
    return can(user, Permission.VIEW_REGISTER, organisation)


def test_a_new_sandbox_hides_the_one_before(records):
    assert records.hidden.hidden_at is not None
    assert records.council.sandbox == records.sandbox


def test_a_new_sandbox_has_an_address_of_its_own(records):
    assert records.sandbox.slug == "northmoor-sandbox-2"
    assert records.sandbox.registers.get().slug == "northmoor-sandbox-2"


def test_nobody_opens_a_hidden_sandbox(records):
    people = (records.officer, records.administrator)
    assert not any(may_read(person, records.hidden) for person in people)


def test_no_role_in_a_hidden_sandbox_is_active(records):
    assert not Membership.objects.active().filter(organisation=records.hidden).exists()


def test_a_hidden_sandbox_is_not_listed(records):
    registers = sandbox_registers_for(records.officer)
    assert [row.organisation for row in registers] == [records.sandbox]


def test_people_keep_their_roles_in_the_organisation(records):
    assert may_read(records.officer, records.council)
    assert records.council.memberships.count() == 3


def test_somebody_who_joined_gets_into_the_next_sandbox(records):
    assert may_read(records.joiner, records.sandbox)


def test_a_hidden_sandbox_keeps_its_risks(records):
    risks = Risk.objects.filter(register__organisation=records.hidden)
    assert risks.count() == records.risks > 0


def test_the_trail_of_a_hidden_sandbox_ends_with_who_hid_it(records):
    entry = AuditEntry.objects.filter(chain__organisation=records.hidden).latest("number")
    assert (entry.verb, entry.by) == ("organisation.sandbox-hidden", records.administrator)


def test_the_audit_trail_holds_with_both_sandboxes(records):
    assert verify() == ""


def test_a_risk_of_a_hidden_sandbox_that_is_changed_by_sql_is_found(records):
    records.hidden.registers.update(name="Another name")
    assert "register" in verify()


def test_whoever_saw_the_hidden_sandbox_in_use_is_told_who_made_another(records):
    other = make_person(records.council, "administrator")
    with pytest.raises(InvalidTransition, match=f"{records.administrator} made a new sandbox"):
        make_sandbox(records.council, by=other, replaces=records.hidden.pk)


def test_a_sandbox_has_no_sandbox(records):
    with pytest.raises(InvalidTransition, match="no sandbox of its own"):
        make_sandbox(records.sandbox, by=records.administrator)


def test_a_making_that_fails_leaves_the_sandbox_in_use_and_a_hidden_one(records):
    WarningSign.objects.update(code=Concat(Value("X"), "code"))
    with pytest.raises(WarningSign.DoesNotExist):
        make_sandbox(records.council, by=records.administrator, replaces=records.sandbox.pk)
    assert records.council.sandbox == records.sandbox
    assert records.council.sandboxes.exclude(hidden_at=None).count() == 2
