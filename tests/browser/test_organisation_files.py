"""An administrator imports the HR system's file, and the same file next month, in Chromium."""

import pytest
from browsing import PHONE, WIDE, enter, look_over
from makers import make_person
from playwright.sync_api import expect

from registers.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = """Job title;Department;Name;E-mail;Acting;Start date;Vacant
Director of place;Place;Robin Ash;officer@northmoor.example;no;01/04/2026;
Head of parking;Place;Kit Moss;kit@northmoor.example;;;
Head of roads;Place;;;;;yes
;Place;;;;;
"""


def choose(page, address):
    page.goto(address)
    page.locator("input[name=file]").set_input_files(
        {"name": "posts.csv", "mimeType": "text/csv", "buffer": ROWS.encode("latin-1")}
    )
    page.get_by_role("button", name="Check this file").click()


def test_a_file_of_the_hr_system_is_matched_twice(live_server, watched, council):
    page, organisation = watched, Organisation.objects.get()
    enter(page, live_server.url, make_person(organisation, "administrator"))
    address = f"{live_server.url}/organisations/{organisation.slug}/posts/import/"
    page.goto(address)
    look_over(page, axe_at=(WIDE, PHONE))

    choose(page, address)
    expect(page.get_by_role("heading", name="To add (3)")).to_be_visible()
    expect(page.get_by_role("heading", name="Not understood (1)")).to_be_visible()
    expect(page.get_by_text("kit@northmoor.example", exact=True)).to_be_visible()
    look_over(page, axe_at=(WIDE, PHONE))

    page.get_by_role("button", name="Import these posts").click()
    row = page.get_by_role("row", name="Director of place")
    expect(row).to_contain_text("Robin Ash")
    expect(row).to_contain_text("1 Apr 2026")
    look_over(page, axe_at=(WIDE, PHONE))

    choose(page, address)
    expect(page.get_by_text("Nothing to change")).to_be_visible()
    expect(page.get_by_role("button", name="Import these posts")).to_have_count(0)
    look_over(page, axe_at=(WIDE, PHONE))
