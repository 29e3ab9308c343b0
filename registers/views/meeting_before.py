"""Before a meeting: what was asked, what changed, what to look at, on one page that prints."""

from itertools import chain

from django.shortcuts import render
from django.utils import timezone

from registers.dashboard import Dashboard
from registers.dashboard.headline import Headline
from registers.dashboard.precedent_matches import PrecedentMatches
from registers.dashboard.priority_risks import PriorityRisks
from registers.dates import quarter_ends_before
from registers.insights.reading import INSIGHTS, read_insights
from registers.meetings.agenda import questions_on_agenda
from registers.meetings.calendar import meeting_days
from registers.models import Insight, Meeting, Tolerances
from registers.permissions import (
    counts_everything,
    defaults_to_agreed,
    get_meeting_for,
    marks_across,
    papers_of_meeting,
    position_history_for,
    positions_for,
    previous_meeting_day,
    questions_for,
    readers_agreement,
    registers_in,
    risks_across,
)
from registers.priorities import question_key
from registers.questions.sources import with_risks
from registers.views.as_of import AsOf, read_only
from registers.views.filters import empty_narrowing
from registers.views.insights import insight_data
from registers.views.questions import questions_on_dashboard


@read_only
def meeting_before(request, pk):
    meeting = get_meeting_for(request.user, pk)
    body, organisation = meeting.body, meeting.body.organisation
    registers = registers_in(request.user, organisation)
    registers = list(registers.filter(pk__in=meeting.registers.values("pk")))
    previous = Meeting.objects.before(meeting.on).filter(body=body).first()
    questions = questions_on_agenda(request.user, meeting)
    parts = [_part_of(request, register, meeting) for register in registers]
    context = {
        "organisation": organisation,
        "meeting": meeting,
        "previous": previous,
        "days": meeting_days(meeting, organisation, organisation.pre_election_periods.all()),
        "asked": _previous_questions(request.user, previous, questions) if previous else [],
        "to_ask": [row for row in questions if not row.carried_over],
        "parts": parts,
        "insight": parts and _insight_of(request.user, meeting, parts[0]),
        "my_questions": _gathered(request.user, registers),
        "papers": papers_of_meeting(request.user, meeting),
        "today": timezone.localdate(),
    }
    return render(request, "meetings/meeting_before.html", context)


def _previous_questions(user, previous, questions):
    """The questions of the meeting before. questions: of this one, those carried over too."""
    carried = {row.question.pk: row for row in questions}
    return [carried.get(row.question.pk, row) for row in questions_on_agenda(user, previous)]


def _part_of(request, register, meeting):
    """What the page says of one register, from the sections of its dashboard."""
    as_of = _as_of(request.user, register, meeting)
    dashboard = _dashboard(request, register, as_of)
    topic = dashboard.section(PrecedentMatches).to_discuss
    listed = (questions_on_dashboard(request.user, register) or {}).get("kept")
    return {
        "register": register,
        "as_of": as_of,
        "headline": dashboard.section(Headline),
        "risks": dashboard.section(PriorityRisks).risks,
        "topic": topic,
        "is_topic_kept": bool(topic and listed) and _question_of(topic) in listed,
        "counts_everything": counts_everything(request.user, register),
        "kept": listed,
    }


def _insight_of(reader, meeting, part):
    """One insight a meeting, in turn, as it reads the register of that part; None without one."""
    register, as_of = part["register"], part["as_of"]
    turn = Meeting.objects.before(meeting.on).filter(body=meeting.body).count()
    library = Insight.objects.filter(number=turn % len(INSIGHTS) + 1)
    data = insight_data(reader, register, as_of.day, as_of.since, as_of.recorded_by)
    return next(iter(read_insights(data, library)), None)


def _question_of(topic):
    """The key of what to ask about a case beside a risk, as the lists of questions have it."""
    risk, tested = topic
    return question_key(risk.number, tested.sign.case.question)


def _as_of(user, register, meeting):
    """Today, or the day of a meeting that was, compared with the meeting before of the reader."""
    today = timezone.localdate()
    day = min(today, meeting.on)
    is_agreed = defaults_to_agreed(user, register)
    readers = readers_agreement(user, register) if is_agreed else None
    since = previous_meeting_day(user, register, day) or quarter_ends_before(day, 1)[0]
    return AsOf(
        day,
        since,
        today,
        default_agreement=readers and readers.agreement,
        defaults_to_agreed=is_agreed,
    )


def _dashboard(request, register, as_of):
    reader, day = request.user, as_of.day
    if not as_of.is_today:
        register.scheme = register.scheme_on(day)
    positions = positions_for(reader, register, day)
    return Dashboard(
        register,
        current=positions,
        previous=positions_for(reader, register, as_of.since),
        history=position_history_for(reader, register),
        days=[day],
        as_of=as_of,
        tolerances=Tolerances.of(register),
        marks=marks_across(reader, [register], day).confirmed(),
        narrowing=empty_narrowing(request, register, as_of, positions),
    )


def _gathered(user, registers):
    """The questions on the person's own lists for these registers, with their risks."""
    lists = [questions_for(user, register) for register in registers]
    return with_risks(chain.from_iterable(lists), risks_across(user, registers), user)
