"""What happens to an import while others write, and when it fails."""

from contextlib import suppress
from io import StringIO

import pytest
from database import in_parallel
from django.core.management import call_command
from django.db import connection
from django.test import Client
from makers import make_person, make_post, make_register, make_risk, seal_rows
from workbooks import PLAIN, csv_of, plain_rows, to_preview

from registers.import_files import commit_import
from registers.imports.commit import ImportOutdated, staged_version
from registers.models import AuditEntry, Post, Risk, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(slug="ours", prefix="OURS")


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


def numbers_of(register):
    return list(register.risks.order_by("number").values_list("number", flat=True))


class Interruption:
    """Do the work once, when the first rows of a table are written."""

    def __init__(self, work, table="riskrevision"):
        self.work, self.is_due = work, True
        self.statement = f'INSERT INTO "registers_{table}"'

    def __call__(self, execute, sql, params, many, context):
        if self.is_due and sql.startswith(self.statement):
            self.is_due = False
            self.work()
        return execute(sql, params, many, context)


def test_each_row_names_its_risk(batch, manager):
    commit_import(batch, by=manager.user)
    assert_sound()
    rows = batch.rows.order_by("number").values_list("risk__number", flat=True)
    assert list(rows) == [1, 2, 3]


def fail():
    raise RuntimeError("The power goes.")


def test_numbers_of_an_import_that_failed_are_given_back(batch, manager, register):
    with connection.execute_wrapper(Interruption(fail)), pytest.raises(RuntimeError):
        commit_import(batch, by=manager.user)
    register.refresh_from_db()
    assert (register.next_number, register.risks.count()) == (1, 0)
    commit_import(batch, by=manager.user)
    assert numbers_of(register) == [1, 2, 3]


def test_an_import_is_refused_where_the_register_got_its_first_risk_meanwhile(manager, register):
    rows = [["OURS-007", *row[1:]] for row in plain_rows(1)]
    batch = to_preview(manager, register, csv_of(PLAIN, *rows))
    make_risk(register)
    with pytest.raises(ImportOutdated, match="now holds risks"):
        commit_import(batch, by=manager.user)


def test_a_post_that_somebody_added_meanwhile_is_a_conflict(batch, manager, register):
    def add_post():
        make_post(register.organisation, "Head of finance")

    with connection.execute_wrapper(Interruption(add_post, "post")), pytest.raises(ImportOutdated):
        commit_import(batch, by=manager.user)
    assert register.risks.count() == 0


def test_rows_staged_again_are_not_imported(batch, manager, register):
    version = staged_version(batch)
    for data in ({"step": "read"}, {"step": "staging", "after": 0}):
        manager.post(batch.get_absolute_url(), data)
    with pytest.raises(ImportOutdated):
        commit_import(batch, by=manager.user, shown_version=version)
    assert register.risks.count() == 0


def test_an_import_committed_twice_is_written_once(batch, manager, register):
    commit_import(batch, by=manager.user)
    assert commit_import(batch, by=manager.user).is_done
    register.refresh_from_db()
    assert (register.risks.count(), register.next_number) == (3, 4)


def test_an_import_seals_the_posts_that_it_adds(batch, manager, register):
    commit_import(batch, by=manager.user)
    entry = AuditEntry.objects.get(verb="register.imported")
    post = Post.objects.get(title="Head of finance")
    assert post.seal_name in entry.facts["seals"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fails", [False, True])
def test_others_save_while_an_import_is_written(batch, manager, register, fails):
    old = make_risk(register, title="Old")

    def save():
        make_risk(type(register).objects.get(pk=register.pk), title="New")
        risk = Risk.objects.get(pk=old.pk)
        risk.revise(by=risk.raised_by, version=risk.version, title="Edited")

    def interrupt():
        in_parallel(1, lambda number: save())
        if fails:
            fail()

    with connection.execute_wrapper(Interruption(interrupt)), suppress(RuntimeError):
        commit_import(batch, by=manager.user)
    assert {risk.title for risk in register.risks.all()} >= {"Edited", "New"}
    assert numbers_of(register) == ([1, 5] if fails else [1, 2, 3, 4, 5])
