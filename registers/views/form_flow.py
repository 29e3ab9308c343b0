"""How a view hands what was typed to a verb, and what it answers where that is not taken: the one
place for both.
"""

from django.contrib import messages
from django.shortcuts import redirect, render

from registers.models import BulkEditConflict, DuplicateSubmission, EditConflict, InvalidTransition


def submit(form, verb, *args, **said):
    """What the verb made of what was typed. None where it did not take it: the form then says why,
    keeps what was typed, and its page is answered by response_status(form).
    """
    try:
        return verb(*args, **said)
    except (EditConflict, BulkEditConflict) as conflict:
        form.rebase(conflict)
    except InvalidTransition as refused:
        form.add_error(None, f"Not saved: {str(refused).removesuffix('.')}")
    except DuplicateSubmission as before:
        form.said_before = before
        form.data = form.data.copy()
        form.data["token"] = form.fields["token"].clean(
            None
        )  # to send it again is a decision from here on
        if "version" in form.fields:
            form.data["version"] = form.risk.version
    form.is_refused = True
    return None


def response_status(form):
    """409 after somebody was quicker, 200 otherwise."""
    return 409 if getattr(form, "is_refused", False) else 200


def post_data(request):
    """What was typed, None where the form is only opened."""
    return request.POST if request.method == "POST" else None


def handle_form(risk, request, page, form, verb, said, to=None, **context):
    """The answer to a form that asks for one step of a risk: the step is taken and said, and leads
    to the risk; or its page is shown. said: the words, or what makes them of what the verb gave
    back; to: where else it leads, as redirect() takes it; context: what the page wants besides
    risk, register and form.
    """
    if form.is_valid() and (made := submit(form, verb, by=request.user, **form.cleaned_data)):
        messages.success(request, said(made) if callable(said) else said)
        return redirect(to or risk)
    context |= {"register": risk.register, "risk": risk, "form": form}
    return render(request, f"registers/{page}.html", context, status=response_status(form))
