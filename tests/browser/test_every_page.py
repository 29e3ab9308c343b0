"""Every page in a real Chromium, with long words and in odd states.

No axe fault, no sideways scroll, no console message, no violation of the Content-Security-Policy
and no request to another host.
"""

import re

import pytest
from access_table import OF_A_REGISTER, REPEATED_PAGES, TABLE, make_people, path_of
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from browsing import PASSWORD, PHONE, WIDE, WIDTHS, enter, faults_of, hand_over, narrow_classes
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.test.signals import template_rendered
from django.urls import path, reverse
from long_words import long_queries, people_with_long_words
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

pytestmark = pytest.mark.django_db(transaction=True)

ELEMENT = re.compile(r"<(\w+)((?:\s+[\w-]+(?:=\"[^\"]*\")?)*)")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
NARROW = narrow_classes()
FILES = re.compile(
    r"export_|open_data_|register_summary|meeting_minutes|import_report|healthz|readyz|task_count|"
    r"admin:jsi18n|paper_(docx|pdf|file|template_(file|starter))|"
    r"(risk_one_page|year_report|information_request)_(docx|pdf|csv)"
)
PAGES = [name for name in TABLE if not (FILES.match(name) or REPEATED_PAGES.match(name))]
# Pages that show other people other things. Those of the library and of accounts do not.
DIFFERENT = {"home", "reminders", "tasks"}
DIFFERENT |= {name for name in OF_A_REGISTER if TABLE[name][1]["member"] == 200} & {*PAGES}
MORE_OF_THE_LIBRARY = ("/library/insights/3/", "/library/search/?q=trust")
READERS = (
    "manager officer member peer monitoring-officer administrator stranger nobody staff installer"
).split()
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


def kinds_of(html):
    """The kinds of elements: tag, classes, type, role, and the names of all attributes.

    Axe judges these and not what they say: it finds nothing new where there is no new kind.
    """
    kinds = set()
    for tag, text in ELEMENT.findall(html):
        attributes = dict(ATTRIBUTE.findall(text))
        values = [attributes.get(name, "") for name in ("class", "type", "role")]
        kinds.add((tag, *values, *sorted(attributes)))
    return kinds


class Visitor:
    """A person at a browser who looks at pages. faults: one line each.

    Axe reads a page wide where its templates or its elements are of a kind that it has not read,
    and narrow where a class is laid out otherwise there. Nothing may scroll sideways anywhere.
    """

    kinds = set()  # what axe has read, as any visitor
    narrow = set()  # classes that axe has read on a phone
    widths = (WIDE, PHONE)  # where nothing scrolls sideways

    def __init__(self, page, site):
        self.page, self.site, self.faults = page, site, []
        self.templates = set()  # as kinds: those of the answers since it was last emptied
        self.enter(None)

    def enter(self, user):
        self.client = enter(self.page, self.site, user)

    def sign_in(self, user):
        """With a password: pages of a second factor ask when that was."""
        self.client = Client()
        self.client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        hand_over(self.client, self.page, self.site)

    def visit(self, address, status=200, reads=True):
        """reads: whether axe may."""
        self.templates.clear()
        answer = self.page.goto(self.site + address)
        assert (answer.status, answer.request.redirected_from) == (status, None), address
        kinds = kinds_of(answer.text()) | self.templates
        self.look(address, kinds if reads else set(), status)

    def visit_if_new(self, address):
        """Look only where there is something for axe to read."""
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        kinds = kinds_of(answer.content.decode()) | {
            (template.name, "") for template in answer.templates
        }
        if not kinds <= self.kinds:
            self.visit(address)

    def note_template(self, template, **_):
        self.templates.add((template.name, ""))

    def widths_for(self, kinds):
        """The widths at which axe has not read such a page, which it has from now on."""
        kinds = kinds - self.kinds
        narrow = {name for _, names, *_ in kinds for name in names.split()} & NARROW - self.narrow
        self.kinds |= kinds
        self.narrow |= narrow
        return [WIDE] * bool(kinds) + [PHONE] * bool(narrow)

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
        self.look(f"{address}, sent", kinds_of(navigation.value.text()), status)

    def look(self, title, kinds, status=200):
        if status >= 400:  # Chromium says so in its console
            message = f"responded with a status of {status}"
            self.page.complaints[:] = [text for text in self.page.complaints if message not in text]
        faults = faults_of(self.page, self.widths_for(kinds), self.widths, few=True)
        lines = [f"{width}: {fault}: {places}" for (width, fault), places in faults.items()]
        self.faults += [f"{title}: {line}" for line in (*lines, *self.page.complaints)]
        self.page.complaints.clear()


@pytest.fixture
def people():
    return make_people()


