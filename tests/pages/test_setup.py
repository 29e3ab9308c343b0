"""The first run of an empty installation: the code, the page, and what it makes."""

import re
import uuid

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from makers import make_organisation, make_user, seal_rows

from registers.accounts import set_up_state
from registers.administration import first_run
from registers.administration.first_run import CODE_PERIOD, set_up, setup_code
from registers.forms.setup import SetupForm
from registers.models import (
    AuditEntry,
    InvalidTransition,
    Membership,
    Organisation,
    Register,
    ScoringScheme,
)
from registers.models.people import User

pytestmark = pytest.mark.django_db

PASSWORD = "three quiet herons"


def fields(**changes):
    return {
        "code": setup_code(),
        "name": "Ari Elm",
        "email": "Ari.Elm@southmoor.example",
        "password": PASSWORD,
        "organisation_name": "Southmoor Council",
        "sector": "council",
        "nation": "england",
        "year_starts_in": "4",
        "register_name": "Corporate risk register",
        "prefix": "corp",
        "scheme": str(ScoringScheme.objects.get(slug="five-by-five").pk),
        "is_manager": "on",
        **changes,
    }


def send(client=None, **changes):
    return (client or Client()).post(reverse("setup"), fields(**changes))


def test_the_page_makes_a_register_of_a_new_organisation():
    send()
    register = Register.objects.get()
    assert (str(register.organisation), register.slug, register.prefix) == (
        "Southmoor Council",
        "corporate-risk-register",
        "CORP",
    )


def test_the_first_person_administers_the_installation_and_the_organisation():
    send()
    user = User.objects.get(email="ari.elm@southmoor.example")
    roles = {*Membership.objects.filter(user=user).values_list("role", flat=True)}
    assert (user.is_staff, user.is_superuser, roles) == (True, True, {"administrator", "manager"})


def test_the_first_person_need_not_run_the_register():
    send(is_manager="")
    assert Membership.objects.get().role == "administrator"


def test_setting_up_leads_to_what_is_missing():
    answer = send()
    assert answer["Location"] == reverse("organisation_detail", args=["southmoor-council"])


def test_setting_up_tries_the_mail():
    send()
    assert [message.to for message in mail.outbox] == [["ari.elm@southmoor.example"]]


