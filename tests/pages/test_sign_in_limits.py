"""Guesses at passwords and codes: who has to wait, for how long, and who never does."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from database import DATABASE_CACHE, in_parallel
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.signing import dumps
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from makers import make_user
from profiles import CI

from failing_well import settings as installed
from registers.accounts import known_devices, limits, proxies
from registers.accounts.rates import LOCKED, SIGN_IN_RATES

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough password"
AT_ONCE = 32 if CI else 8
OFFICE, HOME = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def low_limits(settings):
    """Two guesses from an address and three from a device, instead of five and ten."""
    rates = {
        f"{secret}_from_{place}": f"{guesses}/{LOCKED}s/key"
        for secret in ("password", "code")
        for place, guesses in (("address", 2), ("device", 3))
    }
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **rates}


def test_the_limits_of_an_installation():
    assert {
        name: SIGN_IN_RATES[name] for name in SIGN_IN_RATES if not name.endswith("at_address")
    } == {
        "password_from_address": "5/300s/key",
        "password_from_device": "10/300s/key",
        "code_from_address": "5/300s/key",
        "code_from_device": "10/300s/key",
        "code_from_unknown_devices": "30/h/key",
    }
    assert installed.ACCOUNT_RATE_LIMITS.items() >= SIGN_IN_RATES.items()


@pytest.fixture
def person():
    return make_user(email="kay@council.example", password=PASSWORD)


def sign_in(client, email="kay@council.example", password=PASSWORD, address=OFFICE, **headers):
    return client.post(
        "/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address, **headers
    )


def guess(count, email="kay@council.example", address=OFFICE, client=None):
    """Wrong passwords, one after the other: the statuses of the answers."""
    return [
        sign_in(client or Client(), email, f"wrong {n}", address).status_code for n in range(count)
    ]


def spray(count, address=OFFICE):
    """A wrong password at each of so many made-up accounts."""
    return [
        sign_in(Client(), f"nobody{n}@council.example", "wrong", address).status_code
        for n in range(count)
    ]


def set_limit(settings, name, rate):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, name: rate}


def is_signed_in(answer):
    return (answer.status_code, answer.headers.get("Location")) == (302, "/")


# An account at a network address


def test_wrong_passwords_are_answered_up_to_the_limit_and_the_next_has_to_wait(person):
    assert guess(3) == [200] * 2 + [429]


def test_a_locked_person_reads_how_long_to_wait(person):
    guess(2)
    answer = sign_in(Client())
    assert (answer.status_code, answer.headers["Retry-After"], "Wait 5 minutes" in answer.text) == (
        429,
        "300",
        True,
    )


def test_an_unknown_account_gets_the_same_response_as_a_real_one(person):
    guess(2)
    guess(2, "nobody@council.example")
    existing, unknown = sign_in(Client()), sign_in(Client(), "nobody@council.example")
    assert existing.status_code == unknown.status_code == 429
    assert existing.text == unknown.text


def test_a_right_password_is_not_counted(person):
    assert all(is_signed_in(sign_in(Client())) for _ in range(4))


def test_upper_case_and_spaces_do_not_make_another_account(person):
    guess(2)
    assert sign_in(Client(), " KAY@council.example ").status_code == 429


def test_colleagues_at_the_same_address_are_not_locked(person):
    make_user(email="lee@council.example", password=PASSWORD)
    guess(3)
    assert is_signed_in(sign_in(Client(), "lee@council.example"))


def test_the_same_person_on_another_device_is_not_locked(person):
    guess(3, address=OFFICE)
    assert is_signed_in(sign_in(Client(), address=HOME))


def test_failures_at_made_up_accounts_lock_nobody_below_the_limit_of_the_address(person, settings):
    set_limit(settings, "password_at_address", "9/h/ip")
    spray(8)
    assert is_signed_in(sign_in(Client()))


def test_addresses_of_one_ipv6_network_count_as_one(person):
    for number in range(2):
        guess(1, address=f"2001:db8::{number}")
    assert sign_in(Client(), address="2001:db8::ffff").status_code == 429


# A network address that fails at many accounts


class Clock:
    """The time of day, which a test can move (seconds)."""

    def __init__(self):
        self.moved, self.time = 0, time.time

    def __call__(self):
        return self.time() + self.moved


@pytest.fixture
def spray_attack(monkeypatch, settings):
    """The office's address, over a limit of three failures; returns a clock that can be moved."""
    set_limit(settings, "password_at_address", "3/h/ip")
    clock = Clock()
    monkeypatch.setattr(limits.time, "time", clock)
    spray(3)
    return clock


