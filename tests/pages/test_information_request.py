"""The extract for an information request: its walls, what it says was left out, its record."""

import copy
import hashlib
from types import SimpleNamespace

import pytest
from django.test import Client
from makers import (
    days_ago,
    make_action,
    make_assessment,
    make_control,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_risk,
)
from paper_files import texts_of_word

from registers.models import AuditEntry
from registers.papers.information_request import GROUPS
from registers.risk_fields import FIELDS, Sort

pytestmark = pytest.mark.django_db
CANARY = "Zanzibarquartz"
GROUND = "Schedule 12A paragraph 5: it is legal advice"


@pytest.fixture(scope="module")
def module_council(module_db):
    """Its public risk, one whose cause names the exempt one, an exempt one, a draft, a closed."""
    organisation = make_organisation()
    register = make_register(organisation, slug="ours")
    manager = make_person(organisation, "manager")
    make_risk(register, by=manager, assessed=(5, 5), on=days_ago(300), title="Old pipes")
    make_risk(register, by=manager, title="Near it", cause=f"As in {CANARY} title", on=days_ago(9))
    texts = {
        row.name: f"{CANARY} {row.name}" for row in FIELDS if row.sort in (Sort.LINE, Sort.TEXT)
    }
    texts |= {"related_risks": "", "exempt_ground": GROUND}
    owner = make_post(organisation, f"{CANARY} post")
    exempt = make_risk(register, is_exempt=True, owner=owner, on=days_ago(200), **texts)
    make_assessment(exempt, (5, 5), rationale=f"{CANARY} rationale", on=days_ago(100))
    make_control(exempt, title=f"{CANARY} control")
    make_action(exempt, title=f"{CANARY} action")
    make_risk(register, title="Unfinished", status="draft")
    return SimpleNamespace(manager=manager, exempt=exempt)


@pytest.fixture
def client(module_council):
    client = Client()
    client.force_login(copy.deepcopy(module_council).manager)
    return client


def address(ending="/", day=0, groups=GROUPS, reference=""):
    on = days_ago(day)
    parts = f"day_0={on.day}&day_1={on.month}&day_2={on.year}&request_reference={reference}"
    chosen = "".join(f"&field_groups={group}" for group in groups)
    return f"/registers/ours/information-request{ending}?{parts}{chosen}"


def texts_of(client, ending, **options):
    content = client.get(address(ending, **options)).content
    if ending == ".csv":
        return content.decode()
    return "\n".join(texts_of_word(content).values())


@pytest.mark.parametrize("ending", [".docx", ".csv"])
def test_the_canary_is_on_the_managers_page_and_nowhere_in_a_file(client, ending):
    assert CANARY in client.get("/registers/ours/risks/3/").content.decode()
    text = texts_of(client, ending)
    assert "Old pipes" in text and "Withheld: names an exempt risk" in text
    assert CANARY not in text and "-003" not in text
    assert "Unfinished" not in text and "Robin Ash" not in text


def test_it_says_what_was_left_out_and_why(client):
    (content, left_out) = client.get(address(groups=["owner"])).context["note"]
    assert content.blocks[0].text.startswith("It has 2 risks")
    rows = {row[0]: row[1:] for row in left_out.blocks[0].rows}
    (ground,) = [name for name in rows if name.startswith("Exempt risks: paragraph 5")]
    assert rows[ground][0] == "1" and "legal professional privilege" in rows[ground][1]
    assert rows["Drafts"][0] == "1"
    assert any("Progress notes" in name for name in rows)
    (_, all_chosen) = client.get(address()).context["note"]
    assert {row[0]: row[1] for row in all_chosen.blocks[0].rows}["Texts"] == "1"


def test_it_is_of_its_day_and_says_so_where_there_was_nothing(client):
    assert "Near it" not in texts_of(client, ".csv", day=20)
    assert "It has no risk" in client.get(address(day=400)).content.decode()


def test_each_file_is_on_record_with_its_digest(client):
    content = client.get(address(".docx", reference="FOI+7")).content
    entry = AuditEntry.objects.get(verb="register.information-extract")
    assert entry.facts["sha256"] == hashlib.sha256(content).hexdigest()
    assert (
        entry.facts["day"] == days_ago(0).isoformat() and entry.text.content["request"] == "FOI 7"
    )
    client.get(address())
    client.head(address(".csv"))
    assert AuditEntry.objects.filter(verb="register.information-extract").count() == 1


@pytest.mark.parametrize(
    "day", ["31&day_1=2&day_2=2026", "1&day_1=1&day_2=9999", "1&day_1=1&day_2=1"]
)
def test_a_day_that_makes_no_sense_is_an_error_on_the_page_and_makes_no_file(client, day):
    query = f"day_0={day}"
    page = client.get(f"/registers/ours/information-request/?{query}")
    assert page.status_code == 200 and "govuk-error-message" in page.content.decode()
    assert client.get(f"/registers/ours/information-request.csv?{query}").status_code == 400


def test_a_field_that_is_no_choice_makes_no_file(client):
    assert client.get(address(".csv", groups=["exempt_interest"])).status_code == 400
