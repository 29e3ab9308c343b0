"""Audit entries for changes of accounts by other people's code: passwords and second factors.

Django and allauth make these in many places (pages, the admin site, commands). All of them send
signals, and none can be told to call a verb of ours. The entries are in the installation's chain,
as accounts belong to it and not to one organisation. They hold no secret, and are written in the
transaction of the change.

Sign-ins, and passwords and codes that were refused, are in the chain of each organisation where the
person has a role today, whose administrator reads them.
"""

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from registers.models import AuditEntry, Membership, User


def actor(user):
    """Who does it: whoever is signed in, else the person whose account it is (by a link in a mail).

    None for a command, which is the installation itself.
    """
    request = context.request
    if request is None:
        return None
    return request.user if request.user.is_authenticated else user


def record_password(sender, instance, created, raw=False, **kwargs):
    """Record a password that somebody typed.

    Not a hash that is only renewed at a sign-in, nor of a new person, whose entry says it.
    """
    if instance._password is None or created or raw:
        return
    by = actor(instance)
    if by is None or by.pk != instance.pk:
        verb = "password-set"  # by an administrator, or from the command line
    else:
        verb = "password-changed" if context.request.user.is_authenticated else "password-reset"
    _record(instance, verb, by)


def record_factor_added(sender, instance, created, raw=False, **kwargs):
    if created and not raw:
        _record(
            instance.user, "factor-added", actor(instance.user), facts={"factor": instance.type}
        )


def record_factor_removed(sender, instance, **kwargs):
    """Recovery codes made anew are removed and added."""
    _record(instance.user, "factor-removed", actor(instance.user), facts={"factor": instance.type})


def record_sign_in(user):
    _record_at_organisations(user, "signed-in", by=user)


def record_refusal(email):
    """Record a wrong password. By nobody: who typed it is not known.

    For an address without an account the installation's chain gets an entry that does not hold it,
    so that both take the same time: people sometimes type a password there.
    """
    user = User.objects.filter(email=User.objects.normalize_email(email)).first()
    _record_at_organisations(user, "sign-in-refused", by=None)


def record_code_refusal(user):
    """Record a wrong code of the second factor. By nobody: who typed it is not known."""
    _record_at_organisations(user, "code-refused", by=None)


@transaction.atomic
def _record_at_organisations(user, verb, *, by):
    """user: None where there is no such account."""
    memberships = Membership.objects.active().outside_sandboxes().filter(user=user)
    memberships = memberships.select_related("organisation")
    organisations = {row.organisation for row in memberships.order_by("organisation_id")} or {None}
    text = {"name": str(user or ""), "by": str(by or "")}
    for organisation in sorted(organisations, key=lambda row: row.pk if row else 0):
        AuditEntry.record(
            organisation=organisation,
            by=by,
            verb=f"user.{verb}",
            subject=user or "user:",
            text=text,
        )


@transaction.atomic
def _record(user, verb, by, facts=None):
    text = {"name": str(user), "by": str(by or "")}
    AuditEntry.record(
        organisation=None, by=by, verb=f"user.{verb}", subject=user, facts=facts, text=text
    )


RECEIVERS = (  # signal, receiver, sender
    (post_save, record_password, User),
    (post_save, record_factor_added, Authenticator),
    (post_delete, record_factor_removed, Authenticator),
)