def test_a_hundred_failures_an_hour_are_the_limit_of_an_address(settings):
    assert settings.ACCOUNT_RATE_LIMITS["password_at_address"] == "100/h/ip"


def test_no_limit_but_ours_counts_sign_ins_at_an_address(settings):
    """Those of allauth would lock a whole office after thirty a minute."""
    limits_of_allauth = [settings.ACCOUNT_RATE_LIMITS[name] for name in ("login", "login_failed")]
    assert limits_of_allauth == [None, None]


def test_a_sprayed_address_makes_its_unknown_devices_wait_ten_seconds(person, spray_attack):
    answer = sign_in(Client())
    assert (
        answer.status_code,
        answer.headers["Retry-After"],
        "Wait 10 seconds" in answer.text,
    ) == (429, "10", True)


def test_a_person_who_waited_signs_in_during_an_attack(person, spray_attack):
    sign_in(Client())
    spray_attack.moved += 5
    spray(2)
    spray_attack.moved += 5.1
    assert is_signed_in(sign_in(Client()))


def test_a_person_who_returns_too_early_reads_the_remaining_wait(person, spray_attack):
    sign_in(Client())
    spray_attack.moved += 7
    assert sign_in(Client()).headers["Retry-After"] == "3"


def test_waiting_lets_one_attempt_through(person, spray_attack):
    guess(1)
    spray_attack.moved += 11
    assert guess(2) == [200, 429]


def test_another_address_is_not_slowed(person, spray_attack):
    assert is_signed_in(sign_in(Client(), address=HOME))


def test_waiting_uses_up_no_guess(person, spray_attack):
    guess(4)
    spray_attack.moved += 11
    assert is_signed_in(sign_in(Client()))


# A browser that has signed in before


@pytest.fixture
def device(person):
    """A browser in which the person signed in and out."""
    client = Client()
    sign_in(client)
    client.post("/accounts/logout/")
    return client


def test_a_known_device_is_not_locked_by_strangers(device):
    guess(3)
    assert is_signed_in(sign_in(device))


def test_a_known_device_is_not_slowed_by_strangers(device, spray_attack):
    assert is_signed_in(sign_in(device))


def test_a_known_device_has_a_limit_of_its_own(device):
    assert guess(4, client=device) == [200] * 3 + [429]


def test_a_known_device_counts_for_its_account_only(device):
    make_user(email="lee@council.example", password=PASSWORD)
    guess(2, "lee@council.example")
    assert sign_in(device, "lee@council.example").status_code == 429


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "a:b:c", dumps({"x": "y"}, salt="another"), dumps(["x"], salt=known_devices.SALT)],
    ids=["empty", "a letter", "three parts", "of another kind", "of another shape"],
)
def test_a_cookie_that_we_did_not_sign_makes_no_known_device(rf, cookie):
    request = rf.get("/")
    request.COOKIES["known-device"] = cookie
    assert known_devices.device_for(request, "kay@council.example") is None


def test_a_device_with_a_made_up_cookie_is_locked(person):
    guess(2)
    client = Client()
    client.cookies["known-device"] = "a:b:c"
    assert sign_in(client).status_code == 429


def test_the_cookie_is_anonymous_and_hidden_from_scripts(device):
    cookie = device.cookies["known-device"]
    assert ("kay" in cookie.value, cookie["httponly"], cookie["samesite"]) == (False, True, "Lax")


def test_one_browser_is_known_for_the_latest_five_accounts(person):
    client = Client()
    for number in range(5):
        make_user(email=f"p{number}@council.example", password=PASSWORD)
    for email in (person.email, *(f"p{number}@council.example" for number in range(5))):
        sign_in(client, email)
        client.post("/accounts/logout/")
    request = client.get("/accounts/login/").wsgi_request
    is_known = [
        bool(known_devices.device_for(request, email))
        for email in (person.email, "p0@council.example")
    ]
    assert is_known == [False, True]


