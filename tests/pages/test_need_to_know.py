"""The pages of need to know, and the page that says who may do what."""

import html
import re
import uuid
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from makers import (
    days_ago,
    make_grant,
    make_membership,
    make_organisation,
    make_person,
    make_register,
    make_risk,
    make_user,
)
from query_counts import queries_for

from registers.administration.role_table import PERMISSION_WORDS, ROLE_WORDS
from registers.models import AuditEntry, NeedToKnow, NeedToKnowWithdrawal, Role
from registers.permissions import PERMISSIONS, Permission, name_for
from registers.permissions.names import ROLE_NAMES

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_records(module_db):
    """An organisation with an exempt risk, who grants sight of it, and who may be granted it."""
    organisation = make_organisation("Southmoor Council", slug="southmoor")
    register = make_register(organisation, slug="ours", prefix="CORP", name="Corporate register")
    return SimpleNamespace(
        organisation=organisation,
        register=register,
        exempt=make_risk(register, title="Quokka in the vault", is_exempt=True),
        open=make_risk(register, title="Open to all"),
        granter=make_person(organisation, Role.MONITORING_OFFICER, name="Leila Hartnoll"),
        clerk=make_person(organisation, Role.CLERK, name="Tamsin Okoro"),
    )


@pytest.fixture
def client(records):
    return client_of(records.granter)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


def address(name, *more):
    return reverse(name, args=["southmoor", *more])


def form_of(records, **changes):
    """What the form for every exempt risk of the register sends, confirmed."""
    day = days_ago(-30)
    return {
        "user": records.clerk.pk,
        "scope": "register",
        "register": records.register.pk,
        "reference": "",
        "until_0": day.day,
        "until_1": day.month,
        "until_2": day.year,
        "reason": "Gives evidence to the inquiry.",
        "confirmed": "yes",
    } | changes


def of_the_risk(records, reference="CORP-001", **changes):
    return form_of(records, scope="risk", register="", reference=reference, **changes)


def send(client, fields):
    return html.unescape(client.post(address("need_to_know_new"), fields, follow=True).text)


def test_a_monitoring_officer_grants_every_exempt_risk_of_a_register(client, records):
    assert "Access granted to Tamsin Okoro" in send(client, form_of(records))
    grant = NeedToKnow.objects.get()
    assert (grant.user, grant.register, grant.risk) == (records.clerk, records.register, None)


def test_a_monitoring_officer_grants_one_risk_by_its_reference(client, records):
    send(client, of_the_risk(records, "corp-1"))
    assert NeedToKnow.objects.get().risk == records.exempt


def test_a_grant_opens_the_risk_and_its_withdrawal_closes_it(client, records):
    reader, path = client_of(records.clerk), records.exempt.get_absolute_url()
    assert reader.get(path).status_code == 404
    send(client, of_the_risk(records))
    assert reader.get(path).status_code == 200
    grant = NeedToKnow.objects.get()
    client.post(address("need_to_know_withdraw", grant.pk), {"reason": "The inquiry is over."})
    assert reader.get(path).status_code == 404


def test_a_grant_and_its_withdrawal_are_audited(client, records):
    send(client, form_of(records))
    grant = NeedToKnow.objects.get()
    client.post(address("need_to_know_withdraw", grant.pk), {"reason": "The inquiry is over."})
    verbs = ["need-to-know.granted", "need-to-know.withdrawn"]
    entries = AuditEntry.objects.filter(chain__organisation=records.organisation, verb__in=verbs)
    assert [entry.by for entry in entries] == [records.granter] * 2


def test_answers_are_checked_before_access_is_granted(client, records):
    fields = of_the_risk(records)
    del fields["confirmed"]
    page = send(client, fields)
    assert "Check your answers" in page and "Quokka in the vault" in page
    assert not NeedToKnow.objects.exists()


def test_the_same_form_sent_twice_makes_one_grant(client, records):
    fields = form_of(records, token=str(uuid.uuid4()))
    pages = [send(client, fields) for _ in range(2)]
    assert NeedToKnow.objects.count() == 1
    assert all("Access granted to Tamsin Okoro" in page for page in pages)


