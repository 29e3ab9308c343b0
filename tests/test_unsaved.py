"""Leaving a form with something typed and not sent: the browser asks first, and only then."""

import pytest
from makers import make_post, make_risk
from playwright.sync_api import expect
from test_journeys import council, fill_in_the_risk, sign_in, watched  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.django_db(transaction=True)]

FORMS = ["risks/new/", "risks/1/edit/", "risks/1/assess/"]


@pytest.fixture
def asked(watched, live_server, council):  # noqa: F811 (the fixture)
    """The page of an officer who is signed in; page.asked: how often the browser asked whether to
    leave.
    """
    page = watched
    page.asked = []
    page.on("dialog", lambda dialog: (page.asked.append(dialog.type), dialog.accept()))
    make_post(council.organisation, "Treasurer")
    make_risk(council, assessed=(2, 2))
    sign_in(page, live_server.url, "officer")
    page.register = f"{live_server.url}/registers/corporate/"
    return page


def leave(page):
    page.goto(page.register)
    return page.asked


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_was_only_read_is_left_unasked(asked, form):
    asked.goto(f"{asked.register}{form}")
    asked.locator("main form textarea").first.focus()
    asked.keyboard.press("Tab")
    assert leave(asked) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_form_with_something_typed_asks(asked, form):
    asked.goto(f"{asked.register}{form}")
    asked.locator("main form textarea").first.press_sequentially("Something")
    assert leave(asked) == ["beforeunload"]


@pytest.mark.parametrize("control", ["select", "checkbox", "radio"])
def test_every_kind_of_control_counts(asked, control):
    asked.goto(f"{asked.register}risks/new/")
    asked.get_by_text("More detail").click()  # where the checkboxes are
    if control == "select":
        asked.get_by_label("Which type of failure is it most like?").select_option("financial")
    else:
        asked.locator(f"main form input[type={control}]:visible").first.check()
    assert leave(asked) == ["beforeunload"]


def test_what_is_taken_back_does_not_count(asked):
    asked.goto(f"{asked.register}risks/1/edit/")
    title = asked.get_by_label("Title")
    before = title.input_value()
    title.fill("Something else")
    title.fill(before)
    assert leave(asked) == []


def test_sending_it_is_not_leaving_it(asked):
    asked.goto(f"{asked.register}risks/new/")
    fill_in_the_risk(asked)
    asked.get_by_label("Which post owns it?").select_option(label="Treasurer (vacant)")
    asked.get_by_role("button", name="Log this risk").click()
    expect(asked.get_by_role("heading", level=1)).to_have_text("Savings arrive late")
    assert leave(asked) == []


def test_a_form_sent_back_with_errors_is_unsaved(asked):
    asked.goto(f"{asked.register}risks/new/")
    asked.get_by_label("Title").fill("Savings arrive late")
    asked.get_by_role("button", name="Log this risk").click()
    expect(asked.locator(".govuk-error-summary")).to_be_visible()
    asked.locator(
        "main form textarea"
    ).first.focus()  # a browser asks only where somebody did something
    asked.keyboard.press("Tab")
    assert leave(asked) == ["beforeunload"]


def test_a_filter_and_the_sign_in_do_not_ask(asked):
    asked.locator("main form input[type=text]").first.fill("savings")
    asked.goto(f"{asked.register}dashboard/")
    assert asked.asked == []
