"""Every page on a phone with the longest words that it may hold: nothing is to be scrolled sideways
for.
"""

import pytest
from access_table import BUTTONS, OUR_VIEWS, TABLE, keys_of
from django.test import Client
from django.urls import reverse
from makers import (
    days_ago,
    failure_type,
    impact,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_assurance,
    make_control,
    make_directorate,
    make_escalation,
    make_import,
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_question,
    make_register,
    make_review,
    make_revision,
    make_risk,
    make_scheme,
    scheme_data,
)

from registers.models import Register, SetAside

pytestmark = [pytest.mark.browser, pytest.mark.look, pytest.mark.django_db(transaction=True)]

WIDTHS = (320, 360, 414)
WORD = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"  # 80 letters
)
LONG = f"{WORD} {WORD}"
# Elements beyond the right edge of the page, innermost first, for the message of a failure.
BEYOND = """width => [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .filter(element => !element.closest(".govuk-visually-hidden"))
    .slice(-3)
    .map(element => [element.tagName, element.className, element.textContent.trim().slice(0, 40)])
    .map(([tag, name, text]) => `${tag}.${name}: ${text}`)"""
WIDTH = "document.documentElement.scrollWidth"


def people_with_long_words():
    """A register of everything, each name and text of which is a word of 80 letters or two."""
    organisation = make_organisation(LONG)
    people = {
        role: make_person(organisation, role, name=LONG[:150])
        for role in ("manager", "officer", "peer")
    }
    manager, data = people["manager"], scheme_data()
    for part in ("likelihood", "impact", "bands"):
        data[part] = [{**row, "label": f"{WORD[:40]} {n}"} for n, row in enumerate(data[part])]
    scheme = make_scheme(name=LONG[:100], organisation=organisation, **data)
    post = make_post(
        organisation,
        LONG,
        directorate=make_directorate(organisation, LONG),
        holder=people["officer"],
    )
    above = make_register(organisation, scheme, slug="above", name=LONG, prefix="ABOVEALL")
    register = make_register(
        organisation, scheme, slug="ours", name=LONG, prefix="WWWWWWWW", parent=above
    )
    make_appetite(organisation, by=manager, scheme=scheme, narrative=LONG, approved_by=LONG[:100])
    content = dict.fromkeys(("title", "cause", "event", "consequence", "notes"), LONG)
    content |= {
        "owner": post,
        "primary_failure_type": failure_type(),
        "adverse_impacts": [impact()],
    }
    for number in range(3):
        risk = make_risk(register, by=manager, on=days_ago(700), assessed=(5, 5), **content)
        stand_beside(risk, people, post, above)
        if number == 1:
            risk.refresh_from_db()
            risk.happen(
                by=manager, version=risk.version, happened_on=days_ago(3), happened_what=LONG
            )
    make_agreement(register, by=manager, body=LONG[:100], note=LONG, on=days_ago(1))
    make_question(register, LONG, by=manager, risk=risk, source=LONG)
    table = f"{WORD},{WORD}2,Score\n{WORD},{WORD},5x5\n".encode()
    make_import(register, table, by=manager, file_name=f"{WORD}.csv")
    return people


def stand_beside(risk, people, post, above):
    manager = people["manager"]
    action = make_action(
        risk, by=manager, owner=post, title=LONG, detail=LONG, on=days_ago(90), due_on=days_ago(40)
    )
    for ago in (30, 20):
        action.revise(by=manager, version=action.version, due_on=days_ago(ago), reason=LONG)
    make_control(risk, by=manager, owner=post, title=LONG, detail=LONG, run_by="shared")
    make_assurance(
        risk, by=manager, provider=LONG[:100], note=LONG, on=days_ago(90), expires_on=days_ago(3)
    )
    make_assessment(
        risk, (1, 1), by=people["peer"], perspective="peer", rationale=LONG, on=days_ago(5)
    )
    make_precedent(risk, by=manager, reason=LONG, words=[WORD])
    make_review(risk, by=manager, note=LONG, on=days_ago(60), next_on=days_ago(5))
    make_escalation(
        risk, above, by=manager, reason=LONG, approved_by=manager if risk.number % 2 else None
    )
    SetAside.put(risk, by=manager, check_name="rq13-vague", reason=LONG, until=days_ago(-30))
    make_revision(risk, by=manager, title=f"{LONG} 2", reason=LONG)


def addresses(role):
    """Every page that this reader opens, and those that take another day or open more."""
    for name in OUR_VIEWS:
        if TABLE[name][1][role] == 200 and name not in BUTTONS:
            yield reverse(name, kwargs=keys_of(TABLE[name][0]))
    agreement = Register.objects.get(slug="ours").agreements.get().pk
    for query in (
        f"as_at={days_ago(100)}",
        f"agreed={agreement}",
        "more=narrow&more=order&more=ways",
    ):
        yield f"/registers/ours/dashboard/?{query}"
    yield from ("/registers/above/", "/registers/above/dashboard/", "/registers/above/escalations/")
    owner = Register.objects.get(slug="ours").risks.first().owner_id
    yield f"/registers/ours/?owner={owner}&stuck=yes"


@pytest.fixture
def too_wide(page, live_server):
    """What is wider than a phone at this address, a line for each width."""

    def look(client, address):
        page.context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": live_server.url}
                for name, cookie in client.cookies.items()
            ]
        )
        answer = client.get(address)
        if not answer["Content-Type"].startswith("text/html"):
            return []
        page.goto(live_server.url + address)
        problems = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if (page_width := page.evaluate(WIDTH)) > width:
                problems.append(
                    f"{address} is {page_width} wide at {width}: {page.evaluate(BEYOND, width)}"
                )
        return problems

    return look


def test_no_page_of_long_words_is_wider_than_a_phone(too_wide):
    problems = []
    for role, person in people_with_long_words().items():
        client = Client()
        client.force_login(person)
        pages = (
            addresses(role)
            if role == "manager"
            else ["/", "/registers/ours/risks/1/assess/", "/reminders/"]
        )
        for address in pages:
            problems += too_wide(client, address)
    assert "\n".join(problems) == ""
