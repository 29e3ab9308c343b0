"""Two administrators, or one twice, who make a sandbox at the same time: one comes into use."""

import pytest
from database import in_parallel
from django.test import Client
from django.urls import reverse
from makers import make_organisation, make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation():
    return make_organisation()


def answers_at_once(organisation, *administrators):
    clients = [Client(raise_request_exception=False) for _ in administrators]
    for client, administrator in zip(clients, administrators, strict=True):
        client.force_login(administrator)
    address = reverse("sandbox_new", args=[organisation.slug])
    answers = in_parallel(len(clients), lambda number: clients[number].post(address))
    return sorted(answer.status_code for answer in answers)


def test_of_two_administrators_at_once_one_makes_the_sandbox(organisation):
    administrators = [make_person(organisation, "administrator") for _ in range(2)]
    assert answers_at_once(organisation, *administrators) == [302, 409]
    assert organisation.sandboxes.filter(hidden_at=None).count() == 1


def test_a_double_click_opens_one_sandbox(organisation):
    administrator = make_person(organisation, "administrator")
    assert answers_at_once(organisation, administrator, administrator) == [302, 302]
    assert organisation.sandboxes.filter(hidden_at=None).count() == 1
