"""Every page in a real Chromium, as everybody who may see it.

No axe fault, no sideways scroll, no console message, no violation of the Content-Security-Policy
and no request to another host.
"""

import re

import pytest
from access_table import PEOPLE, REPEATED_PAGES, TABLE, make_people, path_of
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from browsing import AXE_AT, PASSWORD, faults_of
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.urls import path, reverse
from makers import (
    days_ago,
    make_assessment,
    make_question,
    make_register,
    make_revision,
    make_risk,
    make_scheme,
    scheme_data,
)
from playwright.sync_api import expect

from failing_well.urls import urlpatterns as project_urls
from registers.accounts.address_change import request_address_change
from registers.models import FailureType, Register

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.django_db(transaction=True)]

# What differs between two readings of one page, or between two tests.
PASSING = re.compile(
    r'name="(?:csrfmiddlewaretoken|token)" value="[^"]*"|person\d+@|R\d+-'
    r"|(?:Council|Directorate|Register|service) \d+"
    r'|(?<= value=")\d+(?=")|(?<=/)\d+(?=/)|(?<=, )\d\d:\d\d\b'  # keys of rows, and the minute
)
KIND = re.compile(r'<(\w+)(?:[^>]*? class="([^"]*)")?')  # an element and its classes
HOSTILE = {
    "one character": "x",
    "no spaces": "x" * 200,
    "right to left": "הסיכון של מועצת העיר " * 9,
    "emoji": "👩🏽‍🚒🔥" * 30,
}


def broken(request):
    raise ValueError("This fault is meant.")


def without_database(request):
    raise OperationalError("The database is away.")


# For the pages about faults on our side.
urlpatterns = [path("broken/", broken), path("away/", without_database), *project_urls]
handler500 = "failing_well.errors.server_error"


class Visitor:
    """A person at a browser who checks pages not checked before. faults: one line each."""

    visited = set()  # what was looked at, by any visitor
    read_wide = set()  # names of addresses that axe read wide, for whoever came first
    kinds = {}  # name of an address -> the kinds of element that were looked at there
    axe_at = AXE_AT

    def __init__(self, page, site):
        self.page, self.site, self.faults = page, site, []
        self.sign_in(None)

    def sign_in(self, user):
        """person may be None: nobody is signed in."""
        self.client = Client()
        if user:
            self.client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": self.site}
                for name, cookie in self.client.cookies.items()
            ]
        )

    def visit(self, address, status=200, name=None):
        """name: of an address with many visitors, checked again only for a new kind of element."""
        answer = self.client.get(address)
        assert answer.status_code == status, address
        is_page = answer["Content-Type"].startswith("text/html")
        if (
            is_page
            and self.is_new(answer.text)
            and (name is None or self.has_new_kind(name, answer.text))
        ):
            self.page.goto(self.site + address)
            self.look(address, status)

    def is_new(self, html):
        """Whether the header, the content or the footer has not been checked yet."""
        body = PASSING.sub("", html).partition("<body")[2]
        parts = set(re.split("</header>|</main>", body))
        is_new = not parts <= self.visited
        self.visited.update(parts)
        return is_new

    def has_new_kind(self, name, html):
        kinds, seen_kinds = set(KIND.findall(html)), self.kinds.setdefault(name, set())
        is_new = not kinds <= seen_kinds
        seen_kinds |= kinds
        return is_new

    def send(self, address, status=200, *, meanwhile=None, **typed):
        """Fill in a form, send it after `meanwhile`, and check the refusal."""
        self.page.goto(self.site + address)
        for name, value in typed.items():
            self.page.locator(f"main [name={name}]:not([type=radio])").fill(value)
        if meanwhile:
            meanwhile()
        with self.page.expect_navigation() as navigation:
            self.page.locator("main form .govuk-button[type=submit]:not([name=draft])").last.click()
        assert navigation.value.status == status, address
        assert status >= 400 or self.page.title().startswith("Error: "), address
        self.look(f"{address}, sent", status)

    def look(self, title, status=200):
        if status >= 400:  # Chromium says so in its console
            message = f"responded with a status of {status}"
            self.page.complaints[:] = [text for text in self.page.complaints if message not in text]
        faults = [
            f"{width}: {fault}: {places}"
            for (width, fault), places in faults_of(self.page, self.axe_at).items()
        ]
        self.faults += [f"{title}: {fault}" for fault in (*faults, *self.page.complaints)]
        self.page.complaints.clear()


