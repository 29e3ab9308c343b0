"""What each role comes to do on the demo, by hand: few clicks, no axe fault, no sideways scroll.

Pages and forms are found by their addresses, so that a journey holds whatever a page calls them.
"""

import re

import pytest
from browsing import PHONE, WIDE, enter, look_over
from django.utils import timezone
from playwright.sync_api import expect

from registers import demo
from registers.models import (
    Agreement,
    EscalationDecision,
    GatheredQuestion,
    NeedToKnow,
    Register,
    User,
)
from registers.permissions import registers_for
from registers.tasks.task import Urgency
from registers.tasks.task_list import TaskList

pytestmark = pytest.mark.django_db(transaction=True)

CORPORATE = "/registers/corporate/"
BOTH = (WIDE, PHONE)


class Person:
    """Somebody of the demo at a browser, on their home page."""

    def __init__(self, page, site, name):
        self.page, self.site, self.clicks = page, site, 0
        self.user = User.objects.get(email=f"{name}@northmoor.example")
        enter(page, site, self.user)
        page.goto(site)

    def follow(self, start):
        """Click the first link within the page that leads to an address which begins so."""
        self.click(f'main a[href^="{start}"], nav a[href^="{start}"]')

    def press(self, within="main form.app-form"):
        self.click(f"{within} button[type=submit]:not([name=change]):not([name=draft])")

    def click(self, selector):
        self.clicks += 1
        with self.page.expect_navigation():
            self.page.locator(selector).locator("visible=true").first.click()

    def is_told(self):
        expect(self.page.locator(".govuk-notification-banner--success")).to_be_visible()

    def enter_day(self, name, day):
        for place, part in enumerate((day.day, day.month, day.year)):
            self.page.locator(f"[name={name}_{place}]").fill(str(part))


def test_each_role_of_the_demo_does_its_work(watched, live_server):
    demo.load(timezone.localdate())
    for name, journey in JOURNEYS.items():
        journey(Person(watched, live_server.url, name))


def finish_what_is_overdue(officer):
    """Every overdue thing is one click from home, and the first is done in three."""
    page, today = officer.page, timezone.localdate()
    tasks = TaskList(officer.user, today, list(registers_for(officer.user)))
    overdue = [task for task in tasks.first(len(tasks)) if task.urgency(today) == Urgency.OVERDUE]
    entries = page.locator("#tasks ~ ol > li")
    assert overdue and entries.count() >= len(overdue)
    look_over(page, BOTH)
    officer.click("#tasks ~ ol > li:first-child a")
    page.locator("#id_evidence").fill("The reconciliation of October is in the finance folder.")
    officer.press("main form:has(#id_evidence)")
    officer.is_told()
    assert officer.clicks <= 3 and page.url == f"{officer.site}/"
    assert entries.count() == len(tasks) - 1


def read_and_keep_a_question(member):
    """As reported, then today in one click; a question kept from a risk."""
    page = member.page
    member.follow(f"{CORPORATE}dashboard/")
    expect(page.locator(".app-as-at--reported")).to_be_visible()
    member.clicks = 0
    member.click(".app-as-at__switch a")
    expect(page.locator(".app-as-at--today")).to_be_visible()
    assert member.clicks == 1
    page.goto(f"{member.site}{CORPORATE}risks/20/")
    look_over(page, BOTH)
    member.follow(f"{CORPORATE}questions/?about=")
    page.locator("#id_text").fill("What would it take to come back within tolerance?")
    member.press("main form:has(#id_text)")
    assert GatheredQuestion.objects.on_list().filter(by=member.user).count() == 1
    look_over(page, BOTH)


def decide_record_save_and_change(manager):
    decide_an_escalation(manager)
    record_an_agreement(manager)
    save_a_view(manager)
    change_two_risks(manager)


def decide_an_escalation(manager):
    page, decisions = manager.page, EscalationDecision.objects.count()
    manager.click('#tasks ~ ol a[href*="/escalations/"]')
    look_over(page, BOTH)
    page.locator("main form input[type=radio]").first.check()
    page.locator("main form textarea").first.fill("Early help falls to the whole council.")
    manager.press("main form:has(textarea)")
    manager.is_told()
    assert page.url == f"{manager.site}/"
    assert EscalationDecision.objects.count() == decisions + 1


