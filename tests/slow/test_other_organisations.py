"""The rows that a page reads grow with the reader's own organisation, not with the installation:
another organisation changes neither the number of queries nor the number of rows.
"""

import datetime
from collections import Counter

import pytest
from access_table import OUR_VIEWS, TABLE, keys_of
from django.db import connection, transaction
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
    make_body,
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

from registers.models import CheckWaiver, Register, User
from registers.tasks.task_list import tasks_due

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 4  # risks with their records: of the reader's organisation, of the other one
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


# Lists what the first reading adds: downloads and reads of exempt risks.
GROWS_BY_READING = "register_audit"


def furnish(organisation, slug, count):
    """A register with a parent, and that many risks with a record of each kind."""
    people = {role: make_person(organisation, role) for role in READERS}
    manager, peer = people["manager"], make_person(organisation, "peer")
    post = make_post(
        organisation, holder=people["officer"], directorate=make_directorate(organisation)
    )
    above = make_register(organisation, slug=f"above-{slug}")
    register = make_register(organisation, slug=slug, parent=above)
    make_appetite(organisation, by=manager)
    make_body(register, above, name="Scrutiny panel", members=[people["member"]])
    for number in range(count):
        fields = {
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
            **fields,
        )
        add_records(risk, manager, peer, post, above)
    make_agreement(
        register,
        by=manager,
        on=days_ago(30),
        recorded_at=timezone.now() - datetime.timedelta(days=30),
    )
    make_revision(risk, by=manager, title="Said since it was agreed")
    make_question(register, by=people["member"], risk=risk)
    return people


def add_records(risk, manager, peer, post, above):
    make_action(risk, by=manager, owner=post, on=days_ago(90), due_on=days_ago(9))
    make_control(risk, by=manager, owner=post, on=days_ago(90))
    make_assurance(risk, by=manager, on=days_ago(90), expires_on=days_ago(-3))
    make_precedent(risk, by=manager, on=days_ago(90))
    make_assessment(risk, (4, 4), by=peer, on=days_ago(80), perspective="peer")
    make_review(risk, by=manager, on=days_ago(60), next_on=days_ago(5))
    CheckWaiver.put(risk, by=manager, check_name="rq13-vague", reason="Known.", until=days_ago(-30))
    risk.refresh_from_db()
    risk.happen(
        by=manager, version=risk.version, happened_on=days_ago(50), happened_what="It came."
    )
    make_escalation(risk, above, by=manager, approved_by=manager if risk.number % 2 else None)


class CountRows:
    """Inside the block: (number of rows, query) for each query of this connection."""

    def __enter__(self):
        self.queries, self.is_counting = [], False
        self.wrapper = connection.execute_wrapper(self)
        self.wrapper.__enter__()
        return self.queries

    def __exit__(self, *error):
        self.wrapper.__exit__(*error)

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SELECT") and not self.is_counting:
            self.is_counting = True
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) FROM ({sql}) AS query", params)  # noqa: S608 (our own query)
                self.queries.append((cursor.fetchone()[0], sql))
            self.is_counting = False
        return execute(sql, params, many, context)


def addresses(role):
    """Every page, and the reports of a register on other days; for readers other than the manager,
    the pages that differ by reader.
    """
    agreement = Register.objects.get(slug="ours").agreements.get().pk
    for name in OUR_VIEWS if role == "manager" else OF_A_READER:
        if name == GROWS_BY_READING:
            continue
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
    """(reader, address) -> (number of rows, query) of each query.

    Audit entries of these requests are rolled back: the next ones would read them.
    """
    rows_by_page = {}
    with transaction.atomic():
        for role, person in people.items():
            client = Client()
            client.force_login(person)
            for address in addresses(role):
                with CountRows() as rows:
                    b"".join(client.get(address))
                rows_by_page[role, address] = rows
        transaction.set_rollback(True)
    return rows_by_page


def rows_of_reminders(people):
    with CountRows() as rows:
        officer = User.objects.get(pk=people["officer"].pk)
        tasks_due(officer, timezone.localdate())
    return rows


@pytest.fixture(scope="module")
def reads(module_db):
    """What is read before another organisation comes, and after: (pages, reminders) of each."""
    people = furnish(make_organisation(), "ours", FEW)
    before = read_by(people), rows_of_reminders(people)
    furnish(make_organisation(), "theirs", MANY)
    return before, (read_by(people), rows_of_reminders(people))


def test_no_page_reads_more_rows_with_another_organisation(reads):
    (before, _), (after, _) = reads
    more = [
        f"{key}: {query}" for key in before for query in Counter(after[key]) - Counter(before[key])
    ]
    assert "\n".join(more) == ""
    assert sum(n for rows in before.values() for n, _ in rows) > 1_000


def test_no_mail_or_calendar_reads_more_rows_with_another_organisation(reads):
    (_, before), (_, after) = reads
    assert before == after != []
