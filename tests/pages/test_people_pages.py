"""An administrator's pages of people: the list, roles, the account."""

import copy
import re
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_register,
    make_saved_view,
    make_seat,
    make_user,
)
from query_counts import queries_for

from registers.administration.people import all_people, find_people
from registers.forms.people import LastDayForm, RoleForm
from registers.models import AuditEntry, Membership, User

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_council(module_db):
    organisation = make_organisation("Southmoor Council")
    administrator = make_person(organisation, "administrator", name="Noor Hazel")
    manager = make_person(organisation, "manager", name="Kay Lin", email="kay@council.example")
    former = make_user("Lee Oak")
    make_membership(former, organisation, "officer", until=days_ago(3))
    make_post(organisation, "Head of legal", holder=former)
    register = make_register(organisation)
    make_post(organisation, "Director of finance", holder=manager)
    make_seat(make_body(register, name="Audit Committee"), manager)
    make_saved_view(register, by=manager)
    return SimpleNamespace(
        organisation=organisation, administrator=administrator, manager=manager, former=former
    )


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


@pytest.fixture
def client(council):
    client = Client()
    client.force_login(council.administrator)
    return client


class RefusingBackend(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError


def path_of(name, council, *more):
    return reverse(name, args=[council.organisation.slug, *more])


def set_up_factor(person):
    return Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": "x"}
    )


def role_of(person, role):
    return Membership.objects.get(user=person, role=role)


# The list


def test_the_list_shows_roles_and_posts(client, council):
    page = client.get(path_of("person_list", council)).text
    assert "Risk manager" in page and "Director of finance" in page


def test_the_list_folds_people_whose_roles_have_ended(client, council):
    table, _, folded = client.get(path_of("person_list", council)).text.partition(
        "People whose roles have ended"
    )
    assert "Lee Oak" not in table and "Lee Oak</a>, still holds Head of legal" in folded


def test_a_search_finds_by_name_and_address(council):
    people = all_people(council.organisation)
    for words in ("kay", "LIN kay", "kay@council"):
        assert [person.name for person in find_people(people, words)] == ["Kay Lin"]


def test_the_list_shows_what_a_search_finds(client, council):
    page = client.get(path_of("person_list", council), {"q": "kay"})
    assert [person.name for person in page.context["page_obj"]] == ["Kay Lin"]


def test_one_hit_is_one_person(client, council):
    page = client.get(path_of("person_list", council), {"q": "kay"}).text
    assert re.search(r">\s*1\s+person\s*<", page)


def test_a_search_without_a_result_says_so(client, council):
    page = client.get(path_of("person_list", council), {"q": "%"}).text
    assert "Nobody with a role has these words" in page


def test_the_list_shows_whether_the_second_step_is_set_up(client, council):
    set_up_factor(council.manager)
    people = client.get(path_of("person_list", council)).context["page_obj"]
    assert [(person.name, person.has_second_factor) for person in people] == [
        ("Kay Lin", True),
        ("Noor Hazel", False),
    ]


def test_the_list_takes_as_many_queries_for_three_people_as_for_one(client, council):
    page = path_of("person_list", council)
    before = queries_for(client, [page])
    for _ in range(2):
        make_post(council.organisation, holder=make_person(council.organisation))
    assert queries_for(client, [page]) == before


def test_people_of_another_organisation_are_not_found(client, council):
    stranger = make_person(make_organisation())
    names = ("person_detail", "person_move", "person_leave", "person_address", "person_role_new")
    paths = [path_of(name, council, stranger.pk) for name in names]
    assert {client.get(path).status_code for path in paths} == {404}


# Roles


def add_role(client, council, **fields):
    return client.post(path_of("person_role_new", council, council.manager.pk), fields, follow=True)


def end_role(client, council, person, role, **fields):
    fields = {"ending": "now", "former": ""} | fields
    return client.post(path_of("person_role_edit", council, person.pk, role), fields, follow=True)


def test_a_role_is_added_with_its_last_day(client, council):
    until = days_ago(-30)
    add_role(client, council, role="officer", until=until.isoformat())
    assert role_of(council.manager, "officer").until == until


def test_a_new_role_is_audited(client, council):
    add_role(client, council, role="officer")
    entry = AuditEntry.objects.get(verb="membership.added")
    assert (entry.by, entry.chain.organisation) == (council.administrator, council.organisation)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Select a role"),
        ({"role": "manager"}, "Select a role"),
        ({"role": "peer"}, "Enter a last day for the role of peer"),
        ({"role": "officer", "until": "2020-01-01"}, "must be today or in the future"),
        ({"role": "officer", "until": "9999-12-31"}, "check the year"),
    ],
)
def test_a_wrong_role_is_refused_in_words(fields, error):
    assert error in RoleForm(fields, roles={"manager"}).errors.as_text()


def test_nobody_gives_themselves_a_role_that_reads_exempt_risks(client, council):
    for role in ("manager", "member"):
        refused = RoleForm({"role": role}, roles=set(), is_own=True)
        assert "ask another administrator" in refused.errors.as_text()
    assert RoleForm({"role": "clerk"}, roles=set(), is_own=True).is_valid()
    reader = User.objects.get(pk=client.session["_auth_user_id"])
    path = path_of("person_role_new", council, reader.pk)
    assert "ask another administrator" in client.post(path, {"role": "commissioner"}).text


def test_nobody_lets_such_a_role_of_their_own_last_longer(council):
    membership = role_of(council.manager, "manager")
    membership.until = days_ago(-10)
    data = {"ending": "none", "former": membership.until.isoformat()}
    assert "ask another" in LastDayForm(data, membership=membership, is_own=True).errors.as_text()
    assert LastDayForm(data, membership=membership).is_valid()


