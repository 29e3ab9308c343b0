"""Gives each agreement that was recorded before there were meetings a meeting of its day."""

from django.db import connections, transaction
from django.db.models import QuerySet

from registers.models import Agreement, Body, Meeting


def match_meetings(using="default", **kwargs):
    """Called after every migration, once agreements have a body. Safe to call again."""
    if Meeting._meta.db_table not in connections[using].introspection.table_names():
        return
    unmatched = Agreement.objects.using(using).filter(meeting=None).exclude(body=None)
    days = unmatched.order_by("met_on").values_list("body", "met_on").distinct()
    with transaction.atomic(using=using):
        for key, day in days:
            body = Body.objects.using(using).select_related("organisation").get(pk=key)
            meeting = Meeting.of_day(body, day, by=None)
            # What is sealed of them does not change: the column is new.
            rows = QuerySet(Agreement).filter(body=body, met_on=day, meeting=None)
            rows.update(meeting=meeting)
