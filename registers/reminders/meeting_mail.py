"""The mail a week before a meeting: what it is, and where to read what comes before it."""

from django.urls import reverse
from django.utils.formats import date_format

from registers.dates import days_later
from registers.models import Meeting, MeetingMail
from registers.permissions import seats_to_write_to
from registers.phrases.meetings import meeting_mail_subject, questions_before_sentence
from registers.reminders.mail import one_line, wrap

DAYS_BEFORE = 7


def meeting_recipients(day):
    """(person, meeting) for each mail that is due on a day and was not begun before.

    Meetings from tomorrow until a week from then; not of sandboxes, and not cancelled ones.
    """
    meetings = Meeting.objects.not_cancelled().filter(
        on__gt=day, on__lte=days_later(day, DAYS_BEFORE), body__organisation__sandbox_of=None
    )
    begun = set(MeetingMail.objects.filter(meeting__in=meetings).values_list("user", "meeting"))
    return [
        (seat.user, meeting)
        for meeting in meetings.select_related("body__organisation")
        for seat in seats_to_write_to(meeting)
        if (seat.user_id, meeting.pk) not in begun
    ]


def subject_of(meeting):
    return meeting_mail_subject(one_line(meeting.body.name), meeting.on)


def body_of(meeting, *, name, site, choices, questions=(), previous=None):
    """The whole text. It counts the questions of the meeting before and quotes none.

    questions: AgendaQuestions of `previous`, as far as the person may read them.
    """
    unanswered = sum(row.state == "open" for row in questions)
    day = date_format(meeting.on, "l j F Y")
    at = f" at {meeting.time_in_words}" if meeting.starts_at else ""
    place = f", {one_line(meeting.place)}" if meeting.place else ""
    parts = [
        f"Hello {one_line(name)},",
        f"{one_line(meeting.body.name)} meets on {day}{at}{place}.",
        questions_before_sentence(len(questions), unanswered, previous) if questions else "",
        "Read before your meeting what changed, what to look at first and what to ask:",
    ]
    text = wrap([part for part in parts if part])
    page = f"{site}{reverse('meeting_before', args=[meeting.pk])}"
    end = wrap(["We write once before each meeting. To change or stop these e-mails:"])
    return f"{text}\n{page}\n\n{end}\n{site}{choices}\n"