def test_a_person_who_reset_their_password_is_not_locked(person, mailoutbox):
    client = Client()
    client.post("/accounts/password/reset/", {"email": person.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    words = "another long enough password"
    client.post(form.redirect_chain[-1][0], {"password1": words, "password2": words})
    guess(3)
    assert is_signed_in(sign_in(client, password=words))


# Codes of the second factor


@pytest.fixture
def secret(person):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def guess_codes(count, client):
    return [
        client.post("/accounts/2fa/authenticate/", {"code": "none"}).status_code
        for _ in range(count)
    ]


def halfway(address=OFFICE):
    """A browser that gave the right password and is asked for the code."""
    client = Client(REMOTE_ADDR=address)
    sign_in(client, address=address)
    return client


def test_wrong_codes_are_answered_up_to_the_limit_and_the_next_has_to_wait(secret):
    assert guess_codes(3, halfway()) == [200] * 2 + [429]


def test_wrong_codes_of_a_stranger_do_not_lock_a_known_device(person, secret):
    device = Client(REMOTE_ADDR=OFFICE)
    request = device.get("/accounts/login/").wsgi_request
    response = device.get("/accounts/login/")
    known_devices.remember_device(request, response, person.email)
    device.cookies.update(response.cookies)
    guess_codes(3, halfway())
    sign_in(device)
    assert device.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_wrong_codes_from_many_addresses_are_added_up(secret, settings):
    set_limit(settings, "code_from_unknown_devices", "4/h/key")
    statuses = [guess_codes(2, halfway(f"198.51.100.{n}")) for n in range(3)]
    assert statuses == [[200] * 2] * 2 + [[429] * 2]


def test_a_code_signs_in_once(secret):
    first, second, code = halfway(), halfway(), code_of(secret)
    answers = [
        client.post("/accounts/2fa/authenticate/", {"code": code}).status_code
        for client in (first, second)
    ]
    assert answers == [302, 200]


def test_the_code_that_set_the_second_factor_up_does_not_sign_in(person):
    client = Client()
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    code = code_of(client.session["mfa.totp.secret"])
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    assert halfway().post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


@override_settings(CACHES=DATABASE_CACHE)
def test_used_codes_are_remembered_in_the_database(secret):
    code = code_of(secret)
    halfway().post("/accounts/2fa/authenticate/", {"code": code})
    cache.close()
    assert halfway().post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


# All workers, and many at once


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_do_not_overshoot(person):
    with override_settings(CACHES=DATABASE_CACHE):
        cache.clear()
        statuses = in_parallel(
            AT_ONCE, lambda number: sign_in(Client(), password=f"wrong {number}").status_code
        )
        cache.clear()
    assert (statuses.count(200) <= 2, set(statuses)) == (True, {200, 429})


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_sent_twice_at_once_signs_in_once(secret):
    with override_settings(CACHES=DATABASE_CACHE):
        cache.clear()
        clients, code = [halfway(), halfway()], code_of(secret)

        def send(number):
            return clients[number].post("/accounts/2fa/authenticate/", {"code": code}).status_code

        statuses = in_parallel(2, send)
        cache.clear()
    assert sorted(statuses) == [200, 302]


def test_the_table_of_the_cache_is_made_by_migrate(settings):
    from failing_well import settings as file

    assert file.CACHES["default"]["BACKEND"] == DATABASE_CACHE["default"]["BACKEND"]
    settings.CACHES = DATABASE_CACHE
    cache.set("a", 1)
    assert cache.get("a") == 1


# A proxy that is not declared


def warnings():
    return [
        warning.id
        for warning in run_checks(include_deployment_checks=True)
        if warning.id.startswith("registers.")
    ]


def forwarded_for(address="127.0.0.1"):
    return {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": "203.0.113.9"}


def test_a_sign_in_through_a_proxy_that_is_not_declared_is_warned_of(person, client):
    sign_in(Client(), address="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert client.get("/readyz").json()["proxies_declared"] is False
    assert "registers.W002" in warnings()


def test_a_request_for_readiness_through_such_a_proxy_is_warned_of(client):
    answer = client.get("/readyz", **forwarded_for())
    assert (answer.status_code, answer.json()["proxies_declared"]) == (200, False)


def test_without_a_proxy_there_is_nothing_to_warn_of(person, client):
    sign_in(Client())
    assert client.get("/readyz").json()["proxies_declared"] is True
    assert "registers.W002" not in warnings()


def test_a_forged_header_is_ignored(rf):
    assert not proxies.comes_through_undeclared_proxy(rf.get("/", **forwarded_for("9.9.9.9")))


def test_a_declared_proxy_is_believed(settings, rf):
    settings.TRUSTED_PROXIES = 1
    assert not proxies.comes_through_undeclared_proxy(rf.get("/", **forwarded_for()))


def test_https_without_a_declared_proxy_is_warned_of(settings):
    settings.IS_TLS = True
    assert "registers.W001" in warnings()


def test_a_check_before_the_first_migration_says_nothing(settings):
    settings.CACHES = {"default": {**DATABASE_CACHE["default"], "LOCATION": "no_such_table"}}
    with transaction.atomic():
        assert "registers.W002" not in warnings()
        transaction.set_rollback(True)


def test_the_cache_table_may_be_made_again():
    call_command("createcachetable", verbosity=0)
