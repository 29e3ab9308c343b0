import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.urls import reverse
from makers import make_membership, make_register, make_user

from registers.models import Role

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def mfa_required(settings):
    settings.REQUIRE_MFA = True
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def person():
    return make_user(password=PASSWORD)


@pytest.fixture
def administrator():
    return make_user(password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def register(person):
    register = make_register()
    make_membership(person, register.organisation, Role.MEMBER)
    return register


def sign_in(client, user, path="/accounts/login/", name="login"):
    return client.post(path, {name: user.email, "username": user.email, "password": PASSWORD})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def own_pages(register):
    slug = {"slug": register.slug}
    return [
        "/",
        reverse("risk_list", kwargs=slug),
        reverse("dashboard", kwargs=slug),
        reverse("risk_new", kwargs=slug),
        reverse("library"),
        reverse("library_load"),
        reverse("library_case", kwargs={"slug": "doncaster"}),
        reverse("admin:index"),
        "/admin/registers/user/",
    ]


def test_a_person_without_a_second_factor_is_redirected_to_set_one_up(
    mfa_required, client, person, register
):
    client.force_login(person)
    answers = {path: client.get(path) for path in own_pages(register)}
    assert {path: a.headers.get("Location") for path, a in answers.items()} == {
        path: f"{SET_UP}?next={path}" for path in answers
    }


def set_up_app(client, person, next_address):
    """Set up the app on the way to an address, and return the page of the recovery codes."""
    sign_in(client, person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(f"{SET_UP}?next={next_address}").context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return client.post(SET_UP, {"code": code, "next": next_address}, follow=True)


def test_setting_up_a_second_factor_leads_on_to_the_page_that_was_asked_for(
    mfa_required, client, person
):
    codes = set_up_app(client, person, "/tasks/?page=2")
    assert 'href="/tasks/?page=2">Continue</a>' in codes.text


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org", "javascript:x"])
def test_setting_up_a_second_factor_leads_to_no_other_site(mfa_required, client, person, address):
    set_up_app(client, person, address)
    codes = client.get(reverse("mfa_view_recovery_codes"), {"next": address})
    assert "Download the codes" in codes.text and "Continue</a>" not in codes.text


def test_nothing_is_written_without_a_second_factor(mfa_required, client, register, person):
    client.force_login(person)
    answer = client.post(reverse("risk_new", kwargs={"slug": register.slug}), {"title": "A risk"})
    assert answer.headers["Location"].startswith(SET_UP)


def test_an_administrator_needs_a_second_factor_too(mfa_required, client, administrator):
    client.force_login(administrator)
    assert client.get(reverse("admin:index")).headers["Location"].startswith(SET_UP)


def test_the_setup_page_can_be_reached_with_the_password(mfa_required, client, person):
    sign_in(client, person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(SET_UP).status_code == 200


def test_a_person_can_sign_out_without_a_second_factor(mfa_required, client, person):
    client.force_login(person)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_the_password_is_not_changed_without_a_second_factor(mfa_required, client, person):
    """Whoever has only the password must not take the account over."""
    client.force_login(person)
    assert (
        client.get(reverse("account_change_password"))
        .headers.get("Location", "")
        .startswith(SET_UP)
    )


def test_the_sign_in_page_works(mfa_required, client):
    assert client.get(reverse("account_login")).status_code == 200


def test_health_needs_no_second_factor(mfa_required, client, person):
    client.force_login(person)
    assert client.get("/healthz").status_code == 200


def test_people_work_without_one_where_it_is_not_required(settings, client, person, register):
    settings.REQUIRE_MFA = False
    client.force_login(person)
    assert client.get("/library/").status_code == 200


def test_a_sign_in_with_a_password_asks_for_the_second_factor(mfa_required, client, person):
    TOTP.activate(person, generate_totp_secret())
    sign_in(client, person)
    assert not is_signed_in(client)


def test_a_person_with_a_second_factor_can_work(mfa_required, client, person):
    TOTP.activate(person, generate_totp_secret())
    client.force_login(person)
    assert client.get("/library/").status_code == 200


def test_recovery_codes_alone_are_not_a_second_factor(mfa_required, client, person):
    """They are for the day the second factor is lost; deactivating it must lead to the
    set-up page.
    """
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"}
    )
    client.force_login(person)
    assert client.get("/library/").headers.get("Location", "").startswith(SET_UP)


def test_the_sign_in_of_the_admin_site_is_no_bypass(mfa_required, client, administrator):
    TOTP.activate(administrator, generate_totp_secret())
    sign_in(client, administrator, reverse("admin:login"), "username")
    assert not is_signed_in(client)


def test_the_second_factor_is_required_by_default():
    from failing_well import settings as file

    assert file.env.bool("REQUIRE_MFA", default=file.REQUIRE_MFA) is True


def test_sign_up_is_closed(client):
    client.post(
        reverse("account_signup"),
        {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    ],
)
def test_an_open_session_neither_reads_nor_changes_the_second_factor(
    mfa_required, client, person, name
):
    """The password or a code is asked for again."""
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    client.force_login(person)
    answers = [client.get(reverse(name)), client.post(reverse(name))]
    assert not any(code in answer.text for code in codes for answer in answers)
    assert Authenticator.objects.filter(user=person).count() == 2
    assert (
        RecoveryCodes(
            Authenticator.objects.get(user=person, type="recovery_codes")
        ).get_unused_codes()
        == codes
    )
