"""A paper in the council's own template, from the upload of the template to its files."""

import pytest
from browsing import PHONE, WIDE, enter, look_over
from council_templates import CALM, COUNCILS, words_of
from django.urls import reverse
from makers import days_ago, make_body, make_meeting, make_person, make_risk
from paper_files import texts_of_pdf

from registers.models import ClearanceRule, Paper
from registers.papers.pango import is_available

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager(council):
    manager = make_person(council.organisation, "manager")
    make_meeting(make_body(council, name="Audit Committee"), days_ago(-30))
    make_risk(council, by=manager, title="Old pipes", assessed=(5, 5))
    ClearanceRule.state(council.organisation, by=manager, kinds=["legal"])
    return manager


def press(page, words):
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()


def follow(page, words):
    with page.expect_navigation():
        page.get_by_role("link", name=words).first.click()


def content_of(page, link):
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).first.click()
    return download.value.path().read_bytes()


def upload_template(page, site, council, shape):
    page.goto(site + reverse("paper_template_new", args=[council.organisation.slug]))
    page.get_by_label("Name").fill("Committee report")
    files = {"name": "report.docx", "mimeType": "application/octet-stream", "buffer": shape}
    page.locator("input[type=file]").set_input_files(files)
    press(page, "Check and upload")


def draft_paper(page, site, council):
    page.goto(site + reverse("paper_new", args=[council.slug]))
    page.get_by_label("For which meeting?").select_option(index=1)
    page.get_by_label("Risk paper").check()
    page.get_by_label("Subject of the report").fill("Third quarter")
    page.get_by_label("Whose report is it?").select_option(index=1)
    page.get_by_label("Which Word template?").select_option(index=1)
    look_over(page, (WIDE, PHONE))
    press(page, "Draft the paper")


def edit_and_clear(page):
    follow(page, "Edit the paragraph: The Audit Committee is asked")
    page.get_by_label("Your words").fill("Decide today.")
    press(page, "Save the paragraph")
    follow(page, "Record a clearance")
    page.get_by_label("Legal", exact=True).check()
    page.get_by_label("Who cleared the paper?").fill("Head of Legal")
    press(page, "Record the clearance")


def test_a_manager_publishes_a_paper_in_a_template_of_their_own(
    watched, live_server, council, manager
):
    page, site = watched, live_server.url
    enter(page, site, manager)
    upload_template(page, site, council, COUNCILS["cover"]())
    draft_paper(page, site, council)
    edit_and_clear(page)
    look_over(page, (WIDE, PHONE))
    follow(page, "Finalise the paper")
    press(page, "Finalise the paper")
    follow(page, "Publish the paper")
    page.get_by_label("Publish it here").check()
    press(page, "Publish the paper")
    page.get_by_text("The paper is published.").wait_for()
    look_over(page, (WIDE, PHONE))
    follow(page, "Read the paper")
    look_over(page, (WIDE, PHONE))
    words = "\n".join(words_of(content_of(page, "Word")))
    assert all(text in words for text in (CALM, "Decide today.", "Old pipes"))
    assert "Draft" not in words
    published = Paper.objects.get().published
    if is_available():
        content = content_of(page, "PDF")
        assert "Decide today." in texts_of_pdf(content)["pages"]
        assert content == bytes(published.get(format="pdf").content)
