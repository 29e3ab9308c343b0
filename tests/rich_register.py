"""A register with a record of every kind, written to a file and restored elsewhere."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
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
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    seal_rows,
)

from registers.json_file.restore import CannotRestore, check, restore
from registers.json_file.write import serialise
from registers.models import (
    AuditEntry,
    CheckWaiver,
    ImportedRow,
    Membership,
    Organisation,
    Post,
    ProgressNote,
    Register,
    RegisterImport,
    Risk,
    Role,
    User,
)


def written(register, **options):
    return "".join(serialise(register, **options)).encode()


def empty_twin(register, people=True):
    """An empty register with the same address in an organisation of the same name, as on another
    installation; the original takes another address. people: whether the members of the
    organisation come along.
    """
    organisation = register.organisation
    slug, address = organisation.slug, register.slug
    Organisation.objects.filter(pk=organisation.pk).update(slug=f"{slug}-{organisation.pk}")
    Register.objects.filter(pk=register.pk).update(slug=f"{address}-{register.pk}")
    for row in (organisation, register):
        row.enter("changed")
    twin_organisation = Organisation.objects.create(slug=slug, name=organisation.name)
    for row in Membership.objects.filter(organisation=organisation) if people else ():
        Membership.objects.create(
            user=row.user, organisation=twin_organisation, role=row.role, until=row.until
        )
    empty = make_register(twin_organisation, slug=address, prefix="NEW")
    seal_rows()
    return empty


def assert_sound():
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def rich_register(slug="ours"):
    """A register with every kind of record at least once."""
    organisation = make_organisation("Northmoor")
    by, manager = (
        make_person(organisation, role, name=role.title()) for role in (Role.OFFICER, Role.MANAGER)
    )
    peer = make_person(organisation, Role.PEER, name="Robin Peer")
    post = make_post(organisation, "Finance director", holder=by)
    above = make_register(organisation, slug="above")
    register = make_register(organisation, slug=slug, parent=above)
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
    CheckWaiver.put(
        first, by=manager, check_name="rq13-vague", reason="Known.", until=days_ago(-30)
    )
    ProgressNote.put(first, by=by, note="On plan.", effective_on=days_ago(4))
    second = make_risk(
        register, by=by, on=days_ago(35), assessed=(3, 3), is_exempt=True, title="Exempt canary"
    )
    second.happen(by=by, version=1, happened_on=days_ago(3), happened_what="It came.")
    third = make_risk(register, by=by, status="draft", title="Draft canary")
    register.take_number()  # a gap in the end
    make_agreement(register, by=manager, note="As it stands.")
    make_appetite(organisation, by=manager, on=days_ago(30))
    batch = RegisterImport.objects.create(
        register=register,
        by=manager,
        file_name="risks.xlsx",
        digest="0" * 64,
        stage="done",
        done_at=timezone.now(),
    )
    ImportedRow.objects.create(
        batch=batch, number=2, cells=["Old ref 7", ""], outcome="new", risk=third, version=1
    )
    scheme = make_scheme(slug="five-by-five", version=2)
    register.adopt_scheme(by=manager, scheme=scheme, reason="The board asked for it.")
    make_appetite(organisation, "", "low", by=manager, scheme=scheme)
    return register


def first(data):
    return data["risks"][0]


def with_change(content, change):
    """The file with a change made to it, and a fresh seal."""
    content_json = json.loads(content)
    change(content_json)
    return json.dumps(content_json).encode()


def is_empty(register):
    return not (
        register.risks.exists() or register.imports.exists() or register.agreements.exists()
    )


def assert_refused(content, register, by, *path):
    """check and restore refuse it with that path; nothing is written."""
    before = [model.objects.count() for model in (AuditEntry, User, Post, Membership, Risk)]
    report = check(content, register)
    with pytest.raises(CannotRestore) as caught:
        restore(content, register, by=by)
    assert path in [problem.path for problem in report.problems]
    assert path in [problem.path for problem in caught.value.problems]
    assert [model.objects.count() for model in (AuditEntry, User, Post, Membership, Risk)] == before
    assert is_empty(register)


def set_in(*path, value):
    """A change that puts a value into the file; places count from 0 here."""

    def change(data):
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change
