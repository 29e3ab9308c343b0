"""Fields for a file, in a real Chromium."""

import pytest
from browsing import asks, look_over
from govuk_pages import ENDLESS, focus_targets, lost_ids, save
from playwright.sync_api import expect

pytestmark = pytest.mark.urls("govuk_pages")

NAME = "plan.docx"
FILE = {"name": NAME, "mimeType": "text/plain", "buffer": b"hello"}
EMPTY = {**FILE, "buffer": b""}
DROP = """() => {
  const dropped = new DataTransfer();
  dropped.items.add(new File(["hello"], "plan.docx"));
  return dropped;
}"""


def test_a_file_arrives_after_none_and_an_empty_one(page_with_and_without_script, live_server):
    """The link of each error lands on the control."""
    page = page_with_and_without_script
    page.goto(f"{live_server.url}/pack/file/")
    page.get_by_label("Title").fill("Plan")
    for file, words in ((None, "Select plan"), (EMPTY, "The file is empty. Select another file")):
        if file:
            page.locator("input[type=file]").set_input_files(file)
        save(page)
        expect(page.locator(".govuk-error-summary")).to_contain_text(words)
        assert focus_targets(page) == {"#id_plan": "#id_plan"}
        assert lost_ids(page) == []
    if page.has_script:
        look_over(page)
    page.locator("input[type=file]").set_input_files(FILE)
    save(page)
    expect(page.locator("#received")).to_contain_text("plan.docx (text/plain)")


def test_a_file_is_dropped_on_the_control(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/file/")
    zone = page.get_by_role("button", name="Plan , No file chosen")
    zone.dispatch_event("drop", {"dataTransfer": page.evaluate_handle(DROP)})
    expect(page.get_by_role("button", name="Plan , plan.docx")).to_be_visible()
    assert asks(page)  # before it is left with a file selected
    page.get_by_label("Title").fill("Plan")
    save(page)
    expect(page.locator("#received")).to_contain_text("plan.docx")


def test_the_control_is_in_our_colours(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/file/")
    status = page.locator(".govuk-file-upload-button__status")
    for colour in ("rgb(238, 245, 245)", "rgb(15, 76, 85)"):  # empty, then chosen
        for _ in range(2):
            expect(status).to_have_css("background-color", colour)
            status.hover()
        page.mouse.move(0, 0)
        page.locator("input[type=file]").set_input_files(FILE)


def test_the_longest_names_stay_on_the_page(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/file/?filled")
    expect(page.locator("#id_plan-note")).to_contain_text(f"{ENDLESS}.docx is the current file")
    look_over(page)
    page.locator("input[type=file]").set_input_files({**FILE, "name": f"{ENDLESS}.docx"})
    look_over(page, axe_at=())
