"""The first run of an empty installation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from registers.accounts.letters import MAIL_ERRORS, send_letters
from registers.accounts.limits import limit_invitation_answers
from registers.accounts.set_up_state import is_installation_empty
from registers.administration.first_run import set_up
from registers.forms.setup import SetupForm
from registers.models import InvalidTransition
from registers.views.form_flow import post_data
from registers.views.invitations import sign_in

MAIL_FAILED = (
    "The mail server did not take a message to you. Check EMAIL_URL on the server: invitations and "
    "reminders need it."
)


@login_not_required
@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def setup(request):
    """Asks for the code of the console and what is needed first; 404 once that is done."""
    if request.method == "POST":
        limit_invitation_answers(request)
    if not is_installation_empty():
        raise Http404("This installation is set up already.")
    form = SetupForm(post_data(request))
    if form.is_valid():
        try:
            user, organisation = set_up(**form.records)
        except InvalidTransition:
            return redirect("home")
        messages.success(request, f"{organisation} is set up. Next: its posts, people and bodies.")
        test_mail(request, user, organisation)
        to = reverse("organisation_detail", args=[organisation.slug])
        return sign_in(request, user, to)
    return render(request, "administration/setup.html", {"form": form})


def test_mail(request, user, organisation):
    """Write to the new administrator, and say so where that fails."""
    try:
        send_letters({user.email: "setup_complete"}, user=user, organisation=organisation)
    except MAIL_ERRORS:
        messages.warning(request, MAIL_FAILED)
