"""Paper, forced colours and the keyboard alone, in a real Chromium."""

import re

import print_font
import pytest
from browsing import enter_as
from makers import make_risk
from playwright.sync_api import expect

from registers import demo

pytestmark = pytest.mark.django_db(transaction=True)

SHEET = 710  # pixels of CSS between the margins of a sheet of A4
SMALL_PRINT = """[...document.body.querySelectorAll("*")]
    .filter(element => element.checkVisibility())
    .filter(element => [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(element => parseFloat(getComputedStyle(element).fontSize) < 8 / 0.75)
    .map(element => element.outerHTML.slice(0, 100))"""
FACES = "document.fonts.ready.then(fonts => [...fonts].map(face => face.status))"
COLOURS = """[...document.querySelectorAll("#course, .app-course__picture")]
    .map(element => getComputedStyle(element).color)"""
IN_FOCUS = "() => document.activeElement === document.body ? '' : document.activeElement.outerHTML"


@pytest.fixture
def officer_page(watched, live_server, council):
    """The page of an officer of the council; page.register: the address of one with one risk."""
    make_risk(council, assessed=(2, 2))
    watched.register = enter_as(watched, live_server.url, "officer")
    watched.set_default_timeout(15_000)
    return watched


def test_a_dashboard_is_printed_on_three_sheets_and_a_risk_on_one_or_two(watched, live_server):
    """Those of the demo: of its risks the fullest, which was assessed most often and takes two
    sheets, one with a long cause, one with little. In a typeface as wide as Arial, which the tests
    bring: in another one lines, and so sheets, break elsewhere.
    """
    demo.load()
    register = enter_as(watched, live_server.url, "member")
    watched.set_default_timeout(15_000)
    print_font.use_in(watched)
    watched.emulate_media(media="print")
    watched.set_viewport_size({"width": SHEET, "height": 1000})
    sheets, wide, small = {}, {}, {}
    for place in ("dashboard/", "risks/1/", "risks/36/", "risks/24/", "?print=all"):
        watched.goto(register + place)
        assert watched.evaluate(FACES) == ["loaded", "loaded"]
        wide[place] = watched.evaluate("document.documentElement.scrollWidth") > SHEET
        small[place] = watched.evaluate(SMALL_PRINT)
        sheets[place] = len(re.findall(rb"/Type\s*/Page\b", watched.pdf(prefer_css_page_size=True)))
    # The list of 34 risks, on sheets on their side.
    assert sheets.pop("?print=all") == 3
    assert sheets == {"dashboard/": 3, "risks/1/": 2, "risks/36/": 1, "risks/24/": 1}
    assert (wide, small) == tuple(dict.fromkeys(wide, value) for value in (False, []))


def test_collapsed_sections_are_printed(officer_page):
    officer_page.goto(officer_page.register + "dashboard/")
    table = officer_page.get_by_role("table", name="Risks by failure type")
    expect(table).to_be_hidden()
    officer_page.emulate_media(media="print")
    expect(table).to_be_visible()


def test_forced_colours_apply_to_the_rating_over_time(officer_page):
    officer_page.emulate_media(forced_colors="active", color_scheme="dark")
    officer_page.goto(officer_page.register + "risks/1/")
    assert officer_page.evaluate(COLOURS) == ["rgb(255, 255, 255)"] * 2


def test_the_keyboard_alone_reaches_every_control(officer_page):
    """The focus passes every link and field in order, first the skip link, and is not trapped."""
    for place in ("", "dashboard/", "risks/1/", "risks/new/"):
        officer_page.goto(officer_page.register + place)
        links = officer_page.locator(
            "a:visible, summary:visible, main input[type=text]:visible"
        ).evaluate_all("elements => elements.map(element => element.outerHTML)")
        stops = []
        officer_page.keyboard.press("Tab")
        while (stop := officer_page.evaluate(IN_FOCUS)) and len(stops) < 200:
            stops.append(stop)
            officer_page.keyboard.press("Tab")
        assert [stop for stop in stops if stop in links] == links, place
        officer_page.locator(".govuk-skip-link").press("Enter")
        assert officer_page.evaluate("document.activeElement.id") == "main-content"
