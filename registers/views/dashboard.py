from urllib.parse import urlencode

from django.shortcuts import render

from registers.dashboard.child_registers import Below, below
from registers.dashboard.comparison_date import AGREED, Compared
from registers.dashboard.dashboard import Dashboard
from registers.dates import quarter_ends_before
from registers.home import gaps_of
from registers.models import Tolerances
from registers.permissions import (
    counts_everything,
    course_for,
    get_register_for,
    known_otherwise_for,
    marks_across,
    positions_across,
    positions_for,
)
from registers.views.agreements import since_latest
from registers.views.as_of import QUARTERS_SHOWN, read_only, reading_from
from registers.views.dashboard_filter import narrowing_from
from registers.views.escalations import taken_up_by
from registers.views.expanded_sections import expanded_sections_from
from registers.views.questions import asked_on_dashboard


@read_only
def dashboard(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    now = positions_for(request.user, register, reading.day, reading.agreement)
    narrowing = narrowing_from(request, register, reading, now)
    tolerances, asked = Tolerances.of(register), {**reading.query_params, **narrowing.asked}
    agreed = _agreements_until(register, reading)
    context = {
        "tab": "dashboard",
        "register": register,
        "reading": reading,
        "narrowing": narrowing,
        "opened": expanded_sections_from(request),
        "asked": asked,
        "asked_here": f"{urlencode(asked)}&" if asked else "",
        "report": _report(request.user, register, reading, now, narrowing, tolerances),
        "compared": Compared(
            reading.day, reading.since, [one for one in agreed if one.on < reading.day]
        ),
        "gaps": gaps_of(narrowing.qs, reading.day) if reading.is_today else [],
        "my_questions": asked_on_dashboard(request.user, register),
        "counts_everything": counts_everything(request.user, register),
        **_of_several(request.user, register, reading, narrowing, tolerances, agreed),
    }
    return render(request, "registers/dashboard.html", context)


def _report(reader, register, reading, now, narrowing, tolerances):
    then = positions_for(reader, register, reading.since)
    return Dashboard(
        register,
        now=now,
        then=then if reading.has_comparison else then.none(),
        course=course_for(reader, register),
        days=[*quarter_ends_before(reading.day, QUARTERS_SHOWN), reading.day],
        reading=reading,
        tolerances=tolerances,
        marks=marks_across(reader, [register], reading.day, reading.known_by).confirmed(),
        narrowing=narrowing,
        known=known_otherwise_for(reader, reading.agreement),
    )


def _agreements_until(register, reading):
    """The latest agreements by the day read, one of that day included; as agreed, those known by
    then.
    """
    found = register.agreements.filter(on__lte=reading.day).defer("note")
    if reading.agreement:
        found = found.filter(recorded_at__lte=reading.agreement.recorded_at)
    return list(found[: AGREED + 1])


def _of_several(reader, register, reading, narrowing, tolerances, agreed):
    """What says something of other registers too, or of the whole one alone: that a narrowed page
    leaves out.
    """
    registers = list(register.organisation.registers.select_related("scheme"))
    found = {"below": _below(reader, register, reading, narrowing, registers, tolerances)}
    if narrowing.said:
        return found
    tells = reading.is_today or reading.is_default_agreement
    return found | {
        "since": since_latest(
            reader, register, reading.default_agreement or next(iter(agreed), None)
        )
        if tells
        else None,
        "taken_up": taken_up_by(reader, register, reading, registers),
    }


def _below(reader, register, reading, narrowing, registers, tolerances):
    """The registers below, if there are any: as known now, whatever an agreement of this one knew."""
    registers = below(register, registers)
    if not registers or reading.is_future:
        return None
    for one in registers:
        one.organisation = register.organisation
    positions = positions_across(reader, [register, *registers], reading.day).on_register()
    positions = narrowing.on(positions, reading.day) if narrowing.said else positions
    return Below(
        register, registers, positions, tolerances.on(reading.day), reading.day, narrowing.asked
    )
