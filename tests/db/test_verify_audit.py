"""`verify_audit` finds every change that was made outside the verbs."""

import re

import pytest
from audit_check import verify
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_control,
    make_membership,
    make_organisation,
    make_register,
    make_revision,
    make_risk,
    make_user,
    seal_rows,
)

from registers.history.audit import AppendOnly
from registers.history.seals import sealed_models
from registers.models import (
    AuditEntry,
    AuditText,
    Membership,
    Register,
    RiskRevision,
    Role,
    ScoringScheme,
    SealVersion,
)

pytestmark = pytest.mark.django_db

MODELS = sealed_models()


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_history_passes_and_prints_the_head(capsys):
    risk = make_risk(assessed=(3, 4))
    seal_rows()
    call_command("verify_audit")
    assert risk.register.organisation.audit_chain.last_signature in capsys.readouterr().out


def test_a_new_installation_passes():
    assert verify() == ""


def test_every_append_only_row_is_sealed():
    """Entries are signed themselves, and a seal version by the seals that name it."""
    added = {model for model in MODELS if issubclass(model, AppendOnly)}
    assert {*AppendOnly.__subclasses__()} - {AuditEntry, SealVersion} <= {
        *MODELS,
        *(m.__base__ for m in MODELS),
        *added,
    } | {model for model in AppendOnly.__subclasses__() if model._meta.abstract}


def test_an_exemption_after_an_agreement_is_no_fault():
    risk = make_risk()
    make_agreement(risk.register)
    risk.exempt(
        by=make_user(),
        version=1,
        reason="Staff.",
        exempt_ground="3",
        exempt_interest="x",
        exempt_decided_by="x",
    )
    seal_rows()
    assert verify() == ""


# Further changes


def test_a_role_that_was_changed_is_named_with_its_field():
    membership = make_membership(role=Role.OFFICER)
    seal_rows()
    run("UPDATE registers_membership SET role = 'manager' WHERE id = %s", membership.pk)
    assert f"the membership {membership.pk} is not what was sealed (role)" in verify()


def test_a_person_who_makes_themselves_an_administrator_is_named():
    person = make_user()
    seal_rows()
    run("UPDATE registers_user SET is_staff = true WHERE id = %s", person.pk)
    assert f"the user {person.pk} is not what was sealed (is_staff)" in verify()


def test_a_preset_whose_tolerance_was_moved_is_named():
    """It was sealed when the library was loaded."""
    scheme = ScoringScheme.objects.get(slug="five-by-five", version=1)
    models.QuerySet(ScoringScheme).filter(pk=scheme.pk).update(tolerance="severe")
    assert (
        f"library.loaded library: the scoring scheme {scheme.pk} is not what was sealed (tolerance)"
        in verify()
    )


# Rows that change


def test_the_latest_seal_of_a_row_counts():
    membership = make_membership(role=Role.OFFICER)
    membership.enter("added")
    membership.role = Role.MEMBER
    membership.save()
    membership.enter("changed", by=make_user())
    seal_rows()
    assert verify() == ""
    models.QuerySet(Membership).update(role=Role.OFFICER)  # as it was sealed first
    assert "membership.changed" in verify()


def test_the_latest_seal_counts_across_two_chains():
    """In whichever order the chains are read."""
    organisations = [make_organisation(), make_organisation()]
    membership = make_membership(organisation=organisations[0])
    for organisation in (*organisations, organisations[0]):
        membership.organisation = organisation
        membership.save()
        membership.enter("changed")
        seal_rows()
        assert verify() == ""
    models.QuerySet(Membership).update(organisation=organisations[1])
    assert f"the membership {membership.pk} is not what was sealed (organisation_id)" in verify()


def test_a_recorded_deletion_is_no_fault_until_the_row_is_back():
    membership = make_membership()
    membership.enter("added")
    membership.enter("deleted")
    pk = membership.pk
    membership.delete()
    seal_rows()
    assert verify() == ""
    membership.pk = pk
    membership.save(force_insert=True)
    assert f"the membership {pk} is there, which this entry says was deleted" in verify()


