from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils import timezone

from registers.agreements import changed_since
from registers.dates import quarter_ends_before
from registers.home import (
    agreed_cards,
    latest_changes,
    rated_since,
    register_cards,
    tasks_for,
    waiting_for,
)
from registers.models import Tolerances
from registers.permissions import (
    Permission,
    agreed_positions_for,
    can,
    counts_everything,
    defaults_to_agreed,
    get_register_for,
    may_work_on,
    positions_across,
    positions_for,
    readers_agreements,
    registers_for,
    revisions_across,
)
from registers.today_differences import mark_differences
from registers.views.as_of import as_of_from, page_from, read_only
from registers.views.escalations import taken_up_by
from registers.views.filters import filter_positions


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
    cards = _cards_for(reader, registers, positions, query_prefix)
    since = quarter_ends_before(today, 1)[0]
    context = {
        "cards": cards,
        "asked": query_prefix,
        "waiting": waiting_for(reader, own_registers, positions, today) if own_registers else None,
        "tasks": tasks_for(reader, own_registers, today) if own_registers else None,
        "since": since,
        "to_read": rated_since(
            [card for card in cards if card.register not in own_registers], positions, since
        ),
        "changes": latest_changes(revisions_across(reader, registers)),
        "counts_everything": all(counts_everything(reader, register) for register in registers),
    }
    return render(request, "home/home.html", context)


def _cards_for(reader, registers, positions, query_prefix):
    """A card a register, of the position that it opens on for this reader. positions: of today."""
    tolerances = Tolerances.across(registers)
    cards = register_cards(registers, positions, timezone.localdate(), tolerances, query_prefix)
    as_agreed = [register for register in registers if defaults_to_agreed(reader, register)]
    agreements = readers_agreements(reader, as_agreed) if as_agreed else {}
    reported = [row.agreement for row in agreements.values()]
    agreed = agreed_positions_for(reader, reported).on_register()
    return agreed_cards(cards, agreements, agreed, tolerances, changed_since(positions, reported))


@read_only
def risk_list(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    list_filter = filter_positions(request, register, as_of)
    if set(list_filter.form.errors) - {"q"}:
        raise BadRequest("The address asks for something this register does not have.")
    page = page_from(request, list_filter.qs, register)
    if as_of.agreement:
        mark_differences(page.object_list, positions_for(request.user, register, as_of.today))
    context = {
        "tab": "risks",
        "register": register,
        "as_of": as_of,
        "filter": list_filter,
        "page": page,
        "taken_up": taken_up_by(request.user, register, as_of),
        "may_log": can(request.user, Permission.EDIT_RISK, register.organisation),
        "may_run": can(request.user, Permission.RUN_REGISTER, register.organisation),
        "counts_everything": counts_everything(request.user, register),
    }
    return render(request, "registers/risk_list.html", context)
