from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.shortcuts import render

from registers.dashboard import Dashboard
from registers.dashboard.child_registers import ChildRegisters, registers_below
from registers.dashboard.comparison_date import AGREEMENTS, ComparisonDate
from registers.dates import quarter_ends_before
from registers.home import gaps_of
from registers.models import Register, Tolerances
from registers.permissions import (
    counts_everything,
    get_register_for,
    marks_across,
    position_history_for,
    positions_across,
    positions_for,
)
from registers.views.agreements import since_latest
from registers.views.as_of import QUARTERS_SHOWN, as_of_from, read_only
from registers.views.escalations import taken_up_by
from registers.views.filters import narrowing_from
from registers.views.questions import questions_on_dashboard


@read_only
def dashboard(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register, is_compared=True)
    positions = positions_for(request.user, register, as_of.day, as_of.recorded_by)
    narrowing = narrowing_from(request, register, as_of, positions)
    tolerances = Tolerances.of(register)
    query_params = {**as_of.query_params, **narrowing.query_params}
    agreements = _agreements_until(register, as_of)
    earlier = [agreement for agreement in agreements if agreement.on < as_of.day]
    context = {
        "register": register,
        "as_of": as_of,
        "narrowing": narrowing,
        "expanded": expanded_sections_from(request),
        "query_params": query_params,
        "query_string": f"{urlencode(query_params)}&" if query_params else "",
        "dashboard": _dashboard(request.user, register, as_of, positions, narrowing, tolerances),
        "comparison_date": ComparisonDate(as_of.day, as_of.since, earlier),
        "gaps": gaps_of(narrowing.qs, as_of.day, is_today=as_of.is_today),
        "my_questions": questions_on_dashboard(request.user, register),
        "counts_everything": counts_everything(request.user, register),
        **_beyond_the_page(request.user, register, as_of, narrowing, tolerances, agreements),
    }
    return render(request, "dashboard/dashboard.html", context)


def _dashboard(reader, register, as_of, positions, narrowing, tolerances):
    previous = positions_for(reader, register, as_of.since, as_of.since_recorded_by)
    return Dashboard(
        register,
        current=positions,
        previous=previous if as_of.has_comparison else previous.none(),
        history=position_history_for(reader, register, as_of.recorded_by),
        days=[*quarter_ends_before(as_of.day, QUARTERS_SHOWN), as_of.day],
        as_of=as_of,
        tolerances=tolerances,
        marks=marks_across(reader, [register], as_of.day, as_of.recorded_by).confirmed(),
        narrowing=narrowing,
        today=positions_for(reader, register, as_of.today) if as_of.agreement else None,
    )


def _agreements_until(register, as_of):
    """The latest agreements up to the day read; as agreed, those known by that agreement."""
    agreements = register.agreements.in_force().filter(on__lte=as_of.day).defer("note")
    if as_of.agreement:
        agreements = agreements.filter(recorded_at__lte=as_of.agreement.recorded_at)
    return list(agreements[: AGREEMENTS + 1])


def _beyond_the_page(reader, register, as_of, narrowing, tolerances, agreements):
    """What concerns other registers too, or the whole of this one, which a narrowed page omits."""
    registers = list(register.organisation.registers.in_use().select_related("scheme"))
    context = {
        "child_registers": _child_registers(
            reader, register, as_of, narrowing, registers, tolerances
        )
    }
    if narrowing.selected:
        return context
    latest = as_of.default_agreement or next(iter(agreements), None)
    shows_changes = as_of.is_today or as_of.is_default_agreement
    return context | {
        "since": since_latest(reader, register, latest) if shows_changes else None,
        "taken_up": taken_up_by(reader, register, as_of, registers),
    }


def _child_registers(reader, register, as_of, narrowing, registers, tolerances):
    """The registers below, None without any: as known now, also where this one is as agreed."""
    registers = registers_below(register, registers)
    if not registers or as_of.is_future:
        return None
    if not as_of.is_today:
        registers = Register.all_as_rated_on(registers, as_of.day)
    for child in registers:
        child.organisation = register.organisation
    positions = positions_across(reader, [register, *registers], as_of.day).on_register()
    positions = narrowing.on(positions, as_of.day) if narrowing.selected else positions
    return ChildRegisters(
        register,
        registers,
        positions,
        tolerances.on(as_of.day),
        as_of.day,
        narrowing.query_params,
    )


# The filters; how sure the order of a matrix is; more ways to count.
SECTIONS = ("narrow", "order", "ways")


def expanded_sections_from(request):
    """names: of the sections that are expanded. Each of SECTIONS: whether it is.

    other_*: the values of `more` in an address that toggles that section and leaves the rest.
    """
    names = request.GET.getlist("more")
    if not set(names) <= set(SECTIONS):
        raise BadRequest(f"more takes {', '.join(SECTIONS)}.")
    expanded = {name: name in names for name in SECTIONS}
    toggles = {
        f"other_{name}": [row for row in SECTIONS if expanded[row] != (row == name)]
        for name in SECTIONS
    }
    return {"names": [name for name in SECTIONS if expanded[name]], **expanded, **toggles}
