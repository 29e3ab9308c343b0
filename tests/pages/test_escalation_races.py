"""Two decisions on an escalation at once."""

import pytest
from database import in_parallel
from makers import make_escalation, make_organisation, make_register, make_risk, make_user

from registers.models import Escalation, EscalationDecision


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_leave_one():
    above = make_register(make_organisation())
    risk = make_risk(make_register(above.organisation, parent=above))
    escalation = make_escalation(risk, above)
    people = [make_user(), make_user()]

    def decide_as(n):
        return (
            Escalation.objects.get(pk=escalation.pk)
            .decide(by=people[n], is_approved=bool(n), reason="At once.")
            .pk
        )

    assert len(set(in_parallel(2, decide_as))) == EscalationDecision.objects.count() == 1
