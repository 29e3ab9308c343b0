"""Pages as agreed: nothing recorded after the agreement changes a figure."""

import copy
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from makers import (
    days_ago,
    make_action,
    make_agreement,
    make_appetite,
    make_assessment,
    make_assurance,
    make_control,
    make_escalation,
    make_organisation,
    make_person,
    make_register,
    make_review,
    make_revision,
    make_risk,
)
from recorded_risks import effective_and_recorded, make_recorded_risk

from registers.models import Role

pytestmark = pytest.mark.django_db
AGREED, DAYS_BEFORE = 10, 130  # days ago: of the agreement, and of what is entered late
PAGES = [
    "dashboard/",
    "",
    "actions/",
    "assurance/",
    "escalations/",
    "settings/",
    "risks/1/",
    "risks/1/history/",
]


class Council:
    """A register that was agreed, beside another one from which a risk was taken up."""

    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours")
        self.below = make_register(self.organisation, parent=self.register)
        by = {"by": self.manager}
        self.risk, self.other, *_ = (
            make_recorded_risk(self.register, (2, n), ago=400, **by) for n in (2, 3, 4)
        )
        make_assessment(self.other, (4, 4), **by, **effective_and_recorded(200))
        make_revision(
            make_recorded_risk(self.register, (5, 5), ago=300, **by),
            status="closed",
            **by,
            **effective_and_recorded(DAYS_BEFORE + 20),
        )
        make_action(self.risk, due_on=days_ago(60), **by, **effective_and_recorded(200))
        self.taken = make_recorded_risk(self.below, (3, 3), ago=300, **by)
        make_escalation(
            self.taken, self.register, approved_by=self.manager, **by, **effective_and_recorded(150)
        )
        self.agreement = make_agreement(self.register, **by, **effective_and_recorded(AGREED))

    def sign_in(self, person):
        self.client = Client()
        self.client.force_login(person)
        return self

    def page(self, place="dashboard/", **query):
        """With all that a dashboard works out only where it is opened."""
        sections = {"more": ["order", "ways"]} if place == "dashboard/" else {}
        answer = self.client.get(
            f"/registers/ours/{place}", {"agreed": self.agreement.pk, **sections, **query}
        )
        assert answer.status_code == 200
        return re.sub(r'(csrfmiddlewaretoken|name="token")[^>]*|nonce="[^"]*"', "", answer.text)

    def late_risk(self):
        return make_risk(self.register, by=self.manager, assessed=(5, 5), on=days_ago(DAYS_BEFORE))


