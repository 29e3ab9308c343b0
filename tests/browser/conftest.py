"""Fixtures of all browser tests."""

import pytest
from browsing import AXE, PASSWORD, WIDE
from django.conf import settings
from django.test import override_settings
from makers import (
    make_organisation,
    make_person,
    make_post,
    make_register,
)

from registers.models import Role

COMPLAIN = """document.addEventListener("securitypolicyviolation",
    event => console.error(`${event.violatedDirective} ${event.blockedURI}`));"""


@pytest.fixture
def council():
    """A council with an officer, a committee member, a post and a register."""
    organisation = make_organisation("Northmoor Council")
    make_person(
        organisation,
        Role.OFFICER,
        email="officer@northmoor.example",
        name="Robin Ash",
        password=PASSWORD,
    )
    make_person(
        organisation,
        Role.MEMBER,
        email="member@northmoor.example",
        name="Sasha Birch",
        password=PASSWORD,
    )
    make_post(organisation, "Director of finance")
    return make_register(organisation, slug="corporate", name="Corporate risks", prefix="CORP")


@pytest.fixture(scope="session", autouse=True)
def axe_file(test_settings):
    """Axe among the static files: a browser keeps it from page to page."""
    with override_settings(STATICFILES_DIRS=[*settings.STATICFILES_DIRS, AXE]):
        yield


@pytest.fixture(scope="session")
def contexts(browser):
    """Whether scripts run -> a context, which has its process and its cached files from then on."""
    size = {"width": WIDE, "height": 800}
    contexts = {
        has_script: browser.new_context(viewport=size, java_script_enabled=has_script)
        for has_script in (True, False)
    }
    yield contexts
    for context in contexts.values():
        context.close()


def open_page(context):
    page = context.new_page()
    page.set_default_timeout(15_000)  # much for a page, little for a slow machine
    yield page
    page.close()
    context.clear_cookies()


@pytest.fixture
def page(contexts):
    """Instead of pytest-playwright's, which has a context of its own."""
    yield from open_page(contexts[True])


@pytest.fixture
def page_without_script(contexts):
    yield from open_page(contexts[False])


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page_with_and_without_script(request, contexts):
    """A page in a browser with JavaScript, then in one without."""
    for page in open_page(contexts[request.param]):
        page.has_script = request.param
        yield page


@pytest.fixture
def watched(page):
    """The page. Fails afterwards on a console error or a request to another host."""
    page.complaints = []
    page.add_init_script(COMPLAIN)
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning") and page.complaints.append(message.text)
        ),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "request",
        lambda request: "//localhost" in request.url or page.complaints.append(request.url),
    )
    yield page
    assert page.complaints == []
