"""An organisation's own page, for its administrator."""

import pytest
from django.test import Client
from django.urls import reverse
from makers import make_organisation, make_person

from registers.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation():
    return make_organisation(name="Southmoor Council")


@pytest.fixture
def client(organisation):
    client = Client()
    client.force_login(make_person(organisation, "administrator"))
    return client


def save(client, organisation, **changes):
    fields = {"name": "Southmoor Council", "sector": "council", "year_starts_in": "4"} | changes
    address = reverse("organisation_edit", args=[organisation.slug])
    return client.post(address, fields, follow=True)


def test_an_administrator_changes_the_sector(client, organisation):
    save(client, organisation, sector="housing-association")
    organisation.refresh_from_db()
    assert organisation.sector == "housing-association"


def test_a_change_of_the_organisation_is_audited(client, organisation):
    save(client, organisation, name="Southmoor Borough Council")
    assert AuditEntry.objects.filter(verb="organisation.changed").count() == 1


def test_saving_without_a_change_leaves_no_entry(client, organisation):
    save(client, organisation)
    assert not AuditEntry.objects.filter(verb="organisation.changed").exists()


@pytest.mark.parametrize("month", ["0", "13", "x", ""])
def test_a_financial_year_begins_in_a_month(client, organisation, month):
    assert "Select a month" in save(client, organisation, year_starts_in=month).text


def test_the_navigation_leads_an_administrator_to_the_organisation(client, organisation):
    page = client.get(reverse("home")).text
    assert reverse("organisation_detail", args=[organisation.slug]) in page


def test_the_navigation_shows_no_administration_to_others(organisation):
    client = Client()
    client.force_login(make_person(organisation, "manager"))
    assert "/organisations/" not in client.get(reverse("home")).text