@pytest.fixture
def people():
    return make_people()


@pytest.fixture
def visitor(watched, live_server, people, settings):
    """A visitor who is not signed in; fails at the end with the faults of the pages checked."""
    settings.ACCOUNT_RATE_LIMITS = False
    watched.set_default_timeout(30_000)
    visitor = Visitor(watched, live_server.url)
    yield visitor
    assert not visitor.faults, "\n".join(visitor.faults)


@pytest.fixture
def risk(people):
    return Register.objects.get(slug="ours").risks.get()


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_that_is_open_to(visitor, people, person):
    """Axe reads each narrow, and wide for whoever comes first and for the manager, who has most on
    it: what others see besides differs by a button or two. Where nothing is of another kind than
    what was looked at, nobody looks again.
    """
    visitor.sign_in(people[person])
    for name, (_, answers, *_) in TABLE.items():
        if answers[person] == 200 and not REPEATED_PAGES.match(name):
            is_known = name in visitor.read_wide and person != "manager"
            visitor.axe_at = AXE_AT[-1:] if is_known else AXE_AT
            visitor.visit(path_of(name), name=name)
            visitor.read_wide.add(name)


def test_pages_of_a_second_factor(visitor, people):
    person = people["member"]
    visitor.sign_in(person)
    visitor.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    visitor.visit(reverse("mfa_activate_totp"))
    visitor.send(reverse("mfa_activate_totp"), code="none")
    TOTP.activate(person, generate_totp_secret())
    visitor.visit(reverse("mfa_index"))
    visitor.visit(reverse("mfa_generate_recovery_codes"))
    RecoveryCodes.activate(person)
    for name in (
        "index",
        "deactivate_totp",
        "view_recovery_codes",
        "generate_recovery_codes",
        "reauthenticate",
    ):
        visitor.visit(reverse(f"mfa_{name}"))
    visitor.send(reverse("mfa_reauthenticate"), code="none")
    visitor.sign_in(person)  # halfway: the code is still to come
    visitor.visit(reverse("mfa_authenticate"))
    visitor.send(reverse("mfa_authenticate"), code="none")


def test_pages_that_a_message_leads_to(visitor, people):
    person = people["member"]
    request_address_change(person, email="new@example.org", by=None)
    visitor.visit(re.search(r"/accounts/confirm-address/\S+", mail.outbox[0].body)[0])
    visitor.visit(reverse("account_confirm_address", args=["too-old"]))
    key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    visitor.send(
        reverse("account_reset_password_from_key", kwargs=key), password1="short", password2="other"
    )
    visitor.sign_in(person)


def test_forms_with_errors(visitor, people, risk):
    visitor.send("/accounts/login/", login="nobody", password="wrong")
    visitor.send("/accounts/password/reset/", email="nobody")
    visitor.sign_in(people["officer"])
    visitor.send(
        "/accounts/password/change/", oldpassword="wrong", password1="short", password2="other"
    )
    visitor.send("/accounts/reauthenticate/", password="wrong")
    visitor.send("/registers/ours/risks/new/")
    visitor.send(f"{risk.get_absolute_url()}assess/")
    visitor.send(f"{risk.get_absolute_url()}precedents/")
    visitor.send(f"{risk.get_absolute_url()}edit/", title="", event="", consequence="")
    visitor.visit(f"/registers/ours/?q={'x' * 201}")
    expect(visitor.page.locator(".govuk-error-message")).to_be_visible()
    visitor.sign_in(people["manager"])
    visitor.send("/registers/ours/questions/")
    visitor.send(path_of("question_edit"), text="")