def test_an_entry_is_written_with_the_change_or_neither_is():
    membership = make_membership()
    with pytest.raises(RuntimeError), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(role=Role.MEMBER)
        membership.enter("changed")
        raise RuntimeError
    membership.refresh_from_db()
    assert (membership.role, AuditEntry.objects.filter(verb="membership.changed").exists()) == (
        Role.OFFICER,
        False,
    )


# Pointers and derived rows


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("registers_risk", "is_exempt = true"),
        ("registers_risk", "version = 9"),
        ("registers_control", "version = 9"),
        ("registers_action", "version = 9"),
    ],
)
def test_what_a_record_repeats_of_its_revision_changed_in_the_database_is_found(table, change):
    risk = make_risk()
    make_control(risk)
    make_action(risk)
    run(f"UPDATE {table} SET {change} WHERE id > %s", 0)  # noqa: S608 (our own words)
    assert "is not what its history says" in verify()


def test_a_risk_that_points_to_an_earlier_revision_is_found():
    risk = make_risk()
    first = make_revision(risk, title="Anew")
    make_revision(risk, title="Once more")
    models.QuerySet(type(risk)).update(latest=first, version=first.number)
    assert f"Risk {risk.pk} is not what its history says: ['latest']" in verify()


def test_a_risk_that_points_to_an_earlier_rating_is_found():
    risk = make_risk(assessed=(5, 5))
    earlier = risk.current
    risk.assess(
        by=make_user(),
        version=1,
        kind="current",
        likelihood=1,
        impact=1,
        driver=None,
        rationale="Better.",
    )
    models.QuerySet(type(risk)).update(current=earlier)
    assert f"Risk {risk.pk} is not what its history says: ['current']" in verify()


# How it is done


@pytest.mark.parametrize("time", [1, 2, 3, 4])
def test_rows_written_during_a_run_are_checked_by_the_next(time):
    """A row that came after the chain of its entry was read, and one that was changed then: before
    its rows are read with the first chain that sealed it, with the second, when both seals are
    looked at again, and after all.
    """
    membership = make_membership()
    membership.enter("added")
    membership.organisation = make_organisation()
    membership.save()
    membership.enter("changed")
    register, by = make_register(membership.organisation), make_user()
    seal_rows()
    looks = []

    def write_before(execute, sql, *arguments):
        if re.search(r'FROM "registers_membership" WHERE "registers_membership"."id" (IN|<=)', sql):
            looks.append(sql)
            if len(looks) == time:
                membership.until = days_ago(-9)
                membership.save()
                membership.enter("changed")
                make_risk(register, by=by)
        return execute(sql, *arguments)

    with connection.execute_wrapper(write_before):
        assert verify() == ""
    assert (len(looks) >= 4, verify()) == (True, "")
    models.QuerySet(Membership).update(until=None)
    assert "not what was sealed (until)" in verify()


def queries():
    with CaptureQueriesContext(connection) as captured:
        verify()
    return len(captured)


def test_it_makes_as_many_queries_for_three_rows_as_for_one():
    register = make_register()
    by = make_user()
    for n in range(3):
        if n == 1:
            few = queries()
        make_control(make_risk(register, by=by, assessed=(3, 4)), by=by)
    assert queries() == few


def test_problems_do_not_cost_a_query_each():
    register, by = make_register(), make_user()
    risks = [make_risk(register, by=by) for _ in range(3)]
    seal_rows()
    models.QuerySet(RiskRevision).filter(risk=risks[0]).update(event="x")
    few = queries()
    models.QuerySet(RiskRevision).update(event="x")
    assert queries() == few


def test_an_entry_without_its_text_says_that_its_seals_cannot_be_checked():
    risk = make_risk()
    entry = AuditEntry.objects.get(subject=f"risk:{risk.pk}")
    seal_rows()
    AuditText.objects.filter(entry=entry).delete()
    assert f"its text is gone, and no later entry sealed the risk {risk.pk} again" in verify()


def test_registers_keep_their_counter_unsealed():
    register = make_register()
    seal_rows()
    register.take_number()
    assert (verify(), Register.SEAL_EXCLUDES) == ("", ("next_number",))
