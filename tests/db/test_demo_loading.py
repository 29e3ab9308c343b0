"""Loading the demo: where it may be loaded, whole or not at all, and its passwords."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse

from registers import demo
from registers.models import (
    Organisation,
    User,
)


def rows():
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_an_interrupted_load_leaves_nothing(db, monkeypatch):
    before = rows()
    monkeypatch.setattr(
        demo, "ORGANISATIONS", ("eastvale", "northmoor-corporate")
    )  # no body: it breaks there
    with pytest.raises(KeyError):
        demo.load()
    assert rows() == before


@pytest.fixture
def small(db, monkeypatch):
    """Eastvale alone, whose few risks load in a twentieth of the time."""
    monkeypatch.setattr(demo, "ORGANISATIONS", ("eastvale",))


def test_the_password_of_the_environment_signs_everybody_in(small, client, monkeypatch, capsys):
    for password in ("the-first-made-up-word", "the-second-made-up-word"):
        monkeypatch.setenv("DEMO_PASSWORD", password)
        call_command("load_demo")
        assert password not in capsys.readouterr().out
        for account in demo.accounts():
            answer = client.post(
                reverse("account_login"), {"login": account.email, "password": password}
            )
            assert answer.status_code == 302, account.email
            client.logout()


def test_without_one_a_new_password_is_set_and_printed(small, monkeypatch, capsys):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    passwords = []
    for _ in range(2):
        call_command("load_demo")
        passwords.append(capsys.readouterr().out.strip().rpartition(" ")[2])
        assert User.objects.get(email=demo.accounts()[0].email).check_password(passwords[-1])
    assert passwords[0] != passwords[1]


def test_an_installation_that_may_be_real_refuses_the_demo(db, settings):
    settings.IS_LAPTOP, settings.DEMO = False, False
    for command in ("load_demo", "demo"):
        with pytest.raises(CommandError, match="DEMO=true"):
            call_command(command)
    assert not Organisation.objects.exists()


def test_a_public_demo_may_say_so(small, settings, capsys):
    settings.IS_LAPTOP, settings.DEMO = False, True
    call_command("load_demo")
    assert Organisation.objects.filter(slug="eastvale").exists()


def test_a_taken_name_is_reported_and_nothing_is_loaded(db):
    User.objects.create_user("manager@northmoor.example", name="Somebody else")
    with pytest.raises(CommandError, match="already has a name"):
        call_command("load_demo")
    assert not Organisation.objects.exists()
