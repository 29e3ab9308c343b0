"""The tabs of a register on each of its pages."""

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html
from makers import make_organisation, make_person, make_register, make_risk

from registers.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    register = make_register(make_organisation(), slug="ours")
    return make_risk(register)


@pytest.fixture
def risk(records):
    return records


def open_as(role, risk, address):
    client = Client()
    client.force_login(make_person(risk.register.organisation, role))
    return html.fromstring(client.get(address).content)


def links(page, path):
    return [link.text for link in page.xpath(f"//nav[@class='app-subnav']{path}")]


@pytest.mark.parametrize(
    ("name", "tab"),
    [
        ("dashboard", "Dashboard"),
        ("risk_list", "Risks"),
        ("worklist", "Risks"),
        ("risk_edit", "Risks"),
        ("agreement_new", "Agreements"),
        ("question_list", "My questions"),
        ("register_import", "Settings"),
    ],
)
def test_each_page_of_a_register_marks_its_tab(risk, name, tab):
    arguments = ["ours", risk.number] if name == "risk_edit" else ["ours"]
    page = open_as(Role.MANAGER, risk, reverse(name, args=arguments))
    assert links(page, "/ul[1]//a[@aria-current]") == [tab]


def test_questions_have_a_tab_for_those_who_ask_them(risk):
    address = reverse("dashboard", args=["ours"])
    assert "My questions" in links(open_as(Role.MEMBER, risk, address), "/ul[1]//a")
    assert "My questions" not in links(open_as(Role.OFFICER, risk, address), "/ul[1]//a")


def test_only_pages_that_the_reader_may_open_stand_below_a_tab(risk):
    address = reverse("register_settings", args=["ours"])
    assert "Import" in links(open_as(Role.MANAGER, risk, address), "/ul[2]//a")
    assert "Import" not in links(open_as(Role.MEMBER, risk, address), "/ul[2]//a")


def test_tabs_keep_the_day_that_is_read(risk):
    page = open_as(Role.OFFICER, risk, reverse("dashboard", args=["ours"]) + "?as_at=2026-01-31")
    hrefs = page.xpath("//nav[@class='app-subnav']//a/@href")
    assert [href for href in hrefs if "as_at=2026-01-31" not in href] == [
        "/registers/ours/agreements/"
    ]


def test_a_page_of_the_library_has_no_tabs(risk):
    assert links(open_as(Role.MEMBER, risk, reverse("library")), "//a") == []


def test_a_page_that_adds_a_meeting_belongs_to_meetings_in_the_menu(risk):
    organisation = risk.register.organisation
    make_person(organisation, Role.ADMINISTRATOR)
    page = open_as(Role.MANAGER, risk, reverse("meeting_new", args=[organisation.slug]))
    marked = page.xpath("//ul[@id='navigation']//a[@aria-current]")
    assert [link.text_content().strip() for link in marked] == ["Meetings"]
