"""A register written as a file and taken back says the same, to the byte; a file that cannot be trusted writes nothing."""

import copy
import datetime
import hashlib
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import (
    days_ago,
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_assurance,
    make_control,
    make_escalation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_user,
)
from test_as_at import RAISED, Told, histories, ratings, undone

from registers import demo
from registers.models import (
    Agreement,
    AuditEntry,
    ImportedRow,
    Membership,
    Organisation,
    Post,
    Register,
    RegisterImport,
    Risk,
    Role,
    SetAside,
    User,
)
from registers.transfer.register_file.writing import pieces
from registers.transfer.restoring import CannotRestore, check, restore

pytestmark = pytest.mark.django_db


def written(register, **how):
    return "".join(pieces(register, **how)).encode()


def elsewhere(register, people=True):
    """An empty register with the same address in an organisation of the same name, as on another installation; the one
    that is here steps aside. people: whether those of the organisation are there as well."""
    ours = register.organisation
    slug, address = ours.slug, register.slug
    Organisation.objects.filter(pk=ours.pk).update(slug=f"{slug}-old")
    Register.objects.filter(pk=register.pk).update(slug=f"{address}-old")
    theirs = Organisation.objects.create(slug=slug, name=ours.name)
    for row in Membership.objects.filter(organisation=ours) if people else ():
        Membership.objects.create(user=row.user, organisation=theirs, role=row.role, until=row.until)
    return make_register(theirs, slug=address, prefix="NEW")


def assert_sound():
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def rich_register():
    """Everything that can stand on a register, once at least."""
    organisation = make_organisation("Northmoor")
    by, manager = (make_person(organisation, role, name=role.title()) for role in (Role.OFFICER, Role.MANAGER))
    peer = make_person(organisation, Role.PEER, name="Robin Peer")
    post = make_post(organisation, "Finance director", holder=by)
    above = make_register(organisation, slug="above")
    register = make_register(organisation, slug="ours", parent=above)
    first = make_risk(
        register,
        by=by,
        on=days_ago(40),
        assessed=(4, 4),
        owner=post,
        primary_failure_type=failure_type("financial"),
        other_failure_types=[failure_type("governance"), failure_type("external")],
        adverse_impacts=[impact()],
        notes="Ä “quoted” note\nwith a line break and 💷.",
    )
    make_assessment(first, (5, 4), by=by, on=days_ago(50), impact_low=3, evidence="We looked.")
    make_assessment(first, (2, 2), by=peer, on=days_ago(20), perspective="peer", kind="current")
    make_review(first, by=by, on=days_ago(10), asked_outside="The auditor.")
    make_revision(first, by=by, other_failure_types=[], title="Anew")
    control = make_control(first, by=by, on=days_ago(30), owner=post)
    control.test(by=by, version=1, last_tested_on=days_ago(9), tested_by_line=2, operating="works")
    action = make_action(first, by=by, on=days_ago(30), kind="structural")
    action.revise(by=by, version=1, due_on=days_ago(-90), reason="Later")
    make_assurance(first, by=manager, on=days_ago(8), control=control)
    make_escalation(first, above, by=by, on=days_ago(7), approved_by=manager)
    make_precedent(first, by=by, on=days_ago(6), words=["savings"])
    make_precedent(first, "DON-W2", by=by, on=days_ago(5))
    make_precedent(first, by=by, on=days_ago(4), mark="unsure")
    SetAside.put(first, by=manager, check_name="rq13-vague", reason="Known.", until=days_ago(-30))
    second = make_risk(register, by=by, on=days_ago(35), assessed=(3, 3), is_exempt=True, title="Exempt canary")
    second.happen(by=by, version=1, happened_on=days_ago(3), happened_what="It came.")
    third = make_risk(register, by=by, status="draft", title="Draft canary")
    register.take_number()  # a gap in the end
    make_agreement(register, by=manager, on=days_ago(2), note="As it stands.")
    make_appetite(organisation, by=manager)
    batch = RegisterImport.objects.create(
        register=register, by=manager, file_name="risks.xlsx", digest="0" * 64, stage="done", done_at=timezone.now()
    )
    ImportedRow.objects.create(batch=batch, number=2, cells=["Old ref 7", ""], outcome="new", risk=third, version=1)
    return register


def test_what_is_restored_is_written_again_to_the_byte():
    register = rich_register()
    content, by = written(register), register.organisation.memberships.get(role=Role.MANAGER).user
    target = elsewhere(register)
    report = restore(content, target, by=by)
    target.refresh_from_db()
    assert written(target).decode() == content.decode()
    assert report.counts == {"risks": 3, "agreements": 1, "imports": 1, "appetites": 1}
    assert (report.people, report.posts) == ({}, ["Finance director"])
    assert_sound()


def test_the_demo_is_restored_to_the_byte():
    demo.load()
    files = {register.slug: written(register) for register in Register.objects.filter(slug__in=("corporate",))}
    register = Register.objects.get(slug="corporate")
    by = register.organisation.memberships.filter(role=Role.MANAGER).first().user
    target = elsewhere(register)
    restore(files["corporate"], target, by=by)
    target.refresh_from_db()
    assert written(target).decode() == files["corporate"].decode()
    assert_sound()
