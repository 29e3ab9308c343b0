"""A risk that no quality check finds fault with."""

from makers import (
    days_ago,
    make_action,
    make_control,
    make_risk,
)


def clean(register, **content):
    """A risk that no check has anything to say about."""
    content = {
        "title": f"Reserves run out in year {register.risks.count() + 1}",
        "event": "The budget for the year cannot be balanced.",
        **content,
    }
    risk = make_risk(register, assessed=(2, 3), on=days_ago(30), **content)
    control = make_control(risk, on=days_ago(30), last_tested_on=days_ago(30), tested_by_line=2)
    make_action(risk, on=days_ago(30))
    return risk, control
