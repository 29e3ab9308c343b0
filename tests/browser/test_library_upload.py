"""A new case is loaded at /library/load/ in a real browser."""

import re

import pytest
from browsing import enter, look_over
from library_files import (
    EIGHTH,
    EIGHTH_ROWS,
    file_of,
    type_row,
)
from makers import make_user
from playwright.sync_api import expect

from registers.models import CaseStudy, FailureType

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/library/load/"


def open_upload(page, site):
    """Enter as a person who may load the library, at that page."""
    enter(page, site, make_user(is_staff=True))
    page.goto(f"{site}{PATH}")
    return page


def choose(page, *contents):
    files = [
        {
            "name": f"case{n}.yaml",
            "mimeType": "application/yaml",
            "buffer": file_of(content).content,
        }
        for n, content in enumerate(contents, 8)
    ]
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Check the changes").click()


def test_a_new_case_is_one_file_in_the_browser(watched, live_server):
    page = open_upload(watched, live_server.url)
    choose(page, EIGHTH.replace("code: ASH-W1", "code: THM-W1"))
    expect(page.get_by_text("warning sign THM-W1")).to_be_visible()
    expect(page.get_by_text("begins with ASH-")).to_be_visible()
    look_over(page)
    page.get_by_role("link", name=re.compile("listed on this page")).click()
    assert page.evaluate(
        "document.activeElement.id || document.activeElement.closest('[id]').id"
    ).startswith("id_files")
    choose(page, EIGHTH)
    expect(page.get_by_text(f"{EIGHTH_ROWS} added, 0 changed, 0 unchanged")).to_be_visible()
    page.get_by_text("warning sign ASH-W1").click()
    expect(page.get_by_text("The committee saw no list of loans for two years.")).to_be_visible()
    look_over(page)
    page.get_by_role("button", name="Load these files").click()
    expect(page.get_by_text(f"The library is loaded: {EIGHTH_ROWS} added")).to_be_visible()
    page.goto(f"{live_server.url}{CaseStudy.objects.get(slug='ashmere').get_absolute_url()}")
    expect(page.get_by_role("heading", name="Ashmere District Council")).to_be_visible()
    expect(page.get_by_text("The loans have been counted since.")).to_be_visible()


def test_without_javascript_a_case_is_loaded(page_without_script, live_server):
    page = open_upload(page_without_script, live_server.url)
    choose(page, EIGHTH, [type_row(name="Money" * 20)])
    expect(page.get_by_text("MoneyMoney").first).to_be_visible()
    page.get_by_role("button", name="Load these files").click()
    expect(page.get_by_text("The library is loaded")).to_be_visible()
    assert FailureType.objects.get(slug="financial").name == "Money" * 20
