"""A register's own JSON file, restored by the pages and by the command: whole or not at all."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from makers import (
    make_action,
    make_control,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    seal_rows,
)
from workbooks import latest, send, take_in

from registers.json_file.write import serialise
from registers.models import (
    AuditEntry,
    Membership,
    Organisation,
    Register,
    RegisterImport,
    Risk,
    Role,
    User,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported_register():
    """A register with some history, its file, and an empty register of the same organisation."""
    organisation = make_organisation()
    person = make_person(organisation, Role.MANAGER, email="manager@example.org")
    full = make_register(organisation, slug="full", prefix="CORP")
    risk = make_risk(full, by=person, assessed=(3, 4))
    make_revision(risk, by=person, title="Reserves are gone")
    make_control(risk, by=person)
    make_action(risk, by=person)
    client = Client()
    client.force_login(person)
    return (
        client,
        "".join(serialise(full)).encode(),
        make_register(organisation, slug="empty", prefix="E"),
    )


def make_empty_register(client):
    """An empty register in another installation, of the same organisation and person."""
    slug = Register.objects.get(slug="full").organisation.slug
    Organisation.objects.filter(slug=slug).update(slug="another-installation")
    organisation = make_organisation(slug=slug)
    register = make_register(organisation, slug="elsewhere")
    person = User.objects.get(email="manager@example.org")
    Membership.objects.create(user=person, organisation=organisation, role=Role.MANAGER)
    return register


def test_a_register_is_restored_through_the_pages(exported_register):
    client, content, _ = exported_register
    register = make_empty_register(client)
    assert send(client, register, content, "full.json").status_code == 302
    batch = latest(register)
    page = client.get(batch.get_absolute_url()).text
    assert ("1 risk<" in page, "Restore this register" in page, register.risks.count()) == (
        True,
        True,
        0,
    )
    assert take_in(client, batch).status_code == 302
    risk = register.risks.get()
    assert (risk.title, risk.version, risk.controls.count(), risk.actions.count()) == (
        "Reserves are gone",
        2,
        1,
        1,
    )
    assert "Register restored" in client.get(batch.get_absolute_url()).text
    seal_rows()
    call_command("verify_audit", verbosity=0)


def test_the_button_pressed_twice_restores_once(exported_register):
    client, content, _ = exported_register
    register = make_empty_register(client)
    send(client, register, content, "full.json")
    batch = latest(register)
    answers = [
        client.post(batch.get_absolute_url(), {"step": "ready", "seen": "ready-0"}).status_code
        for _ in "ab"
    ]
    assert (answers, register.risks.count(), register.imports.count()) == ([302, 302], 1, 1)


def test_restoring_the_same_file_again_writes_nothing(exported_register):
    client, content, _ = exported_register
    register = make_empty_register(client)
    send(client, register, content, "full.json")
    take_in(client, latest(register))
    register.refresh_from_db()
    content = "".join(serialise(register)).encode()
    assert send(client, register, content, "again.json").status_code == 302
    batch = latest(register)
    assert batch.report["is_unchanged"]
    before = (AuditEntry.objects.count(), list(RegisterImport.objects.values()))
    assert take_in(client, batch).status_code == 302
    assert (AuditEntry.objects.count(), list(RegisterImport.objects.values())) == before


def test_a_register_with_content_cannot_be_restored(exported_register):
    client, content, _ = exported_register
    register = make_empty_register(client)
    make_risk(register)
    answer = send(client, register, content, "full.json")
    assert "Restore the file into an empty register" in answer.text
    assert not RegisterImport.objects.exists()


def test_a_change_after_the_preview_is_a_conflict(exported_register):
    client, content, _ = exported_register
    register = make_empty_register(client)
    send(client, register, content, "full.json")
    make_risk(register)
    answer = take_in(client, latest(register))
    assert (answer.status_code, register.risks.count()) == (409, 1)
    assert "Restore the file into an empty register" in answer.text


def test_an_error_is_shown_with_its_place(exported_register):
    client, content, _ = exported_register
    register = make_empty_register(client)
    data = json.loads(content)
    data["risks"][0]["assessments"][0]["likelihood"] = 9
    send(client, register, json.dumps(data).encode(), "full.json")
    page = client.get(latest(register).get_absolute_url()).text
    assert ("risks 1 assessments 1" in page, "Restore this register" in page) == (True, False)
    assert take_in(client, latest(register)).status_code == 409


def test_the_command_restores(exported_register, tmp_path):
    client, content, _ = exported_register
    register = make_empty_register(client)
    (tmp_path / "full.json").write_bytes(content)
    for options, count in (["--check"], 0), ([], 1):
        out = io.StringIO()
        call_command(
            *(
                "import_register",
                str(tmp_path / "full.json"),
                "--register",
                "elsewhere",
                "--json",
                *options,
            ),
            stdout=out,
        )
        report = json.loads(out.getvalue())
        assert (report["imported"], report["refused"], register.risks.count()) == (1, [], count)
    (tmp_path / "full.json").write_bytes(b'{"format": "other"}')
    with pytest.raises(CommandError, match="Nothing has changed"):
        call_command("import_register", str(tmp_path / "full.json"), "--register", "elsewhere")
    assert Risk.objects.filter(register=register).count() == 1
