"""The forms of a risk, sent several times at once."""

import pytest
from database import in_parallel
from django.test import Client
from risk_forms import PATHS, WORDS, World, counts, is_whole

from registers.models import Risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def answers_at_once(world, name, forms):
    session = world.client.cookies

    def send(number):
        client = Client(raise_request_exception=False)
        client.cookies = session.copy()
        return client.post(PATHS[name], forms[number]).status_code

    return sorted(in_parallel(len(forms), send))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["edit", "assess", "review"])
def test_of_eight_saves_at_once_exactly_one_wins(world, name):
    field = WORDS[name][0]
    forms = [world.form(name, **{field: f"Version of {number}"}) for number in range(8)]
    answers = answers_at_once(world, name, forms)
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (answers, risk.version, is_whole(risk)) == ([302] + [409] * 7, 2, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", PATHS)
def test_a_form_sent_eight_times_at_once_is_saved_once(world, name):
    count_before = counts()
    answers = answers_at_once(world, name, [world.form(name)] * 8)
    added = {
        "new": [1, 1, 1, 0],
        "edit": [0, 1, 0, 0],
        "assess": [0, 1, 1, 0],
        "review": [0, 1, 0, 1],
    }[name]
    assert (
        answers,
        [after - before for after, before in zip(counts(), count_before, strict=True)],
    ) == (
        [302] * 8,
        added,
    )


@pytest.mark.django_db(transaction=True)
def test_eight_risks_logged_at_once_get_eight_numbers(world):
    answers = answers_at_once(world, "new", [world.form("new") for _ in range(8)])
    numbers = sorted(world.register.risks.values_list("number", flat=True))
    assert (answers, numbers) == ([302] * 8, list(range(1, 10)))
