"""Which day a page speaks of, as known now or as agreed, and which page of a list: read from the
address, strictly.
"""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Page, Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registers.dates import quarter_ends_before
from registers.forms import DayForm
from registers.models import Agreement
from registers.permissions import defaults_to_agreed

LIST_LENGTH = 25
QUARTERS_SHOWN = 8
read_only = require_http_methods(["GET", "HEAD", "OPTIONS"])


@dataclass(frozen=True)
class Reading:
    """The day read (`as_at`, or that of the agreement `agreed`, else what the reader opens on:
    today, or for a member the latest agreement) and the day compared with (`since`, else the one of
    the agreement before it, else the last quarter end).

    opens_on: the agreement that an address which asks for no day shows to this reader;
    reads_agreed: whether they open any register of the organisation on what was agreed of it.
    """

    day: datetime.date
    since: datetime.date
    today: datetime.date
    agreement: Agreement | None = None
    opens_on: Agreement | None = None
    reads_agreed: bool = False

    @property
    def is_today(self):
        return self.day == self.today and not self.agreement

    @property
    def known_by(self):
        """The instant after which what was recorded is left out, if there is one."""
        return self.agreement and self.agreement.known_by

    @property
    def since_is_known_by(self):
        """The same for the day compared with; one after the agreement's is as known now."""
        return self.known_by if self.agreement and self.since <= self.day else None

    @property
    def is_future(self):
        return self.day > self.today

    @property
    def compares(self):
        """Whether the day compared with has come."""
        return self.since <= self.today

    @property
    def asked(self):
        """What an address carries to stay on what is read."""
        if self.agreement:
            return {} if self.opens else {"agreed": self.agreement.pk}
        return self.asked_today if self.is_today else {"as_at": self.day.isoformat()}

    @property
    def opens(self):
        """Whether this is what the reader opens on because a body agreed it."""
        return self.agreement is not None and self.agreement == self.opens_on

    @property
    def asked_today(self):
        """What an address carries to show today."""
        return {"as_at": self.today.isoformat()} if self.opens_on else {}

    @property
    def query(self):
        return f"?{urlencode(self.asked)}" if self.asked else ""

    @property
    def query_elsewhere(self):
        """The same for a page of another register: the day is named where that one may open on what
        a body agreed.
        """
        if self.is_today and not self.reads_agreed:
            return ""
        return f"?{urlencode({'as_at': self.day.isoformat()})}"

    @property
    def query_today(self):
        return f"?{urlencode(self.asked_today)}" if self.asked_today else ""


def reading_from(request, register):
    """The reading that the address asks for; 404 where it asks for an agreement that is none of the
    register's. One query for a reader who opens on what was agreed.
    """
    form = DayForm(request.GET)
    if not form.is_valid():
        raise BadRequest(
            "as_at and since take a day written like 2026-09-30; agreed, without as_at, a number."
        )
    number, today = form.cleaned_data["agreed"], timezone.localdate()
    reads_agreed = defaults_to_agreed(request.user, register)
    opens_on = register.agreements.first() if reads_agreed else None
    agreement = get_object_or_404(register.agreements, pk=number) if number else None
    if not (number or form.cleaned_data["as_at"]):
        agreement = opens_on
    day = agreement.on if agreement else form.cleaned_data["as_at"] or today
    since = form.cleaned_data["since"] or _usual_since(register, day, agreement)
    return Reading(day, since, today, agreement, opens_on, reads_agreed)


def _usual_since(register, day, agreement):
    """The day on which a body last agreed the register before this agreement, if any did and it was
    recorded by then; else the last quarter end.
    """
    usual = quarter_ends_before(day, 1)[0]
    if agreement is None:
        return usual
    before = register.agreements.filter(on__lt=day, recorded_at__lte=agreement.recorded_at)
    return before.values_list("on", flat=True).first() or usual


def page_from(request, positions, register):
    """The page of the register's positions that the address asks for, with their words.

    Sorts and cuts keys first: the words are read for the rows shown, not for the whole register."""
    page = page_of(request, positions.values_list("pk", flat=True))
    words = positions.headings_by_key(list(page.object_list), register)
    page.object_list = [words[pk] for pk in page.object_list]
    return page


def page_of(request, rows):
    """The page of rows that the address asks for: a Page, empty if it lies beyond the last."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 7 and int(asked) > 0):
        raise BadRequest("page takes a whole number from 1.")
    pages = Paginator(rows, LIST_LENGTH)
    try:
        return pages.page(int(asked))
    except EmptyPage:
        return Page([], int(asked), pages)
