"""The worklist: counts, groups, readers, and checks set aside by a manager."""

import datetime
import html
import re
import uuid
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    make_agreement,
    make_assessment,
    make_body,
    make_directorate,
    make_person,
    make_post,
    make_register,
    make_risk,
    make_user,
    seal_rows,
)
from quality_risks import clean

from registers.models import AuditEntry, CheckWaiver, HistoryIsAppendOnly, Role

pytestmark = pytest.mark.django_db
URL = "/registers/ours/worklist/"


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def make_readers(register, *roles):
    """The register, a person with each role, and their clients."""
    people = {role: make_person(register.organisation, role, name="Nerys Ash") for role in roles}
    clients = {role: client_of(person) for role, person in people.items()}
    return SimpleNamespace(register=register, people=people, clients=clients)


@pytest.fixture(scope="module")
def module_records(module_db):
    return make_readers(make_register(slug="ours"), Role.MANAGER, Role.MEMBER, Role.OFFICER)


@pytest.fixture
def manager(records):
    return records.clients[Role.MANAGER]


@pytest.fixture
def member(records):
    return records.clients[Role.MEMBER]


@pytest.fixture
def officer(records):
    return records.clients[Role.OFFICER]


def unscored_risk(register, **content):
    """A risk of which a check finds that it was never rated, and another that it has no control."""
    title = f"Reserves run out in year {register.risks.count() + 1}"
    content = {"title": title, "event": "The budget for the year cannot be balanced."} | content
    return make_risk(register, **content)


def counts_by_link(text):
    """Where each number on a page leads, and the number."""
    links = re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', text)
    return {html.unescape(href): int(count) for href, count in links}


# The page


def test_it_says_first_how_many_things_there_are(register, member):
    unscored_risk(register)
    assert "2 data quality issues" in member.get(URL).text


def test_one_thing_is_counted_in_the_singular(register, member):
    clean(register, cause="")
    text = member.get(URL).text
    assert ">1 data quality issue<" in text and "On 1 of 1 risk." in text


def test_each_number_leads_to_as_many(register, member):
    posts = [
        make_post(register.organisation, directorate=make_directorate(register.organisation)),
        None,
    ]
    for n in range(10):
        unscored_risk(register, owner=posts[n % 2])
    for by in ("check", "directorate", "post"):
        numbers = counts_by_link(member.get(f"{URL}?by={by}").text)
        totals = {
            href: int(re.search(r'data-total="(\d+)"', member.get(href).text)[1])
            for href in numbers
        }
        assert (by, totals, len(numbers) > 1) == (by, numbers, True)


def test_risks_that_are_not_named_are_counted(register, member):
    for _ in range(5):
        unscored_risk(register)
    text = member.get(URL).text
    assert "And 2 more: see all 5" in text


def test_a_check_shows_its_rule_and_advice(register, member):
    unscored_risk(register)
    text = member.get(URL).text
    assert (
        "The risk has no residual rating under the scheme in force. <strong>What to do.</strong> "
        "Assess it." in text
    )


def test_three_groups_are_open_at_most(register, member):
    risk = unscored_risk(register, cause="", next_review_on=days_ago(1))
    make_assessment(risk, (5, 5))
    text = member.get(URL).text
    assert (text.count('<section class="app-section"'), "app-todo__folded" in text) == (3, True)


def test_by_post_only_the_readers_own_group_is_open(register):
    person = make_person(register.organisation)
    unscored_risk(register, owner=make_post(register.organisation, "Baker"))
    unscored_risk(register, owner=make_post(register.organisation, "Zoo keeper", holder=person))
    text = client_of(person).get(f"{URL}?by=post").text
    assert text.index("Zoo keeper: 2") < text.index("Baker (vacant): 2")
    assert 'id="group-' in text and text.count('<section class="app-section"') == 1


def test_no_person_is_named_with_late_work(register, member):
    unscored_risk(
        register, owner=make_post(register.organisation, holder=make_user(name="Quentin Late"))
    )
    texts = [member.get(f"{URL}?by={by}").text for by in ("check", "directorate", "post")]
    assert not any("Quentin" in text for text in texts)


def test_owners_of_no_directorate_and_nobody_are_found_under_words(register, member):
    unscored_risk(register, owner=make_post(register.organisation))
    unscored_risk(register)
    assert "No directorate: 4" in member.get(f"{URL}?by=directorate").text
    assert "No owner: 2" in member.get(f"{URL}?by=post").text


def test_a_register_without_faults_reads_what_is_not_checked(register, member):
    clean(register)
    text = member.get(URL).text
    assert (
        "No data quality issues" in text and "We do not check" in text and "data-count" not in text
    )


def test_an_empty_register_explains_the_worklist(register, member):
    assert "No risks on this register yet" in member.get(URL).text


