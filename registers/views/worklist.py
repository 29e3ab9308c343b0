"""The worklist of a register, and the findings that a manager sets aside."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format

from registers.forms.worklist import CheckWaiverForm, TakeBackForm, WorklistForm
from registers.models import CheckWaiver
from registers.permissions import (
    Permission,
    can_on,
    counts_everything,
    get_register_for,
    get_risk_for,
    has_no_manager,
    risks_for,
)
from registers.quality.worklist import Worklist
from registers.views.as_of import as_of_from, page_of, read_only
from registers.views.form_flow import post_data, response_status, submit


@read_only
def worklist(request, slug):
    register = get_register_for(request.user, slug)
    form = WorklistForm(request.GET)
    as_of = as_of_from(request, register)
    if not form.is_valid():
        raise BadRequest(
            "by takes check, directorate or post; those take the name or number of one."
        )
    report = Worklist(
        register, risks_for(request.user, register), timezone.localdate(), reader=request.user
    )
    context = {
        "register": register,
        "report": report,
        "reads_today": as_of.is_today,
        "query_today": as_of.query_today,  # a member opens a risk as it was agreed, unless told
        "may_edit": can_on(request.user, Permission.EDIT_RISK, register),
        "may_run": can_on(request.user, Permission.RUN_REGISTER, register),
        "may_ask": can_on(request.user, Permission.ASK_QUESTION, register),
        "has_no_manager": has_no_manager(request.user, register),
        "counts_everything": counts_everything(request.user, register),
        **(
            filter_context(request, report, form.part) if form.part else group_context(report, form)
        ),
    }
    return render(request, "quality/worklist.html", context)


def group_context(report, form):
    by = form.cleaned_data["by"] or "check"
    return {"by": by, "groups": report.groups(by)}


def filter_context(request, report, part):
    """All findings of one check, directorate or post, a page at a time.

    part: arguments of filter_findings.
    """
    try:
        page = page_of(request, report.filter_findings(**part))
        title = report.filter_title(**part)
    except KeyError as error:
        raise BadRequest("The address asks for something this register does not have.") from error
    page.object_list = [report.entry_for(finding) for finding in page.object_list]
    tally = next((tally for tally in report.tallies if tally.check.slug == part.get("check")), None)
    rule = tally and tally.check.rule_for(report.context)
    return {
        "page": page,
        "title": title,
        "check": tally and tally.check,
        "tally": tally,
        "rule": rule,
    }


def check_set_aside(request, slug, number, check):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    entry = get_entry(risk, request.user, check)
    form = CheckWaiverForm(post_data(request))
    options = {"by": request.user, "check_name": check}
    if form.is_valid() and (
        waiver := submit(form, CheckWaiver.put, risk, **options, **form.cleaned_data)
    ):
        until = date_format(waiver.until, "j F Y")
        messages.success(
            request, f"“{entry.check.title}” is set aside for {risk.reference} until {until}."
        )
        return redirect("worklist", slug)
    context = {"register": risk.register, "risk": risk, "entry": entry, "form": form}
    return render(request, "quality/check_set_aside.html", context, status=response_status(form))


def check_take_back(request, slug, number, check):
    risk = get_risk_for(request.user, slug, number, Permission.RUN_REGISTER)
    entry = get_entry(risk, request.user, check)
    form = TakeBackForm(post_data(request))
    options = {"by": request.user, "check_name": check}
    if form.is_valid() and submit(
        form, CheckWaiver.take_back, risk, **options, **form.cleaned_data
    ):
        messages.success(
            request, f"“{entry.check.title}” is back on the worklist for {risk.reference}."
        )
        return redirect("worklist", slug)
    context = {"register": risk.register, "risk": risk, "entry": entry, "form": form}
    return render(request, "quality/check_take_back.html", context, status=response_status(form))


def get_entry(risk, user, check):
    """The WorklistEntry of that check on the risk today; 404 where it finds nothing."""
    report = Worklist(
        risk.register, risks_for(user, risk.register).filter(pk=risk.pk), timezone.localdate()
    )
    entry = report.find_entry(risk.number, check)
    if entry is None:
        raise Http404("That check finds nothing on this risk.")
    return entry
