"""What browser tests do on a page: sign in, fill in, and find faults at each width."""

import re
from pathlib import Path

import axe_playwright_python

PASSWORD = "a long enough password"


WIDTHS = (1280, 768, 320)


AXE_AT = (1280, 320)  # widths between them use one of these two layouts


AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


# To preload is to fetch all style sheets again, for one rule (a locked orientation), in a way that
# our policy forbids where they import others, as the admin site's do.
RUN_AXE = "axe.run({preload: false, resultTypes: ['violations']}).then(result => result.violations)"


# By the second frame every resize listener has run and the layout is up to date.
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def sign_in(page, site, role):
    page.set_default_timeout(5_000)
    page.goto(f"{site}/registers/corporate/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(f"{role}@northmoor.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/registers/corporate/")


def is_known(node):
    """GOV.UK Frontend deliberately sets aria-expanded on a radio that reveals a field: screen
    readers read it out, though the standard does not allow it (alphagov/govuk-frontend, issue 979).
    """
    data = [check["data"] for check in node["any"] + node["all"] + node["none"]]
    return (
        data in ([['aria-expanded="true"']], [['aria-expanded="false"']])
        and 'type="radio"' in node["html"]
    )


def faults_of(page, axe_at=AXE_AT):
    """(width, fault) -> details: what axe finds, and sideways scrolling."""
    page.evaluate(AXE)
    faults = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(TWO_FRAMES)
        for violation in page.evaluate(RUN_AXE) if width in axe_at else ():
            nodes = [node["html"][:200] for node in violation["nodes"] if not is_known(node)]
            if nodes:
                faults[width, violation["id"]] = nodes[:3]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults[width, "scrolls sideways"] = page.evaluate(
                "document.documentElement.scrollWidth"
            )
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    return faults


def look_over(page):
    assert faults_of(page) == {}, page.url


def fill_in_the_risk(page):
    page.get_by_label("Title").fill("Savings arrive late")
    page.get_by_label("What could happen?").fill("The budget cannot be balanced by March.")
    page.get_by_label("Why could it happen?").fill("Two programmes count the same saving.")
    page.get_by_label("So what?").fill("Services are cut at short notice.")
    page.get_by_label("Which type of failure is it most like?").select_option("financial")


def rate(page, likelihood, impact, why):
    page.locator(f"input[name=likelihood][value='{likelihood}']").check()
    page.locator(f"input[name=impact][value='{impact}']").check()
    page.get_by_label("What makes it that bad?").select_option("harm-to-users")
    page.get_by_label("Why do you judge it so?").fill(why)
