"""The admin site: what the staff of the installation need, nothing of a register, and every save
audited.
"""

import re

import pytest
from access_table import TABLE, path_of
from allauth.mfa.models import Authenticator
from audit_check import verify
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_appetite,
    make_assurance,
    make_control,
    make_escalation,
    make_grant,
    make_import,
    make_invitation,
    make_membership,
    make_organisation,
    make_person,
    make_question,
    make_register,
    make_review,
    make_risk,
    make_saved_view,
    make_user,
    seal_rows,
)

from registers.models import (
    AuditEntry,
    Invitation,
    Membership,
    Organisation,
    ReminderMail,
    Role,
    User,
)

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/registers/user/"


@pytest.fixture
def root(client):
    client.force_login(
        User.objects.create_superuser("root@example.org", "not-asked-for", name="Root")
    )
    return client


def latest():
    return AuditEntry.objects.exclude(subject="library").latest("pk")


# What is in it


def test_it_has_these_records_and_no_others():
    """Another needs a reason (docs/adr/0028): nothing of a register belongs here."""
    assert {*admin.site._registry} == {User, Authenticator, Invitation, Organisation, ReminderMail}


def make_quokkas():
    """A register in which every text that somebody typed says quokka, and rows of the site."""
    organisation = make_organisation()
    manager = make_person(organisation, Role.MANAGER)
    above = make_register(organisation)
    register = make_register(organisation, parent=above)
    words = dict.fromkeys(("title", "cause", "event", "consequence"), "Quokka")
    risk = make_risk(register, by=manager, assessed=(4, 4), **words)
    make_risk(register, by=manager, is_exempt=True, exempt_interest="Quokka", **words)
    make_review(risk, by=manager, note="Quokka")
    make_action(risk, by=manager, title="Quokka")
    make_control(risk, by=manager, title="Quokka")
    make_assurance(risk, by=manager, note="Quokka")
    make_appetite(organisation, by=manager, narrative="Quokka")
    make_escalation(risk, above, by=manager, reason="Quokka")
    make_question(register, "Quokka?", by=manager)
    make_grant(register, make_person(organisation), by=manager, reason="Quokka")
    make_saved_view(register, by=manager, name="Quokka")
    make_agreement(register, by=manager, note="Quokka")
    make_import(register, b"Title,Owner\nQuokka,Quokka\n", by=manager, file_name="quokka.csv")
    make_invitation(organisation, by=manager)
    ReminderMail.objects.create(user=manager, day=days_ago(1))
    Authenticator.objects.create(user=manager, type=Authenticator.Type.TOTP, data={})


def test_no_page_of_it_shows_a_word_of_a_register(root):
    make_quokkas()
    names = [name for name in TABLE if name.startswith("admin:registers_") or name == "admin:index"]
    answers = {name: root.get(path_of(name)) for name in names}
    texts = [name for name, answer in answers.items() if "quokka" in answer.text.lower()]
    assert (texts, sum(answer.status_code == 200 for answer in answers.values()) > 12) == ([], True)


def test_its_first_page_says_what_each_part_is_for(root):
    text = root.get("/admin/").text
    purposes = [model_admin.purpose for model_admin in admin.site._registry.values()]
    assert [purpose for purpose in purposes if purpose not in text] == []


def test_its_first_page_says_when_reminders_were_sent_last(root):
    assert "None sent" in root.get("/admin/").text
    ReminderMail.objects.create(user=make_user(), day=days_ago(2), sent_at=timezone.now())
    assert f"{days_ago(2):%-d %B %Y}" in root.get("/admin/").text


def test_an_organisation_is_shown_with_its_administrators_and_the_address_of_its_pages(root):
    organisation = make_organisation(slug="southmoor")
    make_person(organisation, Role.ADMINISTRATOR, name="Ari Elm", email="ari@southmoor.example")
    text = root.get(f"/admin/registers/organisation/{organisation.pk}/change/").text
    assert "Ari Elm (ari@southmoor.example)" in text and 'href="/organisations/southmoor/"' in text


def test_a_list_of_organisations_takes_as_many_queries_for_three_as_for_one(
    root, django_assert_max_num_queries
):
    address = "/admin/registers/organisation/"
    make_person(make_organisation(), Role.ADMINISTRATOR)
    root.get(address)
    with CaptureQueriesContext(connection) as queries:
        root.get(address)
    for _ in range(2):
        make_person(make_organisation(), Role.ADMINISTRATOR)
    with django_assert_max_num_queries(len(queries)):
        root.get(address)


# Invitations


