"""The eight insights, read from a register's own record."""

from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import render

from registers.dates import quarter_ends_before
from registers.insights.data import Reader, read_insight_data
from registers.insights.outside_view import days_since_outside
from registers.insights.reading import INSIGHTS, read_insights, trend_table
from registers.models import Insight, InsightPoint, Register
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    get_register_for,
    marks_across,
    position_history_for,
    positions_for,
)
from registers.phrases.insights import days_since_outside_sentence
from registers.views.as_of import as_of_from, page_of, read_only

QUARTER_ENDS = 4  # before the day read


@read_only
def insight_list(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register, is_compared=True)
    data = insight_data(request.user, register, as_of.day, as_of.since, as_of.recorded_by)
    context = {
        "register": register,
        "as_of": as_of,
        "panels": read_insights(data, Insight.objects.all()),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "insights/insight_list.html", context)


@read_only
def insight_detail(request, slug, insight):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register, is_compared=True)
    library = Insight.objects.filter(number=insight).prefetch_related("case_rows__case", "points")
    data = insight_data(request.user, register, as_of.day, as_of.since, as_of.recorded_by)
    panels = read_insights(data, library)
    if insight not in INSIGHTS or not panels:
        raise Http404("There is no such insight.")
    panel = panels[0]
    context = {
        "register": register,
        "as_of": as_of,
        "panel": panel,
        "tests": [row for row in panel.library.points.all() if row.kind == InsightPoint.Kind.TEST],
        "outside": insight == 3 and days_since_outside_sentence(days_since_outside(data)),
        "trend": trend_table(panel, _quarters(request.user, register, as_of, data)),
        "counts_everything": counts_everything(request.user, register),
        **_shown(request, register, panel),
    }
    return render(request, "insights/insight_detail.html", context)


def _shown(request, register, panel):
    """The indicator whose rows the address asks for, and a page of (reference, row)."""
    slug = request.GET.get("show", "")
    if not slug:
        return {}
    indicator = panel.indicator(slug)
    if indicator is None:
        raise BadRequest("show takes the name of an indicator of this insight.")
    page = page_of(request, indicator.shown_rows)
    page.object_list = [(register.reference(row.number), row) for row in page.object_list]
    return {"shown": indicator, "page": page}


def insight_data(reader, register, day, since, recorded_by):
    """The InsightData of a register on a day, of what this reader may see."""
    rows = Reader(
        positions_for(reader, register, day, recorded_by),
        position_history_for(reader, register, recorded_by),
        marks_across(reader, [register], day, recorded_by),
        can(reader, Permission.EDIT_RISK, register.organisation),
    )
    return read_insight_data(register, rows, day, since, recorded_by)


def _quarters(reader, register, as_of, data):
    """(day, InsightData) of the last quarter ends, as rated then, and of the day read."""
    days = []
    for end in quarter_ends_before(as_of.day, QUARTER_ENDS):
        (rated,) = Register.all_as_rated_on([register], end)
        since = quarter_ends_before(end, 1)[0]
        days.append((end, insight_data(reader, rated, end, since, as_of.recorded_by)))
    return [*days, (as_of.day, data)]
