"""The forms of a risk, sent several times at once."""

import pytest
from database import in_parallel
from django.test import Client
from profiles import CI
from risk_forms import PATHS, WORDS, World, counts, is_whole

from registers.models import Risk

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8 if CI else 4


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


@pytest.mark.parametrize("name", ["edit", "assess", "review"])
def test_of_several_saves_at_once_exactly_one_wins(world, name):
    field = WORDS[name][0]
    forms = [world.form(name, **{field: f"Version of {number}"}) for number in range(AT_ONCE)]
    answers = answers_at_once(world, name, forms)
    risk = Risk.objects.get(pk=world.risk.pk)
    assert (answers, risk.version, is_whole(risk)) == ([302] + [409] * (AT_ONCE - 1), 2, True)


@pytest.mark.parametrize("name", PATHS)
def test_a_form_sent_several_times_at_once_is_saved_once(world, name):
    count_before = counts()
    answers = answers_at_once(world, name, [world.form(name)] * AT_ONCE)
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
        [302] * AT_ONCE,
        added,
    )


def test_risks_logged_at_once_get_numbers_of_their_own(world):
    answers = answers_at_once(world, "new", [world.form("new") for _ in range(AT_ONCE)])
    numbers = sorted(world.register.risks.values_list("number", flat=True))
    assert (answers, numbers) == ([302] * AT_ONCE, list(range(1, AT_ONCE + 2)))
