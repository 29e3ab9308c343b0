"""A register's whole history as a JSON file: its content, its readers, its stability."""

import copy
import json
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from jsonschema import Draft202012Validator
from makers import (
    days_ago,
    make_assessment,
    make_assurance,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
)
from rich_register import rich_register, written

from registers.json_file.schema import SCHEMA
from registers.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


def read(client, register, query="", role=Role.MANAGER):
    client.force_login(make_person(register.organisation, role))
    answer = client.get(reverse("export_json", args=[register.slug]) + query)
    return answer, json.loads(
        b"".join(answer.streaming_content)
    ) if answer.status_code == 200 else None


@pytest.fixture(scope="module")
def module_register(module_db):
    return rich_register()


@pytest.fixture
def register(module_register):
    return copy.deepcopy(module_register)


def test_the_same_register_gives_the_same_bytes(register):
    assert written(register) == written(register)


def test_a_managers_file_is_named_after_the_register_and_logged(client, caplog, register):
    with caplog.at_level(logging.INFO, "registers.exports"):
        answer, content = read(client, register)
    assert answer["Content-Disposition"] == 'attachment; filename="ours.json"'
    assert (content["format"], content["version"], len(content["risks"])) == (
        "failing-well-register",
        3,
        3,
    )
    assert content["sha256"] in caplog.text and "register=ours" in caplog.text


def test_a_download_writes_its_audit_entry_alone(client, register):
    before = AuditEntry.objects.count()
    _, content = read(client, register)
    entry = AuditEntry.objects.latest("pk")
    assert AuditEntry.objects.count() == before + 1
    assert (entry.verb, entry.facts["sha256"]) == ("register.exported", content["sha256"])


def test_another_organisations_words_are_not_in_it(register):
    stranger = make_risk(title="Stranger canary")
    text = written(register).decode()
    assert "canary" in text and "Stranger" not in text
    assert stranger.raised_by.email not in text and stranger.register.organisation.slug not in text


def test_other_registers_of_the_organisation_are_left_out(register):
    make_risk(make_register(register.organisation), title="Neighbour canary")
    assert "Neighbour" not in written(register).decode()


def test_a_reader_who_may_not_see_exempt_risks_or_drafts_gets_none(register):
    """No role has that combination today; the file does not depend on it."""
    text = written(register, reader=make_person(register.organisation, Role.PEER)).decode()
    assert json.loads(text)["left_out"] == {"exempt_risks": 2}
    assert "canary" not in text and "Old ref 7" not in text
    assert json.loads(text)["agreements"][0]["positions"] == [[1, 5, 1]]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OFFICER, Role.PEER, Role.ADMINISTRATOR])
def test_only_a_manager_gets_the_file(client, register, role):
    assert read(client, register, role=role)[0].status_code == 403


def test_as_at_a_day_the_file_has_the_history_up_to_it(client):
    above = make_register()
    register = make_register(above.organisation, parent=above)
    by = make_person(register.organisation)
    risk = make_risk(register, by=by, on=days_ago(30), assessed=(3, 3), title="Early")
    make_assessment(risk, (5, 5), by=by, on=days_ago(10))
    make_assessment(
        risk, (4, 4), by=by, on=days_ago(29)
    )  # late, and counts from then: its revision does not
    make_revision(risk, by=by, on=days_ago(5), title="Late canary")
    control = make_control(risk, by=by, on=days_ago(5), title="Control canary")
    make_assurance(risk, by=by, on=days_ago(25), control=control)
    make_escalation(risk, above, by=by, on=days_ago(4), approved_by=by)
    make_risk(register, by=by, on=days_ago(2), title="Later canary")
    _answer, content = read(client, register, f"?as_at={days_ago(20).isoformat()}")
    assert "canary" not in json.dumps(content)
    assert content["as_at"] == days_ago(20).isoformat()
    (only,) = content["risks"]
    assert [row["likelihood"] for row in only["assessments"]] == [3, 4]
    assert [row["number"] for row in only["revisions"]] == [1]
    assert "escalations" not in only and "control" not in only["assurances"][0]


def test_the_schema_describes_a_file_with_part_of_the_history(register):
    reader = make_person(register.organisation, Role.PEER)
    content = json.loads(written(register, reader=reader, day=days_ago(8)))
    assert content["left_out"] and content["as_at"]
    Draft202012Validator(SCHEMA).validate(content)


def test_an_invalid_day_is_a_bad_request(client, register):
    assert read(client, register, "?as_at=yesterday")[0].status_code == 400
    agreement = register.agreements.get()
    assert (
        client.get(reverse("export_json", args=["ours"]) + f"?agreed={agreement.pk}").status_code
        == 400
    )


def test_the_file_takes_as_many_queries_for_three_risks_as_for_one():
    def cost(risks):
        register = make_register()
        by = make_person(register.organisation)
        for _ in range(risks):
            make_control(make_risk(register, by=by, assessed=(3, 3)), by=by)
        with CaptureQueriesContext(connection) as context:
            written(register)
        return len(context)

    assert cost(1) == cost(3)


def test_the_command_writes_the_same_file(tmp_path, register):
    target = tmp_path / "ours.json"
    call_command("export_register", register="ours", output=str(target))
    assert target.read_bytes() == written(register)


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_other_users_cannot_read_what_the_command_writes(register, tmp_path, kind):
    target = tmp_path / f"ours.{kind}"
    call_command("export_register", register="ours", output=str(target))
    assert target.stat().st_mode & 0o777 == 0o600


def test_the_command_explains_its_refusals():
    with pytest.raises(CommandError, match="no register"):
        call_command("export_register", register="nowhere")
    make_register(make_organisation(), slug="here")
    with pytest.raises(CommandError, match="2026-09-30"):
        call_command("export_register", register="here", as_at="soon")
