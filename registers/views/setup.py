"""The first run of an empty installation, and its further organisations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from registers.accounts.letters import MAIL_ERRORS, send_letters
from registers.accounts.limits import limit_invitation_answers, may_send_mail
from registers.accounts.set_up_state import is_installation_empty
from registers.administration.first_run import NameTaken, invite_organisation, set_up
from registers.forms.setup import NewOrganisationForm, SetupForm
from registers.models import InvalidTransition
from registers.permissions import runs_installation
from registers.views.form_flow import post_data
from registers.views.invitations import sign_in
from registers.views.people import MAIL_FAILED, TOO_MUCH_MAIL

TEST_FAILED = (
    "The mail server did not take a message to you. Invitations and reminders need it: check "
    "EMAIL_URL on the server. You can go on meanwhile."
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
        messages.success(request, f"{organisation} is set up.")
        test_mail(request, user, organisation)
        to = reverse("organisation_detail", args=[organisation.slug])
        return sign_in(request, user, to)
    return render(request, "administration/setup.html", {"form": form})


def test_mail(request, user, organisation):
    """Write to the new administrator, and say so where that fails."""
    try:
        send_letters({user.email: "setup_complete"}, user=user, organisation=organisation)
    except MAIL_ERRORS:
        messages.warning(request, TEST_FAILED)


def organisation_new(request):
    """For whoever runs the installation: the organisation's own people do the rest."""
    if not runs_installation(request.user):
        raise PermissionDenied
    form = NewOrganisationForm(post_data(request))
    if form.is_valid() and (organisation := try_invite_organisation(request, form)):
        words = "{} is set up. We have sent an invitation to {}, who does the rest."
        messages.success(request, words.format(organisation, form.cleaned_data["email"]))
        return redirect("admin:registers_organisation_change", organisation.pk)
    return render(request, "administration/organisation_new.html", {"form": form})


def try_invite_organisation(request, form):
    """The Organisation, or None where the form has the reason against it."""
    if not may_send_mail(request, form.cleaned_data["email"]):
        form.add_error("email", TOO_MUCH_MAIL)
        return None
    try:
        return invite_organisation(by=request.user, **form.records)
    except NameTaken:
        form.add_error("organisation_name", "There is already an organisation with this name")
    except MAIL_ERRORS:
        form.add_error("email", MAIL_FAILED)
    return None
