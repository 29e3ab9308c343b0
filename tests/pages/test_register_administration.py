"""The registers of an organisation: its administrator adds, changes and archives them."""

import re

import pytest
from access_table import signed_in
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from makers import (
    make_action,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
    preset,
)

from registers.forms.record_state import state_of
from registers.models import AuditEntry, Register
from registers.tasks.task_list import task_count

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    organisation = make_organisation(slug="southmoor")
    people = {role: make_person(organisation, role) for role in ("administrator", "manager")}
    above = make_register(organisation, slug="corporate-risks", name="Corporate", prefix="CORP")
    register = make_register(organisation, slug="housing-risks", name="Housing", parent=above)
    risk = make_risk(
        register,
        title="Roofs leak",
        owner=make_post(organisation, holder=people["manager"]),
        by=people["manager"],
    )
    return organisation, people, above, register, risk


@pytest.fixture
def organisation(records):
    return records[0]


@pytest.fixture
def client(records):
    return signed_in(records[1]["administrator"])


@pytest.fixture
def manager(records):
    return records[1]["manager"]


@pytest.fixture
def above(records):
    return records[2]


@pytest.fixture
def register(records):
    return records[3]


@pytest.fixture
def risk(records):
    return records[4]


@pytest.fixture
def archived(register):
    Register.objects.filter(pk=register.pk).update(archived_on=timezone.localdate())
    register.refresh_from_db()
    return register


def address(name, *keys):
    return reverse(name, args=["southmoor", *keys])


def add(client, **fields):
    fields = {"name": "Roads", "prefix": "road", "level": "service", **fields}
    return client.post(address("register_new"), {"scheme": preset().pk, **fields})


def change(client, register, **fields):
    names = ("name", "level", "directorate_id", "parent_id")
    fields = {"name": register.name, "level": register.level, **fields}
    state = state_of(Register.objects.get(pk=register.pk), names)
    return client.post(address("register_edit", register.pk), {"state": state, **fields})


def test_a_register_gets_its_address_from_its_name(client, organisation):
    add(client, name="Roads & bridges")
    register = organisation.registers.get(slug="roads-bridges")
    assert (register.prefix, register.scheme) == ("ROAD", preset())
    assert AuditEntry.objects.filter(verb="register.added").count() == 1


def test_an_address_made_from_a_name_is_free(client, organisation):
    make_register(slug="roads")
    add(client)
    assert organisation.registers.filter(slug="southmoor-roads").exists()


def test_an_address_taken_elsewhere_is_refused_without_naming_whose(client):
    make_register(make_organisation("Eastvale"), slug="roads", name="Highways of Eastvale")
    answer = add(client, slug="roads")
    assert "This address is taken" in answer.text
    assert "Eastvale" not in answer.text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("prefix", "corp", "Another register of this organisation has this prefix"),
        ("prefix", "A B", "only letters, digits and hyphens"),
        ("slug", "Roads!", "only small letters, digits and hyphens"),
        ("name", "道", "Enter an address"),
        ("name", "housing", "There is already a register with this name"),
        ("scheme", "0", "Select a scoring scheme"),
    ],
)
def test_a_new_register_is_refused_in_words(client, field, value, message):
    assert message in add(client, **{field: value}).text


def test_a_register_does_not_stand_above_itself(client, above, register):
    answer = change(client, above, parent=register.pk)
    assert "A register cannot stand above itself." in answer.text


def test_a_register_of_another_organisation_is_not_above(client, register):
    answer = change(client, register, parent=make_register().pk)
    assert "Select one of the registers in use" in answer.text


def test_a_register_is_renamed_and_moved(client, register):
    change(client, register, name="Homes", level="directorate", parent="")
    register.refresh_from_db()
    assert (register.name, register.level, register.parent) == ("Homes", "directorate", None)


def test_a_register_with_another_below_it_is_not_archived(client, above):
    answer = client.post(address("register_archive", above.pk))
    assert (answer.status_code, "Registers in use stand below it" in answer.text) == (409, True)


def test_a_register_with_an_open_escalation_is_not_archived(client, above, register, risk):
    make_escalation(risk, above)
    answer = client.post(address("register_archive", register.pk))
    assert "Escalations from or to it are not decided yet" in answer.text


def test_a_register_is_archived_and_brought_back_with_entries(client, register):
    for name, is_archived in (("register_archive", True), ("register_bring_back", False)):
        client.post(address(name, register.pk))
        register.refresh_from_db()
        assert register.is_archived == is_archived
    verbs = AuditEntry.objects.filter(verb__startswith="register.").values_list("verb", flat=True)
    assert {*verbs} == {"register.archived", "register.brought-back"}


def test_an_archived_register_is_read_with_a_banner(manager, archived):
    page = signed_in(manager).get(archived.get_absolute_url()).text
    assert "You can read this register but not change it." in page
    assert "Roofs leak" in page
    assert reverse("risk_new", args=[archived.slug]) not in page


@pytest.mark.parametrize("name", ["risk_new", "register_import", "agreement_new", "reassign"])
def test_a_form_on_an_archived_register_is_refused_in_words(manager, archived, name):
    answer = signed_in(manager).post(reverse(name, args=[archived.slug]))
    assert answer.status_code == 403
    assert "Housing is archived, so you can only read it." in answer.text


@pytest.mark.parametrize("name", ["risk_edit", "risk_assess", "risk_close", "action_new"])
def test_a_form_of_a_risk_on_an_archived_register_is_refused(manager, archived, name):
    answer = signed_in(manager).post(reverse(name, args=[archived.slug, 1]))
    assert "is archived, so you can only read it." in answer.text


def test_an_archived_register_is_still_exported(manager, archived):
    answer = signed_in(manager).get(reverse("export_json", args=[archived.slug]))
    assert answer.status_code == 200


def test_an_archived_register_takes_no_import_from_the_command_line(archived, tmp_path):
    file = tmp_path / "risks.csv"
    file.write_text("Title\nReserves run out\n")
    with pytest.raises(CommandError, match="is archived"):
        call_command("import_register", str(file), register=archived.slug)


def test_an_archived_register_leaves_the_home_page(manager, archived):
    assert archived.get_absolute_url() not in signed_in(manager).get(reverse("home")).text


def test_an_archived_register_leaves_tasks(manager, register):
    today = timezone.localdate()
    before = task_count(manager, today)
    Register.objects.filter(pk=register.pk).update(archived_on=today)
    assert (before > 0, task_count(manager, today)) == (True, 0)


def test_an_archived_register_leaves_the_registers_above_it(manager, above, archived):
    page = signed_in(manager).get(reverse("dashboard", args=[above.slug])).text
    assert "Housing" not in page


def test_an_administrator_finds_an_archived_register(client, archived):
    assert archived.get_absolute_url() in client.get(address("register_list")).text


@pytest.mark.parametrize("name", ["risk_list", "risk_detail", "action_list", "worklist"])
def test_no_link_on_an_archived_register_leads_to_a_refusal(manager, archived, risk, name):
    make_action(risk)
    make_control(risk)
    client = signed_in(manager)
    page = client.get(reverse(name, args=[archived.slug, *([1] if name == "risk_detail" else [])]))
    links = {*re.findall(rf'href="(/registers/{archived.slug}/[^"?#]*)', page.text)}
    assert [path for path in links if client.get(path).status_code == 403] == []