REFUSED = {
    "nobody": ({"user": ""}, "Select who needs to know"),
    "no scope": ({"scope": ""}, "Select what they need to see"),
    "no register": ({"register": ""}, "Select a register"),
    "no reason": ({"reason": " "}, "Enter why they need to know"),
    "no day": ({"until_0": "", "until_1": "", "until_2": ""}, "Enter the last day"),
    "a day in the past": ({"until_2": "2020"}, "The last day must be today or in the future"),
    "a day in two years": (
        {"until_2": str(days_ago(-800).year)},
        "The last day must be ",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_form_says_what_is_missing_or_wrong(client, records, name):
    changes, words = REFUSED[name]
    page = send(client, form_of(records, **changes))
    assert words in page and not NeedToKnow.objects.exists()


REFERENCES = {
    "": "Enter the reference of the risk",
    "CORP-099": "Check the reference CORP-099: there is no such risk",
    "nonsense": "Check the reference nonsense: there is no such risk",
    "CORP-002": "CORP-002 is not exempt",
}


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_leads_to_an_exempt_risk_of_the_organisation(client, records, reference):
    page = send(client, of_the_risk(records, reference))
    assert REFERENCES[reference] in page and not NeedToKnow.objects.exists()


def test_a_risk_of_another_organisation_is_not_found(client, records):
    neighbour = make_register(make_organisation(), prefix="THEM")
    make_risk(neighbour, is_exempt=True)
    assert "there is no such risk" in send(client, of_the_risk(records, "THEM-001"))


def test_what_somebody_sees_already_is_not_granted_again(client, records):
    make_grant(records.register, records.clerk)
    assert "Tamsin Okoro sees this already" in send(client, of_the_risk(records))


def test_who_sees_all_or_may_see_none_cannot_be_selected(client, records):
    """Nor can a stranger, somebody who has left, or a closed account."""
    organisation = records.organisation
    strangers = [make_person(organisation, role) for role in (Role.MANAGER, Role.ADMINISTRATOR)]
    strangers += [make_person(make_organisation(), Role.CLERK)]
    strangers += [make_membership(make_user(), organisation, Role.CLERK, until=days_ago(1)).user]
    strangers += [make_person(organisation, Role.CLERK, is_active=False)]
    select = re.search(
        r'<select[^>]*name="user".*?</select>',
        client.get(address("need_to_know_new")).text,
        re.DOTALL,
    )[0]
    offered = {int(key) for key in re.findall(r'value="(\d+)"', select)}
    assert records.clerk.pk in offered and not offered & {person.pk for person in strangers}
    assert "Select who needs to know" in send(client, form_of(records, user=strangers[0].pk))


def test_the_list_says_who_sees_what_why_and_until_when(client, records):
    grant = make_grant(records.register, records.clerk, by=records.granter, risk=records.exempt)
    page = html.unescape(client.get(address("need_to_know_list")).text)
    words = ("Tamsin Okoro", "CORP-001", grant.reason, "Leila Hartnoll")
    assert [word for word in words if word not in page] == []
    assert "Quokka" not in page


def test_a_withdrawn_grant_stays_on_the_list_with_its_reason(client, records):
    grant = make_grant(records.register, records.clerk)
    grant.withdraw(by=records.granter, reason="The inquiry is over.")
    page = client.get(address("need_to_know_list")).text
    assert "The inquiry is over." in page
    assert address("need_to_know_withdraw", grant.pk) not in page


def test_access_that_has_ended_is_not_withdrawn_again(client, records):
    grant = make_grant(records.register, records.clerk)
    path = address("need_to_know_withdraw", grant.pk)
    answers = [client.post(path, {"reason": "Over."}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert "this access has ended already" in answers[1].text
    assert NeedToKnowWithdrawal.objects.count() == 1
    assert "This access has ended already" in client.get(path).text


def test_the_list_makes_as_many_queries_for_three_grants_as_for_one(client, records):
    def queries():
        return queries_for(client, [address("need_to_know_list")])

    people = [make_person(records.organisation, Role.CLERK) for _ in range(6)]
    for person in people[:2]:
        make_grant(records.register, person, risk=records.exempt)
    NeedToKnow.objects.first().withdraw(by=records.granter, reason="Over.")
    few = queries()
    for person in people[2:]:
        make_grant(records.register, person, risk=records.exempt)
    NeedToKnow.objects.first().withdraw(by=records.granter, reason="Over.")
    assert queries() == few


def test_the_menu_leads_a_monitoring_officer_to_need_to_know(client):
    page = client.get(reverse("home")).text
    assert f'href="{address("need_to_know_list")}"' in page


def test_the_navigation_shows_only_pages_that_the_reader_may_open(client, records):
    page = client.get(address("need_to_know_list")).text
    assert address("role_list") in page and f'"{address("organisation_detail")}"' not in page
    page = client_of(records.clerk).get(address("role_list")).text
    assert address("need_to_know_list") not in page


# Who may do what


def test_every_role_and_every_permission_has_its_words():
    """But one: nothing can be done yet about concerns."""
    assert set(ROLE_WORDS) == set(PERMISSIONS) == set(ROLE_NAMES) == set(Role)
    assert set(PERMISSION_WORDS) == set(Permission) - {Permission.ANSWER_CONCERNS}


def test_the_page_shows_who_has_each_permission(records):
    page = html.unescape(client_of(records.clerk).get(address("role_list")).text)
    rows = re.findall(r"<dt[^>]*>(.*?)</dt>.*?<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    roles_by_words = {words.strip(): roles for words, roles in rows}
    for permission, words in PERMISSION_WORDS.items():
        holders = [role for role in Role if permission in PERMISSIONS[role]]
        roles, _, tag = roles_by_words[words].partition("<")
        labels = ", ".join(role.label for role in holders).lower()
        assert roles.strip().lower() == ("every role" if len(holders) == len(Role) else labels)
        assert ("You may" in tag) == (Role.CLERK in holders)


def test_the_page_marks_the_readers_own_roles(records):
    make_membership(records.clerk, records.organisation, Role.OFFICER)
    page = client_of(records.clerk).get(address("role_list")).text
    assert page.count("Your role") == 2


@pytest.mark.parametrize(
    ("sector", "noun"),
    [
        ("council", "councillor"),
        ("nhs", "non-executive director"),
        ("school", "trustee or governor"),
        ("housing-association", "board member"),
        ("police", "member"),
    ],
)
def test_a_member_is_called_by_the_word_of_the_sector(records, sector, noun):
    organisation = make_organisation(sector=sector)
    reader = make_person(organisation, Role.CLERK)
    member = make_person(organisation, Role.MEMBER)
    assert name_for(reader, member, organisation).post == f"a {noun}"


def test_the_page_says_what_a_member_is_called_in_the_sector(records):
    page = client_of(records.clerk).get(address("role_list")).text
    assert "Called a councillor here." in page


def test_help_leads_to_the_page_of_each_organisation_of_its_reader(records):
    neighbour = make_organisation()
    page = client_of(records.clerk).get("/help/").text
    assert address("role_list") in page and f"/organisations/{neighbour.slug}/" not in page