LATE_CHANGES = {  # what is entered today of a day before the agreement
    "a risk raised": lambda council: council.late_risk(),
    "a judgement": lambda council: make_assessment(
        council.risk, (5, 5), by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "a judgement of a risk that moved": lambda council: make_assessment(
        council.other, (1, 1), by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "a judgement, seen later as well": lambda council: [
        make_revision(council.other, by=council.manager, title="Said since"),
        make_assessment(council.other, (5, 5), by=council.manager, on=days_ago(DAYS_BEFORE)),
    ],
    "a closing": lambda council: make_revision(
        council.risk, by=council.manager, on=days_ago(DAYS_BEFORE), status="closed"
    ),
    "an appetite": lambda council: make_appetite(
        council.organisation, tolerance="low", by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "an appetite of a category": lambda council: make_appetite(
        council.organisation, "financial", "low", by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "a category": lambda council: make_revision(
        council.risk, by=council.manager, on=days_ago(DAYS_BEFORE), category="financial"
    ),
    "a review": lambda council: make_review(
        council.risk, by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "an action": lambda council: make_action(
        council.risk,
        by=council.manager,
        on=days_ago(DAYS_BEFORE),
        due_on=days_ago(DAYS_BEFORE - 20),
    ),
    "a control": lambda council: make_control(
        council.risk, by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "an assurance": lambda council: make_assurance(
        council.risk, by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "an escalation": lambda council: make_escalation(
        council.taken,
        council.register,
        "down",
        by=council.manager,
        on=days_ago(DAYS_BEFORE),
        approved_by=council.manager,
    ),
    "a judgement of what was taken up": lambda council: make_assessment(
        council.taken, (5, 5), by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
    "a closing of what was taken up": lambda council: make_revision(
        council.taken, by=council.manager, on=days_ago(DAYS_BEFORE), status="closed"
    ),
    "an agreement": lambda council: make_agreement(
        council.register, by=council.manager, on=days_ago(DAYS_BEFORE)
    ),
}


@pytest.fixture(scope="module")
def module_council(module_db):
    council = Council()
    return council.sign_in(council.manager)


@pytest.fixture
def council(module_council):
    return copy.deepcopy(module_council)


@pytest.fixture(scope="module")
def agreed_dashboard(module_council):
    """The dashboard as agreed, before anything is entered late."""
    return module_council.page()


# Those of one line say nothing of the same thing, so that none can hide another.
TOGETHER = [
    ("a risk raised", "a judgement", "an agreement"),
    ("a judgement of a risk that moved", "a closing"),
    ("a judgement, seen later as well", "a category", "an appetite of a category"),
    ("an appetite", "a judgement of what was taken up"),
    ("a review", "an action", "a control", "an assurance", "a closing of what was taken up"),
    ("an escalation",),
]


# How a risk reads today stands beside what was agreed.
TODAY = re.compile(r' ?<strong class="app-today">[^<]*</strong>')


def enter_late(council, changes):
    for change in changes:
        LATE_CHANGES[change](council)
        council.risk.refresh_from_db()


@pytest.mark.parametrize("changes", TOGETHER, ids="; ".join)
def test_late_entries_change_nothing_on_an_agreed_dashboard(council, agreed_dashboard, changes):
    enter_late(council, changes)
    assert TODAY.sub("", council.page()) == agreed_dashboard


def test_every_late_entry_is_entered_in_these_tests():
    assert sorted(change for changes in TOGETHER for change in changes) == sorted(LATE_CHANGES)


NARROWED = [
    {"category": "financial"},
    {"category": "none", "band": "above-tolerance"},
    {"failure_type": "not-decided", "adverse_impact": "harm-to-users", "directorate": "none"},
]


def test_late_entries_change_nothing_on_an_agreed_page(council):
    """Nor on a dashboard that is compared with an earlier day, whole or filtered."""
    compared = {"since": days_ago(DAYS_BEFORE - 5)}

    def pages():
        narrowed = {urlencode(q): council.page(**compared, **q) for q in ({}, *NARROWED)}
        texts = {place: council.page(place) for place in PAGES} | narrowed
        return {name: TODAY.sub("", text) for name, text in texts.items()}

    before = pages()
    last = {"a closing", "a judgement, seen later as well"}  # nothing dates back before them
    enter_late(council, sorted(LATE_CHANGES, key=last.__contains__))
    after = pages()
    assert [name for name in before if after[name] != before[name]] == []


def test_changes_since_the_agreement_are_still_shown(council):
    council.sign_in(make_person(council.organisation, Role.MEMBER))
    LATE_CHANGES["a judgement"](council)
    assert (
        "One risk has changed band since." in council.client.get("/registers/ours/dashboard/").text
    )


def test_a_closed_risk_has_its_agreed_title(council):
    """Open on the comparison day, closed by the agreement, and rated late for an earlier day."""
    closed = council.register.risks.get(number=4)
    closed.reopen(by=council.manager, version=closed.version, reason="It came back.")
    make_assessment(closed, (1, 1), by=council.manager, on=days_ago(DAYS_BEFORE + 30))
    page = council.page(since=days_ago(DAYS_BEFORE + 25))
    severe = (
        r"Closed or taken off: 1</h3>\s*<ul[^>]*><li><a[^>]*>\S+ Reserves run out</a> "
        r'<strong [^>]*rank-4-of-4"'
    )
    assert re.search(severe, page)


def test_later_facts_of_an_exempt_risk_are_not_shown(council):
    """The walls hold for what is worked out beside the rows as well."""
    council.sign_in(make_person(council.organisation, Role.OFFICER))
    make_revision(council.risk, is_exempt=True)
    before = council.page()
    LATE_CHANGES["a judgement"](council)
    assert council.page() == before


def test_an_agreed_dashboard_takes_as_many_queries_for_four_late_entries_as_for_one(council):
    def queries():
        with CaptureQueriesContext(connection) as context:
            council.page()
        return len(context)

    LATE_CHANGES["a judgement"](council)
    few = queries()
    for risk in [*(council.late_risk() for _ in range(2)), council.other, council.taken]:
        make_assessment(risk, (1, 5), on=days_ago(DAYS_BEFORE))
    assert queries() == few


def test_a_day_after_the_agreement_uses_todays_knowledge(council):
    make_assessment(council.risk, (5, 5), by=council.manager, on=days_ago(DAYS_BEFORE))
    since = days_ago(AGREED - 5)
    page = council.page(since=since)
    assert f"{since:%-d %B %Y}, as recorded now." in page and re.search(
        r"Fell back within.*?Severe →.*?Moderate", page, re.DOTALL
    )
