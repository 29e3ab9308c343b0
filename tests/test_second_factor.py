import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse
from makers import make_membership, make_register, make_user

from registers.models import Role

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def asked_for(settings):
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


def test_who_has_no_second_factor_is_sent_to_set_one_up(asked_for, client, person, register):
    client.force_login(person)
    answers = {path: client.get(path) for path in own_pages(register)}
    assert {path: a.headers.get("Location") for path, a in answers.items()} == {
        path: f"{SET_UP}?next={path}" for path in answers
    }


def test_nothing_is_written_without_a_second_factor(asked_for, client, register, person):
    client.force_login(person)
    answer = client.post(reverse("risk_new", kwargs={"slug": register.slug}), {"title": "A risk"})
    assert answer.headers["Location"].startswith(SET_UP)


def test_an_administrator_is_not_let_off(asked_for, client, administrator):
    client.force_login(administrator)
    assert client.get(reverse("admin:index")).headers["Location"].startswith(SET_UP)


def test_the_page_that_sets_it_up_can_be_reached_with_the_password(asked_for, client, person):
    sign_in(client, person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(SET_UP).status_code == 200


def test_one_can_sign_out_without_a_second_factor(asked_for, client, person):
    client.force_login(person)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_the_password_is_not_changed_without_a_second_factor(asked_for, client, person):
    """Whoever has only the password must not take the account over."""
    client.force_login(person)
    assert (
        client.get(reverse("account_change_password"))
        .headers.get("Location", "")
        .startswith(SET_UP)
    )


def test_the_sign_in_page_works(asked_for, client):
    assert client.get(reverse("account_login")).status_code == 200


def test_health_is_not_asked_for_a_second_factor(asked_for, client, person):
    client.force_login(person)
    assert client.get("/healthz").status_code == 200


def test_where_it_is_not_asked_for_people_work_without(settings, client, person, register):
    settings.REQUIRE_MFA = False
    client.force_login(person)
    assert client.get("/library/").status_code == 200


def test_who_signs_in_with_a_password_and_has_a_second_factor_is_asked_for_it(
    asked_for, client, person
):
    TOTP.activate(person, generate_totp_secret())
    sign_in(client, person)
    assert not is_signed_in(client)


def test_who_has_a_second_factor_works(asked_for, client, person):
    TOTP.activate(person, generate_totp_secret())
    client.force_login(person)
    assert client.get("/library/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(asked_for, client, person):
    """They are for the day the second factor is lost; deactivating it must lead to the
    set-up page.
    """
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"}
    )
    client.force_login(person)
    assert client.get("/library/").headers.get("Location", "").startswith(SET_UP)


def test_the_admin_sites_own_sign_in_is_no_way_round(asked_for, client, administrator):
    TOTP.activate(administrator, generate_totp_secret())
    sign_in(client, administrator, reverse("admin:login"), "username")
    assert not is_signed_in(client)


def test_the_second_factor_is_asked_for_by_default():
    from failing_well import settings as file

    assert file.env.bool("REQUIRE_MFA", default=file.REQUIRE_MFA) is True


def test_nobody_signs_themselves_up(client):
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
def test_who_finds_an_open_session_neither_reads_nor_changes_the_second_factor(
    asked_for, client, person, name
):
    """The password or a code is asked for again."""
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    client.force_login(person)
    answers = [client.get(reverse(name)), client.post(reverse(name))]
    assert not any(code in answer.content.decode() for code in codes for answer in answers)
    assert Authenticator.objects.filter(user=person).count() == 2
    assert (
        RecoveryCodes(
            Authenticator.objects.get(user=person, type="recovery_codes")
        ).get_unused_codes()
        == codes
    )
