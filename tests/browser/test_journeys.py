"""The three jobs, done by hand in a real Chromium: log a risk, assess it again, read
the dashboard.
"""

import re

import pytest
from browsing import fill_in_the_risk, look_over, rate, sign_in
from makers import (
    failure_type,
    make_assessment,
    make_directorate,
    make_post,
    make_revision,
    make_risk,
)
from playwright.sync_api import expect

from registers.models import Risk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def control_in_focus(page):
    return page.evaluate("document.activeElement.id")


def test_an_officer_logs_a_risk_with_an_error_corrected(watched, live_server, council):
    page = watched
    page.goto(f"{live_server.url}/registers/corporate/")
    look_over(page)
    sign_in(page, live_server.url, "officer")
    look_over(page)
    page.get_by_role("button", name="Log a risk").or_(
        page.get_by_role("link", name="Log a risk")
    ).click()
    look_over(page)
    fill_in_the_risk(page)
    page.get_by_label("So what?").fill("")
    rate(page, 4, 5, "The month-nine forecast says so.")
    expect(page.locator(".app-ratings__band")).to_have_text(re.compile(r"4 x 5 = 20 is\s+Severe"))
    page.get_by_role("button", name="Log this risk").click()

    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("Enter what would follow if it happened")
    assert page.title().startswith("Error: ")
    look_over(page)
    summary.get_by_role("link", name="Enter what would follow if it happened").click()
    assert control_in_focus(page) == "id_consequence"
    page.keyboard.type("Services are cut at short notice.")  # as somebody would who uses no mouse
    page.get_by_role("button", name="Log this risk").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Savings arrive late")
    expect(page.locator("main")).to_contain_text("likelihood 4 x impact 5 = 20")
    expect(page.locator("main")).to_contain_text("CORP-001 is on the register")
    look_over(page)


@pytest.mark.look
@pytest.mark.parametrize("form", ["risks/new/", "risks/1/edit/", "risks/1/assess/"])
def test_every_link_of_an_error_summary_lands_on_its_control(watched, live_server, council, form):
    page = watched
    make_risk(council, assessed=(2, 2))
    sign_in(page, live_server.url, "officer")
    page.goto(f"{live_server.url}/registers/corporate/{form}")
    for folded in page.locator("main form summary").all():
        folded.click()
    for control in page.locator(
        "main form input[type=text]:visible, main form textarea:visible"
    ).all():
        control.fill("")
    for control in page.locator("main form select").all():
        control.select_option("")
    if form == "risks/new/":
        page.locator(
            "input[name=likelihood]"
        ).first.check()  # a judgement begun asks for its other parts
    page.locator("main form button[type=submit]:not([name])").last.click()

    expect(
        page.locator(".govuk-error-summary")
    ).to_be_visible()  # a click does not wait for the next page
    links = page.locator(".govuk-error-summary a").all()
    landed = {}
    for link in links:
        link.click()
        landed[link.get_attribute("href")] = f"#{control_in_focus(page)}"
    visible = page.locator(
        "main form [aria-invalid=true], main form .govuk-form-group--error"
    ).count()
    assert len(links) >= 3 and visible
    assert landed == {href: href for href in landed}


