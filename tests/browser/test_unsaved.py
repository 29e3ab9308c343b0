"""Leaving a form with unsaved changes: the browser asks first, and only then."""

import pytest
from browsing import fill_in_the_risk, sign_in
from makers import make_post, make_risk
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.django_db(transaction=True)]

FORMS = ["risks/new/", "risks/1/edit/", "risks/1/assess/"]


@pytest.fixture
def officer_page(watched, live_server, council):
    """The page of an officer who is signed in; page.dialogs: the kinds of dialogs that opened."""
    page = watched
    page.dialogs = []
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.type), dialog.accept()))
    make_post(council.organisation, "Treasurer")
    make_risk(council, assessed=(2, 2))
    sign_in(page, live_server.url, "officer")
    page.register = f"{live_server.url}/registers/corporate/"
    return page


def leave(page):
    page.goto(page.register)
    return page.dialogs


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_was_only_read_asks_nothing(officer_page, form):
    officer_page.goto(f"{officer_page.register}{form}")
    officer_page.locator("main form textarea").first.focus()
    officer_page.keyboard.press("Tab")
    assert leave(officer_page) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_form_with_something_typed_asks(officer_page, form):
    officer_page.goto(f"{officer_page.register}{form}")
    officer_page.locator("main form textarea").first.press_sequentially("Something")
    assert leave(officer_page) == ["beforeunload"]


@pytest.mark.parametrize("control", ["select", "checkbox", "radio"])
def test_every_kind_of_control_counts(officer_page, control):
    officer_page.goto(f"{officer_page.register}risks/new/")
    officer_page.get_by_text("More detail").click()  # where the checkboxes are
    if control == "select":
        officer_page.get_by_label("Which type of failure is it most like?").select_option(
            "financial"
        )
    else:
        officer_page.locator(f"main form input[type={control}]:visible").first.check()
    assert leave(officer_page) == ["beforeunload"]


def test_a_reverted_change_does_not_count(officer_page):
    officer_page.goto(f"{officer_page.register}risks/1/edit/")
    title = officer_page.get_by_label("Title")
    before = title.input_value()
    title.fill("Something else")
    title.fill(before)
    assert leave(officer_page) == []


def test_sending_the_form_does_not_ask(officer_page):
    officer_page.goto(f"{officer_page.register}risks/new/")
    fill_in_the_risk(officer_page)
    officer_page.get_by_label("Which post owns it?").select_option(label="Treasurer (vacant)")
    officer_page.get_by_role("button", name="Log this risk").click()
    expect(officer_page.get_by_role("heading", level=1)).to_have_text("Savings arrive late")
    assert leave(officer_page) == []


def test_a_form_sent_back_with_errors_is_unsaved(officer_page):
    officer_page.goto(f"{officer_page.register}risks/new/")
    officer_page.get_by_label("Title").fill("Savings arrive late")
    officer_page.get_by_role("button", name="Log this risk").click()
    expect(officer_page.locator(".govuk-error-summary")).to_be_visible()
    # A browser asks only after some interaction.
    officer_page.locator("main form textarea").first.focus()
    officer_page.keyboard.press("Tab")
    assert leave(officer_page) == ["beforeunload"]


def test_a_filter_and_the_sign_in_do_not_ask(officer_page):
    officer_page.locator("main form input[type=text]").first.fill("savings")
    officer_page.goto(f"{officer_page.register}dashboard/")
    assert officer_page.dialogs == []