@pytest.mark.parametrize("query", ["as_at=2020-01-01", "as_at=2999-01-01"])
def test_the_worklist_is_of_today_only(register, member, query):
    unscored_risk(register)
    text = member.get(f"{URL}?{query}").text
    assert "This page always shows today" in text and "2 data quality issues" in text


def test_a_member_reads_today_on_the_worklist_and_behind_its_links(register, member, officer):
    risk = unscored_risk(register)
    make_agreement(register)
    texts = [client.get(URL).text for client in (member, officer)]
    today = f'"{risk.get_absolute_url()}?as_at={days_ago(0)}"'
    assert [(today in text, "This page always shows today" in text) for text in texts] == [
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "by=person",
        "check=rq99",
        "check=%00",
        "directorate=x",
        "directorate=999",
        "post=-1",
        "post=999",
        "as_at=soon",
    ],
)
def test_an_invalid_address_is_refused(register, member, query):
    unscored_risk(register)
    assert member.get(f"{URL}?{query}").status_code == 400


def test_a_post_of_another_organisation_is_not_found(register, member):
    assert member.get(f"{URL}?post={make_post().pk}").status_code == 400


def test_a_page_beyond_the_last_says_so(register, member):
    unscored_risk(register)
    assert "There is no such page" in member.get(f"{URL}?check=rq2-unscored&page=9").text


def test_a_reader_without_the_right_gets_no_link_to_a_form(register, member, officer, manager):
    unscored_risk(register)
    ways = ("set-aside", "/review/", "/reassign/")
    links = [[way in client.get(URL).text for way in ways] for client in (member, officer, manager)]
    assert links == [[False] * 3, [False, True, False], [True] * 3]


def test_an_exempt_risk_counts_for_those_who_see_it_only(records, register, member, officer):
    make_body(register, members=[records.people[Role.MEMBER]])
    unscored_risk(register, is_exempt=True, title="Quokka")
    texts = [client.get(URL).text for client in (member, officer)]
    assert ["2 data quality issues" in text for text in texts] == [True, False]
    assert "Quokka" not in texts[1] and "Exempt risks are not counted" in texts[1]


def test_a_risk_of_another_register_is_not_here(register, member):
    unscored_risk(make_register(register.organisation))
    assert "No risks on this register yet" in member.get(URL).text


def test_it_costs_the_same_for_one_risk_and_for_three(register, manager):
    queries = ("", "?by=post", "?check=rq2-unscored")

    def costs():
        costs = {}
        for query in queries:
            with CaptureQueriesContext(connection) as context:
                manager.get(URL + query)
            costs[query] = len(context)
        return costs

    unscored_risk(register, owner=make_post(register.organisation))
    manager.get(URL)
    single = costs()
    for _ in range(2):
        unscored_risk(register, owner=make_post(register.organisation))
    assert costs() == single


# Setting aside


def put(risk, slug="rq2-unscored", *, ago=0, until=-30, **fields):
    fields = {
        "by": make_user(),
        "reason": "It is rated in May.",
        "until": days_ago(until),
        **fields,
    }
    return CheckWaiver.put(risk, check_name=slug, effective_on=days_ago(ago), **fields)


def test_a_fault_set_aside_is_listed_and_not_counted(register, member):
    put(unscored_risk(register), by=make_person(register.organisation, name="Robin Elm"))
    text = member.get(URL).text
    assert "1 data quality issue" in text and "Set aside for now: 1" in text
    assert "set aside by an officer: “It is rated in May.”" in text


@pytest.mark.parametrize(
    ("until", "words"), [(0, "1 data quality issue<"), (1, "2 data quality issues<")]
)
def test_a_fault_set_aside_counts_again_after_its_last_day(register, member, until, words):
    put(unscored_risk(register), ago=9, until=until)
    assert words in member.get(URL).text


def test_it_is_set_aside_for_one_risk_and_one_check_only(register, member):
    put(unscored_risk(register))
    unscored_risk(register)
    assert "3 data quality issues" in member.get(URL).text


def test_a_corrected_fault_is_not_listed_as_set_aside(register, member):
    risk = unscored_risk(register)
    put(risk)
    make_assessment(risk, (2, 2))
    assert "Set aside for now" not in member.get(URL).text


def test_a_fault_taken_back_counts_again_at_once(register, member):
    risk = unscored_risk(register)
    put(risk)
    CheckWaiver.take_back(risk, by=make_user(), check_name="rq2-unscored", reason="It cannot wait.")
    assert "2 data quality issues" in member.get(URL).text


def test_a_fault_can_be_set_aside_again(register, member):
    risk = unscored_risk(register)
    put(risk)
    CheckWaiver.take_back(risk, by=make_user(), check_name="rq2-unscored", reason="It cannot wait.")
    put(risk)
    assert "1 data quality issue" in member.get(URL).text


@pytest.mark.parametrize("until", [1, -366])
def test_an_impossible_last_day_is_refused(register, until):
    with pytest.raises(ValueError, match="Set aside on"):
        put(unscored_risk(register), until=until)


