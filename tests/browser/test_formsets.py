"""Rows of a form in a real Chromium: adding, changing and removing one."""

import pytest
from browsing import PHONE, WIDE, asks, look_over
from govuk_pages import focus_targets, lost_ids, save
from playwright.sync_api import expect

pytestmark = pytest.mark.urls("govuk_pages")


def fill(page, row, name):
    page.locator(f"#id_form-{row}-name").fill(name)
    page.locator(f"#id_form-{row}-kind_0").check()


def test_rows_are_added_and_saved(page_with_and_without_script, live_server):
    page = page_with_and_without_script
    page.goto(f"{live_server.url}/pack/controls/")
    fill(page, 0, "Audit")
    page.locator("#id_form-0-since_1").fill("soon")
    page.get_by_role("button", name="Add another control").click()
    expect(page.get_by_role("group", name="Control 2 of 2")).to_be_visible()
    expect(page.locator(":focus")).to_have_id("id_form-1-name")
    expect(page.locator("#id_form-0-name")).to_have_value("Audit")
    expect(page.locator("#id_form-0-since_1")).to_have_value("soon")
    expect(page.locator("#id_form-0-kind_0")).to_be_checked()
    assert lost_ids(page) == []
    page.locator("#id_form-0-since_1").fill("")
    fill(page, 1, "Two people sign")
    page.locator("#id_form-1-name").press("Enter")  # saves, and adds no row
    expect(page.locator("#received")).to_contain_text("Two people sign")


def test_links_of_every_row_land(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/controls/?filled")
    page.locator("#id_form-0-name").fill("")
    page.locator("#id_form-1-other").fill("An audit")
    page.locator("#id_form-2-since_0").fill("1")
    save(page)
    landed = focus_targets(page)
    assert list(landed) == [
        f"#id_form-{place}" for place in ("0-name", "1-name", "2-name", "2-kind_0", "2-since_0")
    ]
    assert landed == {href: href for href in landed}
    assert page.title().startswith("Error: ")
    look_over(page, axe_at=(WIDE, PHONE))


def test_stored_rows_can_be_changed_or_removed(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/controls/?filled")
    expect(page.locator("#id_form-1-other")).to_have_value("It finds out")
    expect(page.locator("#id_form-1-other")).to_be_visible()
    expect(page.locator("#id_form-0-since_2")).to_have_value("2026")
    page.locator("#id_form-0-name").fill("")
    page.get_by_label("Remove this control").first.check()
    save(page)
    expect(page.locator("#received")).to_contain_text("'DELETE': True")


def test_leaving_rows_unsaved_asks(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/controls/")
    assert not asks(page)
    fill(page, 0, "Audit")
    assert asks(page)
    page.get_by_role("button", name="Add another control").click()
    expect(page.locator("#id_form-1-name")).to_be_focused()
    assert asks(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#received")).to_contain_text("Audit")
    assert not asks(page)