def test_an_officer_assesses_again_and_sees_both(watched, live_server, council):
    page = watched
    make_risk(council, title="Savings arrive late", assessed=(2, 3))
    sign_in(page, live_server.url, "officer")
    page.get_by_role("link", name="Savings arrive late").click()
    page.get_by_role("button", name="Assess again").or_(
        page.get_by_role("link", name="Assess again")
    ).click()
    look_over(page)
    rate(page, 5, 4, "A third programme slipped.")
    page.get_by_role("button", name="Add this assessment").click()

    rows = page.locator(".app-judgements tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("5 x 4 = 20")
    expect(rows.last).to_contain_text("2 x 3 = 6")
    look_over(page)
    page.get_by_role("link", name="Everything that was ever changed").click()
    expect(page.locator(".app-history__entry")).to_have_count(2)
    expect(page.locator(".app-history__entry").first).to_contain_text("A third programme slipped.")
    look_over(page)


def test_a_member_reads_the_dashboard_and_follows_a_cell(watched, live_server, council):
    page = watched
    for title, ratings in (("Bins", (5, 5)), ("Schools", (5, 5)), ("Roads", (2, 2))):
        make_risk(council, title=title, assessed=ratings)
    make_assessment(Risk.objects.get(title="Roads"), (2, 3))
    sign_in(page, live_server.url, "member")
    look_over(page)
    page.get_by_role("link", name="Dashboard", exact=True).click()
    expect(page.locator("main")).to_contain_text("Two of 3 risks are above tolerance")
    expect(page.locator("main")).to_contain_text("three new")
    expect(page.locator("[data-chart] svg.main-svg").first).to_be_visible()
    look_over(page)
    cell = page.locator(".app-matrix__link", has_text=re.compile("likelihood 5.*impact 5"))
    assert cell.get_attribute("data-count") == "2"
    cell.click()
    expect(page.locator(".app-risks tbody tr")).to_have_count(2)
    look_over(page)
    page.get_by_role("link", name="Bins").click()
    expect(page.locator("main").get_by_role("button", name="Edit")).to_have_count(0)
    look_over(page)
    page.get_by_role("link", name="Library").click()
    look_over(page)
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
    sign_in(page, live_server.url, "member")
    page.get_by_role("link", name="Two plans compete").click()
    page.get_by_role("link", name="Doncaster").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Doncaster Metropolitan Borough Council"
    )
    look_over(page)
    page.locator("#DON-W1").get_by_role("link", name="line 68").click()
    expect(page.locator("tr:target")).to_contain_text("An officer's summary")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learning from Service Failures")


@pytest.mark.look
@pytest.mark.parametrize(
    "place", ["", "compare/", "discrepancies/", "sources/", "insights/3/", "search/?q=trust"]
)
def test_a_member_reads_the_library(watched, live_server, council, place):
    page = watched
    sign_in(page, live_server.url, "member")
    page.goto(f"{live_server.url}/library/{place}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look_over(page)


def test_without_javascript_a_risk_is_logged(browser, live_server, council):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, "officer")
    page.locator("a", has_text="Log a risk").click()
    page.get_by_role("button", name="Log this risk").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter a title for the risk")
    fill_in_the_risk(page)
    page.get_by_label("Which post owns it?").select_option(index=1)
    rate(page, 3, 3, "As we see it.")
    page.get_by_role("button", name="Log this risk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Savings arrive late")
    context.close()


@pytest.mark.look
def test_without_javascript_the_dashboard_says_the_same(browser, live_server, council):
    make_risk(council, title="Bins", assessed=(5, 5))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, "member")
    page.locator("main a", has_text="Dashboard").click()
    page.locator("summary", has_text="The figures as a table").first.click()
    expect(page.get_by_role("table", name="Risks by failure type")).to_be_visible()
    context.close()


@pytest.mark.look
@pytest.mark.parametrize("role", ["officer", "member"])
def test_home_reads_well_at_every_width_whatever_is_typed(watched, live_server, council, role):
    page = watched
    people = {m.role: m.user for m in council.organisation.memberships.all()}
    post = make_post(council.organisation, "x" * 190, holder=people["officer"])
    make_risk(council, owner=post, title="x" * 200)
    make_risk(
        council,
        owner=post,
        title="הסיכון של מועצת העיר \u202e 👩🏽‍🚒",
        is_exempt=True,
        assessed=(5, 5),
    )
    make_risk(council, by=people["officer"])
    sign_in(page, live_server.url, role)
    page.get_by_role("link", name="My registers").first.click()
    expect(page.locator("main h2")).to_have_text(
        [
            "Corporate risks",
            "What waits for you" if role == "officer" else "What there is to read",
            "What changed lately",
        ]
    )
    look_over(page)


@pytest.mark.look
def test_no_page_is_wider_than_a_phone_whatever_is_typed(watched, live_server, council):
    page = watched
    endless = "x" * 190
    organisation = council.organisation
    post = make_post(organisation, endless, directorate=make_directorate(organisation, endless))
    words = {"title": endless, "cause": endless, "event": endless, "consequence": endless}
    risk = make_risk(
        council, owner=post, primary_failure_type=failure_type(), assessed=(5, 5), **words
    )
    make_assessment(risk, (1, 1), rationale=endless)
    make_revision(risk, title=endless[1:], reason=endless)
    sign_in(page, live_server.url, "officer")
    page.set_viewport_size({"width": 320, "height": 800})
    wide = {}
    for place in (
        "",
        "dashboard/",
        "risks/new/",
        *(f"risks/1/{p}" for p in ("", "edit/", "assess/", "history/")),
    ):
        page.goto(f"{live_server.url}/registers/corporate/{place}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide[place] = width
    assert wide == {}
