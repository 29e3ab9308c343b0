"""A joiner, a mover and a leaver, as an administrator and they themselves go through it."""

import re

import pytest
from browsing import PHONE, WIDE, enter, look_over
from django.core import mail
from django.urls import reverse
from makers import make_body, make_person, make_post, make_risk, make_seat
from playwright.sync_api import expect

from registers.models import Membership, Post, User

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = (WIDE, PHONE)
PASSWORD = "three quiet herons"


class Desk:
    """A browser at which people sit down one after the other."""

    def __init__(self, page, site, organisation):
        self.page, self.site, self.organisation = page, site, organisation

    def seat(self, user):
        enter(self.page, self.site, user)
        self.page.goto(self.site)

    def open(self, name, *more):
        self.page.goto(self.site + reverse(name, args=[self.organisation.slug, *more]))

    def press(self, words):
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).click()

    def follow(self, words):
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words).or_(
                self.page.get_by_role("button", name=words)
            ).first.click()


@pytest.fixture
def desk(watched, live_server, council):
    return Desk(watched, live_server.url, council.organisation)


@pytest.fixture
def administrator(council):
    return make_person(council.organisation, "administrator", name="Noor Hazel")


@pytest.fixture
def officer(council):
    return User.objects.get(email="officer@northmoor.example")


def test_a_joiner_is_invited_and_reaches_home(desk, administrator):
    page = desk.page
    desk.seat(administrator)
    desk.follow("Administration")
    desk.follow("People")
    look_over(page, BOTH)
    desk.follow("Invite a person")
    page.get_by_label("Name").fill("Ari Elm")
    page.get_by_label("E-mail address").fill("ari.elm@northmoor.example")
    page.get_by_label("Officer", exact=True).check()
    look_over(page, BOTH)
    desk.press("Send the invitation")
    expect(page.locator("main")).to_contain_text("Ari Elm")
    look_over(page, BOTH)
    desk.follow("Ari Elm")
    look_over(page, BOTH)
    desk.seat(None)
    page.goto(desk.site + re.search(r"/invitations/\S+", mail.outbox[0].body)[0])
    look_over(page, BOTH)
    page.get_by_label("Choose a password").fill(PASSWORD)
    desk.press("Create my account")
    expect(page.locator("main")).to_contain_text("You have joined Northmoor Council")
    expect(page.locator("main")).to_contain_text("Corporate risks")
    assert page.url == f"{desk.site}/"


def test_a_mover_gets_another_post_and_role(desk, administrator, officer):
    page, organisation = desk.page, desk.organisation
    post = Post.objects.get(title="Director of finance")
    Post.objects.filter(pk=post.pk).update(holder=officer)
    new = make_post(organisation, "Chief executive")
    desk.seat(administrator)
    desk.open("person_list")
    desk.follow("Robin Ash")
    look_over(page, BOTH)
    desk.follow("Move to another post or role")
    page.get_by_label("Another person").check()
    page.get_by_label("New holder of Director of finance").select_option(
        label="Sasha Birch (member@northmoor.example)"
    )
    page.get_by_label("New post (optional)").select_option(label="Chief executive (vacant)")
    page.get_by_label("New role (optional)").select_option(label="Risk manager")
    look_over(page, BOTH)
    desk.press("Continue")
    expect(page.locator("main")).to_contain_text("Sasha Birch")
    look_over(page, BOTH)
    desk.press("Confirm and save")
    expect(page.locator("main")).to_contain_text("Chief executive")
    post.refresh_from_db()
    new.refresh_from_db()
    assert (post.holder.name, new.holder, officer.memberships.count()) == (
        "Sasha Birch",
        officer,
        2,
    )


def test_a_leaver_hands_over_and_cannot_sign_in(desk, administrator, officer, council):
    page = desk.page
    post = Post.objects.get(title="Director of finance")
    Post.objects.filter(pk=post.pk).update(holder=officer)
    make_risk(council, by=officer, owner=post)
    make_seat(make_body(council), officer, is_chair=True)
    desk.seat(administrator)
    desk.open("person_detail", officer.pk)
    desk.follow("Record that")
    expect(page.locator("main")).to_contain_text("owns one risk")
    look_over(page, BOTH)
    page.get_by_label("Nobody: it is vacant").check()
    desk.press("Continue")
    look_over(page, BOTH)
    desk.press("Confirm and save")
    expect(page.locator("main")).to_contain_text("Robin Ash leaves at the end of today")
    look_over(page, BOTH)
    post.refresh_from_db()
    assert post.holder is None
    assert not Membership.objects.filter(user=officer, until=None).exists()
