"""The link to set a new password, sent by an administrator instead of the person."""

from allauth.account.forms import ResetPasswordForm
from django.db import transaction

from registers.accounts.letters import MAIL_ERRORS


def send_password_link(request, person, *, by):
    """Send the link as the page for a forgotten password does, with an audit entry.

    Returns whether the mail server took it; if not, nothing was written.
    """
    form = ResetPasswordForm({"email": person.email})
    if not (person.is_active and form.is_valid()):
        return False
    try:
        with transaction.atomic():
            person.enter("password_link_sent", by=by)
            form.save(request)
    except MAIL_ERRORS:
        return False
    return True
