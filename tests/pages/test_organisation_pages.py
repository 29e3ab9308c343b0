"""An organisation's own page, for its administrator."""

import pytest
from django.test import Client
from django.urls import reverse
from makers import (
    make_body,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
)

from registers.administration.next_steps import next_steps
from registers.models import AuditEntry, User
from registers.views.message_links import with_next_step

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
    fields = {"name": "Southmoor Council", "sector": "council", "nation": "england"}
    fields |= {"year_starts_in": "4"} | changes
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
    client.force_login(make_person(organisation, "officer"))
    assert "/organisations/" not in client.get(reverse("home")).text


# What is missing


def test_an_organisation_of_one_person_is_asked_to_invite_another(client, organisation):
    address = reverse("organisation_detail", args=[organisation.slug])
    assert "Invite a person" in client.get(address).text
    make_person(organisation, "officer")
    assert "Invite a person" not in client.get(address).text


@pytest.mark.parametrize(("role", "is_led"), [("manager", True), ("clerk", False)])
def test_whoever_may_log_a_risk_is_led_from_an_empty_register_to_the_first(
    client, organisation, role, is_led
):
    register = make_register(organisation)
    reader = User.objects.get(memberships__organisation=organisation)
    make_membership(reader, organisation, role)
    page = client.get(reverse("organisation_detail", args=[organisation.slug])).text
    assert (reverse("risk_new", args=[register.slug]) in page) == is_led


def test_a_register_with_a_risk_is_not_called_empty(client, organisation):
    register = make_register(organisation)
    make_membership(
        User.objects.get(memberships__organisation=organisation), organisation, "manager"
    )
    make_risk(register)
    page = client.get(reverse("organisation_detail", args=[organisation.slug])).text
    assert "has no risks" not in page


def test_a_new_organisation_is_told_what_comes_first(organisation):
    make_register(organisation)
    reader = make_person(organisation, "manager")
    steps = [step.links[0][0] for step in next_steps(organisation, reader)]
    assert steps == [
        *("Add a directorate", "Add a post", "Invite a person", "Log a risk", "Add a body"),
        "See the people",
    ]


def test_a_committee_without_a_chair_and_a_vacant_office_are_named(organisation):
    body = make_body(make_register(organisation), members=[make_person(organisation, "member")])
    make_post(organisation, title="Monitoring Officer")
    reader = make_person(organisation, "monitoring-officer")
    advice = {step.text for step in next_steps(organisation, reader) if step.is_optional}
    missing = {
        *(f"{body} has no chair.", "The post Monitoring Officer is vacant."),
        "Nobody has the role of section 151 officer.",
    }
    assert missing <= advice


def test_after_a_step_an_administrator_is_led_to_the_next(organisation):
    administrator = make_person(organisation, "administrator")
    message = with_next_step("Directorate <added>.", administrator, organisation)
    assert reverse("post_new", args=[organisation.slug]) in message and "&lt;added&gt;" in message
    clerk = make_person(organisation, "clerk")
    assert with_next_step("Meeting added.", clerk, organisation) == "Meeting added."


def test_a_body_leads_to_its_first_meeting(organisation):
    make_body(make_register(organisation), members=[make_person(organisation, "member")])
    reader = make_person(organisation, "clerk")
    assert "No meeting is planned." in [step.text for step in next_steps(organisation, reader)]


def test_the_page_says_the_nation(client, organisation):
    page = client.get(reverse("organisation_detail", args=[organisation.slug])).text
    assert "Nation" in page and "England" in page
