"""Every change of a sealed row by SQL is found by `verify_audit`."""

import re
from itertools import chain, zip_longest

import pytest
from audit_check import verify
from django.db import models
from makers import make_action, make_control, make_risk, make_user, seal_rows
from sealed_rows import TOKEN, UNSEALED, change, insert_like, make_sealed_rows, rollback, row_of

from registers import seal_check
from registers.history.seals import AuditedModel, sealed_models
from registers.models import (
    Action,
    Agreement,
    Assessment,
    Control,
    Position,
    Risk,
    RiskRevision,
    User,
)
from registers.seal_check import batched

pytestmark = pytest.mark.django_db

MODELS = sealed_models()
# They point to a revision: where that is changed, these may be named too.
POINTING = (Risk, Control, Action)
NOT_SEALED = UNSEALED | {Position: {"id", "is_exempt", "known_until"}}


@pytest.fixture(scope="module", autouse=True)
def module_rows(module_db):
    """Two rows of every model, and more of those with the most fields."""
    for _ in range(4):
        risk = make_risk(assessed=(3, 3))
        make_control(risk)
        make_action(risk)
    for _ in range(2):
        make_sealed_rows()


def rows_of(model):
    return list(model._base_manager.order_by("pk"))


def about(row):
    """A pattern for its name, not for the end of a longer one: no action for a committee action."""
    name = rf"{row._meta.verbose_name} {row.pk}"
    return rf"(?im)(^|: |\bthe |\bits |\ban? ){name} (is|stands|has|points)"


def sealed_fields(model):
    excluded = {TOKEN, *NOT_SEALED.get(model, ())}
    return [field for field in model._meta.concrete_fields if field.name not in excluded]


def differences(groups):
    """Change each field on one row of its model, in a round with a field of every other row.

    groups: of each model, pairs of (row, the row that verify_audit should name). The more pairs,
    the fewer rounds. Returns the changes that were missed, and the rows that were named without a
    change.
    """
    subjects = [subject for pairs in groups for _, subject in pairs]
    odd = []
    for plan in zip_longest(*map(batches, groups), fillvalue=()):
        with rollback():
            changes = {
                subject: f"{row._meta.model_name}.{field.name}"
                for (row, subject), field in chain.from_iterable(plan)
                if change(row, field)
            }
            problems = verify()
        names = {subject for subject in subjects if re.search(about(subject), problems)}
        odd += [changes.get(row, f"no change of {row!r}") for row in names ^ changes.keys()]
    return odd


def batches(pairs):
    """Yield lists of (pair, field), a field for each of the pairs, until all have had a turn."""
    for fields in batched(sealed_fields(type(pairs[0][0])), len(pairs)):
        yield list(zip(pairs, fields, strict=False))


def test_the_rows_are_as_they_were_sealed():
    assert verify() == ""


def test_every_changed_field_of_a_row_is_found():
    groups = [rows_of(model) for model in MODELS if model not in POINTING]
    assert differences([[(row, row) for row in rows] for rows in groups]) == []


def test_every_changed_field_of_a_record_or_an_agreement_is_found():
    groups = [[(row, row) for row in rows_of(model)] for model in POINTING]
    positions = [
        (position, agreement)
        for agreement in rows_of(Agreement)
        for position in agreement.positions
    ]
    assert differences([*groups, positions]) == []


def test_a_change_of_what_states_nothing_is_no_fault():
    for model in MODELS:
        for field in model._meta.concrete_fields:
            if field.name in UNSEALED.get(model, ()) or field.name == TOKEN:
                change(row_of(model), field)
    assert verify() == ""


def test_an_inserted_row_is_found():
    with rollback():
        keys = {model: insert_like(row_of(model)) for model in MODELS}
        problems = verify().lower()
    assert [
        model
        for model, pk in keys.items()
        if f"{model._meta.verbose_name} {pk} is in no audit chain" not in problems
    ] == []


def test_a_deleted_row_is_found():
    rows = [row_of(model) for model in MODELS]
    with rollback():
        for row in rows:
            models.QuerySet(type(row)).filter(pk=row.pk)._raw_delete("default")
        problems = verify()
    assert [
        row
        for row in rows
        if f"its {row._meta.verbose_name} {row.pk} is gone, and no entry says that it was deleted"
        not in problems
    ] == []


@pytest.mark.parametrize("name", RiskRevision.MANY)
def test_a_removed_many_to_many_value_of_a_revision_is_found(name):
    revision = row_of(RiskRevision)
    through = RiskRevision._meta.get_field(name).remote_field.through
    through.objects.filter(riskrevision=revision)._raw_delete("default")
    assert f"the risk revision {revision.pk} is not what was sealed" in verify()


@pytest.mark.parametrize("name", User.SEAL_MANY)
def test_a_right_granted_in_the_database_is_found(name):
    person, field = make_user(), User._meta.get_field(name)
    seal_rows()
    getattr(person, name).add(field.related_model.objects.first())
    assert f"the user {person.pk} is not what was sealed ({name})" in verify()


def test_a_changed_on_behalf_of_is_found():
    models.QuerySet(RiskRevision).exclude(on_behalf_of=None).update(on_behalf_of=None)
    assert "risk revision" in verify()


@pytest.mark.parametrize(
    "model", [m for m in MODELS if issubclass(m, AuditedModel)], ids=lambda m: m._meta.model_name
)
def test_a_changed_record_enters_its_content_into_the_chain(model):
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
    monkeypatch.setattr(seal_check, "BATCH", 3)
    assert verify() == ""
    models.QuerySet(Assessment).update(evidence="None needed.")
    assert (
        len(re.findall(r"the assessment \d+ is not what was sealed", verify()))
        == Assessment.objects.count()
    )
