"""The filtered list of a register, and what a page is narrowed by, both read from the address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.utils.formats import date_format

from registers.forms.dashboard_filter import DashboardFilter
from registers.forms.filters import ALL, PositionFilter
from registers.permissions import directorates_of, may_work_on, positions_for
from registers.risk_list import COLUMNS, ORDER_OF_COLUMN, REVERSE, is_descending
from registers.scoring import ABOVE_TOLERANCE

# Of an address, what another view of the list does not keep.
LEFT_BEHIND = ("page", "print", "view")


def filter_positions(request, register, as_of, query_params=None):
    """The filter of the register's list, on what this reader may see on the day read.

    Empty for a future day. query_params: in place of those of the address.
    """
    positions = positions_for(request.user, register, as_of.day, as_of.recorded_by)
    if as_of.is_future:
        positions = positions.none()
    options = {
        "register": register,
        "reader": request.user,
        "day": as_of.day,
        "recorded_by": as_of.recorded_by,
        "comparison": comparison_for(request.user, register, as_of),
    }
    query_params = request.GET if query_params is None else query_params
    return PositionFilter(query_params, positions, **options)


@dataclass(frozen=True)
class QuickView:
    """A link to the list with one filter or two. filters: name -> value."""

    name: str
    filters: dict[str, str]
    href: str
    is_current: bool


def quick_views(request, register, as_of, list_filter):
    """The QuickViews that make sense to this reader. One query."""
    selected = {name: request.GET[name] for name in list_filter.selected}
    keeps = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in list_filter.selected and name not in LEFT_BEHIND
    ]

    def quick_view(name, **filters):
        query = urlencode([*keeps, *filters.items()])
        href = f"{register.get_absolute_url()}?{query}"
        return QuickView(name, filters, href, selected == filters)

    views = [quick_view("All risks")]
    if may_work_on(request.user, register):
        views.append(quick_view("My risks", mine="yes"))
        views += [
            quick_view(f"My directorate: {directorate}", directorate=str(directorate.pk))
            for directorate in directorates_of(request.user, register.organisation)
        ]
    views.append(quick_view("Above tolerance", band=ABOVE_TOLERANCE))
    if list_filter.comparison:
        since = date_format(as_of.since, "j F Y")
        views.append(quick_view(f"Changed since {since}", changed="yes", status=ALL))
    return views


@dataclass(frozen=True)
class Heading:
    """The heading of a column. href: the list in its order, "" where it has none.

    direction: "ascending" or "descending" where the list is in its order.
    """

    name: str
    label: str
    href: str
    direction: str


def headings(request, columns, order):
    """Name of a column -> its Heading: of the reference, the title and these columns."""
    labels = {"reference": "Reference", "title": "Risk", **COLUMNS}
    orders = {"reference": "reference", "title": "title", **ORDER_OF_COLUMN}
    by_name = {}
    for name in ("reference", "title", *columns):
        href = direction = ""
        if own_order := orders.get(name):
            next_order = own_order
            if order.removeprefix(REVERSE) == own_order:
                direction = "descending" if is_descending(order) else "ascending"
                next_order = own_order if order.startswith(REVERSE) else f"{REVERSE}{own_order}"
            query = request.GET.copy()
            query["sort"] = next_order
            query.pop("page", None)
            href = f"?{query.urlencode()}"
        by_name[name] = Heading(name, labels[name], href, direction)
    return by_name


def comparison_for(reader, register, as_of):
    """(the day compared with, a function that returns its positions for the reader), or None."""
    if as_of.is_future or not as_of.has_comparison:
        return None
    since = as_of.since, as_of.since_recorded_by
    return as_of.since, lambda: positions_for(reader, register, *since)


def narrowing_from(request, register, as_of, positions, prefix=None):
    """positions: of the day read. 400 where the register does not have what the address asks."""
    narrowing = _narrowing(request.GET, request, register, as_of, positions, prefix=prefix)
    if narrowing.form.errors:
        raise BadRequest("The address asks for something this register does not have.")
    return narrowing


def empty_narrowing(request, register, as_of, positions):
    """A narrowing by nothing, whatever the address says."""
    narrowing = _narrowing({}, request, register, as_of, positions)
    narrowing.form.is_valid()
    return narrowing


def _narrowing(query_params, request, register, as_of, positions, **options):
    return DashboardFilter(
        query_params,
        positions,
        register=register,
        reader=request.user,
        day=as_of.day,
        recorded_by=as_of.recorded_by,
        **options,
    )
