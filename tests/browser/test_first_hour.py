"""From an empty installation to the first risk on a dashboard, by following the pages."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from browsing import PHONE, WIDE, look_over
from playwright.sync_api import expect

from registers.accounts import set_up_state
from registers.administration.first_run import setup_code

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = (WIDE, PHONE)
LOAD_TIME = 15_000  # milliseconds, for a dashboard with its charts


def press(page, words):
    with page.expect_navigation(timeout=LOAD_TIME):
        page.get_by_role("button", name=words).click()


def follow(page, words):
    with page.expect_navigation(timeout=LOAD_TIME):
        page.get_by_role("link", name=words).first.click()


@pytest.fixture
def empty_installation(settings, monkeypatch):
    """As it comes: nobody is there, and everybody needs a second factor."""
    settings.REQUIRE_MFA = True
    monkeypatch.setattr(set_up_state, "_was_set_up", False)


def code_of_the_app(page):
    """The six digits that an app shows for the key on the page."""
    secret = page.locator("#authenticator_secret").text_content().strip()
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_an_empty_installation_shows_its_first_risk_on_a_dashboard(
    empty_installation, watched, live_server
):
    page = watched
    page.goto(live_server.url)
    look_over(page, BOTH)
    press(page, "Set up this installation")
    look_over(page, BOTH)
    page.get_by_label("Setup code").fill(setup_code())
    page.get_by_label("Your name").fill("Ari Elm")
    page.get_by_label("Your e-mail address").fill("ari.elm@southmoor.example")
    page.get_by_label("Choose a password").fill("three quiet herons")
    page.get_by_label("Name of the organisation").fill("Southmoor Council")
    press(page, "Set up")
    expect(page.locator("main")).to_contain_text("Southmoor Council is set up")
    look_over(page, BOTH)
    page.get_by_label("Authenticator code").fill(code_of_the_app(page))
    press(page, "Turn on the app")
    expect(page.locator("main li").filter(has_text=re.compile(r"^\d{8}$"))).to_have_count(10)
    look_over(page, BOTH)
    press(page, "Continue")
    expect(page.locator("h1")).to_have_text("Southmoor Council")
    look_over(page, BOTH)
    follow(page, "Log a risk")
    page.get_by_label("Title").fill("The savings plan is not delivered")
    page.get_by_label("Event: what could happen?").fill("Savings fall short in the year.")
    page.get_by_label("Consequence: what would it lead to?").fill("Services are cut.")
    page.get_by_label("4 Likely").check()
    page.get_by_label("4 Major").check()
    page.get_by_label("Which adverse impact drives your rating?").select_option(index=1)
    page.get_by_label("Why did you choose these ratings?").fill("Half of them have no plan yet.")
    press(page, "Log this risk")
    expect(page.locator("main")).to_contain_text("CORP-001")
    follow(page, "Dashboard")
    expect(page.locator("main")).to_contain_text("The savings plan is not delivered")
    look_over(page, BOTH)
