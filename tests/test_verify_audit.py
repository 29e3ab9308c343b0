"""`verify_audit`: history that was tampered with behind the verbs' back is found."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from makers import (
    make_action,
    make_agreement,
    make_appetite,
    make_assurance,
    make_control,
    make_escalation,
    make_person,
    make_precedent,
    make_register,
    make_risk,
)

from registers.management.commands.verify_audit import SEALED
from registers.models import Assessment, AuditEntry, Review, RiskRevision, Role, SetAside
from registers.models.audit import AppendOnly

pytestmark = pytest.mark.django_db


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def assert_found(words):
    with pytest.raises(CommandError, match=words):
        call_command("verify_audit")


def test_an_untouched_history_passes_and_prints_the_head(capsys):
    risk = make_risk(assessed=(3, 4))
    call_command("verify_audit")
    assert risk.register.organisation.audit_chain.last_signature in capsys.readouterr().out


def test_a_changed_word_of_a_revision_is_found():
    risk = make_risk()
    run("UPDATE registers_riskrevision SET event = 'Nothing' WHERE risk_id = %s", risk.pk)
    assert_found("not what was sealed")


def test_a_changed_rationale_is_found():
    risk = make_risk(assessed=(3, 4))
    run("UPDATE registers_assessment SET rationale = 'All is well' WHERE risk_id = %s", risk.pk)
    assert_found("not what was sealed")


def test_notes_slipped_into_an_old_revision_are_found():
    risk = make_risk()
    run("UPDATE registers_riskrevision SET notes = 'We were told' WHERE risk_id = %s", risk.pk)
    assert_found("not what was sealed")


def test_a_revision_without_notes_is_sealed_as_before_there_were_any():
    revision = make_risk().revisions.get()
    assert ("notes" in revision.sealed(), revision.notes) == (False, "")


def test_a_changed_failure_type_is_found():
    risk = make_risk()
    run("UPDATE registers_riskrevision SET primary_failure_type_id = NULL WHERE risk_id = %s", risk.pk)
    run("DELETE FROM registers_riskrevision_other_failure_types")
    revision = RiskRevision.objects.get(risk=risk)
    run(
        "INSERT INTO registers_riskrevision_other_failure_types (riskrevision_id, failuretype_id) "
        "SELECT %s, id FROM registers_failuretype",
        revision.pk,
    )
    assert_found("not what was sealed")


def test_a_revision_that_was_slipped_in_is_found():
    risk = make_risk()
    content = {name: getattr(risk, name) for name in risk.FIELDS if name not in risk.MANY}
    RiskRevision.objects.create(
        risk=risk, number=2, what="edited", by=risk.raised_by, effective_on=risk.raised_on, **content
    )
    assert_found("stands in no audit chain")


def test_an_assessment_that_was_slipped_in_is_found():
    risk = make_risk(assessed=(5, 5))
    real = risk.current
    Assessment.objects.create(
        risk=risk,
        kind="current",
        scheme=real.scheme,
        likelihood=1,
        impact=1,
        score=1,
        band="low",
        rationale="Quietly",
        by=real.by,
        effective_on=real.effective_on,
    )
    assert_found("stands in no revision")


def test_every_row_that_is_only_added_to_is_held_against_its_seal():
    """A revision's assessment and review are sealed with it; an entry is signed itself."""
    with_revisions = {RiskRevision, Assessment, Review, AuditEntry}
    added = {model for model in apps.get_models() if issubclass(model, AppendOnly)}
    assert added == {*SEALED, *with_revisions}


CHANGED = {  # a column of each that somebody might want to say otherwise
    "actionrevision": "due_on",
    "agreement": "body",
    "appetite": "narrative",
    "assurance": "opinion",
    "controlrevision": "title",
    "escalation": "reason",
    "escalationdecision": "reason",
    "precedent": "reason",
    "setaside": "reason",
}


def one_of_each():
    above = make_register()
    risk = make_risk(make_register(above.organisation, parent=above))
    manager = make_person(above.organisation, Role.MANAGER)
    make_control(risk)
    make_action(risk)
    make_assurance(risk)
    make_precedent(risk)
    make_escalation(risk, above, approved_by=manager)
    make_appetite(above.organisation)
    make_agreement(risk.register)
    SetAside.put(risk, by=manager, check_name="rq1-stale", reason="May.", until=timezone.localdate())


@pytest.mark.parametrize("model", SEALED, ids=lambda model: model._meta.model_name)
def test_a_changed_row_is_found_whatever_it_is(model):
    one_of_each()
    call_command("verify_audit", verbosity=0)
    column = CHANGED[model._meta.model_name]
    value = "2031-03-27" if column == "due_on" else "none"
    QuerySet(model).update(**{column: value})
    assert_found(f"the {model._meta.verbose_name}.* is not what was sealed")
