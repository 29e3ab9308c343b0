"""How many statements a change of a risk takes, however long its history: fifteen at most.

Without those that begin and end a transaction or a part of one.
"""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from makers import days_ago, make_assessment, make_post, make_register, make_risk, make_user

from registers.models import Review, Risk

pytestmark = pytest.mark.django_db

LIMIT = 15
CONTROL = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
RATING = {"likelihood": 3, "impact": 4, "rationale": "As before"}


@pytest.fixture
def author():
    return make_user()


@pytest.fixture
def register():
    return make_register()


@pytest.fixture
def risk(register, author):
    """Rated three times, and read anew as a view reads it."""
    risk = make_risk(register, by=author, owner=make_post(register.organisation), on=days_ago(30))
    for ago in (20, 10, 5):
        make_assessment(risk, (3, 3), by=author, on=days_ago(ago))
    return Risk.objects.select_related("register__scheme", "current").get(pk=risk.pk)


def statements_of(change):
    with CaptureQueriesContext(connection) as context:
        change()
    return [q["sql"] for q in context.captured_queries if not q["sql"].startswith(CONTROL)]


def test_a_new_risk_with_a_rating(register, author):
    content = {"title": "Title", "event": "Event", "consequence": "Consequence"}
    token = uuid.uuid4()
    statements = statements_of(
        lambda: Risk.log(register, by=author, token=token, **RATING, **content)
    )
    assert len(statements) <= LIMIT, statements


def test_an_assessment(risk, author):
    fields = RATING | {"kind": "current", "token": uuid.uuid4()}
    statements = statements_of(lambda: risk.assess(by=author, version=risk.version, **fields))
    assert len(statements) <= LIMIT, statements


def test_a_review(risk, author):
    fields = {"outcome": Review.Outcome.STANDS, "note": "As it was", "next_on": days_ago(-60)}
    statements = statements_of(
        lambda: risk.review(by=author, version=risk.version, token=uuid.uuid4(), **fields)
    )
    assert len(statements) <= LIMIT, statements


def test_an_edit(risk, author):
    statements = statements_of(
        lambda: risk.revise(by=author, version=risk.version, title="Another title")
    )
    assert len(statements) <= LIMIT, statements
