from urllib.parse import urlencode

from django.shortcuts import render

from registers.models import Tolerances
from registers.models.years import quarter_ends_before
from registers.permissions import (
    counts_everything,
    course_for,
    get_register_for,
    known_otherwise_for,
    marks_across,
    positions_for,
)
from registers.reports import Dashboard, register_cards
from registers.views.agreements import since_latest
from registers.views.escalations import taken_up_by
from registers.views.questions import asked_on_dashboard
from registers.views.reading import QUARTERS_SHOWN, read_only, reading_from


@read_only
def dashboard(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    then = positions_for(request.user, register, reading.since)
    now = positions_for(request.user, register, reading.day, reading.agreement)
    tolerances = Tolerances.of(register)
    report = Dashboard(
        register,
        now=now,
        then=then if reading.compares else then.none(),
        course=course_for(request.user, register),
        days=[*quarter_ends_before(reading.day, QUARTERS_SHOWN), reading.day],
        reading=reading,
        tolerances=tolerances,
        marks=marks_across(request.user, [register], reading.day, reading.known_by).confirmed(),
        known=known_otherwise_for(request.user, reading.agreement) if reading.agreement else (),
    )
    asked = f"{urlencode(reading.asked)}&" if reading.asked else ""
    context = {
        "tab": "dashboard",
        "register": register,
        "reading": reading,
        "report": report,
        "cards": register_cards([register], now.on_register(), reading.day, {register.pk: tolerances}, asked)
        if reading.is_today
        else [],
        "since": since_latest(request.user, register) if reading.is_today or reading.opens else None,
        "taken_up": taken_up_by(request.user, register, reading),
        "my_questions": asked_on_dashboard(request.user, register),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/dashboard.html", context)
