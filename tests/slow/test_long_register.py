"""Positions are checked to the end of a register with more risks than are fetched at a time."""

from io import StringIO

import pytest
from django.core.management import call_command
from makers import make_register, make_risk, make_user

from registers.models import Risk


@pytest.mark.django_db(transaction=True)
def test_the_check_reads_a_long_register_to_its_end():
    """Outside any transaction, and with more risks than are fetched at a time."""
    register, by = make_register(), make_user()
    risk = make_risk(register, by=by)
    copies = [
        Risk(
            register=register,
            number=n,
            raised_by=by,
            raised_on=risk.raised_on,
            version=0,
        )
        for n in range(2, 522)
    ]
    Risk.objects.bulk_create(copies)
    out = StringIO()
    call_command("rebuild_positions", check=True, stdout=out)
    assert out.getvalue() == "0 risks differ.\n"
