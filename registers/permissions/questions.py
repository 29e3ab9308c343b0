"""Which questions that were put a person reads, and what they may do with one."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import Http404

from registers.dates import days_later
from registers.models import Answer, Meeting, PaperPart, Question, Register, Seat
from registers.permissions.access import risks_across
from registers.permissions.exempt import sees_all_exempt
from registers.permissions.meetings import get_meeting_for
from registers.permissions.roles import Permission, PermissionMissing, can

ANSWER_IS_NEWS = 14  # days


def put_questions_for(user, organisation):
    """The questions that were put in the organisation and that the person may read.

    Those for meetings of their own bodies, their own, those with a published answer and, by
    permission, all others. None about a risk, or the Part B of a paper, that they may not see.
    """
    questions = Question.objects.filter(organisation=organisation)
    if not can(user, Permission.VIEW_REGISTER, organisation):
        return questions.none()
    if not can(user, Permission.READ_QUESTIONS, organisation):
        seats = Seat.objects.active().filter(user=user, body=OuterRef("meeting__body"))
        published = Answer.objects.filter(question=OuterRef("pk"), is_published=True)
        is_of_body, is_published = Exists(seats.order_by()), Exists(published.order_by())
        questions = questions.filter(Q(by=user) | is_of_body | is_published)
    return about_visible_subjects(user, organisation, questions)


def open_questions(user, organisation, post=None):
    """Those not answered that the person may read; of a post, those that it is to answer."""
    questions = put_questions_for(user, organisation).open().with_answering_post()
    questions = questions.filter(answering=post.pk) if post else questions
    questions = questions.select_related("meeting__body").prefetch_related("referrals")
    return questions.order_by("meeting__on", "pk")


def about_visible_subjects(user, organisation, questions):
    """Those of these questions whose risk, and whose part of a paper, the reader may see."""
    registers = Register.objects.filter(organisation=organisation).select_related("organisation")
    questions = questions.filter(is_about_readable_part(user, registers))
    return about_visible_risks(user, organisation, questions)


def is_about_readable_part(user, registers):
    """The condition that a question is about no Part B, or about one that the reader may see."""
    readable = [register.pk for register in registers if sees_all_exempt(user, register)]
    return ~Q(paper_part=PaperPart.EXEMPT) | Q(register__in=readable)


def answered_questions_for(user, registers, day):
    """What the person asked about these registers and was answered, the latest answer first.

    Those for a meeting on that day or later, and those answered in the two weeks before.
    Each with answered_on. None about a risk or a Part B that they may not see.
    """
    answers = Answer.objects.filter(question=OuterRef("pk")).order_by("-effective_on", "-pk")
    questions = Question.objects.filter(by=user, asker="", register__in=registers)
    questions = questions.annotate(answered_on=Subquery(answers.values("effective_on")[:1]))
    is_timely = Q(meeting__on__gte=day) | Q(answered_on__gte=days_later(day, -ANSWER_IS_NEWS))
    visible = Q(risk=None) | Exists(
        risks_across(user, registers).filter(pk=OuterRef("risk")).order_by()
    )
    visible &= is_about_readable_part(user, registers)
    questions = questions.filter(is_timely, visible, answered_on__isnull=False)
    return questions.select_related("meeting__body").order_by("-answered_on", "-pk")


def about_visible_risks(user, organisation, rows):
    """Those of these rows that are about no risk, or about one that the reader may see."""
    registers = Register.objects.filter(organisation=organisation)
    risks = risks_across(user, registers.select_related("organisation"))
    return rows.filter(Q(risk=None) | Exists(risks.filter(pk=OuterRef("risk")).order_by()))


def get_put_question_for(user, meeting, pk):
    """(the meeting, the question that was put for it); 404 for what the person may not read."""
    meeting = get_meeting_for(user, meeting)
    related = ("register__organisation", "post__holder", "risk__latest", "meeting__body")
    questions = put_questions_for(user, meeting.body.organisation)
    questions = questions.select_related(*related, "by", "follows__meeting", "case", "paper")
    questions = questions.prefetch_related("referrals__post__holder", "referrals__by")
    question = questions.filter(meeting=meeting, pk=pk).first()
    if question is None:
        raise Http404("No such question for this reader.")
    return meeting, question


def may_put_for(user, meeting):
    """Whether the person puts questions for the meeting. A member does for their own bodies."""
    meetings = Meeting.objects.filter(pk=meeting.pk)
    return meetings_to_put_for(user, meeting.body.organisation, meetings).exists()


def meetings_to_put_for(user, organisation, meetings):
    """Those of these meetings of an organisation for which the person puts questions."""
    if not can(user, Permission.ASK_QUESTION, organisation):
        return meetings.none()
    if can(user, Permission.READ_QUESTIONS, organisation):
        return meetings
    seats = Seat.objects.active().filter(user=user).order_by()
    return meetings.filter(body__in=seats.values("body"))


def may_answer(user, question):
    """Who holds the post that it was put or referred to, and who runs the registers."""
    organisation = question.organisation
    is_holder = question.answering_post.holder_id == user.pk
    return can(user, Permission.RUN_REGISTER, organisation) or (
        is_holder and can(user, Permission.VIEW_REGISTER, organisation)
    )


def may_rule_out(user, question):
    """The chair of the body, and who runs its meetings."""
    body = question.meeting.body
    is_chair = sits_on(user, body, is_chair=True)
    return is_chair or can(user, Permission.RUN_MEETINGS, question.organisation)


def sits_on(user, body, **conditions):
    return Seat.objects.active().filter(user=user, body=body, **conditions).exists()


def refuse_unless(is_allowed, organisation):
    """Raise PermissionMissing, answered 403, unless it is allowed."""
    if not is_allowed:
        raise PermissionMissing(organisation)
