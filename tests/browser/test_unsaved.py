"""Leaving a form with unsaved changes: the browser asks first, and only then."""

import pytest
from browsing import asks, enter_as, fill_in_the_risk, sign_in
from django.conf import settings
from makers import make_post, make_risk
from playwright.sync_api import expect

from registers.models import ProgressNote

pytestmark = pytest.mark.django_db(transaction=True)

FORMS = ["risks/new/", "risks/1/edit/", "risks/1/assess/"]


@pytest.fixture
def officer_page(watched, live_server, council):
    """The page of an officer; page.dialogs: the kinds of dialogs that opened."""
    page = watched
    page.dialogs = []
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.type), dialog.accept()))
    make_post(council.organisation, "Treasurer")
    make_risk(council, assessed=(2, 2))
    page.register = enter_as(page, live_server.url, "officer")
    return page


def leave(page):
    """The kinds of dialogs that open when somebody leaves the page."""
    page.dialogs.clear()
    page.goto("about:blank")
    return page.dialogs


def test_each_form_asks_once_something_is_typed(officer_page):
    page = officer_page
    for form in FORMS:
        page.goto(f"{page.register}{form}")
        page.locator("main form textarea").first.focus()
        assert not asks(page), form
        page.keyboard.type("Something")
        assert leave(page) == ["beforeunload"], form


def test_who_was_signed_out_meanwhile_loses_no_words(officer_page, live_server):
    """They sign in in another tab, which makes another CSRF token, and send the form again."""
    page = officer_page
    page.goto(f"{page.register}risks/1/progress/new/")
    page.get_by_label("Where does the risk stand").fill("A long note.")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("button", name="Add this note").click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("You are signed out. What you typed is still here")
    expect(notice).to_be_focused()
    tab = page.context.new_page()
    sign_in(tab, live_server.url, "officer")
    tab.close()
    # A second click within a second counts as a double click.
    button = page.get_by_role("button", name="Add this note")
    button.evaluate("button => button.form.requestSubmit(button)")
    expect(page.get_by_text("has a new progress note")).to_be_visible()
    assert ProgressNote.objects.get().note == "A long note."


def test_every_kind_of_control_counts_and_a_reverted_change_does_not(officer_page):
    page = officer_page
    page.goto(f"{page.register}risks/new/")
    page.get_by_text("More detail").click()  # where the checkboxes are
    failure_type = page.get_by_label("Which type of failure is it most like?")
    ticks = page.locator("main form input[type=checkbox]:visible").first
    title = page.get_by_label("Title")
    for change, revert in (
        (lambda: failure_type.select_option("financial"), lambda: failure_type.select_option("")),
        (ticks.check, ticks.uncheck),
        (lambda: title.fill("Something"), lambda: title.fill("")),
    ):
        change()
        assert asks(page)
        revert()
        assert not asks(page)
    page.locator("main form input[type=radio]:visible").first.check()
    assert asks(page)


def test_sending_the_form_does_not_ask(officer_page):
    officer_page.goto(f"{officer_page.register}risks/new/")
    fill_in_the_risk(officer_page)
    officer_page.get_by_label("Which post owns it?").select_option(label="Treasurer (vacant)")
    officer_page.get_by_role("button", name="Log this risk").click()
    expect(officer_page.get_by_role("heading", level=1)).to_have_text("Savings arrive late")
    assert officer_page.dialogs == []
    assert leave(officer_page) == []


def test_a_form_sent_back_with_errors_is_unsaved(officer_page):
    officer_page.goto(f"{officer_page.register}risks/new/")
    officer_page.get_by_label("Title").fill("Savings arrive late")
    officer_page.get_by_role("button", name="Log this risk").click()
    expect(officer_page.locator(".govuk-error-summary")).to_be_visible()
    assert officer_page.dialogs == []
    officer_page.locator("main form textarea").first.focus()
    officer_page.keyboard.press("Tab")
    assert leave(officer_page) == ["beforeunload"]


def test_a_filter_does_not_ask(officer_page):
    officer_page.goto(officer_page.register)
    officer_page.locator("main form input[type=text]").first.fill("savings")
    officer_page.keyboard.press("Tab")
    assert leave(officer_page) == []