@pytest.fixture
def visitor(watched, live_server, settings):
    """A visitor who is not signed in; fails at the end with the faults of the pages checked."""
    settings.ACCOUNT_RATE_LIMITS = False
    watched.set_default_timeout(30_000)
    visitor = Visitor(watched, live_server.url)
    template_rendered.connect(visitor.note_template)
    yield visitor
    template_rendered.disconnect(visitor.note_template)
    assert not visitor.faults, "\n".join(visitor.faults)


@pytest.fixture
def risk(people):
    return Register.objects.get(slug="ours").risks.get()


def visit_all(visitor, people, names):
    """Each page once, and again for a person where it has something that axe has not read."""
    visited = set()
    for person in READERS:
        visitor.enter(people[person])
        for name in names:
            if TABLE[name][1][person] != 200:
                continue
            visitor.widths = (PHONE,) if name in OF_A_REGISTER else WIDTHS
            if name not in visited:
                visitor.visit(path_of(name))
                visited.add(name)
            elif name in DIFFERENT:
                visitor.visit_if_new(path_of(name))


def test_every_page_with_the_longest_words(visitor):
    people = people_with_long_words()
    visit_all(visitor, people, [name for name in PAGES if not name.startswith("admin:")])
    visitor.enter(people["manager"])
    for address in MORE_OF_THE_LIBRARY:
        visitor.visit(address)
    visitor.widths = (PHONE,)
    for address in long_queries():
        visitor.visit(address, reads=False)


def test_a_dashboard_with_every_section_expanded(visitor, people):
    visitor.enter(people["manager"])
    visitor.visit("/registers/ours/dashboard/?more=narrow&more=order&more=ways")


def test_every_page_of_the_admin_site(visitor, people):
    """Many are the same for all models: those of people stand for them."""
    visit_all(visitor, people, [name for name in PAGES if name.startswith("admin:")])


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
    visitor.enter(people["officer"])
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
    visitor.enter(people["manager"])
    visitor.send("/registers/ours/questions/")
    visitor.send(path_of("question_edit"), text="")
    visitor.send(path_of("paper_template_new"))
    visitor.enter(people["administrator"])
    visitor.send(path_of("person_invite"))
    visitor.send(path_of("person_role_new"))
    visitor.enter(people["monitoring-officer"])
    visitor.send(path_of("need_to_know_new"), reason="")


def test_pages_that_refuse(visitor, people, risk, settings):
    def save_as_another_person():
        make_revision(risk, title="Another title", cause="Another cause")
        make_assessment(risk)

    visitor.send("/accounts/login/", 403, meanwhile=visitor.page.context.clear_cookies)
    visitor.enter(people["officer"])
    visitor.visit("/nowhere/", 404)
    visitor.visit("/registers/ours/?as_at=yesterday", 400)
    visitor.send(
        f"{risk.get_absolute_url()}edit/", 409, title="My title", meanwhile=save_as_another_person
    )
    visitor.enter(people["member"])
    visitor.visit(f"{risk.get_absolute_url()}edit/", 403)
    settings.ROOT_URLCONF = __name__
    visitor.visit("/broken/", 500)
    visitor.visit("/away/", 503)


def test_the_page_after_too_many_guesses(visitor, people, settings):
    settings.ACCOUNT_RATE_LIMITS = {"password_from_address": "1/5m/key"}
    visitor.send("/accounts/login/", login="nobody@example.org", password="wrong")
    visitor.send("/accounts/login/", 429, login="nobody@example.org", password="wrong")


def test_pages_with_nothing_on_them(visitor, people, risk):
    visitor.enter(people["stranger"])
    for address in ("/", "/registers/theirs/", "/registers/theirs/dashboard/"):
        visitor.visit(address)
    visitor.enter(people["officer"])
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
    visitor.enter(people["staff"])
    visitor.visit(reverse("library_load"))


def test_pages_with_hostile_words(visitor, people, risk):
    visitor.enter(people["officer"])
    for title in HOSTILE.values():
        hostile = make_risk(
            risk.register, title=title, cause=title, owner=risk.owner, assessed=(5, 5)
        )
        visitor.visit(hostile.get_absolute_url())
    make_revision(hostile, title=HOSTILE["no spaces"], reason=HOSTILE["right to left"])
    for place in ("", "edit/", "history/"):
        visitor.visit(f"{hostile.get_absolute_url()}{place}")
    for address in ("/", "/registers/ours/", "/registers/ours/dashboard/"):
        visitor.visit(address)
    visitor.send("/registers/ours/risks/new/", title="x" * 300)
    visitor.enter(people["manager"])
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
    visitor.enter(people["officer"])
    for place in (
        "",
        "dashboard/",
        "risks/new/",
        "risks/1/",
        "risks/1/history/",
        "risks/1/assess/",
    ):
        visitor.visit(f"/registers/long/{place}")
