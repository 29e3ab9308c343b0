"""A committee's year: the chair's brief, the minutes, the work programme and the year's report."""

import io

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from registers.meetings.programme import work_programme_of
from registers.meetings.record import record_of
from registers.meetings.year_report import years_of
from registers.minutes import write_minutes
from registers.models import PaperFormat
from registers.papers.committee_report import committee_report_of
from registers.papers.pango import is_available
from registers.permissions import (
    Permission,
    can,
    get_meeting_body_for,
    get_meeting_for,
    risks_across,
)
from registers.read_snapshot import read_snapshot
from registers.views.as_of import read_only
from registers.views.document_files import document_file, page_lines
from registers.views.exports import DOCX


@read_only
def meeting_brief(request, pk):
    """What the chair needs to take the meeting through its agenda, on one printed page."""
    meeting = get_meeting_for(request.user, pk)
    record = record_of(request.user, meeting)
    exempt = risks_across(request.user, record.registers).filter(is_exempt=True)
    context = {
        "organisation": meeting.body.organisation,
        "meeting": meeting,
        "record": record,
        "has_exempt": exempt.exists(),
        "today": timezone.localdate(),
    }
    return render(request, "meetings/meeting_brief.html", context)


@read_only
def meeting_minutes(request, pk):
    meeting = get_meeting_for(request.user, pk)
    if meeting.is_cancelled or meeting.on > timezone.localdate():
        raise Http404("No minutes of a meeting that did not take place.")
    file = io.BytesIO()
    with read_snapshot():
        write_minutes(file, record_of(request.user, meeting))
    name = f"{meeting.body.organisation.slug}-minutes-{meeting.on.isoformat()}-{meeting.pk}.docx"
    response = HttpResponse(file.getvalue(), content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@read_only
def work_programme(request, body):
    body = get_meeting_body_for(request.user, body)
    context = {
        "organisation": body.organisation,
        "body": body,
        "programme": work_programme_of(request.user, body),
        "next_meeting": body.meetings.not_cancelled().filter(on__gte=timezone.localdate()).first(),
        "may_run": can(request.user, Permission.RUN_MEETINGS, body.organisation),
    }
    return render(request, "meetings/work_programme.html", context)


@read_only
def year_report(request, body, year):
    body, years, document = _report(request, body, year)
    context = {
        "organisation": body.organisation,
        "body": body,
        "year": year,
        "years": years,
        "document": document,
        "lines": page_lines(document),
        "has_pdf": is_available(),
    }
    return render(request, "meetings/year_report.html", context)


@read_only
def year_report_docx(request, body, year):
    return _report_file(request, body, year, PaperFormat.WORD)


@read_only
def year_report_pdf(request, body, year):
    return _report_file(request, body, year, PaperFormat.PDF)


def _report(request, body, year):
    """(body, the years that it met in, Document); 404 for another year."""
    body = get_meeting_body_for(request.user, body)
    years = years_of(body)
    if year not in years:
        raise Http404("The body did not meet in that year.")
    with read_snapshot():
        return body, years, committee_report_of(body, year)


def _report_file(request, body, year, kind):
    body, _, document = _report(request, body, year)
    stem = f"{body.organisation.slug}-body-{body.pk}-report-{year}"
    back = reverse("year_report", args=[body.pk, year])
    return document_file(request, document, kind, stem, back=back)
