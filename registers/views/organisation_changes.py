"""How an administrator's page saves: one change after the other, each in one transaction."""

from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render

from registers.permissions import Permission, get_organisation_for
from registers.views.form_flow import response_status
from registers.views.message_links import with_next_step

LAYOUT = "administration/layout.html"  # of a check page (form_flow.py)


def atomic_post(view):
    """Run a POST in one transaction. A GET writes nothing and needs none."""

    @wraps(view)
    def run(request, *args, **arguments):
        if request.method != "POST":
            return view(request, *args, **arguments)
        with transaction.atomic():
            return view(request, *args, **arguments)

    return run


def organisation_to_change(request, slug, permission=Permission.ADMINISTER):
    """The organisation, for who has the permission; on a POST held until the transaction ends."""
    organisation = get_organisation_for(request.user, slug, permission)
    if request.method == "POST":
        organisation.lock_for_update()
    return organisation


def announce(request, organisation, message):
    """Say that it is done, and to its administrator what the organisation needs next."""
    messages.success(request, with_next_step(message, request.user, organisation))


def save_or_show(request, page, form, message, *to, **context):
    """Save a valid form and redirect, or show its page.

    message: the text for its success. to: where it leads, as redirect() takes it. Either may be a
    function of what was saved.
    """
    if form.is_valid():
        record = form.save(by=request.user)
        message = message(record) if callable(message) else message
        announce(request, context["organisation"], message)
        return redirect(*(value(record) if callable(value) else value for value in to))
    context |= {"form": form}
    return render(request, f"administration/{page}.html", context, status=response_status(form))
