"""Risks whose changes take effect on one day and are recorded on another."""

import datetime

from django.utils import timezone
from makers import (
    days_ago,
    make_risk,
)


def at(day, hour=12):
    return datetime.datetime.combine(day, datetime.time(hour), timezone.get_default_timezone())


def effective_and_recorded(ago):
    """Effective and recorded on that day."""
    return {"on": days_ago(ago), "recorded_at": at(days_ago(ago))}


def make_recorded_risk(register, ratings=(3, 4), ago=40, **content):
    """A risk recorded on its effective day."""
    return make_risk(
        register, assessed=ratings, on=days_ago(ago), recorded_at=at(days_ago(ago)), **content
    )
