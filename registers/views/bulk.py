"""Many records at once: reviewing risks that stay as they are, reassigning records, and changing
the risks selected on a list.
"""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from registers.forms.bulk import (
    MOST_REVIEWED,
    NUMBER,
    PostHoldings,
    PostsForm,
    ReassignForm,
    ReviewManyForm,
    due_for_review,
    with_headings,
)
from registers.forms.risk_changes import MOST_CHANGED, ChangeManyForm
from registers.models import Risk
from registers.permissions import (
    Permission,
    get_register_for,
    registers_in,
    risks_across,
    risks_for,
)
from registers.phrases.register import (
    changed_risks_sentence,
    reassigned_sentence,
    reviewed_sentence,
)
from registers.services import change_many, review_many
from registers.services import reassign as give_to_post
from registers.views.form_flow import (
    Check,
    check_page,
    is_confirmed,
    is_to_be_changed,
    post_data,
    response_status,
    submit,
)


def risk_review_many(request, slug):
    register = get_register_for(request.user, slug, Permission.EDIT_RISK)
    risks = risks_for(request.user, register)
    due = due_for_review(risks, request.user, timezone.localdate())
    total, data = due.count(), post_data(request)
    form = ReviewManyForm(data, register=register, due=due[:MOST_REVIEWED], risks=risks)
    arguments = {"by": request.user, "reviews": form.reviews} if form.is_valid() else {}
    if arguments and (
        reviews := submit(form, review_many, **arguments, token=form.cleaned_data["token"])
    ):
        messages.success(request, reviewed_sentence(len(reviews)))
        return redirect("risk_review_many", slug)
    context = {
        "register": register,
        "form": form,
        "total": total,
        "beyond": max(0, total - MOST_REVIEWED),
    }
    return render(request, "registers/risk_review_many.html", context, status=response_status(form))


def reassign(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    is_sent = request.GET or request.method == "POST"
    posts = PostsForm(request.GET if is_sent else None, organisation=register.organisation)
    context = {"register": register, "posts": posts, "form": posts}
    if not posts.is_valid():
        return render(request, "registers/reassign.html", context)
    registers = registers_in(request.user, register.organisation)
    risks = risks_across(request.user, registers)
    reader = (request.user, register.organisation, risks)
    owned = PostHoldings(*reader, posts.cleaned_data["from_post"])
    form = ReassignForm(post_data(request), owned=owned, readable=PostHoldings(*reader))
    if form.is_valid() and not is_to_be_changed(request):
        if not is_confirmed(request):
            check = reassignment_check(**posts.cleaned_data)
            return check_page(request, form, check, register=register)
        arguments = {"by": request.user, "reason": form.cleaned_data["reason"], **form.chosen}
        if count := submit(form, give_to_post, **arguments, **posts.cleaned_data):
            to_post = posts.cleaned_data["to_post"]
            messages.success(request, reassigned_sentence(count, to_post.title))
            return redirect("reassign", slug)
    context |= {"form": form, **posts.cleaned_data}
    return render(request, "registers/reassign.html", context, status=response_status(form))


CHANGE_CHECK = Check(
    "Check your changes before you save them",
    "Each risk keeps its earlier wording in its history.",
    "Save the changes",
)


def risk_change_many(request, slug):
    """The risks selected on a list: a form, for several a check page, and then the change."""
    register = get_register_for(request.user, slug, Permission.EDIT_RISK)
    numbers = selected_numbers(request)
    risks = selected_risks(request.user, register, numbers)
    form = ChangeManyForm(post_data(request), register=register, risks=risks, count=len(numbers))
    # What the list was narrowed by: the way back to it.
    list_query = QueryDict(request.GET.get("list", "")).urlencode()
    href = f"{register.get_absolute_url()}{'?' if list_query else ''}{list_query}"
    context = {"register": register, "cancel_href": href}
    if form.is_valid() and not is_to_be_changed(request):
        if not (form.is_single or is_confirmed(request)):
            page = "registers/risk_change_check.html"
            return check_page(request, form, CHANGE_CHECK, page, **context)
        arguments = {"changes": form.changes, "reason": form.cleaned_data["reason"]}
        if count := submit(form, change_many, register=register, by=request.user, **arguments):
            messages.success(request, changed_risks_sentence(count))
            return redirect(href)
    context |= {"form": form}
    return render(request, "registers/risk_change_many.html", context, status=response_status(form))


def selected_numbers(request):
    """The numbers of the risks that the address names, each once."""
    numbers = list(dict.fromkeys(request.GET.getlist("risk")))
    if not all(NUMBER.fullmatch(number) for number in numbers):
        raise BadRequest("risk takes the number of a risk.")
    return numbers


def selected_risks(reader, register, numbers):
    """Those of these risks that the reader may see and that are not closed, by number.

    None where there are more than may be changed at once.
    """
    if len(numbers) > MOST_CHANGED:
        return []
    risks = risks_for(reader, register).exclude(latest__status=Risk.Status.CLOSED)
    risks = list(with_headings(risks.filter(number__in=numbers)).order_by("number"))
    for risk in risks:
        risk.register = register
    return risks


def reassignment_check(from_post, to_post):
    return Check(
        "Check before you reassign these records",
        f"{to_post.title} will own all of these instead of {from_post.title}. You cannot undo "
        "this in one step.",
        f"Reassign to {to_post.title}",
    )
