"""Two windows on the same import at once."""

import pytest
from database import in_parallel
from django.test import Client
from makers import make_organisation, make_person, make_register
from workbooks import columns_form, csv_of, latest, send

from registers.imports import commit
from registers.models import RegisterImport, Role


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_read_and_take_in_once():
    register = make_register(make_organisation())
    manager = make_person(register.organisation, Role.MANAGER)
    rows = [[f"A{n}", f"Risk {n}"] for n in range(12)]
    client = client_of(manager)
    send(client, register, csv_of(["Ref", "Title"], *rows))
    batch = latest(register)
    client.post(batch.get_absolute_url(), columns_form(batch))

    def press(step):
        return client_of(manager).post(batch.get_absolute_url(), step).status_code

    assert set(in_parallel(3, lambda number: press({"step": "staging", "after": 0}))) == {302}
    assert batch.rows.count() == 12
    ready = {
        "step": "ready",
        "seen": commit.staged_version(RegisterImport.objects.get(pk=batch.pk)),
    }
    assert set(in_parallel(3, lambda number: press(ready))) == {302}
    assert register.risks.count() == 12


def client_of(user):
    client = Client()
    client.force_login(user)
    return client