def test_pages_that_refuse(visitor, people, risk, settings):
    def save_as_another_person():
        make_revision(risk, title="Another title", cause="Another cause")
        make_assessment(risk)

    visitor.send("/accounts/login/", 403, meanwhile=visitor.page.context.clear_cookies)
    visitor.sign_in(people["officer"])
    visitor.visit("/nowhere/", 404)
    visitor.visit("/registers/ours/?as_at=yesterday", 400)
    visitor.send(
        f"{risk.get_absolute_url()}edit/", 409, title="My title", meanwhile=save_as_another_person
    )
    visitor.sign_in(people["member"])
    visitor.visit(f"{risk.get_absolute_url()}edit/", 403)
    settings.ROOT_URLCONF = __name__
    visitor.client.raise_request_exception = False
    visitor.visit("/broken/", 500)
    visitor.visit("/away/", 503)


def test_the_page_after_too_many_guesses(visitor, people, settings):
    settings.ACCOUNT_RATE_LIMITS = {"password_from_address": "1/5m/key"}
    visitor.send("/accounts/login/", login="nobody@example.org", password="wrong")
    visitor.send("/accounts/login/", 429, login="nobody@example.org", password="wrong")


def test_pages_with_nothing_on_them(visitor, people, risk):
    visitor.sign_in(people["stranger"])
    for address in ("/", "/registers/theirs/", "/registers/theirs/dashboard/"):
        visitor.visit(address)
    visitor.sign_in(people["officer"])
    for query in ("band=severe", "page=9", f"as_at={days_ago(9)}", f"as_at={days_ago(-9)}"):
        visitor.visit(f"/registers/ours/?{query}")
    for place in (
        "/registers/ours/dashboard/",
        risk.get_absolute_url(),
        f"{risk.get_absolute_url()}history/",
    ):
        visitor.visit(f"{place}?as_at={days_ago(9)}")
        visitor.visit(f"{place}?as_at={days_ago(-9)}")


def test_the_page_with_something_to_load(visitor, people, settings):
    FailureType.objects.filter(slug="governance").update(
        meaning="So that there is something to load."
    )
    visitor.sign_in(people["staff"])
    visitor.visit(reverse("library_load"))


def test_pages_with_hostile_words(visitor, people, risk):
    visitor.sign_in(people["officer"])
    for title in HOSTILE.values():
        hostile = make_risk(
            risk.register, title=title, cause=title, owner=risk.owner, assessed=(5, 5)
        )
        visitor.visit(hostile.get_absolute_url())
    make_revision(hostile, title=HOSTILE["no spaces"], reason=HOSTILE["right to left"])
    for place in ("", "edit/", "history/"):
        visitor.visit(f"{hostile.get_absolute_url()}{place}")
    visitor.visit("/registers/ours/")
    visitor.visit("/registers/ours/dashboard/")
    visitor.send("/registers/ours/risks/new/", title="x" * 300)
    visitor.sign_in(people["manager"])
    for text in HOSTILE.values():
        make_question(risk.register, text, by=people["manager"], risk=hostile, source=text)
    visitor.visit("/registers/ours/questions/")


def test_pages_with_a_schemes_long_words(visitor, people, risk):
    long = "unconscionably-catastrophic-whatever"
    data = scheme_data()
    for part in ("likelihood", "impact", "bands"):
        data[part] = [{**row, "label": f"{long} {n}"} for n, row in enumerate(data[part])]
    make_risk(
        make_register(risk.register.organisation, make_scheme(**data), slug="long"), assessed=(5, 5)
    )
    visitor.sign_in(people["officer"])
    for place in (
        "",
        "dashboard/",
        "risks/new/",
        "risks/1/",
        "risks/1/history/",
        "risks/1/assess/",
    ):
        visitor.visit(f"/registers/long/{place}")
