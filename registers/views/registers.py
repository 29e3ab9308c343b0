from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils import timezone

from registers.forms import PositionFilter
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    get_register_for,
    positions_across,
    positions_for,
    registers_for,
)
from registers.reports import register_cards
from registers.views.reading import page_from, read_only, reading_from


@read_only
def home(request):
    registers = registers_for(request.user)
    positions = positions_across(request.user, registers, timezone.localdate()).on_register()
    context = {
        "cards": register_cards(registers, positions),
        "counts_everything": all(counts_everything(request.user, register) for register in registers),
    }
    return render(request, "registers/home.html", context)


@read_only
def risk_list(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    positions = positions_for(request.user, register, reading.day, reading.agreement)
    if reading.is_future:
        positions = positions.none()
    narrowed = PositionFilter(request.GET, positions, register=register)
    if set(narrowed.form.errors) - {"q"}:
        raise BadRequest("The address asks for something this register does not have.")
    context = {
        "tab": "risks",
        "register": register,
        "reading": reading,
        "filter": narrowed,
        "page": page_from(request, narrowed.qs),
        "may_log": can(request.user, Permission.EDIT_RISK, register.organisation),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/risk_list.html", context)
