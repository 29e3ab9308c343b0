"""A manager and an empty register, made once for each file of tests that asks for them.

A file whose fixtures have these names uses its own.
"""

import copy
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import make_organisation, make_person, make_register

from registers.models import Role


@pytest.fixture(scope="module")
def module_records(module_db):
    """A manager, and the register "ours" of the same organisation."""
    organisation = make_organisation("Northmoor")
    return SimpleNamespace(
        organisation=organisation,
        officer=make_person(organisation, Role.MANAGER, name="Robin Ash"),
        register=make_register(organisation, slug="ours", name="Corporate risks", prefix="C"),
    )


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


@pytest.fixture
def organisation(records):
    return records.organisation


@pytest.fixture
def register(records):
    return records.register


@pytest.fixture
def officer(records):
    return records.officer


@pytest.fixture
def manager(register):
    """Signed in as a risk manager of the file's register. client.user: the person."""
    client = Client()
    client.user = make_person(register.organisation, Role.MANAGER)
    client.force_login(client.user)
    return client


@pytest.fixture
def reader(officer):
    client = Client()
    client.force_login(officer)
    return client
