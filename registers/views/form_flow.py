"""How a view passes a form to a verb, and what it answers where the verb refuses."""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from registers.forms.answers import answers_of
from registers.models import BulkEditConflict, DuplicateSubmission, EditConflict, InvalidTransition

# Buttons of the check page, and what no form has a field for.
CONFIRM, CHANGE = "confirmed", "change"
NOT_CARRIED = {CONFIRM, CHANGE, "csrfmiddlewaretoken"}


class Check(NamedTuple):
    """What the page says that comes before a step with no way back.

    consequence: what cannot be undone, in a sentence or two. submit: the words of the button.
    """

    title: str
    consequence: str
    submit: str


# Longer addresses are not our own.
LONGEST_ADDRESS = 500


def return_address(request):
    """Where the page of a form leads back to: what its address says as `next`, else "".

    Only the home page and the list of tasks, so that nobody is led elsewhere by a link to us. The
    form is sent to its own address, so that an invalid one keeps it.
    """
    address = request.GET.get("next", "")
    if len(address) > LONGEST_ADDRESS or not address.startswith("/"):
        return ""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return ""
    return address if urlsplit(address).path in (reverse("home"), reverse("tasks")) else ""


def redirect_after(request, *to):
    """Redirect to where the person came from, where the address says so; else as redirect()."""
    address = return_address(request)
    return redirect(address) if address else redirect(*to)


def submit(form, verb, *args, **arguments):
    """Call a verb with the values of a form and return its result, or None where it refuses.

    The form then has the reason and keeps what was typed; answer its page with
    response_status(form).
    """
    try:
        return verb(*args, **arguments)
    except (EditConflict, BulkEditConflict) as conflict:
        form.rebase(conflict)
    except InvalidTransition as refusal:
        form.add_error(None, f"Not saved: {str(refusal).removesuffix('.')}")
    except DuplicateSubmission as duplicate:
        form.duplicate = duplicate
        form.data = form.data.copy()
        # A new token: sending it again is a decision from here on.
        form.data["token"] = form.fields["token"].clean(None)
        if "version" in form.fields:
            form.data["version"] = form.risk.version
        if "text_version" in form.fields:
            form.data["text_version"] = form.text_version
    form.is_refused = True
    return None


def response_status(form):
    """409 where a verb refused the form, else 200."""
    return 409 if getattr(form, "is_refused", False) else 200


def post_data(request):
    """The POST data, or None for any other method."""
    return request.POST if request.method == "POST" else None


def is_to_be_changed(request):
    """Whether the person went back from the check page: the form is shown with what was typed."""
    return CHANGE in request.POST


def is_confirmed(request):
    return CONFIRM in request.POST


def check_page(request, form, check, template="registers/check_page.html", **context):
    """The answers of a valid form, to be confirmed. Keeps no state: the page carries the form.

    template: one that extends the usual one.
    """
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_CARRIED
        for value in values
    ]
    context.setdefault("cancel_href", return_address(request))
    context |= {"form": form, "check": check, "answers": answers_of(form), "carried": carried}
    return render(request, template, context)


def handle_form(risk, request, page, form, verb, message, to=None, check=None, **context):
    """The answer to a form for one step of a risk: take the step and redirect, or show the page.

    verb: the step. message: the text for its success, or a function of its result. to: where else
    than to the risk it leads, where nobody came from a list of tasks: as redirect() takes it, or a
    function of its result. check: the Check that comes before it. context: further template
    context.
    """
    context |= {"register": risk.register, "risk": risk}
    if form.is_valid() and not (check and is_to_be_changed(request)):
        if check and not is_confirmed(request):
            return check_page(request, form, check, **context)
        if result := submit(form, verb, by=request.user, **form.cleaned_data):
            messages.success(request, message(result) if callable(message) else message)
            return redirect_after(request, (to(result) if callable(to) else to) or risk)
    context |= {"form": form}
    return render(request, f"registers/{page}.html", context, status=response_status(form))
