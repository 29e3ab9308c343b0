"""The audit pages of an organisation and of a register."""

import copy
import html
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from makers import (
    make_action,
    make_body,
    make_control,
    make_organisation,
    make_person,
    make_register,
    make_revision,
    make_risk,
    make_user,
)
from query_counts import queries_for

from registers.administration import audit_trail
from registers.administration.audit_trail import AuditTrail
from registers.history.audit_guard import install_guard, remove_guard
from registers.models import AuditEntry, Membership
from registers.phrases.audit import GROUPS, VERBS, verbs_in_words
from registers.read_audit import MOST_REFUSALS, record_page_refusal

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PASSWORD = "a long enough password"
SECRET = "Quokka"


@pytest.fixture(scope="module")
def module_records(module_db):
    """Two registers of an organisation, one of them with an exempt risk."""
    organisation = make_organisation("Southmoor Council", slug="southmoor")
    people = {
        role: make_person(
            organisation,
            role,
            name=f"Robin {role}",
            email=f"{role}@south.example",
            password=PASSWORD,
        )
        for role in ("administrator", "manager", "member")
    }
    register = make_register(organisation, slug="ours", prefix="OURS")
    other = make_register(organisation, slug="another", prefix="OTHER")
    manager = people["manager"]
    make_risk(register, by=manager, title="Reserves run out")
    make_risk(other, by=people["member"], title="Roof leaks")
    exempt = make_risk(register, by=manager, title=f"{SECRET} in the vault")
    make_revision(exempt, by=manager, is_exempt=True, reason=f"{SECRET} first")
    make_control(exempt, by=manager, title=f"A lock against {SECRET}")
    make_action(exempt, by=manager, title=f"Move the {SECRET}")
    return SimpleNamespace(organisation=organisation, register=register, exempt=exempt, **people)


@pytest.fixture
def records(module_records):
    return copy.deepcopy(module_records)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


ORGANISATION, REGISTER = "/organisations/southmoor/audit/", "/registers/ours/audit/"


def page_of(user, path, **parameters):
    return client_of(user).get(path, parameters)


def words_of(answer):
    return " ".join(html.unescape(strip_tags(answer.text)).split())


def rows_of(records, register=None, **filters):
    trail = AuditTrail(records.organisation, records.administrator, filters, register)
    return [(row.words, row.record) for row in trail.rows]


def enter_membership(records):
    row = Membership.objects.get(user=records.member)
    row.enter("added", by=records.administrator)


# What is said


def test_an_entry_says_who_did_what_to_which_record(records):
    page = words_of(page_of(records.administrator, ORGANISATION))
    assert "Robin manager Logged the risk OURS-001 Reserves run out" in page


def test_a_grant_names_the_person_and_the_role(records):
    enter_membership(records)
    words, record = rows_of(records)[0]
    assert (words, record[:12]) == ("Added: role", "Robin member")


@pytest.mark.parametrize("person", ["administrator", "manager"])
def test_no_audit_page_has_a_text_of_an_exempt_risk(records, person):
    paths = [ORGANISATION] if person == "administrator" else [REGISTER]
    for path in paths:
        answer = page_of(getattr(records, person), path)
        assert SECRET not in answer.text
        assert answer.text.count("OURS-002") == 4


def test_a_draft_that_the_reader_may_not_see_is_shown_by_reference(records):
    make_risk(records.register, status="draft", title="Half a thought")
    assert rows_of(records)[0] == ("Kept the risk as a draft", "OURS-003")


def test_a_registers_page_has_its_own_entries_alone(records):
    page = page_of(records.manager, REGISTER).text
    assert "Roof leaks" not in page and "Reserves run out" in page


def test_several_verbs_of_one_save_are_said_once_each():
    verbs = ["risk.assessed", "risk.closed", "risk.assessed"]
    assert verbs_in_words(verbs) == "Rated the risk; closed the risk"


def test_a_verb_without_words_is_said_as_it_is_written():
    assert verbs_in_words(["invitation.sent-again"]) == "Invitation: sent again"


def test_every_verb_is_in_a_group_that_the_page_filters_by():
    prefixes = tuple(prefix for group in GROUPS.values() for prefix in group.prefixes)
    assert [verb for verb in VERBS if not verb.startswith(prefixes)] == []


def test_every_verb_on_record_has_words(records):
    enter_membership(records)
    words = [words for words, _ in rows_of(records)]
    assert not [text for text in words if "." in text]


# Filters and pages


def test_the_page_offers_its_filters(records):
    page = page_of(records.administrator, ORGANISATION).text
    names = ("person", "group", "record", "since", "until")
    assert [name for name in names if f'name="{name}"' not in page] == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"group": "controls"}, {"Added a control", "Added an action"}),
        ({"record": "control"}, {"Added a control"}),
        ({"group": "people"}, set()),
    ],
)
def test_a_filter_narrows_the_entries(records, filters, expected):
    assert {words for words, _ in rows_of(records, **filters)} == expected


def test_the_entries_of_one_person(records):
    rows = rows_of(records, person=records.member)
    assert rows == [("Logged the risk", "OTHER-001 Roof leaks")]


def test_a_day_narrows_both_ways(records):
    day = AuditEntry.objects.latest("pk").at.date()
    earlier = day.replace(year=day.year - 1)
    assert rows_of(records, since=day) and not rows_of(records, until=earlier)


