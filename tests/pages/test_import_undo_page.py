"""The page that undoes an import."""

import pytest
from makers import make_register
from workbooks import PLAIN, csv_of, import_workbook, plain_rows

from registers.imports.undo import plan_undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(slug="ours", prefix="OURS")


@pytest.fixture
def batch(manager, register):
    return import_workbook(manager, register, csv_of(PLAIN, *plain_rows(2)))


def press(client, batch, **fields):
    return client.post(f"{batch.get_absolute_url()}undo/", fields)


def test_it_names_what_would_be_undone_and_undoes_it(manager, register, batch):
    page = manager.get(f"{batch.get_absolute_url()}undo/").text
    assert 'href="/registers/ours/risks/2/"' in page
    press(manager, batch, reason="Wrong file", version=plan_undo(batch).version)
    assert register.risks.filter(latest__status="closed").count() == 2
    page = manager.get(batch.get_absolute_url()).text
    assert "This import was undone on" in page and "Wrong file" in page


def test_it_asks_for_a_reason(manager, register, batch):
    page = press(manager, batch, reason="", version=plan_undo(batch).version)
    assert "Enter why you are undoing the import" in page.text
    assert not register.risks.filter(latest__status="closed").exists()


def test_a_risk_that_changed_meanwhile_is_shown_before_anything_is_undone(manager, register, batch):
    version = plan_undo(batch).version
    risk = register.risks.get(number=1)
    risk.revise(by=manager.user, version=risk.version, title="Mended")
    page = press(manager, batch, reason="Wrong file", version=version)
    assert (page.status_code, "changed since" in page.text) == (409, True)
    press(manager, batch, reason="Wrong file", version=plan_undo(batch).version)
    assert register.risks.get(latest__status="open").number == 1


def test_what_was_undone_leads_back_to_its_import(manager, register, batch):
    press(manager, batch, reason="Wrong file", version=plan_undo(batch).version)
    assert manager.get(f"{batch.get_absolute_url()}undo/").url == batch.get_absolute_url()
