"""Every change of a sealed row by SQL is found by `verify_audit`."""

import re

import pytest
from audit_check import verify
from django.db import models
from makers import make_user, seal_rows
from sealed_rows import TOKEN, UNSEALED, change, insert_like, make_sealed_rows, rollback, row_of

from registers import audit_verification
from registers.history.seals import AuditedModel, sealed_models
from registers.models import (
    Agreement,
    Assessment,
    Position,
    RiskRevision,
    User,
)

pytestmark = pytest.mark.django_db

MODELS = sealed_models()


SEALED = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)


def about(row):
    return rf"(?i)\b{row._meta.verbose_name} {row.pk} (is|stands|has|points)"


@SEALED
def test_every_changed_field_of_a_row_is_found(model):
    make_sealed_rows()
    assert verify() == ""
    row, missed = row_of(model), []
    for field in model._meta.concrete_fields:
        with rollback():
            if field.name in UNSEALED.get(model, ()) or field.name == TOKEN:
                change(row, field)
                assert verify() == ""
            elif change(row, field) and not re.search(about(row), verify()):
                missed.append(field.name)
    assert missed == []


@SEALED
def test_an_inserted_row_is_found(model):
    make_sealed_rows()
    with rollback():
        pk = insert_like(row_of(model))
        problems = verify().lower()
    assert f"{model._meta.verbose_name} {pk} stands in no audit chain" in problems


@SEALED
def test_a_deleted_row_is_found(model):
    make_sealed_rows()
    row = row_of(model)
    with rollback():
        models.QuerySet(model).filter(pk=row.pk)._raw_delete("default")
        problems = verify()
    assert (
        f"its {model._meta.verbose_name} {row.pk} is gone, and no entry says that it was deleted"
        in problems
    )


@pytest.mark.parametrize("name", RiskRevision.MANY)
def test_a_removed_many_to_many_value_of_a_revision_is_found(name):
    make_sealed_rows()
    revision = row_of(RiskRevision)
    through = RiskRevision._meta.get_field(name).remote_field.through
    through.objects.filter(riskrevision=revision)._raw_delete("default")
    assert f"the risk revision {revision.pk} is not what was sealed" in verify()


@pytest.mark.parametrize("name", User.SEAL_MANY)
def test_a_right_granted_in_the_database_is_found(name):
    make_sealed_rows()
    person, field = make_user(), User._meta.get_field(name)
    seal_rows()
    getattr(person, name).add(field.related_model.objects.first())
    assert f"the user {person.pk} is not what was sealed ({name})" in verify()


@pytest.mark.parametrize(
    "field",
    [f for f in Position._meta.concrete_fields if f.name not in ("id", "is_exempt")],
    ids=lambda f: f.name,
)
def test_every_changed_field_of_an_agreement_is_found(field):
    make_agreement(make_risk(assessed=(3, 4)).register)
    seal_rows()
    assert verify() == ""
    position = Position.everything.get(agreement=row_of(Agreement))
    with rollback():
        assert (
            not change(position, field)
            or f"the agreement {position.agreement_id} is not what was sealed" in verify()
        )


def test_a_changed_on_behalf_of_is_found():
    make_sealed_rows()
    models.QuerySet(RiskRevision).exclude(on_behalf_of=None).update(on_behalf_of=None)
    assert "risk revision" in verify()


@pytest.mark.parametrize(
    "model", [m for m in MODELS if issubclass(m, AuditedModel)], ids=lambda m: m._meta.model_name
)
def test_a_changed_record_enters_its_content_into_the_chain(model):
    make_sealed_rows()
    row = row_of(model)
    entry = row.enter("changed", text={"why": "A test."})
    assert (entry.verb, entry.subject, entry.by) == (
        f"{model._meta.model_name}.changed",
        row.seal_name,
        None,
    )
    assert entry.text.content["rows"][row.seal_name]["id"] == row.pk
    assert entry.chain.organisation == row.audit_organisation


def test_many_batches_are_read_as_one(monkeypatch):
    monkeypatch.setattr(audit_verification, "BATCH", 3)
    make_sealed_rows()
    assert verify() == ""
    models.QuerySet(Assessment).update(evidence="None needed.")
    assert (
        len(re.findall(r"the assessment \d+ is not what was sealed", verify()))
        == Assessment.objects.count()
    )
