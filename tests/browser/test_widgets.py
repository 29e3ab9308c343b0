"""Every widget in a real Chromium: stored values, every width, links of the error summary."""

import re

import pytest
from browsing import PHONE, WIDE, look_over
from govuk_pages import EveryForm, focus_targets, lost_ids, save
from playwright.sync_api import expect

pytestmark = pytest.mark.urls("govuk_pages")


def test_every_widget_fits_every_width(watched, live_server):
    """Empty, filled in and with errors."""
    page = watched
    for query in ("", "?filled"):
        page.goto(f"{live_server.url}/pack/every/{query}")
        look_over(page, axe_at=(WIDE,) if query else ())
        assert lost_ids(page) == []
    page.goto(f"{live_server.url}/pack/every/")
    save(page)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    look_over(page, axe_at=(WIDE, PHONE))
    assert lost_ids(page) == []


def test_the_link_to_every_kind_of_control_lands(page_with_and_without_script, live_server):
    page = page_with_and_without_script
    page.goto(f"{live_server.url}/pack/every/")
    save(page)
    landed = focus_targets(page)
    assert list(landed) == [f"#{EveryForm()[name].target_id}" for name in EveryForm.base_fields]
    assert landed == {href: href for href in landed}


def test_every_widget_shows_the_stored_value(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/every/?filled")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Savings")
    expect(page.get_by_label("Likely")).to_be_checked()
    expect(page.get_by_label("Money")).to_be_checked()
    expect(page.get_by_label("Law")).to_be_checked()
    expect(page.locator("#id_ticks_1")).not_to_be_checked()
    expect(page.get_by_label("Select", exact=True)).to_have_value("b")
    for part, value in (("Day", "27"), ("Month", "3"), ("Year", "2026")):
        expect(page.get_by_label(part)).to_have_value(value)
    expect(page.get_by_label("Number")).to_have_value("12")
    expect(page.locator("#id_file-note")).to_have_text(
        "plan.docx is the current file. Select another file to replace it."
    )
    expect(page.locator("#id_tick")).to_be_checked()
    expect(page.locator("#id_secret")).to_have_value("")
    assert page.get_by_label("Long text").input_value() == "\n\n  Long\n"


def test_a_form_with_errors_keeps_the_typed_values(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/every/?filled")
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("Feb")
    page.get_by_label("Number").fill("about 5")
    save(page)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert page.get_by_label("Long text").input_value() == "\n\n  Long\n"
    for label, value in (("Day", "31"), ("Month", "Feb"), ("Number", "about 5")):
        expect(page.get_by_label(label)).to_have_value(re.compile(f"^{value}$"))
    expect(page.get_by_label("Law")).to_be_checked()
    expect(page.get_by_label("Likely")).to_be_checked()
