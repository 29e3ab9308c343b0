"""A member's own list of questions for the next meeting, and what they could ask. Nobody else reads
it.
"""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from registers.forms import EditQuestionForm, QuestionForm, QuestionSourceForm
from registers.models import GatheredQuestion, ListIsFull, Tolerances
from registers.permissions import (
    Permission,
    can,
    get_question_for,
    get_register_for,
    marks_across,
    positions_for,
    questions_for,
    risks_for,
)
from registers.priorities import question_key
from registers.questions.sources import Asks, kept_with_risks
from registers.views.as_of import reading_from
from registers.views.form_flow import posted


def question_list(request, slug):
    register = get_register_for(request.user, slug, Permission.ASK_QUESTION)
    reading, asked = reading_from(request, register), QuestionSourceForm(request.GET)
    if not asked.is_valid():
        raise BadRequest("of takes register, signs, types, blind or insights.")
    risks = risks_for(request.user, register)
    form = QuestionForm(posted(request), register=register, risks=risks)
    if form.is_valid() and is_gathered(request, form):
        if "to_dashboard" in request.POST:
            return redirect(f"{reverse('dashboard', args=[slug])}{reading.query}#look")
        return redirect(request.get_full_path())
    kept = kept_with_risks(questions_for(request.user, register), risks)
    of = asked.cleaned_data["of"]
    context = {
        "tab": "questions",
        "register": register,
        "reading": reading,
        "kept": kept,
        "groups": offered(request, register, reading, kept).groups(of or None),
        "of": of,
        "form": form,
    }
    return render(request, "registers/question_list.html", context)


def is_gathered(request, form):
    """Whether the question stands on the list now; if it does not, the form says why."""
    try:
        GatheredQuestion.gather(form.register, by=request.user, **form.cleaned_data)
    except ListIsFull as full:
        form.add_error(None, str(full))
        return False
    messages.success(request, "The question is on your list.")
    return True


def offered(request, register, reading, kept):
    return Asks(
        register,
        now=positions_for(request.user, register, reading.day, reading.agreement).on_register(),
        reading=reading,
        tolerance=Tolerances.of(register).on(reading.day, reading.known_by),
        marks=marks_across(request.user, [register], reading.day, reading.known_by).confirmed(),
        kept=[row.question for row in kept],
    )


def question_edit(request, slug, pk):
    question = get_question_for(request.user, slug, pk)
    if question.taken_off_at:
        raise Http404("That question is not on the list any more.")
    risks = risks_for(request.user, question.register)
    (kept,) = kept_with_risks([question], risks)
    about = {
        "register": question.register,
        "risks": risks,
        "question": question,
        "hidden": kept.is_hidden,
    }
    form = EditQuestionForm(posted(request), **about)
    if form.is_valid():
        question.reword(**form.cleaned_data)
        messages.success(request, "The question is changed.")
        return redirect("question_list", slug)
    context = {"register": question.register, "kept": kept, "form": form}
    return render(request, "registers/question_edit.html", context)


@require_POST
def question_take_off(request, slug, pk):
    question = get_question_for(request.user, slug, pk)
    question.take_off()
    messages.success(request, f"Taken off your list: “{question.text}”")
    return redirect("question_list", slug)


def asked_on_dashboard(user, register):
    """What the dashboard knows of the reader's list: None for somebody who asks no questions. One
    query for others.
    """
    if not can(user, Permission.ASK_QUESTION, register.organisation):
        return None
    rows = questions_for(user, register).values_list("risk__number", "text")
    return {"count": len(rows), "kept": {question_key(number, text) for number, text in rows}}
