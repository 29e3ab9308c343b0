"""Tasks with a day as a calendar for other programs (iCalendar, RFC 5545)."""

import datetime
from urllib.parse import urlsplit

from django.utils import timezone

from registers.reminders.mail import words_of

DAYS_BACK, DAYS_AHEAD, LIMIT = 90, 365, 500
# How long a program is asked to wait before it reads again.
BETWEEN = datetime.timedelta(hours=6)


def calendar_of(tasks, *, site, created_at=None):
    """The calendar as bytes. site: the address of this installation.

    Each task keeps its UID whichever day it moves to, so that a program moves its event. All
    are whole days that block no time, and private: who may look at somebody's calendar need not
    read their register.
    """
    from icalendar import Calendar, vDuration  # not for pages without a calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Failing Well//What falls due//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Risk registers: my tasks")
    calendar.add("refresh-interval", BETWEEN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(BETWEEN))
    for task in tasks:
        calendar.add_component(_event(task, site, created_at or timezone.now()))
    return calendar.to_ical()


def _event(task, site, created_at):
    from icalendar import Event

    event = Event()
    event.add("uid", f"{task.key}@{urlsplit(site).hostname}")
    event.add("dtstamp", created_at)
    event.add("dtstart", task.on)
    event.add("dtend", task.on + datetime.timedelta(days=1))
    event.add("summary", words_of(task, exempt="exempt"))
    event.add("url", f"{site}{task.path}")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
