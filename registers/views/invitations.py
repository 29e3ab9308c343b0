"""Inviting people, and the page that the link in an invitation opens."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from registers.accounts.letters import MAIL_ERRORS
from registers.accounts.limits import limit_invitation_answers, may_send_mail
from registers.administration.invitations import (
    AlreadyInvited,
    AlreadyPerson,
    accept,
    accept_with_new_account,
    account_of,
    invitation_with,
    invite,
    is_backed,
    resend,
    withdraw,
)
from registers.administration.sandboxes import refuse_in_sandbox
from registers.forms.invitations import InviteForm, NewAccountForm
from registers.models import InvalidTransition
from registers.permissions import get_organisation_for
from registers.views.as_of import read_only
from registers.views.form_flow import post_data
from registers.views.organisation_changes import announce
from registers.views.people import MAIL_FAILED, TOO_MUCH_MAIL

ALREADY_PERSON = (
    "This address is already of a person here. Find them in the list of people to give them a role"
)
ALREADY_INVITED = (
    "An invitation to this address is waiting already. Open it in the list of people to send it "
    "again or withdraw it"
)


def person_invite(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    refuse_in_sandbox(organisation)
    form = InviteForm(post_data(request))
    if form.is_valid() and (invitation := try_invite(request, organisation, form)):
        announce(request, organisation, f"We have sent an invitation to {invitation.email}.")
        return redirect("person_list", organisation.slug)
    context = {"organisation": organisation, "form": form}
    return render(request, "administration/person_invite.html", context)


def try_invite(request, organisation, form):
    """The Invitation, or None where the form has the reason against it."""
    if not may_send_mail(request, form.cleaned_data["email"].lower()):
        form.add_error("email", TOO_MUCH_MAIL)
        return None
    try:
        return invite(organisation, by=request.user, **form.invitation)
    except AlreadyPerson:
        form.add_error("email", ALREADY_PERSON)
    except AlreadyInvited:
        form.add_error("email", ALREADY_INVITED)
    except MAIL_ERRORS:
        form.add_error(None, MAIL_FAILED)
    return None


@read_only
def person_invitation(request, organisation, pk):
    organisation, invitation = get_invitation_for(request.user, organisation, pk)
    context = {
        "organisation": organisation,
        "invitation": invitation,
        "is_backed": is_backed(invitation),
    }
    return render(request, "administration/person_invitation.html", context)


@require_POST
def person_invitation_resend(request, organisation, pk):
    organisation, invitation = get_invitation_for(request.user, organisation, pk)
    if not may_send_mail(request, invitation.email):
        messages.error(request, TOO_MUCH_MAIL)
        return redirect("person_invitation", organisation.slug, pk)
    try:
        resend(invitation, by=request.user)
        messages.success(
            request, f"We have sent {invitation.name} a new link. The earlier one stopped working."
        )
    except MAIL_ERRORS:
        messages.error(request, MAIL_FAILED)
    except InvalidTransition as refusal:
        messages.error(request, f"Nothing was sent: {refusal}.")
    return redirect("person_invitation", organisation.slug, pk)


@require_POST
def person_invitation_withdraw(request, organisation, pk):
    organisation, invitation = get_invitation_for(request.user, organisation, pk)
    try:
        withdraw(invitation, by=request.user)
        messages.success(request, f"The invitation to {invitation.name} is withdrawn.")
    except InvalidTransition as refusal:
        messages.error(request, f"Nothing has changed: {refusal}.")
    return redirect("person_list", organisation.slug)


def get_invitation_for(user, slug, pk):
    """(the organisation, an invitation of it), answered like get_organisation_for."""
    organisation = get_organisation_for(user, slug)
    return organisation, get_object_or_404(organisation.invitations.select_related("by"), pk=pk)


@login_not_required
@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def invitation_accept(request, secret):
    """Says what the link is for, and asks to accept.

    A mail scanner that follows the link changes nothing.
    """
    if request.method == "POST":
        limit_invitation_answers(request)
    invitation = invitation_with(secret)
    account = account_of(invitation) if invitation else None
    context = {"invitation": invitation, "account": account}
    if invitation and invitation.state == "waiting" and is_backed(invitation):
        context["organisation"] = invitation.organisation
        try:
            if request.user.is_authenticated or account:
                answer = accept_as_reader(request, invitation)
            else:
                answer = accept_as_stranger(request, invitation, context)
        except InvalidTransition:
            return redirect("invitation_accept", secret)
        if answer:
            return answer
    return render(request, "administration/invitation_accept.html", context)


def accept_as_reader(request, invitation):
    """Accept with the account that is signed in, if it has the address; None: show the page."""
    if request.method != "POST" or getattr(request.user, "email", "") != invitation.email:
        return None
    accept(invitation, by=request.user)
    messages.success(request, f"You have joined {invitation.organisation}.")
    return redirect("home")


def accept_as_stranger(request, invitation, context):
    """Accept with a new account, and sign in to it; None: show the page with its form."""
    form = context["form"] = NewAccountForm(post_data(request), invitation=invitation)
    if not form.is_valid():
        return None
    user = accept_with_new_account(invitation, **form.cleaned_data)
    messages.success(request, f"You have joined {invitation.organisation}.")
    return sign_in(request, user, reverse("home"))


def sign_in(request, user, address):
    """Sign in somebody who chose their password just now, and lead on to an address."""
    login = Login(user=user, email=user.email, redirect_url=address)
    answer = perform_password_login(request, {"email": user.email}, login)
    # The password was typed just now: to set up the second step asks for it no more.
    reauthenticate_by_password(request)
    return answer
