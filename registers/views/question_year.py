"""A body's questions of a year, with what became of them: a page that prints."""

import datetime

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from registers.dates import FinancialYear
from registers.meetings.question_year import question_year_of
from registers.permissions import get_meeting_body_for
from registers.views.as_of import read_only


@read_only
def question_year(request, pk, year):
    """year: the calendar year in which the financial year begins."""
    body, today = get_meeting_body_for(request.user, pk), timezone.localdate()
    if not datetime.MINYEAR < year < datetime.MAXYEAR:
        raise Http404("No such year.")
    year = FinancialYear(year, body.organisation.year_starts_in)
    context = {
        "organisation": body.organisation,
        "body": body,
        "questions": question_year_of(request.user, body, year, today),
        "today": today,
    }
    return render(request, "meetings/question_year.html", context)
