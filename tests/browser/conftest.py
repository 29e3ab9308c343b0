"""Fixtures of all browser tests."""

import pytest
from browsing import PASSWORD
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
