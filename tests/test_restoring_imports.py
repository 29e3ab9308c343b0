"""A register into which workbooks came, taken back: what its file may say of them, and what is then shown of it."""

import pytest
from makers import make_person, make_precedent, make_register
from test_restoring import assert_sound, elsewhere, written
from workbooks import brought_in, csv_of

from registers.models import Role
from registers.transfer.restoring import restore

HEADINGS = ["Risk ref", "Risk title", "Risk owner", "Current likelihood", "Current impact", "Controls", "Actions"]


@pytest.fixture
def filed(client):
    """(the file of a register into which a workbook came, an empty register for it, a manager there)"""
    register = make_register(slug="ours")
    by = make_person(register.organisation, Role.MANAGER)
    client.force_login(by)
    new = [
        "FIN 1",
        "Reserves run out",
        "Treasurer",
        "3",
        "4",
        "1. Audit\n2. Report",
        "Sell land (Treasurer, 30/6/2027)",
    ]
    rows = [new, ["", "", "", "", "", "Another control", ""], ["FIN 2", "", "Treasurer", "9", "", "", ""]]
    rows += [[f"FIN {n}", f"Risk {n}", "Treasurer", "2", "2", "", ""] for n in range(3, 9)]
    brought_in(client, register, csv_of(HEADINGS, *rows))
    make_precedent(register.risks.first(), by=by, words=["savings"])
    register.refresh_from_db()
    return written(register), elsewhere(register), by


@pytest.mark.django_db
def test_a_register_into_which_a_workbook_came_is_restored_to_the_byte(filed):
    content, register, by = filed
    restore(content, register, by=by)
    register.refresh_from_db()
    assert written(register).decode() == content.decode()
    assert_sound()
