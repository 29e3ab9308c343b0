"""Choices that reveal further fields, in a real Chromium."""

import pytest
from browsing import look_over
from govuk_pages import focus_targets, lost_ids, save
from playwright.sync_api import expect

pytestmark = pytest.mark.urls("govuk_pages")


def fill_in_tolerance(page):
    page.get_by_label("Why is it tolerable?").fill("Cheap")
    for part, text in (("Day", "31"), ("Month", "March"), ("Year", "2027")):
        page.get_by_label(part).fill(text)


def test_a_choice_shows_its_fields_and_hides_the_others(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/response/")
    reason, to_whom = page.get_by_label("Why is it tolerable?"), page.get_by_label("To whom?")
    expect(reason).to_be_hidden()
    page.get_by_label("Tolerate it").check()
    expect(reason).to_be_visible()
    expect(to_whom).to_be_hidden()
    page.keyboard.press("ArrowDown")  # as somebody would who uses no mouse
    expect(to_whom).to_be_visible()
    expect(reason).to_be_hidden()
    page.get_by_label("Partners", exact=True).check()
    expect(page.get_by_label("Which partners?")).to_be_visible()
    page.get_by_text("More detail").click()
    page.get_by_label("It cannot wait").check()
    expect(page.get_by_label("Why can it not wait?")).to_be_visible()
    assert lost_ids(page) == []
    look_over(page)


def test_without_a_script_everything_is_to_be_seen(page_without_script, live_server):
    page = page_without_script
    page.goto(f"{live_server.url}/pack/response/")
    page.get_by_text("More detail").click()
    for label in (
        "Why is it tolerable?",
        "Day",
        "To whom?",
        "How?",
        "Which partners?",
        "Why can it not wait?",
    ):
        expect(page.get_by_label(label)).to_be_visible()
    page.get_by_label("Tolerate it").check()
    fill_in_tolerance(page)
    save(page)
    expect(page.locator("#received")).to_contain_text("'tolerate_reason': 'Cheap'")


@pytest.mark.parametrize("place", ["response/", "careless/"])
def test_the_block_of_the_stored_choice_is_open(watched, live_server, place):
    page = watched
    page.goto(f"{live_server.url}/pack/{place}?filled")
    expect(page.get_by_label("To whom?")).to_have_value("The insurer")
    expect(page.get_by_label("How?")).to_have_value("contract")
    expect(page.get_by_label("Which partners?")).to_have_value("The trust")
    expect(page.get_by_label("Why can it not wait?")).to_have_value("It rains in")
    for label in ("To whom?", "How?", "Which partners?", "Why can it not wait?"):
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.get_by_label("Why is it tolerable?")).to_be_hidden()
    look_over(page, axe_at=())


def test_error_links_lead_to_fields_below_a_choice(watched, live_server):
    """And what is filled in there afterwards arrives."""
    page = watched
    page.goto(f"{live_server.url}/pack/response/")
    page.get_by_label("Tolerate it").check()
    page.get_by_label("Partners", exact=True).check()
    page.get_by_text("More detail").click()
    page.get_by_label("It cannot wait").check()
    save(page)
    landed = focus_targets(page)
    assert list(landed) == [
        "#id_tolerate_reason",
        "#id_tolerate_until_0",
        "#id_which_partners",
        "#id_urgent_why",
    ]
    assert landed == {href: href for href in landed}
    fill_in_tolerance(page)
    page.get_by_label("Which partners?").fill("The trust")
    page.get_by_label("Why can it not wait?").fill("It rains in")
    save(page)
    expect(page.locator("#received")).to_contain_text("'tolerate_reason': 'Cheap'")
    expect(page.locator("#received")).to_contain_text("datetime.date(2027, 3, 31)")


def test_links_lead_to_errors_below_a_choice_that_was_not_made(watched, live_server):
    page = watched
    page.goto(f"{live_server.url}/pack/careless/")
    page.get_by_label("Treat it").check()
    save(page)
    landed = focus_targets(page)
    assert len(landed) == 6
    assert landed == {href: href for href in landed}
    assert lost_ids(page) == []
    look_over(page)
