from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils import timezone

from registers.dates import quarter_ends_before
from registers.home import latest_changes, rated_since, register_cards, tasks_for, waiting_for
from registers.models import Tolerances
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    get_register_for,
    may_work_on,
    opens_as_agreed,
    positions_across,
    registers_for,
    revisions_across,
)
from registers.views.as_of import page_from, read_only, reading_from
from registers.views.escalations import taken_up_by
from registers.views.list_filter import narrowed_list


@read_only
def home(request):
    reader, today = request.user, timezone.localdate()
    registers = list(registers_for(reader))
    work = [register for register in registers if may_work_on(reader, register)]
    standing = positions_across(reader, registers, today).on_register()
    asked = (
        f"as_at={today.isoformat()}&"
        if any(opens_as_agreed(reader, one) for one in registers)
        else ""
    )
    cards = register_cards(registers, standing, today, Tolerances.across(registers), asked)
    since = quarter_ends_before(today, 1)[0]
    context = {
        "cards": cards,
        "asked": asked,
        "waiting": waiting_for(reader, work, standing, today) if work else None,
        "tasks": tasks_for(reader, work, today) if work else None,
        "since": since,
        "to_read": rated_since(
            [card for card in cards if card.register not in work], standing, since
        ),
        "changes": latest_changes(revisions_across(reader, registers)),
        "counts_everything": all(counts_everything(reader, register) for register in registers),
    }
    return render(request, "registers/home.html", context)


@read_only
def risk_list(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    narrowed = narrowed_list(request, register, reading)
    if set(narrowed.form.errors) - {"q"}:
        raise BadRequest("The address asks for something this register does not have.")
    context = {
        "tab": "risks",
        "register": register,
        "reading": reading,
        "filter": narrowed,
        "page": page_from(request, narrowed.qs, register),
        "taken_up": taken_up_by(request.user, register, reading),
        "may_log": can(request.user, Permission.EDIT_RISK, register.organisation),
        "may_run": can(request.user, Permission.RUN_REGISTER, register.organisation),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/risk_list.html", context)
