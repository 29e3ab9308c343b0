from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils import timezone

from registers.agreements import changed_since
from registers.forms.list_view import ColumnsForm
from registers.help.role_guides import introductions
from registers.home import agreed_cards, latest_changes, register_cards, register_news
from registers.models import Tolerances
from registers.permissions import (
    Permission,
    agreed_positions_for,
    answered_questions_for,
    can_on,
    counts_everything,
    defaults_to_agreed,
    get_register_for,
    may_work_on,
    next_meeting_for,
    positions_across,
    positions_for,
    readers_agreements,
    registers_for,
    revisions_across,
    sandbox_registers_for,
)
from registers.risk_list import ColumnValues
from registers.risk_search import add_excerpts
from registers.tasks.task_list import TaskList
from registers.today_differences import mark_differences
from registers.views.as_of import as_of_from, page_from, read_only
from registers.views.escalations import taken_up_by
from registers.views.filters import filter_positions, headings, quick_views
from registers.views.help import unread_release
from registers.views.saved_views import saved_views_context

# Rows that are shown on one page, to print.
WHOLE_LIST = 1000

FIRST_TASKS = 8  # on the home page; the count beside them is of all


@read_only
def home(request):
    reader, today = request.user, timezone.localdate()
    registers = list(registers_for(reader))
    positions = positions_across(reader, registers, today).on_register()
    query_prefix = (
        f"as_at={today.isoformat()}&"
        if any(defaults_to_agreed(reader, register) for register in registers)
        else ""
    )
    cards = _cards_for(reader, registers, positions, query_prefix)
    tasks = TaskList(reader, today, registers)
    # The navigation shows the same count.
    request.task_count = len(tasks) if tasks.reader.registers else None
    context = {
        "introductions": introductions(reader, registers, today),
        "release": unread_release(request),
        "cards": cards,
        "may_log": _may_log_on(reader, registers),
        "next_meeting": next_meeting_for(reader, today),
        "sandbox_registers": sandbox_registers_for(reader),
        "asked": query_prefix,
        "today": today,
        "tasks": tasks if _works_on_any(reader, registers) else None,
        "first_tasks": tasks.first(FIRST_TASKS),
        "answered": answered_questions_for(reader, registers, today)[:FIRST_TASKS],
        "news": news_for(reader, registers, positions, today),
        "changes": latest_changes(revisions_across(reader, registers)),
        "counts_everything": all(counts_everything(reader, register) for register in registers),
    }
    return render(request, "home/home.html", context)


def _may_log_on(reader, registers):
    """The keys of those of these registers on which the person may log a risk."""
    return {row.pk for row in registers if can_on(reader, Permission.EDIT_RISK, row)}


def _works_on_any(reader, registers):
    return any(may_work_on(reader, register) for register in registers)


def news_for(reader, registers, positions, day):
    """RegisterNews of the registers that the person reads and does not work on."""
    read = [register for register in registers if not may_work_on(reader, register)]
    return register_news(reader, read, positions, day) if read else []


def _cards_for(reader, registers, positions, query_prefix):
    """A card a register, of the position that it opens on for this reader. positions: of today."""
    tolerances = Tolerances.across(registers)
    cards = register_cards(registers, positions, timezone.localdate(), tolerances, query_prefix)
    as_agreed = [register for register in registers if defaults_to_agreed(reader, register)]
    agreements = readers_agreements(reader, as_agreed) if as_agreed else {}
    reported = [row.agreement for row in agreements.values()]
    agreed = agreed_positions_for(reader, reported).on_register()
    return agreed_cards(cards, agreements, agreed, tolerances, changed_since(positions, reported))


def _filter_and_columns(request, register, as_of):
    list_filter, columns = filter_positions(request, register, as_of), ColumnsForm(request.GET)
    if set(list_filter.form.errors) - {"q"} or columns.errors:
        raise BadRequest("The address asks for something this register does not have.")
    return list_filter, columns


@read_only
def risk_list(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register, is_compared=True)
    list_filter, columns = _filter_and_columns(request, register, as_of)
    is_whole = is_whole_list(request)
    page = page_from(request, list_filter.qs, register, WHOLE_LIST if is_whole else None)
    _add_columns(request.user, register, as_of, page.object_list, columns, list_filter)
    may_log = can_on(request.user, Permission.EDIT_RISK, register)
    context = {
        "register": register,
        "as_of": as_of,
        "filter": list_filter,
        "columns": columns,
        "headings": headings(request, columns.chosen, list_filter.order),
        "page": page,
        "is_whole": is_whole,
        "quick_views": quick_views(request, register, as_of, list_filter),
        **saved_views_context(request, register, as_of, list_filter),
        "taken_up": taken_up_by(request.user, register, as_of),
        "may_log": may_log,
        "may_change": may_log and as_of.is_today and not is_whole,
        "may_run": can_on(request.user, Permission.RUN_REGISTER, register),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/risk_list.html", context)


def _add_columns(reader, register, as_of, positions, columns, list_filter):
    """Give the positions of a page what their columns say, where today differs, and excerpts."""
    earlier = list_filter.earlier_positions
    values = ColumnValues(register, columns.chosen, as_of.day, as_of.recorded_by, earlier)
    values.add_to(positions)
    add_excerpts(positions, list_filter.selected.get("q", ""))
    if as_of.agreement:
        mark_differences(positions, positions_for(reader, register, as_of.today))


def is_whole_list(request):
    """Whether the address asks for all rows on one page, to print."""
    value = request.GET.get("print")
    if value not in (None, "all"):
        raise BadRequest("print takes all.")
    return value == "all"
