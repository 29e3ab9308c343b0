"""A person's own questions for the next meeting, which nobody else reads, and those on offer."""

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from registers.forms.question_subjects import find_subject
from registers.forms.questions import NUMBER, EditQuestionForm, QuestionForm, QuestionSourceForm
from registers.models import GatheredQuestion, ListIsFull, Tolerances
from registers.permissions import (
    Permission,
    can_on,
    get_question_for,
    get_register_for,
    marks_across,
    positions_for,
    questions_for,
    risks_for,
)
from registers.priorities import question_key
from registers.questions.sources import OfferedQuestions, with_risks
from registers.questions.starts import QuestionStart, question_start
from registers.views.as_of import as_of_from
from registers.views.form_flow import post_data
from registers.views.message_links import message_link


def question_list(request, slug):
    register = get_register_for(request.user, slug, Permission.ASK_QUESTION)
    as_of, source_form = as_of_from(request, register), QuestionSourceForm(request.GET)
    if not source_form.is_valid():
        raise BadRequest(
            "of takes register, signs, types, blind or insights; about takes the number of a risk."
        )
    risks = risks_for(request.user, register)
    source = source_form.cleaned_data.pop("of")
    start = start_of(request.user, register, risks, **source_form.cleaned_data)
    options = {"register": register, "risks": risks, "initial": start.initial}
    form = QuestionForm(post_data(request), reader=request.user, **options)
    if form.is_valid() and gather_question(request, form):
        if "to_dashboard" in request.POST:
            return redirect(f"{reverse('dashboard', args=[slug])}{as_of.query}")
        if NUMBER.fullmatch(meeting := request.POST.get("to_meeting", "")):
            return redirect("meeting_before", meeting)
        return redirect(start.back or request.get_full_path())
    questions = with_risks(questions_for(request.user, register), risks, request.user)
    context = {
        "register": register,
        "as_of": as_of,
        "questions": questions,
        "groups": offered_questions(request, register, as_of, questions).groups(source or None),
        "of": source,
        "start": start,
        "form": form,
    }
    return render(request, "questions/question_list.html", context)


def start_of(user, register, risks, *, subject="", **records):
    """The QuestionStart of an address: what does not exist for the reader starts nothing."""
    try:
        fields = find_subject(user, register, subject)
    except ValidationError:
        fields = {}
    if not fields:
        return question_start(register, risks, **records)
    question = GatheredQuestion(register=register, **fields)
    return QuestionStart({"subject": subject}, question.subject_path, question.subject_title)


def gather_question(request, form):
    """Put the question on the list; whether that was done. If not, the form says why."""
    try:
        GatheredQuestion.gather(form.register, by=request.user, **form.cleaned_data)
    except ListIsFull as full:
        form.add_error(None, str(full))
        return False
    address = reverse("question_list", args=[form.register.slug])
    words = "The question is on your list. To put it for a meeting, open {}."
    messages.success(request, format_html(words, message_link("My questions", address)))
    return True


def offered_questions(request, register, as_of, questions):
    return OfferedQuestions(
        register,
        positions=positions_for(request.user, register, as_of.day, as_of.recorded_by).on_register(),
        as_of=as_of,
        tolerance=Tolerances.of(register).on(as_of.day, as_of.recorded_by),
        marks=marks_across(request.user, [register], as_of.day, as_of.recorded_by).confirmed(),
        listed=[row.question for row in questions],
    )


def question_edit(request, slug, pk):
    question = get_question_for(request.user, slug, pk)
    if question.taken_off_at:
        raise Http404("That question is no longer on the list.")
    risks = risks_for(request.user, question.register)
    (listed,) = with_risks([question], risks, request.user)
    options = {
        "register": question.register,
        "risks": risks,
        "question": question,
        "hidden": listed.is_hidden,
    }
    form = EditQuestionForm(post_data(request), **options)
    if form.is_valid():
        question.reword(**form.cleaned_data)
        messages.success(request, "The question is changed.")
        return redirect("question_list", slug)
    context = {"register": question.register, "listed": listed, "form": form}
    return render(request, "questions/question_edit.html", context)


@require_POST
def question_take_off(request, slug, pk):
    question = get_question_for(request.user, slug, pk)
    question.take_off()
    messages.success(request, f"Removed from your list: “{question.text}”")
    return redirect("question_list", slug)


def questions_on_dashboard(user, register):
    """The reader's questions as count and keys; None for somebody who may ask none. One query."""
    if not can_on(user, Permission.ASK_QUESTION, register):
        return None
    rows = questions_for(user, register).values_list("risk__number", "text")
    return {"count": len(rows), "kept": {question_key(number, text) for number, text in rows}}
