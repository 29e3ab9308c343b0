"""The reminders sent by two runs of the command at once."""

from io import StringIO

import pytest
from database import in_parallel
from django.core import mail
from django.core.management import call_command
from makers import days_ago, make_organisation, make_person, make_post, make_register, make_risk

from registers.management.commands.send_reminders import Command


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_send_each_mail_once():
    register = make_register(make_organisation())
    addresses = [f"person{number}@at-once.example" for number in range(3)]
    for email in addresses:
        post = make_post(
            register.organisation, holder=make_person(register.organisation, email=email)
        )
        make_risk(register, owner=post, next_review_on=days_ago(3))
    in_parallel(2, lambda _: call_command(Command(stdout=StringIO())))
    assert sorted(message.to[0] for message in mail.outbox) == addresses
