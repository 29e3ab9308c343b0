"""A scoring scheme is made by keyboard alone; its matrix works with a mouse and without scripts."""

import pytest
from browsing import PHONE, WIDE, enter, look_over
from makers import make_person, make_scheme_draft, preset
from playwright.sync_api import expect

from registers.models import SchemeDraft, ScoringScheme

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = (WIDE, PHONE)


@pytest.fixture
def administrator(council):
    return make_person(council.organisation, "administrator")


def tab_to(page, selector):
    """Press Tab until that element has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def press(page, selector):
    """Go to a link or button by Tab, and press Enter."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page, selector, text):
    tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def address_of(council, *parts):
    return "/".join(["/organisations", council.organisation.slug, "schemes", *parts])


def test_a_scheme_is_made_and_adopted_by_keyboard_alone(
    watched, live_server, council, administrator
):
    page, site = watched, live_server.url
    enter(page, site, administrator)
    page.goto(f"{site}{address_of(council)}/")
    look_over(page, BOTH)
    copy_the_preset(page, council)
    edit_the_draft(page)
    look_over(page, BOTH)
    press(page, "main form button[type=submit]")
    scheme = ScoringScheme.objects.get(organisation=council.organisation)
    assert (scheme.likelihood[0]["label"], scheme.cells[4][4]) == ("Remote", "severe")
    assert (scheme.cells[4][0], scheme.cells[3][0]) == ("high", "high")
    look_over(page, BOTH)
    adopt(page, site, council, scheme)


def copy_the_preset(page, council):
    press(page, f'a[href$="/schemes/{preset().pk}/copy/"]')
    look_over(page, BOTH)
    type_into(page, "#id_name", "Northmoor matrix")
    press(page, "main form button[type=submit]")


def edit_the_draft(page):
    """Rename a level, and make two cells High: one by its number, one by Space."""
    look_over(page, BOTH)
    type_into(page, "#id_likelihood_1_label", "Remote")
    tab_to(page, "#id_cell_5_1")
    page.keyboard.press("3")
    status = page.locator("[data-app-cells] [role=status]")
    expect(status).to_have_text("Likelihood 5 Almost certain, impact 1 Insignificant: High")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#id_cell_5_2")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(status).to_have_text("Likelihood 4 Likely, impact 1 Insignificant: High")
    press(page, "main form button[type=submit]")


def adopt(page, site, council, scheme):
    enter(page, site, make_person(council.organisation, "manager"))
    page.goto(f"{site}/registers/corporate/scheme/?to={scheme.pk}")
    look_over(page, BOTH)
    type_into(page, "#id_reason", "The board adopted it.")
    press(page, "main form button[type=submit]")
    council.refresh_from_db()
    assert council.scheme == scheme


def test_a_cell_changes_by_a_click_and_its_error_has_the_focus(
    page, live_server, council, administrator
):
    draft = make_scheme_draft(council.organisation, by=administrator)
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}{address_of(council, 'drafts', str(draft.pk))}/")
    page.locator("#id_cell_1_1").click()
    page.locator("#id_cell_1_1").click()
    expect(page.locator("#id_cell_1_1")).to_contain_text("High")
    page.get_by_role("button", name="Save and preview").click()
    page.locator(".govuk-error-summary a").first.click()
    expect(page.locator("#id_cell_1_1")).to_be_focused()
    look_over(page, BOTH)


def test_without_scripts_each_cell_is_a_select(
    page_without_script, live_server, council, administrator
):
    page = page_without_script
    draft = make_scheme_draft(council.organisation, by=administrator)
    enter(page, live_server.url, administrator)
    page.goto(f"{live_server.url}{address_of(council, 'drafts', str(draft.pk))}/")
    page.get_by_label("Likelihood 1, impact 3").select_option("1")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Publish A draft")
    assert SchemeDraft.objects.get().cells[0][2] == 1
