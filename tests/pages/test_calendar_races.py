"""The form of a calendar's key, sent twice at once."""

import uuid

import pytest
from database import in_parallel
from django.test import Client
from makers import make_organisation, make_person

from registers.models import CalendarKey


@pytest.mark.django_db(transaction=True)
def test_the_form_of_a_key_sent_twice_at_once_makes_one():
    person, token = make_person(make_organisation()), uuid.uuid4()
    secrets = set(in_parallel(2, lambda _: CalendarKey.make(by=person, token=token)))
    assert len(secrets) == 1
    assert Client().get(f"/calendar/{secrets.pop()}.ics").status_code == 200