def send_again(root, *invitations):
    form = {"action": "send_again", "_selected_action": [row.pk for row in invitations]}
    return root.post("/admin/registers/invitation/", form, follow=True)


def test_the_invitation_of_an_administrator_is_sent_again(root):
    organisation = make_organisation()
    invitation = make_invitation(organisation, by=make_user(), roles=[("administrator", None)])
    assert f"new link to {invitation.email}" in send_again(root, invitation).text
    link = re.search(r"/invitations/\S+", mail.outbox[0].body)[0]
    assert "Choose a password" in Client().get(link).text


def test_the_invitation_of_anybody_else_is_left_to_their_organisation(root):
    invitation = make_invitation(make_organisation(), by=make_user())
    assert "None of these" in send_again(root, invitation).text
    assert mail.outbox == []


# The roles of a person


def person_form(person, *memberships, **fields):
    """memberships: (membership or None, organisation, role, extra fields)."""
    form = {"email": person.email, "name": person.name, "is_active": "on", **fields}
    existing = [row for row, *_ in memberships if row]
    form |= {
        "memberships-TOTAL_FORMS": len(memberships),
        "memberships-INITIAL_FORMS": len(existing),
    }
    for place, (membership, organisation, role, extra) in enumerate(memberships):
        row = {
            "id": membership.pk if membership else "",
            "user": person.pk,
            "organisation": organisation.pk,
        }
        form |= {
            f"memberships-{place}-{name}": value
            for name, value in {**row, "role": role, **extra}.items()
        }
    return form


def test_an_organisation_is_given_an_administrator(root):
    person, organisation = make_user(), make_organisation()
    seal_rows()
    form = person_form(person, (None, organisation, "administrator", {}))
    root.post(f"{PEOPLE}{person.pk}/change/", form)
    entry = AuditEntry.objects.get(verb="membership.added")
    assert (entry.chain.organisation, entry.subject) == (organisation, f"user:{person.pk}")
    assert (person.memberships.get().role, verify()) == ("administrator", "")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_is_given_there(root, role):
    """Who looks after the installation would open exempt risks to themselves."""
    person = make_user()
    until = {"until": days_ago(-9).isoformat()}
    form = person_form(person, (None, make_organisation(), role.value, until))
    answer = root.post(f"{PEOPLE}{person.pk}/change/", form)
    assert (answer.status_code, Membership.objects.exists()) == (200, False)


@pytest.mark.parametrize("fields", [{"role": "administrator"}, {"DELETE": "on"}])
def test_a_role_that_somebody_has_is_only_shown(root, fields):
    membership = make_membership(role="officer")
    form = person_form(
        membership.user, (membership, membership.organisation, "officer", fields), name="Kay"
    )
    root.post(f"{PEOPLE}{membership.user_id}/change/", form)
    assert (Membership.objects.get().role, User.objects.get(name="Kay").pk) == (
        "officer",
        membership.user_id,
    )


def test_a_person_is_saved_while_the_row_for_another_role_is_empty(root):
    person = make_user()
    form = person_form(person, name="Kay") | {
        **{"memberships-TOTAL_FORMS": 1, "memberships-0-user": person.pk},
        **{"memberships-0-organisation": "", "memberships-0-role": "administrator"},
    }
    root.post(f"{PEOPLE}{person.pk}/change/", form)
    assert (User.objects.get(pk=person.pk).name, Membership.objects.exists()) == ("Kay", False)


# What is saved is audited


def test_a_password_set_for_somebody_is_audited_without_the_password(root):
    person = make_user()
    words = "correct-horse-battery-staple"
    form = {"password1": words, "password2": words, "usable_password": "true"}
    root.post(f"/admin/registers/user/{person.pk}/password/", form)
    assert "password" in str(latest().text.content["changes"]) and words not in str(
        latest().text.content
    )


def test_a_person_who_is_added_and_made_an_administrator_is_sealed(root):
    words = "correct-horse-battery-staple"
    form = {
        "email": "kay@example.org",
        "name": "Kay",
        "usable_password": "true",
        "password1": words,
        "password2": words,
    }
    root.post(
        "/admin/registers/user/add/", form | person_form(make_user(email="x@example.org")) | form
    )
    person = User.objects.get(email="kay@example.org")
    root.post(f"/admin/registers/user/{person.pk}/change/", person_form(person, is_staff="on"))
    person.refresh_from_db()
    seal_rows()
    assert (person.is_staff, verify()) == (True, "")
    verbs = (
        AuditEntry.objects.filter(subject=f"user:{person.pk}")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["user.added", "user.changed"]


def test_a_person_is_not_deleted(root):
    person = make_user()
    assert (
        root.post(f"/admin/registers/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    )
