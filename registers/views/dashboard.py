from urllib.parse import urlencode

from django.shortcuts import render

from registers.models import Tolerances
from registers.permissions import (
    counts_everything,
    course_for,
    get_register_for,
    known_otherwise_for,
    positions_for,
)
from registers.reports import Dashboard, register_cards
from registers.views.agreements import since_latest
from registers.views.escalations import taken_up_by
from registers.views.reading import QUARTERS_SHOWN, quarter_ends_before, read_only, reading_from


@read_only
def dashboard(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    then = positions_for(request.user, register, reading.since)
    now = positions_for(request.user, register, reading.day, reading.agreement)
    tolerances, asked = Tolerances.of(register), f"{urlencode(reading.asked)}&" if reading.asked else ""
    report = Dashboard(
        register,
        now=now,
        then=then if reading.compares else then.none(),
        course=course_for(request.user, register),
        days=[*quarter_ends_before(reading.day, QUARTERS_SHOWN), reading.day],
        reading=reading,
        tolerances=tolerances,
        known=known_otherwise_for(request.user, reading.agreement),
    )
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
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/dashboard.html", context)