def test_the_next_page_begins_after_the_last_entry(records, monkeypatch):
    monkeypatch.setattr(audit_trail, "LENGTH", 2)
    everything, number = [], None
    for _ in range(3):
        trail = AuditTrail(records.organisation, records.manager, {"before": number})
        everything += [row.entry.number for row in trail.rows]
        number = trail.next_number
    assert everything == [6, 5, 4, 3, 2, 1] and number is None


@pytest.mark.parametrize(
    "parameters",
    [{"before": "x"}, {"before": "9" * 30}, {"group": "none"}, {"person": "x"}, {"since": "soon"}],
)
def test_an_address_that_no_filter_understands_is_refused(records, parameters):
    assert page_of(records.administrator, ORGANISATION, **parameters).status_code == 400


def test_somebody_of_another_organisation_is_no_filter(records):
    stranger = make_person(make_organisation())
    answer = page_of(records.administrator, ORGANISATION, person=stranger.pk)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("person", "path"), [("administrator", ORGANISATION), ("manager", REGISTER)]
)
def test_a_page_makes_as_many_queries_for_three_entries_as_for_one(records, person, path):
    client = client_of(getattr(records, person))
    counts = queries_for(client, [path])
    for _ in range(2):
        make_control(make_risk(records.register))
        make_risk(make_register(records.organisation))
    assert queries_for(client, [path], is_warm=True) == counts


# The chain


def test_the_page_says_that_the_chain_is_in_order(records):
    page = words_of(page_of(records.administrator, ORGANISATION))
    assert "has 6 entries" in page and "they are in order" in page


def test_the_page_warns_of_an_entry_that_was_changed(records):
    entry = AuditEntry.objects.latest("pk")
    remove_guard()
    models.QuerySet(AuditEntry).filter(pk=entry.pk).update(verb="risk.reviewed")
    install_guard()
    page = words_of(page_of(records.administrator, ORGANISATION))
    assert f"entry {entry.number} is not what was signed" in page


# What is recorded about reading


def verbs():
    return [*AuditEntry.objects.order_by("pk").values_list("verb", flat=True)]


def test_an_exempt_risk_that_is_opened_twice_has_one_entry_a_person_and_day(records):
    make_body(records.exempt.register, members=[records.member])
    path, before = f"/registers/ours/risks/{records.exempt.number}/", len(verbs())
    for person in (records.manager, records.manager, records.member):
        assert client_of(person).get(path).status_code == 200
    assert verbs()[before:] == ["risk.exempt-read"] * 2
    entry = AuditEntry.objects.latest("pk")
    assert SECRET not in str([entry.facts, entry.text.content])


@pytest.mark.parametrize(
    ("method", "place"), [("head", ""), ("get", "../1/")], ids=["HEAD", "another risk"]
)
def test_nothing_else_is_recorded_as_read(records, method, place):
    before = len(verbs())
    number = 1 if place else records.exempt.number
    getattr(client_of(records.manager), method)(f"/registers/ours/risks/{number}/")
    assert len(verbs()) == before


def test_a_refused_reader_of_an_exempt_risk_leaves_no_entry(records):
    before = len(verbs())
    client_of(records.administrator).get(f"/registers/ours/risks/{records.exempt.number}/")
    assert len(verbs()) == before


def test_a_download_is_recorded_with_its_format(records):
    client_of(records.manager).get("/registers/ours/export.csv")
    assert rows_of(records)[0] == ("Downloaded the register (csv)", str(records.register))


def test_a_refused_page_has_one_entry_a_person_and_day(records):
    for _ in range(2):
        assert client_of(records.member).get("/registers/ours/risks/new/").status_code == 403
    assert client_of(records.member).get("/registers/ours/import/").status_code == 403
    page = words_of(page_of(records.administrator, ORGANISATION, group="refusals"))
    assert page.count("Was refused a page (risk new)") == 1
    assert page.count("Was refused a page (register import)") == 1


def test_refusals_cannot_flood_the_trail(records):
    for number in range(MOST_REFUSALS + 2):
        record_page_refusal(records.organisation, f"page_{number}", by=records.member)
    assert verbs().count("organisation.page-refused") == MOST_REFUSALS


def test_a_stranger_leaves_no_refusal(records):
    before = len(verbs())
    assert client_of(make_user("Kay")).get("/registers/ours/risks/new/").status_code == 404
    assert len(verbs()) == before


# Sign-ins


def sign_in(password, login="manager@south.example"):
    return Client().post(reverse("account_login"), {"login": login, "password": password})


def test_a_sign_in_is_recorded(records):
    sign_in(PASSWORD)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.by) == ("user.signed-in", records.manager)
    assert entry.chain.organisation == records.organisation


def test_a_refused_sign_in_names_the_account_and_nobody(records):
    sign_in("a wrong password")
    page = words_of(page_of(records.administrator, ORGANISATION, group="sign-ins"))
    assert "not known Failed to sign in Robin manager" in page


def test_an_address_without_an_account_is_not_kept(records):
    sign_in("a wrong password", login="hunter2@example.org")
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.chain.organisation) == ("user.sign-in-refused", None)
    assert "hunter2" not in str([entry.subject, entry.facts, entry.text.content])


def test_a_wrong_code_names_the_account_and_nobody(records):
    Authenticator.objects.create(
        user=records.manager,
        type=Authenticator.Type.TOTP,
        data={"secret": generate_totp_secret()},
    )
    client = Client()
    client.post(reverse("account_login"), {"login": "manager@south.example", "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    page = words_of(page_of(records.administrator, ORGANISATION, group="sign-ins"))
    assert "not known Failed the second step of signing in Robin manager" in page
