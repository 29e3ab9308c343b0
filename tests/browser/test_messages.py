"""What somebody is told after sending a form stands in view, and a screen reader is there."""

import pytest
from browsing import PHONE, WIDE, enter_as, resize
from makers import days_ago, make_action, make_risk
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)

# Of the page of each form, from the risk's: the width, what to fill in, and the button.
FORMS = {
    "progress/new/": (PHONE, "note", "The money is set aside.", "Add this note"),
    "edit/": (WIDE, "title", "Savings arrive very late", "Save"),
    "actions/{action}/done/": (PHONE, "evidence", "It is on the intranet.", "Mark as done"),
}


def in_view_and_focus(page, selector):
    expect(page.locator(selector)).to_be_focused()
    expect(page.locator(selector)).to_be_in_viewport(ratio=1)


def test_the_outcome_of_every_form_is_in_view_and_in_focus(watched, live_server, council):
    page = watched
    risk = make_risk(council, assessed=(2, 2), on=days_ago(9))
    action = make_action(risk, title="Write it down", on=days_ago(9))
    address = f"{enter_as(page, live_server.url, 'officer')}risks/1/"
    for path, (width, name, text, button) in FORMS.items():
        resize(page, width)
        page.goto(f"{address}{path.format(action=action.pk)}")
        page.locator(f"#id_{name}").fill("")
        page.get_by_role("button", name=button).click()
        in_view_and_focus(page, ".govuk-error-summary")
        page.locator(f"#id_{name}").fill(text)
        page.get_by_role("button", name=button).click()
        page.wait_for_url(address)
        in_view_and_focus(page, ".govuk-notification-banner")