def record_an_agreement(manager):
    page, today = manager.page, timezone.localdate()
    agreements = Agreement.objects.count()
    page.goto(f"{manager.site}{CORPORATE}agreements/new/")
    page.locator("#id_body").select_option(label="Audit and Governance Committee")
    page.locator("main form input[type=radio][value=considered]").check()
    manager.enter_day("on", today)
    manager.enter_day("met_on", today)
    manager.press("main form:has(textarea)")
    assert Agreement.objects.count() == agreements, "not before the answers are checked"
    look_over(page, BOTH)
    manager.click("main button[name=confirmed]")
    manager.is_told()
    assert Agreement.objects.count() == agreements + 1


def save_a_view(manager):
    page = manager.page
    page.goto(f"{manager.site}{CORPORATE}?band=above-tolerance")
    manager.follow(f"{CORPORATE}views/new/")
    page.locator("#id_name").fill("For the briefing")
    manager.press("main form:has(#id_name)")
    manager.is_told()
    assert "band=above-tolerance" in page.url
    expect(page.locator("main")).to_contain_text("For the briefing")


def change_two_risks(manager):
    page = manager.page
    for number in (1, 2):
        page.locator(f"#select-{number}").check()
    manager.click('main button[form], main form[action*="/change/"] button')
    look_over(page, BOTH)
    page.locator("#id_category").select_option("legal")
    page.locator("#id_reason").fill("The monitoring officer asked for it.")
    manager.press("main form:has(#id_reason)")
    manager.click("main button[name=confirmed]")
    manager.is_told()
    risks = Register.objects.get(slug="corporate").risks.filter(number__in=(1, 2))
    assert {risk.category for risk in risks} == {"legal"}


def rate_without_seeing_ours(peer):
    page = peer.page
    page.goto(f"{peer.site}{CORPORATE}risks/20/")
    peer.follow(f"{CORPORATE}risks/20/assess/")
    expect(page.locator("main")).not_to_contain_text(re.compile(r"4 x 4|= 16"))
    expect(page.locator("main input[type=radio]:checked")).to_have_count(0)
    look_over(page, BOTH)
    page.locator("input[name=likelihood][value='5']").check()
    page.locator("input[name=impact][value='4']").check()
    page.locator("[name=driver]").select_option("harm-to-users")
    page.locator("#id_rationale").fill("Two providers told us that they will leave.")
    peer.press("main form:has(#id_rationale)")
    peer.is_told()
    expect(page.locator("main")).to_contain_text("5 x 4 = 20")


def reach_the_library_and_people(administrator):
    page = administrator.page
    administrator.click('a[href="/library/"]')
    administrator.follow("/library/load/")
    look_over(page, BOTH)
    administrator.click('a[href="/admin/"]')
    administrator.click('a[href="/admin/registers/user/"]')
    expect(page.locator("#result_list")).to_contain_text("officer@northmoor.example")


def grant_and_withdraw(monitoring_officer):
    """From the menu to access to one exempt risk, and back."""
    page, start = monitoring_officer.page, "/organisations/northmoor/need-to-know/"
    monitoring_officer.click(f'a[href="{start}"]')
    look_over(page, BOTH)
    monitoring_officer.follow(f"{start}new/")
    page.locator("[name=user]").select_option(index=1)
    page.locator("[name=scope][value=risk]").check()
    page.locator("[name=reference]").fill("CORP-021")
    monitoring_officer.enter_day("until", timezone.localdate())
    page.locator("[name=reason]").fill("Advises on the claim.")
    look_over(page, BOTH)
    monitoring_officer.press("main form:has([name=reason])")
    assert not NeedToKnow.objects.exists(), "not before the answers are checked"
    look_over(page, BOTH)
    monitoring_officer.click("main button[name=confirmed]")
    monitoring_officer.is_told()
    look_over(page, BOTH)
    monitoring_officer.click('main a[href$="/withdraw/"]')
    page.locator("[name=reason]").fill("The claim is settled.")
    look_over(page, BOTH)
    monitoring_officer.press("main form:has([name=reason])")
    monitoring_officer.is_told()
    assert not NeedToKnow.objects.active().exists()
    monitoring_officer.follow("/organisations/northmoor/roles/")
    look_over(page, BOTH)


JOURNEYS = {
    "officer": finish_what_is_overdue,
    "member": read_and_keep_a_question,
    "manager": decide_record_save_and_change,
    "monitoring-officer": grant_and_withdraw,
    "peer": rate_without_seeing_ours,
    "admin": reach_the_library_and_people,
}
