"""From a meeting that a clerk adds to an answer that a member reads before it."""

import re

import pytest
from browsing import PHONE, WIDE, enter, look_over
from django.urls import reverse
from makers import (
    days_ago,
    make_body,
    make_meeting,
    make_paper,
    make_person,
    make_post,
    make_put_question,
    make_question,
    make_risk,
    make_seat,
    publish_paper,
)
from playwright.sync_api import expect

from registers.models import Meeting, User

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = (WIDE, PHONE)


@pytest.fixture
def member():
    return User.objects.get(email="member@northmoor.example")


@pytest.fixture
def officer():
    return User.objects.get(email="officer@northmoor.example")


@pytest.fixture
def body(council, member):
    body = make_body(council, name="Audit Committee")
    make_seat(body, member)
    return body


@pytest.fixture
def post(council, officer):
    return make_post(council.organisation, title="Head of audit", holder=officer)


@pytest.fixture
def go(watched, live_server):
    """Opens a page as a person."""

    def open_as(user, path):
        enter(watched, live_server.url, user)
        watched.goto(live_server.url + path)
        return watched

    return open_as


def press(page, words):
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


def follow(page, words):
    with page.expect_navigation():
        page.get_by_role("link", name=words).first.click()


def fill_day(page, day):
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(label, exact=True).first.fill(str(value))


def test_a_clerk_adds_a_series_and_cancels_one_meeting(go, council, body):
    clerk = make_person(council.organisation, "clerk")
    page = go(clerk, reverse("meeting_list"))
    look_over(page, BOTH)
    follow(page, "Add a meeting")
    page.get_by_label("Body").select_option("Audit Committee")
    fill_day(page, days_ago(-40))
    page.get_by_label("Time").fill("6.30pm")
    page.get_by_label("Every three months").check()
    page.get_by_label("How many meetings in all?").fill("3")
    look_over(page, BOTH)
    press(page, "Add the meeting")
    look_over(page, BOTH)
    press(page, "Add these meetings")
    expect(page.locator("main")).to_contain_text("6:30pm")
    page.goto(page.url.rstrip("/") + f"/{Meeting.objects.earliest('on').pk}/")
    follow(page, "Cancel the meeting")
    page.get_by_label("Why is the meeting cancelled?").fill("No quorum.")
    look_over(page, BOTH)
    press(page, "Cancel the meeting")
    expect(page.locator("main")).to_contain_text("No quorum.")
    look_over(page, BOTH)


def test_a_question_is_put_answered_and_read_before_the_meeting(
    go, council, body, member, officer, post
):
    meeting = make_meeting(body, days_ago(-20))
    make_meeting(body, days_ago(-60))
    risk = make_risk(council, owner=post)
    make_question(council, "Who checks that the audits happen?", by=member, risk=risk)
    page = go(member, reverse("question_list", args=[council.slug]))
    follow(page, "Put it for a meeting")
    look_over(page, BOTH)
    press(page, "Put the question")
    expect(page.locator("main")).to_contain_text("None yet.")
    look_over(page, BOTH)
    page = go(officer, reverse("tasks"))
    follow(page, "Answer a question")
    page.get_by_label("Your answer").fill("The head of audit does, each month.")
    page.get_by_label("The body, and officers").check()
    look_over(page, BOTH)
    press(page, "Save the answer")
    page = go(member, meeting.get_absolute_url())
    follow(page, "Who checks that the audits happen?")
    expect(page.locator("main")).to_contain_text("each month")
    look_over(page, BOTH)
    follow(page, "Ask a further question")
    look_over(page, BOTH)


def test_an_answer_stands_in_the_paper_that_a_member_then_asks_about(
    go, council, body, member, officer, post
):
    manager = make_person(council.organisation, "manager")
    earlier, meeting = make_meeting(body, days_ago(5)), make_meeting(body, days_ago(-20))
    question = make_put_question(earlier, council, by=member, post=post)
    question.answer(by=officer, wording="The head of audit, each month.", is_published=True)
    paper = make_paper(council, by=manager, meeting=meeting, officer=post)
    publish_paper(paper, by=manager)
    page = go(member, meeting.get_absolute_url())
    page.locator("ol").get_by_role("link", name="Risk report").click()
    expect(page.locator("main")).to_contain_text("The head of audit, each month.")
    look_over(page, BOTH)
    follow(page, "Ask about this")
    page.get_by_label("What do you want to ask?").fill("What did the audits find?")
    look_over(page, BOTH)
    press(page, "Add to my list")
    assert page.url.endswith(paper.get_absolute_url())
    page.goto(page.url.replace(paper.get_absolute_url(), f"/registers/{council.slug}/questions/"))
    follow(page, "Put it for a meeting")
    look_over(page, BOTH)
    page.get_by_label("Who should answer?").select_option(label="Head of audit")
    press(page, "Put the question")
    expect(page.locator("main")).to_contain_text("Paper: Risk report")


def test_what_was_not_answered_is_carried_over_and_prints_on_two_sheets(
    go, council, body, member, post
):
    earlier, meeting = make_meeting(body, days_ago(60)), make_meeting(body, days_ago(-20))
    risk = make_risk(council, owner=post, on=days_ago(90))
    make_put_question(earlier, council, by=member, post=post, risk=risk)
    page = go(member, reverse("home"))
    follow(page, "Audit Committee,")
    expect(page.locator("main")).to_contain_text("is not rated")
    look_over(page, BOTH)
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert sheets in (1, 2)
    page.goto(page.url.replace("before/", ""))
    expect(page.locator("main")).to_contain_text("carried over once")
    assert page.url.endswith(meeting.get_absolute_url())
    look_over(page, BOTH)