def test_a_refused_role_is_not_given(client, council):
    assert "Select a role" in add_role(client, council, role="manager").text
    assert council.manager.memberships.count() == 1


def test_a_role_given_again_has_the_new_last_day(client, council):
    path = path_of("person_role_new", council, council.former.pk)
    client.post(path, {"role": "officer"})
    assert role_of(council.former, "officer").until is None


def test_a_role_ends_on_a_day(client, council):
    until = days_ago(-30)
    officer = make_person(council.organisation)
    end_role(client, council, officer, "officer", ending="day", until=until.isoformat())
    assert role_of(officer, "officer").until == until


def test_a_role_that_ends_at_once_ended_yesterday(client, council):
    officer = make_person(council.organisation)
    end_role(client, council, officer, "officer")
    assert role_of(officer, "officer").until == days_ago(1)


def test_a_role_that_somebody_else_changed_is_not_overwritten(client, council):
    officer = make_person(council.organisation)
    officer.memberships.update(until=days_ago(-5))
    page = end_role(client, council, officer, "officer")
    assert (page.status_code, "somebody else changed this role" in page.text) == (409, True)


def test_a_peer_reviewer_keeps_an_end(council):
    peer = make_person(council.organisation, "peer")
    form = LastDayForm({"ending": "none"}, membership=role_of(peer, "peer"))
    assert "Select when this role ends" in form.errors.as_text()


def test_the_last_administrator_keeps_the_role(client, council):
    page = end_role(client, council, council.administrator, "administrator")
    assert "This is the last administrator" in page.text
    assert role_of(council.administrator, "administrator").until is None


def test_an_administrator_for_a_shorter_time_is_not_enough(client, council):
    make_membership(council.manager, council.organisation, "administrator", until=days_ago(-5))
    page = end_role(
        client,
        council,
        council.administrator,
        "administrator",
        ending="day",
        until=days_ago(-9).isoformat(),
    )
    assert "This is the last administrator" in page.text


def test_one_of_two_administrators_gives_the_role_up(client, council):
    make_membership(council.manager, council.organisation, "administrator")
    end_role(client, council, council.administrator, "administrator")
    assert role_of(council.administrator, "administrator").until == days_ago(1)


def test_an_administrator_whose_account_is_closed_does_not_count(client, council):
    make_person(council.organisation, "administrator", is_active=False)
    page = end_role(client, council, council.administrator, "administrator")
    assert "This is the last administrator" in page.text


def test_the_last_risk_manager_is_checked_first(client, council):
    page = end_role(client, council, council.manager, "manager")
    assert "Nobody else runs the registers after that day" in page.text
    assert role_of(council.manager, "manager").until is None
    end_role(client, council, council.manager, "manager", confirmed="yes")
    assert role_of(council.manager, "manager").until == days_ago(1)


# The account


def test_a_new_address_gets_a_link(client, council):
    client.post(
        path_of("person_address", council, council.manager.pk), {"email": "Kay.Lin@council.example"}
    )
    assert {letter.to[0] for letter in mail.outbox} == {
        "kay.lin@council.example",
        "kay@council.example",
    }


def test_an_address_of_another_account_is_refused(client, council):
    page = client.post(
        path_of("person_address", council, council.manager.pk),
        {"email": council.administrator.email},
    )
    assert ("Another account has this address" in page.text, mail.outbox) == (True, [])


def test_a_new_address_is_withdrawn(client, council):
    council.manager.pending_email = "kay.lin@council.example"
    council.manager.save()
    client.post(path_of("person_address_withdraw", council, council.manager.pk))
    council.manager.refresh_from_db()
    assert council.manager.pending_email == ""


def test_a_link_for_a_new_password_is_sent_and_audited(client, council):
    client.post(path_of("person_password_link", council, council.manager.pk))
    assert "/accounts/password/reset/key/" in mail.outbox[0].body
    assert AuditEntry.objects.get(verb="user.password_link_sent").by == council.administrator


def test_a_lost_second_factor_is_removed_and_audited(client, council):
    set_up_factor(council.manager)
    client.post(path_of("person_second_factor", council, council.manager.pk))
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get(verb="user.factor-removed").by == council.administrator


def test_the_person_is_told_of_a_second_factor_removed(client, council):
    set_up_factor(council.manager)
    client.post(path_of("person_second_factor", council, council.manager.pk))
    assert (mail.outbox[0].to, "Noor Hazel" in mail.outbox[0].body) == (
        ["kay@council.example"],
        True,
    )


@pytest.mark.parametrize("name", ["person_second_factor", "person_password_link"])
def test_when_mail_fails_nothing_changes(client, council, settings, name):
    settings.EMAIL_BACKEND = "test_people_pages.RefusingBackend"
    set_up_factor(council.manager)
    entries = AuditEntry.objects.count()
    page = client.post(path_of(name, council, council.manager.pk), follow=True)
    assert "so nothing has changed" in page.text
    assert (Authenticator.objects.count(), AuditEntry.objects.count()) == (1, entries)


@pytest.mark.parametrize("name", ["person_address", "person_second_factor"])
@pytest.mark.parametrize("is_staff", [True, False])
def test_an_account_used_elsewhere_is_not_changed_here(client, council, name, is_staff):
    """With its address or without its second step one would come into the other organisation."""
    if is_staff:
        council.manager.is_staff = True
        council.manager.save()
    else:
        make_membership(council.manager, make_organisation(), "member")
    path = path_of(name, council, council.manager.pk)
    assert {client.get(path).status_code, client.post(path).status_code} == {404}
