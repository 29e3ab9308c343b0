"""The three jobs, done by hand in a real Chromium: log a risk, assess it again, read
the dashboard.
"""

import re

import pytest
from browsing import enter_as, fill_in_the_risk, look_over, open_register, rate, sign_in
from govuk_pages import focus_targets
from makers import days_ago, failure_type, make_action, make_assessment, make_risk
from playwright.sync_api import expect

from registers.models import Risk, User

pytestmark = pytest.mark.django_db(transaction=True)


def control_in_focus(page):
    return page.evaluate("document.activeElement.id")


def test_an_officer_logs_a_risk_with_an_error_corrected(watched, live_server, council):
    page = watched
    sign_in(page, live_server.url, "officer")
    page.get_by_role("button", name="Log a risk").or_(
        page.get_by_role("link", name="Log a risk")
    ).click()
    fill_in_the_risk(page)
    page.get_by_label("Consequence: what would it lead to?").fill("")
    rate(page, 4, 5, "The month-nine forecast says so.")
    expect(page.locator(".app-ratings__band")).to_have_text(re.compile(r"4 x 5 = 20 is\s+Severe"))
    look_over(page)
    page.get_by_role("button", name="Log this risk").click()

    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Enter what it would lead to")
    assert page.title().startswith("Error: ")
    summary.get_by_role("link", name="Enter what it would lead to").click()
    assert control_in_focus(page) == "id_consequence"
    page.keyboard.type("Services are cut at short notice.")  # as somebody would who uses no mouse
    page.get_by_role("button", name="Log this risk").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Savings arrive late")
    expect(page.locator("main")).to_contain_text("likelihood 4 x impact 5 = 20")
    expect(page.locator("main")).to_contain_text("CORP-001 is on the register")
    look_over(page)
    page.get_by_role("link", name="My registers").first.click()
    expect(page.locator("main h2")).to_have_text(["Corporate risks", "My tasks", "Latest changes"])


def test_an_officer_finishes_an_overdue_action_from_home_and_is_back(watched, live_server, council):
    page = watched
    enter_as(page, live_server.url, "officer")
    officer = User.objects.get(email="officer@northmoor.example")
    risk = make_risk(council, by=officer, assessed=(2, 2), on=days_ago(9))
    make_action(risk, title="Write it down", on=days_ago(9), due_on=days_ago(1))
    page.goto(live_server.url)
    page.get_by_role("link", name="Action for CORP-001: Write it down").click()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.locator("#id_evidence").fill("It is on the intranet.")
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My registers")
    expect(page.locator(".govuk-notification-banner")).to_be_focused()
    expect(page.locator("main")).not_to_contain_text("Action for CORP-001")
    page.get_by_role("link", name=re.compile("^My tasks")).first.click()
    look_over(page)


def test_every_link_of_an_error_summary_lands_on_its_control(watched, live_server, council):
    page = watched
    make_risk(council, assessed=(2, 2))
    register = enter_as(page, live_server.url, "officer")
    for form in ("risks/new/", "risks/1/edit/", "risks/1/assess/"):
        page.goto(f"{register}{form}")
        empty_every_field(page)
        if form == "risks/new/":  # a judgement begun asks for its other parts
            page.locator("input[name=likelihood]").first.check()
        page.locator("main form button[type=submit]:not([name])").last.click()
        landed = focus_targets(page)
        invalid = page.locator(
            "main form [aria-invalid=true], main form .govuk-form-group--error"
        ).count()
        assert len(landed) >= 3 and invalid
        assert landed == {href: href for href in landed}


def empty_every_field(page):
    for fold in page.locator("main form summary").all():
        fold.click()
    for control in page.locator(
        "main form input[type=text]:visible, main form textarea:visible"
    ).all():
        control.fill("")
    for control in page.locator("main form select").all():
        control.select_option("")


def test_an_officer_assesses_again_and_sees_both(watched, live_server, council):
    page = watched
    make_risk(council, title="Savings arrive late", assessed=(2, 3))
    open_register(page, live_server.url, "officer")
    page.get_by_role("link", name="Savings arrive late").click()
    page.get_by_role("button", name="Assess again").or_(
        page.get_by_role("link", name="Assess again")
    ).click()
    rate(page, 5, 4, "A third programme slipped.")
    page.get_by_role("button", name="Add this assessment").click()

    rows = page.locator(".app-judgements tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("5 x 4 = 20")
    expect(rows.last).to_contain_text("2 x 3 = 6")
    page.get_by_role("link", name="See the full history of this risk").click()
    expect(page.locator(".app-history__entry")).to_have_count(2)
    expect(page.locator(".app-history__entry").first).to_contain_text("A third programme slipped.")


def test_a_member_reads_the_dashboard_and_follows_a_cell(watched, live_server, council):
    page = watched
    for title, ratings in (("Bins", (5, 5)), ("Schools", (5, 5)), ("Roads", (2, 2))):
        make_risk(council, title=title, assessed=ratings)
    make_assessment(Risk.objects.get(latest__title="Roads"), (2, 3))
    open_register(page, live_server.url, "member")
    page.get_by_role("link", name="Dashboard", exact=True).click()
    expect(page.locator("main")).to_contain_text("Two of 3 risks are above tolerance")
    expect(page.locator("main")).to_contain_text("three new")
    expect(page.locator("[data-chart] svg.main-svg").first).to_be_visible()
    look_over(page)
    cell = page.locator(".app-matrix__link", has_text=re.compile("likelihood 5.*impact 5"))
    assert cell.get_attribute("data-count") == "2"
    cell.click()
    expect(page.locator(".app-risks tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Bins").click()
    expect(page.locator("main").get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_role("link", name="My registers").first.click()
    expect(page.locator("main h2")).to_have_text(
        ["Corporate risks", "Since the last meeting", "Latest changes"]
    )
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_member_goes_from_a_risk_to_a_case_and_from_its_sign_to_the_source(
    watched, live_server, council
):
    page = watched
    make_risk(
        council,
        title="Two plans compete",
        assessed=(4, 4),
        primary_failure_type=failure_type("governance"),
    )
    open_register(page, live_server.url, "member")
    page.get_by_role("link", name="Two plans compete").click()
    page.get_by_role("link", name="Doncaster").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Doncaster Metropolitan Borough Council"
    )
    page.locator("#DON-W1").get_by_role("link", name="line 68").click()
    expect(page.locator("tr:target")).to_contain_text("An officer's summary")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learning from Service Failures")


def test_without_javascript_a_risk_is_logged(page_without_script, live_server, council):
    page = page_without_script
    sign_in(page, live_server.url, "officer")
    page.locator("a", has_text="Log a risk").click()
    page.get_by_role("button", name="Log this risk").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter a title for the risk")
    fill_in_the_risk(page)
    page.get_by_label("Which post owns it?").select_option(index=1)
    rate(page, 3, 3, "As we see it.")
    page.get_by_role("button", name="Log this risk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Savings arrive late")


def test_without_javascript_the_dashboard_says_the_same(page_without_script, live_server, council):
    page = page_without_script
    make_risk(council, title="Bins", assessed=(5, 5))
    open_register(page, live_server.url, "member")
    page.get_by_role("link", name="Dashboard", exact=True).click()
    page.locator("summary", has_text="The figures as a table").last.click()
    expect(page.get_by_role("table", name="Risks by failure type")).to_be_visible()
