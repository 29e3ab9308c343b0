"""A workbook comes in through the pages: from the file to the register, all good rows or none."""

import pytest
from django.test import Client
from makers import make_organisation, make_person, make_register
from workbooks import PLAIN, brought_in, csv_of, plain_rows

from registers.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(make_organisation(), slug="ours", prefix="CORP")


@pytest.fixture
def manager(register):
    client = Client()
    client.user = make_person(register.organisation, Role.MANAGER)
    client.force_login(client.user)
    return client


def test_a_workbook_becomes_risks(manager, register):
    batch = brought_in(manager, register, csv_of(PLAIN, *plain_rows(3)))
    risks = list(register.risks.order_by("number"))
    assert [risk.title for risk in risks] == [f"Reserves run out in year {n}" for n in (1, 2, 3)]
    assert [(risk.current.likelihood, risk.current.impact) for risk in risks] == [(3, 4)] * 3
    assert {risk.owner.title for risk in risks} == {"Head of finance"}
    assert batch.is_done and batch.sheets is None
    assert manager.get(batch.get_absolute_url()).status_code == 200
    assert manager.get(risks[0].get_absolute_url()).text.count("As it came in") == 1
