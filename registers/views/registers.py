from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils import timezone

from registers.home import latest_changes, register_cards, register_news
from registers.models import Tolerances
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    defaults_to_agreed,
    get_register_for,
    may_work_on,
    positions_across,
    registers_for,
    revisions_across,
)
from registers.tasks.task_list import TaskList
from registers.views.as_of import as_of_from, page_from, read_only
from registers.views.escalations import taken_up_by
from registers.views.filters import filter_positions

FIRST_TASKS = 8  # on the home page; the count beside them is of all


@read_only
def home(request):
    reader, today = request.user, timezone.localdate()
    registers = list(registers_for(reader))
    own_registers = [register for register in registers if may_work_on(reader, register)]
    positions = positions_across(reader, registers, today).on_register()
    query_prefix = (
        f"as_at={today.isoformat()}&"
        if any(defaults_to_agreed(reader, register) for register in registers)
        else ""
    )
    cards = register_cards(registers, positions, today, Tolerances.across(registers), query_prefix)
    tasks = TaskList(reader, today, registers)
    # The navigation shows the same count.
    request.task_count = len(tasks) if tasks.reader.registers else None
    context = {
        "cards": cards,
        "asked": query_prefix,
        "today": today,
        "tasks": tasks if own_registers else None,
        "first_tasks": tasks.first(FIRST_TASKS),
        "news": news_for(reader, registers, positions, today),
        "changes": latest_changes(revisions_across(reader, registers)),
        "counts_everything": all(counts_everything(reader, register) for register in registers),
    }
    return render(request, "home/home.html", context)


def news_for(reader, registers, positions, day):
    """RegisterNews of the registers that the person reads and does not work on."""
    read = [register for register in registers if not may_work_on(reader, register)]
    return register_news(reader, read, positions, day) if read else []


@read_only
def risk_list(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    list_filter = filter_positions(request, register, as_of)
    if set(list_filter.form.errors) - {"q"}:
        raise BadRequest("The address asks for something this register does not have.")
    context = {
        "tab": "risks",
        "register": register,
        "as_of": as_of,
        "filter": list_filter,
        "page": page_from(request, list_filter.qs, register),
        "taken_up": taken_up_by(request.user, register, as_of),
        "may_log": can(request.user, Permission.EDIT_RISK, register.organisation),
        "may_run": can(request.user, Permission.RUN_REGISTER, register.organisation),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/risk_list.html", context)
