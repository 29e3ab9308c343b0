"""Which questions that were put a person reads, and what they may do with one."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from registers.models import Answer, Question, Seat
from registers.permissions.access import registers_for, risks_across
from registers.permissions.meetings import get_meeting_for
from registers.permissions.roles import Permission, can, organisations_for


def put_questions_for(user):
    """The questions that were put and that the person may read.

    Those for meetings of their own bodies, their own, those with a published answer and, by
    permission, all others of the organisation. None about a risk that they may not see.
    """
    organisations = organisations_for(user, Permission.VIEW_REGISTER)
    reads_all = [row for row in organisations if can(user, Permission.READ_QUESTIONS, row)]
    seats = Seat.objects.active().filter(user=user, body=OuterRef("meeting__body"))
    published = Answer.objects.filter(question=OuterRef("pk"), is_published=True)
    reads = (
        Q(organisation__in=reads_all)
        | Q(by=user)
        | Exists(seats.order_by())
        | Exists(published.order_by())
    )
    return about_visible_risks(user, Question.objects.filter(reads, organisation__in=organisations))


def about_visible_risks(user, questions):
    """Those of these questions that are about no risk, or about one that the reader may see."""
    risks = risks_across(user, registers_for(user)).filter(pk=OuterRef("risk")).order_by()
    return questions.filter(Q(risk=None) | Exists(risks))


def get_put_question_for(user, meeting, pk):
    """(the meeting, the question that was put for it); 404 for what the person may not read."""
    meeting = get_meeting_for(user, meeting)
    related = ("register__organisation", "post__holder", "risk__latest", "meeting__body")
    questions = put_questions_for(user).select_related(*related, "by", "follows__meeting")
    question = questions.filter(meeting=meeting, pk=pk).first()
    if question is None:
        raise Http404("No such question for this reader.")
    return meeting, question


def may_put_for(user, meeting):
    """Whether the person puts questions for the meeting. A member does for their own bodies."""
    organisation = meeting.body.organisation
    if not can(user, Permission.ASK_QUESTION, organisation):
        return False
    return can(user, Permission.READ_QUESTIONS, organisation) or sits_on(user, meeting.body)


def may_answer(user, question):
    """Who holds the post that it was put to, and who runs the registers."""
    organisation = question.organisation
    is_holder = question.post.holder_id == user.pk
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


def refuse_unless(is_allowed):
    """Raise PermissionDenied, answered 403, unless it is allowed."""
    if not is_allowed:
        raise PermissionDenied
