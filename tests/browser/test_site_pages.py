"""The pages about the site meet the claims that they make."""

import pytest
from browsing import look_over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {"/accessibility/": "Accessibility", "/privacy/": "Privacy", "/cookies/": "Cookies"}


@pytest.mark.parametrize("path", PAGES)
def test_the_page_meets_its_own_accessibility_claims(watched, live_server, path):
    watched.goto(f"{live_server.url}{path}")
    look_over(watched)
