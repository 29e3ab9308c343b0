"""A register into which workbooks came, taken back: what its file may say of them, and what is then shown of it."""

import pytest
from makers import make_person, make_precedent, make_register
from test_restoring import assert_sound, changed, elsewhere, set_in, written
from workbooks import brought_in, csv_of, latest, send

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


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b"], ids=["nul", "half-a-surrogate"])
def test_a_problem_that_quotes_what_cannot_be_stored_is_shown(client, filed, odd):
    """On PostgreSQL no text holds a NUL, and no page half a surrogate."""
    content, register, by = filed
    client.force_login(by)
    content = changed(content, set_in("risks", 0, odd, value=1))
    assert send(client, register, content, "ours.json").status_code == 302
    assert "risks 1 a\ufffdb" in client.get(latest(register).get_absolute_url()).text
