"""A sandbox in a real Chromium: made, practised on, left, and made again."""

import pytest
from browsing import PHONE, WIDE, enter, fill_in_the_risk, look_over
from django.urls import reverse
from makers import make_person, make_post, make_risk
from playwright.sync_api import expect

from registers.models import Organisation, Risk, User

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = (WIDE, PHONE)
FILE = b"Reference,Title,Owner\nOLD-1,Minibus is off the road,Director of finance\n"


class Practice:
    """A council, its people, and a browser at which they sit down one after the other."""

    def __init__(self, page, site, register):
        self.page, self.site, self.register = page, site, register
        self.organisation = register.organisation
        self.administrator = make_person(self.organisation, "administrator", name="Noor Hazel")
        self.manager = make_person(self.organisation, "manager", name="Kit Rowan")
        self.officer = User.objects.get(email="officer@northmoor.example")
        make_post(self.organisation, "Head of transport", holder=self.officer)

    @property
    def address(self):
        return f"/registers/{self.organisation.sandbox.registers.get().slug}/"

    def seat(self, person, address="/"):
        enter(self.page, self.site, person)
        self.page.goto(self.site + address)

    def press(self, words):
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words, exact=True).click()

    def follow(self, words):
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words).or_(
                self.page.get_by_role("button", name=words)
            ).first.click()

    def expect_mark(self):
        mark = self.page.get_by_role("region", name="Sandbox")
        expect(mark).to_be_visible()
        expect(mark).to_contain_text("Made-up risks for training: nothing here is real.")


@pytest.fixture
def practice(watched, live_server, council):
    make_risk(council, title="Reserves run out")
    return Practice(watched, live_server.url, council)


def make_it(practice, look=look_over):
    """The administrator goes from the menu to a sandbox. look: takes each page and its widths."""
    page = practice.page
    practice.seat(practice.administrator)
    practice.follow("Administration")
    practice.follow("Sandbox")
    look(page, BOTH)
    practice.follow("Make a sandbox")
    look(page, BOTH)
    practice.press("Yes, make the sandbox")
    expect(page.locator("main")).to_contain_text("The sandbox is ready.")
    look(page, BOTH)


def log_a_risk(practice):
    """An officer reaches the sandbox from the home page and logs a risk there."""
    page = practice.page
    practice.seat(practice.officer)
    look_over(page, BOTH)
    practice.follow("Sandbox register")
    practice.expect_mark()
    page.emulate_media(media="print")
    practice.expect_mark()
    page.emulate_media(media="screen")
    look_over(page, BOTH)
    practice.follow("Log a risk")
    fill_in_the_risk(page)
    practice.press("Log this risk")
    practice.expect_mark()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Savings arrive late")


def import_a_file(practice):
    """A manager imports a small file there."""
    page = practice.page
    practice.seat(practice.manager, f"{practice.address}import/")
    practice.expect_mark()
    file = {"name": "old.csv", "mimeType": "text/csv", "buffer": FILE}
    page.locator("input[type=file]").set_input_files(file)
    practice.press("Read this file")
    practice.press("Continue")
    page.get_by_role("button", name="Import 1 risk").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 risk imported")
    practice.expect_mark()


def test_people_practise_on_a_sandbox_and_the_register_stays_as_it_is(practice):
    page, register = practice.page, practice.register
    make_it(practice)
    log_a_risk(practice)
    import_a_file(practice)
    practice.follow("Back to Northmoor Council")
    expect(page.get_by_role("heading", level=1)).to_have_text("My registers")
    practice.follow("Corporate risks")
    expect(page.locator("main")).to_contain_text("Reserves run out")
    for words in ("Savings arrive late", "Minibus is off the road"):
        expect(page.locator("main")).not_to_contain_text(words)
    expect(page.get_by_role("region", name="Sandbox")).to_have_count(0)
    assert Risk.objects.filter(register=register).count() == 1


def test_a_new_sandbox_takes_the_place_of_the_one_before(practice):
    page, organisation = practice.page, practice.organisation
    make_it(practice, look=lambda page, widths: None)
    before = practice.address
    practice.follow("Make a new sandbox")
    expect(page.locator("main")).to_contain_text("will be hidden from everybody")
    look_over(page, BOTH)
    practice.press("Yes, make a new sandbox")
    expect(page.locator("main")).to_contain_text("The sandbox is ready.")
    assert page.url == practice.site + reverse("sandbox_detail", args=[organisation.slug])
    practice.seat(practice.officer, practice.address)
    practice.expect_mark()
    assert page.goto(practice.site + before).status == 404
    page.complaints.clear()  # Chromium says 404 in its console
    assert Organisation.objects.filter(sandbox_of=organisation).count() == 2
