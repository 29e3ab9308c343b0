"""Which day a page speaks of, and which page of a list: read from the address, strictly."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Page, Paginator
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registers.forms import DayForm

LIST_LENGTH = 25
QUARTERS_SHOWN = 8
read_only = require_http_methods(["GET", "HEAD", "OPTIONS"])


@dataclass(frozen=True)
class Reading:
    """The day read (`as_at`, else today) and the day compared with (`since`, else the last quarter end before it)."""

    day: datetime.date
    since: datetime.date
    today: datetime.date

    @property
    def is_today(self):
        return self.day == self.today

    @property
    def is_future(self):
        return self.day > self.today

    @property
    def compares(self):
        """Whether the day compared with has come."""
        return self.since <= self.today

    @property
    def query(self):
        """What a link adds to stay on the day read."""
        return "" if self.is_today else f"?as_at={self.day.isoformat()}"


def reading_from(request):
    form = DayForm(request.GET)
    if not form.is_valid():
        raise BadRequest("as_at and since take a day written like 2026-09-30.")
    today = timezone.localdate()
    day = form.cleaned_data["as_at"] or today
    return Reading(day, form.cleaned_data["since"] or quarter_ends_before(day, 1)[0], today)


def quarter_ends_before(day, count):
    """The last `count` quarter ends (31 March, 30 June, ...) before a day, oldest first; fewer at the dawn of time."""
    found = []
    first = day.replace(day=1)
    while len(found) < count and first > datetime.date.min:
        end = first - datetime.timedelta(days=1)
        if end.month % 3 == 0:
            found.append(end)
        first = end.replace(day=1)
    return found[::-1] or [datetime.date.min]


def page_from(request, positions):
    """The page of positions that the address asks for, with their words: a Page, empty if it lies beyond the last.

    Sorts and cuts keys first: the words are read for the rows shown, not for the whole register."""
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 7 and int(asked) > 0):
        raise BadRequest("page takes a whole number from 1.")
    pages = Paginator(positions.values_list("pk", flat=True), LIST_LENGTH)
    try:
        page = pages.page(int(asked))
    except EmptyPage:
        return Page([], int(asked), pages)
    shown = list(page.object_list)
    words = positions.model.objects.with_headings().in_bulk(shown)
    page.object_list = [words[pk] for pk in shown]
    return page
