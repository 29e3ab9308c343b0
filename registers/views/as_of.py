"""The day that a page is read as of, and the page of a list: read strictly from the address."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Page, Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registers.dates import quarter_ends_before
from registers.forms.filters import DayForm
from registers.models import Agreement
from registers.permissions import (
    defaults_to_agreed,
    previous_meeting_day,
    readers_agreement,
)

LIST_LENGTH = 25
QUARTERS_SHOWN = 8
read_only = require_http_methods(["GET", "HEAD", "OPTIONS"])


@dataclass(frozen=True)
class AsOf:
    """The day read, and the day compared with.

    day: `as_at` of the address, or the data date of the agreement `agreed`; else today, or for a
    member the data date of the agreement that they go by. since: `since` of the address; else the
    day of the meeting before (permissions.previous_meeting_day), or the last quarter end.

    default_agreement: the one shown to this reader where the address names no day. later: one that
    another body made of a later day. defaults_to_agreed: whether the reader sees registers of the
    organisation as agreed by default.
    """

    day: datetime.date
    since: datetime.date
    today: datetime.date
    agreement: Agreement | None = None
    default_agreement: Agreement | None = None
    defaults_to_agreed: bool = False
    later: Agreement | None = None

    @property
    def is_today(self):
        return self.day == self.today and not self.agreement

    @property
    def is_default_today(self):
        """Whether this is today, and what the reader sees by default."""
        return self.is_today and not self.default_agreement

    @property
    def recorded_by(self):
        """The instant after which what was recorded is left out, None where nothing is."""
        return self.agreement and self.agreement.recorded_by

    @property
    def since_recorded_by(self):
        """The same for the day compared with. A day after the agreement's is as known now."""
        return self.recorded_by if self.agreement and self.since <= self.day else None

    @property
    def age(self):
        """How many days the position read is old."""
        return (self.today - self.day).days

    @property
    def is_future(self):
        return self.day > self.today

    @property
    def has_comparison(self):
        """Whether the day compared with has come."""
        return self.since <= self.today

    @property
    def is_default_agreement(self):
        """Whether this is the agreement that the reader sees by default."""
        return self.agreement is not None and self.agreement == self.default_agreement

    @property
    def query_params(self):
        """What an address carries to show the same day."""
        if self.agreement:
            return {} if self.is_default_agreement else {"agreed": self.agreement.pk}
        return self.query_params_today if self.is_today else {"as_at": self.day.isoformat()}

    @property
    def as_at_today(self):
        """The value of `as_at` in an address that shows today; None where it needs none."""
        return self.today.isoformat() if self.default_agreement else None

    @property
    def query_params_today(self):
        """What an address carries to show today."""
        return {"as_at": self.as_at_today} if self.as_at_today else {}

    @property
    def query(self):
        return f"?{urlencode(self.query_params)}" if self.query_params else ""

    @property
    def query_for_other_register(self):
        """The same for a page of another register, which may have another default agreement."""
        if self.is_today and not self.defaults_to_agreed:
            return ""
        return f"?{urlencode({'as_at': self.day.isoformat()})}"

    @property
    def query_today(self):
        return f"?{urlencode(self.query_params_today)}" if self.query_params_today else ""


def as_of_from(request, register, *, is_compared=False):
    """What the address asks for; 404 for an agreement of another register.

    The register gets the scheme that was in force then. is_compared: whether the page compares with
    another day, which then follows the reader's own body. One query for a reader who sees the
    register as agreed by default, one for an agreement, one for a page that compares, and one for
    another day of a register that took a newer scheme.
    """
    form = DayForm(request.GET)
    if not form.is_valid():
        raise BadRequest(
            "as_at and since take a day written like 2026-09-30; agreed, without as_at, a number."
        )
    parameters, today = form.cleaned_data, timezone.localdate()
    sees_agreed = defaults_to_agreed(request.user, register)
    readers = readers_agreement(request.user, register) if sees_agreed else None
    default_agreement, later = (readers.agreement, readers.later) if readers else (None, None)
    agreement = None if parameters["as_at"] else default_agreement
    if parameters["agreed"]:
        rows = register.agreements.select_related("supersession")
        agreement = get_object_or_404(rows, pk=parameters["agreed"])
    day = agreement.on if agreement else parameters["as_at"] or today
    since = parameters["since"] or _default_since(
        request.user, register, day, agreement, is_compared
    )
    as_of = AsOf(day, since, today, agreement, default_agreement, sees_agreed, later)
    if not as_of.is_today:
        register.scheme = register.scheme_on(day, as_of.recorded_by)
    return as_of


def _default_since(user, register, day, agreement, is_compared):
    since = is_compared and previous_meeting_day(user, register, day, agreement)
    return since or quarter_ends_before(day, 1)[0]


def page_from(request, positions, register, length=None):
    """The page of the register's positions that the address asks for, with their words.

    length: see page_of. Sorts and cuts the keys first, so that words are read only for the rows
    shown.
    """
    page = page_of(request, positions.values_list("pk", flat=True), length)
    words = positions.headings_by_key(list(page.object_list), register)
    page.object_list = [words[pk] for pk in page.object_list]
    return page


def page_of(request, rows, length=None):
    """The page of rows that the address asks for: an empty Page beyond the last.

    length: rows on a page, LIST_LENGTH without one.
    """
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdecimal() and len(number) <= 7 and int(number) > 0):
        raise BadRequest("page takes a whole number from 1.")
    pages = Paginator(rows, length or LIST_LENGTH)
    try:
        return pages.page(int(number))
    except EmptyPage:
        return Page([], int(number), pages)