def test_mail_that_fails_is_said(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client = Client()
    answer = client.get(send(client)["Location"])
    assert "The mail server did not take a message" in answer.text


def test_what_is_made_is_in_the_audit_trail():
    send()
    call_command("verify_audit")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "AAAA-AAAA-AAAA", "This code does not work"),
        ("code", "é" * 40, "This code does not work"),
        ("email", "ari", "Enter an e-mail address in the correct format"),
        ("password", "password", "at least 12 characters"),
        ("organisation_name", "  ", "Enter the name of the organisation"),
        ("sector", "planet", "Select a sector"),
        ("year_starts_in", "13", "Select a month"),
        ("prefix", "C/R", "only letters, digits and hyphens"),
        ("scheme", "0", "Select a scoring scheme"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field(field, value, words):
    form = SetupForm(fields(**{field: value}))
    assert words in str(form.errors[field])


def test_the_default_scheme_is_chosen_from_the_start():
    scheme = ScoringScheme.objects.get(slug="five-by-five").pk
    assert re.search(r'name="scheme".*?<option value="(\d+)"', str(SetupForm()), re.S)[1] == str(
        scheme
    )


def test_a_code_may_be_typed_without_hyphens():
    assert SetupForm(fields(code=setup_code().replace("-", " ").lower())).is_valid()


def test_a_code_expires_after_two_hours(monkeypatch):
    code, instant = setup_code(), first_run.time.time()
    monkeypatch.setattr(first_run.time, "time", lambda: instant + 2 * CODE_PERIOD)
    assert "code" in SetupForm(fields(code=code)).errors


def test_a_code_of_another_secret_key_does_not_work():
    code, key = setup_code(), settings.SECRET_KEY
    try:
        settings.SECRET_KEY = "another"
        assert "code" in SetupForm(fields(code=code)).errors
    finally:
        settings.SECRET_KEY = key


@pytest.mark.parametrize("make", [make_user, make_organisation])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_installation_in_use_is_not_set_up(make, method):
    make()
    answer = getattr(Client(), method)(reverse("setup"), fields())
    assert answer.status_code == 404


def test_the_second_of_two_at_once_makes_nothing():
    form = SetupForm(fields())
    assert form.is_valid()
    set_up(**form.records)
    with pytest.raises(InvalidTransition):
        set_up(**form.records)
    assert Organisation.objects.count() == 1


def test_a_wrong_code_can_be_tried_a_few_times_only():
    client = Client()
    answers = [send(client, code="AAAA-AAAA-AAAA").status_code for _ in range(21)]
    assert (answers[0], answers[-1]) == (200, 429)


def test_the_command_prints_the_code(capsys):
    call_command("setup")
    assert setup_code() in capsys.readouterr().out


def test_the_command_refuses_an_installation_in_use():
    make_user()
    with pytest.raises(CommandError, match="set up already"):
        call_command("setup")


# The sign-in page of an empty installation


@pytest.fixture
def new_process(monkeypatch):
    """Has not seen yet that the installation is set up."""
    monkeypatch.setattr(set_up_state, "_was_set_up", False)


def test_an_empty_installation_leads_from_its_address_to_the_setup(new_process, client):
    text = client.get("/", follow=True).text
    assert "This installation is not set up yet" in text
    assert f'href="{reverse("setup")}"' in text


@pytest.mark.parametrize("make", [make_user, make_organisation])
def test_the_sign_in_page_of_an_installation_in_use_says_nothing_of_the_setup(
    new_process, client, make
):
    make()
    text = client.get(reverse("account_login")).text
    assert "Password" in text and "set up" not in text.lower()


def test_a_process_asks_once_whether_the_installation_is_set_up(
    new_process, client, django_assert_num_queries
):
    make_user()
    client.get(reverse("account_login"))
    with django_assert_num_queries(0):
        client.get(reverse("account_login"))


# A further organisation


NEW = "/organisations/new/"


@pytest.fixture
def installer(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def another(**changes):
    return {
        **{
            "organisation_name": "Eastmoor NHS Trust",
            "sector": "nhs",
            "nation": "wales",
            "year_starts_in": "4",
        },
        **{"register_name": "Board assurance framework", "prefix": "baf"},
        "scheme": str(ScoringScheme.objects.get(slug="five-by-five").pk),
        **{"administrator_name": "Bo Reed", "email": "Bo.Reed@eastmoor.example"},
        "token": str(uuid.uuid4()),
        **changes,
    }


def test_whoever_runs_the_installation_adds_an_organisation_with_a_register(installer):
    answer = installer.post(NEW, another(), follow=True)
    register = Register.objects.get()
    assert (register.prefix, register.organisation.slug, register.organisation.sector) == (
        "BAF",
        "eastmoor-nhs-trust",
        "nhs",
    )
    assert "We have sent an invitation to bo.reed@eastmoor.example" in answer.text


def test_its_first_administrator_is_invited_and_can_accept(installer):
    installer.post(NEW, another())
    link = re.search(r"/invitations/\S+", mail.outbox[0].body)[0]
    Client().post(link, {"name": "Bo Reed", "password": PASSWORD})
    membership = Membership.objects.get()
    assert (membership.user.email, membership.role) == ("bo.reed@eastmoor.example", "administrator")


def test_whoever_added_it_has_no_role_in_it(installer):
    installer.post(NEW, another())
    assert installer.get("/organisations/eastmoor-nhs-trust/").status_code == 404


def test_an_organisation_that_was_added_is_in_the_audit_trail(installer):
    installer.post(NEW, another())
    seal_rows()
    call_command("verify_audit")
    assert AuditEntry.objects.filter(verb="organisation.added").exists()
    verbs = AuditEntry.objects.filter(chain__organisation=Organisation.objects.get())
    assert {*verbs.values_list("verb", flat=True)} == {*("register.added", "invitation.sent")}


def test_the_form_sent_twice_adds_one(installer):
    form = another()
    answers = [installer.post(NEW, form)["Location"] for _ in range(2)]
    assert (len({*answers}), Organisation.objects.count(), len(mail.outbox)) == (1, 1, 1)


def test_a_name_that_another_organisation_has_is_refused(installer):
    make_organisation("EASTMOOR nhs trust")
    text = installer.post(NEW, another()).text
    assert "There is already an organisation with this name" in text
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(("name", "slug"), [("New", "new-2"), ("東", "organisation")])
def test_an_organisation_gets_an_address_that_no_page_has(installer, name, slug):
    installer.post(NEW, another(organisation_name=name))
    assert Organisation.objects.get().slug == slug


def test_where_mail_fails_no_organisation_is_added(installer, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "nothing has changed" in installer.post(NEW, another()).text
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("staff", [{}, {"is_staff": True}, {"is_superuser": True}])
def test_nobody_else_adds_an_organisation(client, staff):
    client.force_login(make_user(**staff))
    assert client.post(NEW, another()).status_code == 403
    assert not Organisation.objects.exists()
