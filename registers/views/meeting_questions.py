"""Questions that are put for a meeting: put, answered, followed up and closed."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from registers.forms.meeting_questions import (
    AnswerForm,
    FollowUpForm,
    GroupForm,
    PutForm,
    RecordForm,
    RuleOutForm,
    WithdrawForm,
)
from registers.meetings.agenda import carried_in_words
from registers.models import ClosureKind, Meeting, Question
from registers.permissions import (
    Permission,
    about_visible_subjects,
    get_meeting_for,
    get_put_question_for,
    get_question_for,
    may_answer,
    may_put_for,
    may_rule_out,
    meetings_to_put_for,
    put_questions_for,
    refuse_unless,
    risks_for,
)
from registers.phrases.meetings import question_put_sentence
from registers.questions.sources import with_risks
from registers.views.as_of import read_only
from registers.views.form_flow import post_data, redirect_after, response_status, submit

RULE_OUT, GROUP = ClosureKind.RULED_OUT, ClosureKind.GROUPED


@read_only
def question_detail(request, pk, question):
    meeting, question = get_put_question_for(request.user, pk, question)
    is_open = Question.objects.open().filter(pk=question.pk).exists()
    visible = put_questions_for(request.user, question.organisation)
    closure = getattr(question, "closure", None)
    context = {
        "organisation": question.organisation,
        "meeting": meeting,
        "question": question,
        "is_open": is_open,
        "carried_over": carried_in_words(question) if is_open else "",
        "answers": question.answers.select_related("by").order_by("-recorded_at", "-pk"),
        "closure": closure,
        "into": closure and closure.into_id and visible.filter(pk=closure.into_id).first(),
        "grouped": visible.filter(closure__into=question),
        "follow_ups": visible.filter(follows=question).select_related("meeting"),
        "may_answer": not closure and may_answer(request.user, question),
        "may_withdraw": is_open and question.by_id == request.user.pk,
        "may_rule_out": is_open and may_rule_out(request.user, question),
        "may_follow_up": may_put_for(request.user, meeting),
    }
    return render(request, "meetings/question_detail.html", context)


def question_put(request, slug, pk):
    """Put a question of the person's own list for a meeting; it is then off the list."""
    question = get_question_for(request.user, slug, pk)
    if question.taken_off_at and request.method != "POST":
        raise Http404("That question is no longer on the list.")
    risks = risks_for(request.user, question.register)
    (listed,) = with_risks([question], risks, request.user)
    refuse_unless(not listed.is_hidden, question.register.organisation)
    meetings = _meetings_to_come(request.user, question.register)
    form = PutForm(post_data(request), question=question, meetings=meetings)
    if form.is_valid() and (put := submit(form, _put, by=request.user, **form.arguments)):
        question.take_off()
        return _to(request, put, question_put_sentence(put))
    context = {"register": question.register, "listed": listed, "form": form}
    return render(request, "meetings/question_put.html", context, status=response_status(form))


def question_record(request, pk):
    """Record a question of the public or of a member, for who runs the meetings."""
    meeting = get_meeting_for(request.user, pk, Permission.RUN_MEETINGS)
    form = RecordForm(post_data(request), meeting=meeting, user=request.user)
    if form.is_valid():
        arguments = {"by": request.user, **form.arguments}
        if question := submit(form, Question.put, meeting, **arguments):
            return _to(request, question, "Question recorded.")
    context = {"organisation": meeting.body.organisation, "meeting": meeting, "form": form}
    return render(request, "meetings/question_record.html", context, status=response_status(form))


def question_follow_up(request, pk, question):
    meeting, question = get_put_question_for(request.user, pk, question)
    refuse_unless(may_put_for(request.user, meeting), meeting.body.organisation)
    meetings = _meetings_to_come(request.user, question.register)
    form = FollowUpForm(post_data(request), question=question, meetings=meetings)
    if form.is_valid() and (put := submit(form, _put, by=request.user, **form.arguments)):
        return _to(request, put, question_put_sentence(put))
    return _page(request, "question_follow_up", form, meeting, question)


def question_answer(request, pk, question):
    meeting, question = get_put_question_for(request.user, pk, question)
    refuse_unless(may_answer(request.user, question), meeting.body.organisation)
    form = AnswerForm(post_data(request))
    values = form.is_valid() and form.cleaned_data
    if values and submit(form, question.answer, by=request.user, **values):
        messages.success(request, "Answer saved.")
        return redirect_after(request, "question_detail", meeting.pk, question.pk)
    return _page(request, "question_answer", form, meeting, question)


def question_withdraw(request, pk, question):
    meeting, question = get_put_question_for(request.user, pk, question)
    refuse_unless(question.by_id == request.user.pk, meeting.body.organisation)
    form = WithdrawForm(post_data(request))
    return _close(request, "question_withdraw", form, meeting, question, "Question withdrawn.")


def question_rule_out(request, pk, question):
    meeting, question = get_put_question_for(request.user, pk, question)
    refuse_unless(may_rule_out(request.user, question), meeting.body.organisation)
    form = RuleOutForm(post_data(request))
    return _close(request, "question_rule_out", form, meeting, question, "Question ruled out.")


def question_group(request, pk, question):
    meeting, question = get_put_question_for(request.user, pk, question)
    refuse_unless(may_rule_out(request.user, question), meeting.body.organisation)
    organisation = meeting.body.organisation
    questions = about_visible_subjects(request.user, organisation, meeting.questions.open())
    form = GroupForm(post_data(request), questions=questions.exclude(pk=question.pk))
    return _close(request, "question_group", form, meeting, question, "Question grouped.")


def _close(request, page, form, meeting, question, message):
    if form.is_valid() and submit(form, question.close, by=request.user, **form.arguments):
        return _to(request, question, message)
    return _page(request, page, form, meeting, question)


def _page(request, page, form, meeting, question):
    context = {"meeting": meeting, "question": question, "form": form}
    context["organisation"] = meeting.body.organisation
    return render(request, f"meetings/{page}.html", context, status=response_status(form))


def _to(request, question, message):
    messages.success(request, message)
    return redirect("question_detail", question.meeting_id, question.pk)


def _put(*, meeting, **arguments):
    return Question.put(meeting, **arguments)


def _meetings_to_come(user, register):
    """The meetings of bodies that oversee the register for which this person puts questions."""
    meetings = Meeting.objects.not_cancelled().filter(
        body__registers=register,
        body__organisation=register.organisation,
        on__gte=timezone.localdate(),
    )
    meetings = meetings.select_related("body__organisation").order_by("on", "pk")
    return meetings_to_put_for(user, register.organisation, meetings)