def test_setting_aside_is_append_only_and_in_the_audit_chain(register, capsys):
    aside = put(unscored_risk(register))
    with pytest.raises(HistoryIsAppendOnly):
        aside.save()
    assert AuditEntry.objects.latest("pk").verb == "risk.set-aside"
    CheckWaiver.take_back(aside.risk, by=make_user(), check_name=aside.check_name, reason="No.")
    seal_rows()
    call_command("verify_audit")


def test_the_database_refuses_one_without_a_reason(register):
    with pytest.raises(IntegrityError, match="check_waiver_has_a_reason"), transaction.atomic():
        put(unscored_risk(register), reason="")


# Its forms


def form(until=-30, **fields):
    day = days_ago(until)
    parts = {"until_0": day.day, "until_1": day.month, "until_2": day.year}
    return {"reason": "It is rated in May.", "token": str(uuid.uuid4()), **parts, **fields}


def test_the_form_sets_it_aside(register, manager):
    unscored_risk(register)
    answer = manager.post(f"{URL}1/rq2-unscored/set-aside/", form())
    aside = CheckWaiver.objects.get()
    assert (answer["Location"], aside.until, aside.check_name) == (
        URL,
        days_ago(-30),
        "rq2-unscored",
    )
    assert aside.effective_on == timezone.localdate()


def test_the_form_sent_twice_makes_one(register, manager):
    unscored_risk(register)
    data = form()
    answers = [manager.post(f"{URL}1/rq2-unscored/set-aside/", data) for _ in range(2)]
    assert ([answer.status_code for answer in answers], CheckWaiver.objects.count()) == (
        [302, 302],
        1,
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " "}, "Enter why you are setting it aside"),
        ({"until_0": ""}, "The last day must include a day"),
        ({"until": 1}, "The last day must be today or later"),
        ({"until": -366}, "or earlier. A year is the most"),
    ],
)
def test_the_form_shows_error_messages(register, manager, fields, words):
    unscored_risk(register)
    answer = manager.post(f"{URL}1/rq2-unscored/set-aside/", form(**fields))
    assert (answer.status_code, words in answer.text, CheckWaiver.objects.exists()) == (
        200,
        True,
        False,
    )


def test_the_form_takes_it_back(register, manager):
    put(unscored_risk(register))
    address, data = (
        f"{URL}1/rq2-unscored/take-back/",
        {"reason": "It cannot wait.", "token": str(uuid.uuid4())},
    )
    assert "set this aside until" in manager.get(address).text
    answers = [manager.post(address, data) for _ in range(2)]
    assert ([answer.status_code for answer in answers], CheckWaiver.objects.count()) == (
        [302, 302],
        2,
    )
    assert not CheckWaiver.objects.in_force(timezone.localdate()).exists()


def test_a_second_person_reads_who_set_it_aside(register, manager):
    put(unscored_risk(register), by=make_person(register.organisation, name="Robin Elm"))
    assert "Robin Elm" in manager.get(f"{URL}1/rq2-unscored/set-aside/").text


@pytest.mark.parametrize("address", ["1/rq14-one-rater", "1/nonsense", "9/rq2-unscored"])
def test_a_fault_that_no_check_finds_cannot_be_set_aside(register, manager, address):
    unscored_risk(register)
    assert manager.get(f"{URL}{address}/set-aside/").status_code == 404


def test_a_year_from_today_is_the_last_day_offered(register, manager):
    unscored_risk(register)
    assert manager.post(f"{URL}1/rq2-unscored/set-aside/", form(until=-365)).status_code == 302
    assert CheckWaiver.objects.get().until == timezone.localdate() + datetime.timedelta(days=365)


@pytest.fixture(scope="module")
def unmanaged(module_db):
    """A register of an organisation without a risk manager."""
    roles = (Role.OFFICER, Role.ADMINISTRATOR, Role.MEMBER, Role.PEER)
    return make_readers(make_register(slug="unmanaged"), *roles)


@pytest.mark.parametrize("place", ["worklist", "settings"])
def test_a_missing_risk_manager_is_reported_to_those_who_can_act(unmanaged, place):
    pages = {
        role: client.get(f"/registers/unmanaged/{place}/")
        for role, client in unmanaged.clients.items()
    }
    assert {page.status_code for page in pages.values()} == {200}
    shown = {role for role, page in pages.items() if "has no risk manager" in page.text}
    assert shown == {Role.OFFICER, Role.ADMINISTRATOR}


@pytest.mark.parametrize("place", ["worklist", "settings"])
def test_a_risk_manager_is_not_reported_as_missing(records, place):
    for client in records.clients.values():
        assert "has no risk manager" not in client.get(f"/registers/ours/{place}/").text


def test_a_risk_manager_who_has_left_does_not_count(records, officer):
    person = records.people[Role.MANAGER]
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert "has no risk manager" in officer.get(URL).text
