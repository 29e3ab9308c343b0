"""Where the numbers of a dashboard lead: to the list of what each counts, on its day and narrowed
alike.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

BOTH = (
    "band",
    "adverse_impact",
)  # a risk may fit two of these: the list takes a second one, "also_..."


class Links:
    """register, reading: whose page, and the day it speaks of; narrowed: name of a filter -> its
    value, of what the whole page is narrowed by, and the same as the list of actions calls it.
    """

    def __init__(self, register, reading, narrowed: Mapping[str, str], beside: Mapping[str, str]):
        self._register, self._reading, self._narrowed, self._beside = (
            register,
            reading,
            narrowed,
            beside,
        )
        self._list, self._asked = (
            register.get_absolute_url(),
            reading.query_params,
        )  # of hundreds of numbers on a page

    def risks(self, day: datetime.date | None = None, **filters) -> str:
        """The list of the risks behind a number: on another day, or as read where none is given. ""
        where no risk can be in it: of another directorate, say, than the one that the page is
        narrowed to.
        """
        asked = {**self._narrowed}
        for name, value in filters.items():
            if str(asked.get(name, value)) == str(value):
                asked[name] = value
            elif name in BOTH:
                asked[f"also_{name}"] = value
            else:
                return ""
        if day is None:
            asked |= self._asked
        elif day != self._reading.today or self._reading.default_agreement:
            asked["as_at"] = day.isoformat()
        return f"{self._list}?{urlencode(asked)}"

    def risk(self, number: int) -> str:
        return reverse("risk_detail", args=[self._register.slug, number]) + self._reading.query

    def actions(self, show: str, **filters) -> str:
        """The list of the actions behind a number, as read."""
        asked = urlencode({"show": show, **filters, **self._beside, **self._reading.query_params})
        return f"{reverse('action_list', args=[self._register.slug])}?{asked}"
