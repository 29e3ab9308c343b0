"""What a page reads grows with the reader's own organisation, never with the installation: another
one with rows of every kind changes neither how many queries ask for what a page says nor how many
rows they are given.
"""

import datetime
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
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
    make_organisation,
    make_person,
    make_post,
    make_precedent,
    make_question,
    make_register,
    make_review,
    make_revision,
    make_risk,
)
from test_access import OUR_VIEWS, TABLE, keys_of

from registers.models import Register, ReminderKind, SetAside, User
from registers.reminders.deadlines import due_soon

pytestmark = pytest.mark.django_db

FEW, MANY = (
    3,
    10,
)  # risks, with everything beside each: of the reader's organisation, and of the other one
READERS = ("manager", "officer", "member")
OF_A_READER = (
    "home",
    "risk_list",
    "dashboard",
    "library_case",
    "library_failure_type",
    "library_insight",
)
OF_A_DAY = (
    "risk_list",
    "dashboard",
    "action_list",
    "escalation_list",
    "assurance_map",
    "question_list",
    "export_csv",
)


def furnish(organisation, slug, count):
    """A register with a parent, and so many risks of it with a row of each kind beside them."""
    people = {role: make_person(organisation, role) for role in READERS}
    manager, peer = people["manager"], make_person(organisation, "peer")
    post = make_post(
        organisation, holder=people["officer"], directorate=make_directorate(organisation)
    )
    above = make_register(organisation, slug=f"above-{slug}")
    register = make_register(organisation, slug=slug, parent=above)
    make_appetite(organisation, by=manager)
    for number in range(count):
        what = {
            "owner": post,
            "primary_failure_type": failure_type(),
            "adverse_impacts": [impact()],
        }
        risk = make_risk(
            register,
            by=manager,
            on=days_ago(500),
            assessed=(5, 5),
            is_exempt=number % 4 == 3,
            **what,
        )
        beside(risk, manager, peer, post, above)
    make_agreement(
        register,
        by=manager,
        on=days_ago(30),
        recorded_at=timezone.now() - datetime.timedelta(days=30),
    )
    make_revision(risk, by=manager, title="Said since it was agreed")
    make_question(register, by=people["member"], risk=risk)
    return people


def beside(risk, manager, peer, post, above):
    make_action(risk, by=manager, owner=post, on=days_ago(90), due_on=days_ago(9))
    make_control(risk, by=manager, owner=post, on=days_ago(90))
    make_assurance(risk, by=manager, on=days_ago(90), expires_on=days_ago(-3))
    make_precedent(risk, by=manager, on=days_ago(90))
    make_assessment(risk, (4, 4), by=peer, on=days_ago(80), perspective="peer")
    make_review(risk, by=manager, on=days_ago(60), next_on=days_ago(5))
    SetAside.put(risk, by=manager, check_name="rq13-vague", reason="Known.", until=days_ago(-30))
    risk.refresh_from_db()
    risk.happen(
        by=manager, version=risk.version, happened_on=days_ago(50), happened_what="It came."
    )
    make_escalation(risk, above, by=manager, approved_by=manager if risk.number % 2 else None)


@pytest.fixture
def ours():
    return furnish(make_organisation(), "ours", FEW)


class RowsGiven:
    """Within it: (how many rows the database gives, the query) for each query of this
    connection.
    """

    def __enter__(self):
        self.found, self.is_counting = [], False
        self.wrapper = connection.execute_wrapper(self)
        self.wrapper.__enter__()
        return self.found

    def __exit__(self, *error):
        self.wrapper.__exit__(*error)

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SELECT") and not self.is_counting:
            self.is_counting = True
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) FROM ({sql}) AS asked", params)  # noqa: S608 (a query of ours)
                self.found.append((cursor.fetchone()[0], sql))
            self.is_counting = False
        return execute(sql, params, many, context)


def addresses(role):
    """Every page that can be opened, and the reports of a register as they read it on other days;
    for who reads beside the manager, those that tell each of them something else.
    """
    agreement = Register.objects.get(slug="ours").agreements.get().pk
    for name in OUR_VIEWS if role == "manager" else OF_A_READER:
        path = reverse(name, kwargs=keys_of(TABLE[name][0]))
        yield path
        if name in OF_A_DAY:
            yield from (f"{path}?as_at={days_ago(20)}", f"{path}?agreed={agreement}")
    yield f"{reverse('dashboard', args=['ours'])}?more=narrow&more=order&more=ways"
    yield from (
        f"{reverse('question_list', args=['ours'])}?of={of}"
        for of in ("register", "signs", "blind")
    )


def read_by(people):
    """(reader, address) -> what its queries were given."""
    found = {}
    for role, person in people.items():
        client = Client()
        client.force_login(person)
        for address in addresses(role):
            with RowsGiven() as rows:
                b"".join(client.get(address))
            found[role, address] = rows
    return found


def test_no_page_is_given_more_rows_for_another_organisation(ours):
    before = read_by(ours)
    furnish(make_organisation(), "theirs", MANY)
    after = read_by(ours)
    more = [
        f"{key}: {what}" for key in before for what in Counter(after[key]) - Counter(before[key])
    ]
    assert "\n".join(more) == ""
    assert sum(n for rows in before.values() for n, _ in rows) > 1_000


def test_nor_is_a_mail_or_a_calendar(ours):
    def read():
        with RowsGiven() as rows:
            due_soon(User.objects.get(pk=ours["officer"].pk), timezone.localdate(), [*ReminderKind])
        return rows

    before = read()
    furnish(make_organisation(), "theirs", MANY)
    assert read() == before
