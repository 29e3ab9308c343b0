"""An import is prepared before the transaction that writes it; changes in between are noticed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from makers import (
    days_ago,
    make_agreement,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
    seal_rows,
)
from workbooks import PLAIN, csv_of, plain_rows, to_preview

from registers.bulk_changes import ChangedRisk, NewRisk, NumberingConflict, TakingIn
from registers.import_files import commit_import
from registers.imports.commit import ImportOutdated, PreparedImport
from registers.models import (
    AuditEntry,
    BulkEditConflict,
    FailureType,
    ImportedRow,
    Post,
    Register,
    Risk,
    Role,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(slug="ours")


@pytest.fixture
def manager(register):
    client = Client()
    client.user = make_person(register.organisation, Role.MANAGER)
    client.force_login(client.user)
    return client


@pytest.fixture
def batch(manager, register):
    return to_preview(manager, register, csv_of(PLAIN, *plain_rows(3)))


def assert_sound():
    seal_rows()
    call_command("verify_audit", stdout=StringIO())
    call_command("rebuild_positions", check=True, stdout=StringIO())


def rename_scheme(register):
    other = make_register()
    Register.objects.filter(pk=register.pk).update(scheme=other.scheme, prefix="ELSE")


CHANGES = {
    "a number was given": make_risk,
    "an agreement was made": lambda register: make_agreement(
        register, by=make_person(register.organisation)
    ),
    "a post was added": lambda register: make_post(register.organisation, "Head of finance"),
    "the library grew": lambda register: FailureType.objects.filter(slug="governance").update(
        slug="governing"
    ),
    "the register got another prefix": rename_scheme,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_preparation_is_a_conflict(batch, manager, register, change):
    with PreparedImport(batch, manager.user) as prepared:
        CHANGES[change](register)
        before = (Risk.objects.count(), AuditEntry.objects.count(), Post.objects.count())
        with pytest.raises(NumberingConflict):
            prepared.write(batch)
    assert (Risk.objects.count(), AuditEntry.objects.count(), Post.objects.count()) == before


class Interruption:
    """Do the work while an import is prepared, this many times."""

    def __init__(self, times, work):
        self.times, self.work, self.is_running = times, work, False

    def __call__(self, execute, sql, params, many, context):
        if self.times and not self.is_running and params and "registers_control" in params:
            self.times, self.is_running = self.times - 1, True
            self.work()
            self.is_running = False
        return execute(sql, params, many, context)


@pytest.fixture
def batch_with_controls(manager, register):
    rows = [[*row, "Monthly review"] for row in plain_rows(3)]
    return to_preview(manager, register, csv_of([*PLAIN, "Controls"], *rows))


@pytest.mark.parametrize("times", [1, 2])
def test_an_import_is_prepared_again_after_a_change(batch_with_controls, manager, register, times):
    interruption = Interruption(times, lambda: make_risk(register, title="Quicker"))
    with connection.execute_wrapper(interruption):
        batch = commit_import(batch_with_controls, by=manager.user)
    assert batch.is_done and interruption.times == 0
    titles = list(register.risks.order_by("number").values_list("latest__title", flat=True))
    assert titles == ["Quicker"] * times + [f"Reserves run out in year {n}" for n in (1, 2, 3)]
    assert list(register.risks.order_by("number").values_list("number", flat=True)) == [
        *range(1, times + 4)
    ]
    assert set(ImportedRow.objects.values_list("risk__number", flat=True)) == {
        times + n for n in (1, 2, 3)
    }
    assert_sound()


def test_an_import_that_changes_at_every_attempt_is_refused(batch_with_controls, manager, register):
    with (
        connection.execute_wrapper(Interruption(9, lambda: make_post(register.organisation))),
        pytest.raises(ImportOutdated),
    ):
        commit_import(batch_with_controls, by=manager.user)
    batch_with_controls.refresh_from_db()
    assert (register.risks.count(), batch_with_controls.stage) == (0, "ready")


def test_rows_staged_again_during_preparation_are_not_imported(
    batch_with_controls, manager, register
):
    def read_again():
        for data in ({"step": "read"}, {"step": "staging", "after": 0}):
            manager.post(batch_with_controls.get_absolute_url(), data)

    with connection.execute_wrapper(Interruption(1, read_again)), pytest.raises(ImportOutdated):
        commit_import(batch_with_controls, by=manager.user)
    assert register.risks.count() == 0


def test_the_same_import_at_once_is_committed_once(batch_with_controls, manager, register):
    with connection.execute_wrapper(
        Interruption(1, lambda: commit_import(batch_with_controls, by=manager.user))
    ):
        assert commit_import(batch_with_controls, by=manager.user).is_done
    assert register.risks.count() == 3


def test_a_risk_that_changes_during_preparation_is_named(register):
    risk, by = make_risk(register), make_person(register.organisation)
    with TakingIn(register, by=by) as taking:
        assert list(taking.changed([ChangedRisk(risk, risk.version, {"title": "Anew"})])) == [risk]
        make_revision(risk, title="Quicker")
        with pytest.raises(BulkEditConflict) as caught:
            taking.write()
    assert caught.value.records == [risk]
    assert Risk.objects.get().title == "Quicker"


def test_a_second_change_of_a_risk_in_another_batch_is_a_conflict(register, monkeypatch):
    monkeypatch.setattr("registers.bulk_changes.BATCH", 1)
    risk, by = make_risk(register), make_person(register.organisation)
    changes = [ChangedRisk(risk, risk.version, {"title": title}) for title in ("One", "Two")]
    with TakingIn(register, by=by) as taking, pytest.raises(BulkEditConflict):
        list(taking.changed(changes))


def test_nothing_is_on_the_register_until_it_is_written(register):
    by, content = (
        make_person(register.organisation),
        {"title": "New", "event": "It comes.", "consequence": "Harm."},
    )
    before = AuditEntry.objects.count()
    with TakingIn(register, by=by, numbers=[None]) as taking:
        risks = list(taking.new([NewRisk(content, days_ago(3))]))
        register.refresh_from_db()
        assert (register.next_number, Risk.objects.count(), AuditEntry.objects.count()) == (
            1,
            0,
            before,
        )
        taking.write()
    assert (list(Risk.objects.all()), AuditEntry.objects.count()) == (risks, before + 1)
