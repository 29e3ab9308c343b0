"""Inviting people: by mail, to an account of their own or to one that they have."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from registers.accounts.address_change import withdraw_address_change
from registers.accounts.letters import send_letters
from registers.administration.roles import give_role, lock
from registers.history.errors import InvalidTransition
from registers.history.form_token import FormToken
from registers.models import Invitation, Membership, User
from registers.permissions import Permission, can, runs_installation


class AlreadyPerson(ValueError):
    """Somebody with that address has or had a role in the organisation."""


class AlreadyInvited(ValueError):
    """An invitation to that address waits already."""


class NotInvited(ValueError):
    """The invitation is to another address than that of the account."""


@transaction.atomic
def invite(organisation, *, name, email, roles, by, token=None):
    """Write to somebody and return the Invitation.

    roles: pairs of a role and its last day, or None. The same token by the same person returns the
    invitation that it made. Raises AlreadyPerson, AlreadyInvited and MAIL_ERRORS: then nothing was
    written.
    """
    lock(organisation)
    email = User.objects.normalize_email(email)
    form_token = FormToken(token, organisation, by)
    if invitation := form_token.row_of(organisation.invitations.filter(by=by)):
        return invitation
    if Membership.objects.filter(organisation=organisation, user__email=email).exists():
        raise AlreadyPerson(email)
    if organisation.invitations.waiting().filter(email=email).exists():
        raise AlreadyInvited(email)

    def insert(token):
        invitation = Invitation(
            organisation=organisation,
            name=name,
            email=email,
            roles=[[role, until and until.isoformat()] for role, until in roles],
            by=by,
            token=token,
        )
        secret = invitation.renew()
        invitation.save()
        return invitation, secret

    invitation, secret = form_token.insert(Invitation, insert)
    _send(invitation, secret, "sent", by)
    return invitation


@transaction.atomic
def resend(invitation, *, by):
    """Write again, with a new link: the earlier one stops working.

    Raises InvalidTransition where it was accepted or withdrawn, and MAIL_ERRORS.
    """
    invitation = _lock_waiting(invitation)
    invitation.by = by
    secret = invitation.renew()
    invitation.save()
    _send(invitation, secret, "sent_again", by)


@transaction.atomic
def withdraw(invitation, *, by):
    """Let the link stop working. Raises InvalidTransition where it was accepted or withdrawn."""
    invitation = _lock_waiting(invitation)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    invitation.enter("withdrawn", by=by)


def invitation_with(secret):
    """The Invitation that the secret of a link belongs to, in whatever state, or None."""
    rows = Invitation.objects.select_related("organisation", "by")
    return rows.filter(digest=Invitation.digest_of(secret)).first()


def is_backed(invitation):
    """Whether whoever sent it may still invite.

    Else an administrator who leaves could come back by an invitation of their own. The first
    administrator of an organisation is invited by whoever runs the installation.
    """
    by = invitation.by
    return runs_installation(by) or can(by, Permission.ADMINISTER, invitation.organisation)


def account_of(invitation):
    """The User who has the address of the invitation, or None."""
    return User.objects.filter(email=invitation.email).first()


@transaction.atomic
def accept(invitation, *, by):
    """Give the person who was invited their roles.

    by: the User with the address that was written to. Raises NotInvited for any other, and
    InvalidTransition where the link works no more.
    """
    invitation = _lock_waiting(invitation)
    if invitation.state != "waiting" or not is_backed(invitation):
        raise InvalidTransition("the invitation works no more")
    if by.email != invitation.email:
        raise NotInvited(by.email)
    # Requested by whoever could change the account before it opened this organisation too.
    withdraw_address_change(by, by=by)
    for role, until in invitation.days_of_roles:
        give_role(by, invitation.organisation, role=role, until=until, by=invitation.by)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    invitation.enter("accepted", by=by)


def accept_with_new_account(invitation, *, name, password):
    """Make the account of the person who was invited, give them their roles, and return the User.

    Raises InvalidTransition where the link works no more or somebody has the address by now.
    """
    try:
        with transaction.atomic():
            # The organisation first and the audit chains last, as everywhere.
            invitation = _lock_waiting(invitation)
            user = User.objects.create_user(invitation.email, password, by=invitation.by, name=name)
            accept(invitation, by=user)
    except IntegrityError as error:
        raise InvalidTransition("an account with this address exists") from error
    return user


def _lock_waiting(invitation):
    """The invitation, locked. Raises InvalidTransition where it waits no more."""
    lock(invitation.organisation)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation", "by")
    invitation = rows.get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvalidTransition(f"the invitation was {invitation.state} already")
    return invitation


def _send(invitation, secret, verb, by):
    invitation.enter(verb, by=by)
    link = settings.SITE_URL + reverse("invitation_accept", args=[secret])
    letters = {invitation.email: "invitation"}
    send_letters(letters, invitation=invitation, organisation=invitation.organisation, link=link)
