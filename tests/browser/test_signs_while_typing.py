"""Warning signs appear beside the form for a new risk while it is filled in."""

import pytest
from browsing import enter_as, look_over
from playwright.sync_api import expect

from registers.models import Risk

pytestmark = pytest.mark.django_db(transaction=True)

LIKE = {
    "title": "Savings do not arrive",
    "cause": "Savings go into the budget before anybody has worked out how they will be made.",
    "event": "Overspending is covered from reserves every year until there are none.",
    "consequence": "The budget cannot be balanced.",
}


def test_signs_appear_next_to_the_form_while_typing(watched, live_server, council):
    watched.goto(enter_as(watched, live_server.url, "officer") + "risks/new/")
    signs = watched.locator(".app-typing__aside .app-sign")
    expect(watched.get_by_role("button", name="See where this has happened")).to_be_hidden()
    for label, name in (
        ("Event: what could happen?", "event"),
        ("Cause: why could it happen?", "cause"),
    ):
        watched.get_by_label(label).fill(LIKE[name])
    expect(signs.first).to_be_visible(timeout=20_000)
    expect(watched.locator(".app-typing__aside [role=status]")).to_contain_text(
        "from other cases beside the form"
    )
    signs.first.locator("summary").first.click()
    watched.get_by_label("Consequence: what would it lead to?").fill("Reserves")
    expect(signs.first.locator("details").first).to_have_attribute("open", "")
    assert "Reserves" not in watched.url and not Risk.objects.exists()
    look_over(watched)
