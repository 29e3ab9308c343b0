"""What there is to put right on a register, and what a manager lets be for a while."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms import SetAsideForm, TakeBackForm, WorklistForm
from registers.models import SetAside
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    get_register_for,
    get_risk_for,
    has_no_manager,
    risks_for,
)
from registers.quality.worklist import Worklist
from registers.views.as_of import page_of, read_only, reading_from
from registers.views.form_flow import post_data, response_status, submit


@read_only
def worklist(request, slug):
    register = get_register_for(request.user, slug)
    asked = WorklistForm(request.GET)
    reading = reading_from(request, register)
    if not asked.is_valid():
        raise BadRequest(
            "by takes check, directorate or post; those take the name or number of one."
        )
    report = Worklist(
        register, risks_for(request.user, register), timezone.localdate(), reader=request.user
    )
    context = {
        "tab": "worklist",
        "register": register,
        "report": report,
        "reads_today": reading.is_today,
        "query_today": reading.query_today,  # a member opens a risk as it was agreed, unless told
        "may_edit": can(request.user, Permission.EDIT_RISK, register.organisation),
        "may_run": can(request.user, Permission.RUN_REGISTER, register.organisation),
        "has_no_manager": has_no_manager(request.user, register),
        "counts_everything": counts_everything(request.user, register),
        **(part_of(request, report, asked.part) if asked.part else grouped(report, asked)),
    }
    return render(request, "registers/worklist.html", context)


def grouped(report, asked):
    by = asked.cleaned_data["by"] or "check"
    return {"by": by, "groups": report.groups(by)}


def part_of(request, report, part):
    """All of one check, directorate or post, a page at a time."""
    try:
        page = page_of(request, report.narrowed(**part))
        title = report.titles(**part)
    except KeyError as error:
        raise BadRequest("The address asks for something this register does not have.") from error
    page.object_list = [report.thing(found) for found in page.object_list]
    tally = next((tally for tally in report.tallies if tally.check.slug == part.get("check")), None)
    rule = tally and tally.check.rule_for(report.ground)
    return {
        "page": page,
        "title": title,
        "check": tally and tally.check,
        "tally": tally,
        "rule": rule,
    }


def check_set_aside(request, slug, number, check):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    thing = thing_of(risk, request.user, check)
    form = SetAsideForm(post_data(request))
    how = {"by": request.user, "check_name": check}
    if form.is_valid() and (aside := submit(form, SetAside.put, risk, **how, **form.cleaned_data)):
        until = date_format(aside.until, "j F Y")
        messages.success(
            request, f"“{thing.check.title}” is set aside for {risk.reference} until {until}."
        )
        return redirect("worklist", slug)
    context = {"register": risk.register, "risk": risk, "thing": thing, "form": form}
    return render(request, "registers/check_set_aside.html", context, status=response_status(form))


def check_take_back(request, slug, number, check):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    thing = thing_of(risk, request.user, check)
    form = TakeBackForm(post_data(request))
    how = {"by": request.user, "check_name": check}
    if form.is_valid() and submit(form, SetAside.take_back, risk, **how, **form.cleaned_data):
        messages.success(request, f"“{thing.check.title}” speaks of {risk.reference} again.")
        return redirect("worklist", slug)
    context = {"register": risk.register, "risk": risk, "thing": thing, "form": form}
    return render(request, "registers/check_take_back.html", context, status=response_status(form))


def thing_of(risk, user, check):
    """What that check finds on the risk today; 404 where it finds nothing."""
    report = Worklist(
        risk.register, risks_for(user, risk.register).filter(pk=risk.pk), timezone.localdate()
    )
    thing = report.found_on(risk.number, check)
    if thing is None:
        raise Http404("That check finds nothing on this risk.")
    return thing
