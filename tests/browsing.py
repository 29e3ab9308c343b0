"""What browser tests do on a page: sign in, fill in, and find faults at each width."""

import re
from pathlib import Path

import axe_playwright_python
from django.conf import settings
from django.test import Client

from registers.models import User

PASSWORD = "a long enough password"


WIDE, TABLET, PHONE = WIDTHS = (1280, 768, 320)


AXE = Path(axe_playwright_python.__file__).parent  # served among the static files


# To preload is to fetch all style sheets again, for one rule (a locked orientation), in a way that
# our policy forbids where they import others, as the admin site's do. Contrast takes most of the
# time: it is read once for each kind of place, which is the classes of an element and those around.
RUN_AXE = """() => {
  const names = new Map();
  const name = (element) => {
    if (!element) return "";
    if (!names.has(element)) {
      const kind = [element.localName, element.getAttribute("class"), element.ariaCurrent];
      names.set(element, `${name(element.parentElement)} ${kind.join(".")}`);
    }
    return names.get(element);
  };
  const places = new Set();
  for (const element of document.body.querySelectorAll("*")) {
    const isNew = element.checkVisibility() && !places.has(name(element));
    if (isNew && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) {
      places.add(name(element));
      element.dataset.contrast = "";
    }
  }
  const selector = "[data-contrast], input, select, textarea";
  axe.configure({rules: [{id: "color-contrast", selector}]});
  return axe.run({preload: false, resultTypes: ["violations"]}).then(result => result.violations);
}"""


# Elements beyond the right edge of the page, innermost first, for the message of a failure.
BEYOND = """width => [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .filter(element => !element.closest(".govuk-visually-hidden"))
    .slice(-3)
    .map(element => [element.tagName, element.className, element.textContent.trim().slice(0, 40)])
    .map(([tag, name, text]) => `${tag}.${name}: ${text}`)"""


# Asks as a browser does before a page is left, and stays.
LEAVE = """() => {
  const leaving = new Event("beforeunload", {cancelable: true});
  dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""


# Rows and entries with the same elements and classes are a kind: from the third on they go.
KEEP_TWO = """(() => {
  const count = {};
  for (const row of document.querySelectorAll("main :is(tbody tr, li, details, dd, p)")) {
    const kind = row.outerHTML
      .replace(/>[^<]+/g, ">")
      .replace(/ (?!class|type|role)([a-z-]+)="[^"]*"/g, " $1");
    count[kind] = (count[kind] ?? 0) + 1;
    if (count[kind] > 2) row.remove();
  }
})();
"""


# By the second frame every resize listener has run and the layout is up to date.
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def narrow_classes():
    """Classes of elements that our style sheets lay out otherwise on a phone, and the menu's."""
    text = "".join(file.read_text() for file in Path(settings.BASE_DIR, "static/css").glob("*.css"))
    rules = re.findall(r"^@media[^{]*max-width[^{]*\{\n(.*?)^\}", text, re.DOTALL | re.MULTILINE)
    rules += re.findall(r"^(\.[^{}]*)\{[^}]*overflow-x: auto", text, re.MULTILINE)
    names = re.findall(r"\.([a-z][\w-]*)", "".join(rules))
    return {*names, "govuk-service-navigation__toggle"}


def enter(page, site, user):
    """Sign in without the sign-in page; user may be None: nobody is signed in then."""
    client = Client()
    if user:
        client.force_login(user)
    hand_over(client, page, site)
    return client


def hand_over(client, page, site):
    """Give the browser the cookies of a client of Django's, and no others."""
    page.context.clear_cookies()
    page.context.add_cookies(
        [
            {"name": name, "value": cookie.value, "url": site}
            for name, cookie in client.cookies.items()
        ]
    )


def enter_as(page, site, role):
    """Enter as the person of that role of the fixture council. Returns its register's address."""
    enter(page, site, User.objects.get(email=f"{role}@northmoor.example"))
    return f"{site}/registers/corporate/"


def open_register(page, site, role):
    page.goto(enter_as(page, site, role))


def asks(page):
    """Whether its scripts ask before somebody leaves the page; it is not left."""
    return page.evaluate(LEAVE)


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


def resize(page, width):
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(TWO_FRAMES)


def faults_of(page, axe_at=(WIDE,), widths=(WIDE, PHONE), few=False):
    """(width, fault) -> details: what axe finds at those widths, and sideways scrolling.

    few: of rows and entries that differ in their words alone, axe reads two. The others are gone.
    """
    faults = {}
    for width in widths:
        resize(page, width)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults[width, "scrolls sideways"] = page.evaluate(BEYOND, width)
    if axe_at:
        page.add_script_tag(url="/static/axe.min.js")
    if axe_at and few:
        page.evaluate(KEEP_TWO)
    for width in sorted(axe_at):
        resize(page, width)
        for violation in page.evaluate(RUN_AXE):
            nodes = [node["html"][:200] for node in violation["nodes"] if not is_known(node)]
            if nodes:
                faults[width, violation["id"]] = nodes[:3]
    resize(page, WIDE)
    return faults


def look_over(page, axe_at=(WIDE,)):
    assert faults_of(page, axe_at) == {}, page.url


def fill_in_the_risk(page):
    page.get_by_label("Title").fill("Savings arrive late")
    page.get_by_label("Event: what could happen?").fill("The budget cannot be balanced by March.")
    page.get_by_label("Cause: why could it happen?").fill("Two programmes count the same saving.")
    page.get_by_label("Consequence: what would it lead to?").fill(
        "Services are cut at short notice."
    )
    page.get_by_label("Which type of failure is it most like?").select_option("financial")


def rate(page, likelihood, impact, why):
    page.locator(f"input[name=likelihood][value='{likelihood}']").check()
    page.locator(f"input[name=impact][value='{impact}']").check()
    page.get_by_label("Which adverse impact drives your rating?").select_option("harm-to-users")
    page.get_by_label("Why did you choose these ratings?").fill(why)
