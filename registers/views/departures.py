"""A person who moves to another post, or leaves."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from registers.administration.departures import PostsChanged, leave, move
from registers.administration.people import PersonRecord, get_person_for
from registers.administration.roles import LastAdministrator
from registers.forms.departures import LeaveForm, MoveForm
from registers.forms.people import LAST_ADMINISTRATOR
from registers.views.form_flow import (
    Check,
    check_page,
    is_confirmed,
    is_to_be_changed,
    post_data,
)
from registers.views.organisation_changes import LAYOUT

POSTS_CHANGED = "Not saved: the posts have changed since you opened this page. Check them again"


def person_leave(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    form = LeaveForm(post_data(request), person=person, organisation=organisation)
    return depart(request, "person_leave", form, leave, "leaves")


def person_move(request, organisation, pk):
    organisation, person = get_person_for(request.user, organisation, pk)
    about = {"person": person, "organisation": organisation, "is_own": person == request.user}
    form = MoveForm(post_data(request), **about)
    return depart(request, "person_move", form, move, "moves")


def depart(request, page, form, verb, step):
    """The answer to a form of this module: the page, what is to be checked, or the step itself."""
    person, organisation, status = form.person, form.organisation, 200
    context = {
        "organisation": organisation,
        "person": person,
        "record": PersonRecord.of(person, organisation),
        "cancel_href": reverse("person_detail", args=[organisation.slug, person.pk]),
    }
    if form.is_valid() and not is_to_be_changed(request):
        if not is_confirmed(request):
            check = Check(f"Check before {person} {step}", form.consequence, "Confirm and save")
            return check_page(request, form, check, layout=LAYOUT, **context)
        try:
            verb(person, organisation, by=request.user, **form.departure)
            messages.success(request, form.success_message)
            return redirect("person_detail", organisation.slug, person.pk)
        except LastAdministrator:
            form.add_error(None, LAST_ADMINISTRATOR)
        except PostsChanged:
            form.add_error(None, POSTS_CHANGED)
        status = 409
    context |= {"form": form}
    return render(request, f"administration/{page}.html", context, status=status)
