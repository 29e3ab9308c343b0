"""Mail about accounts: one letter for each address, written by a template."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

# What a mail server raises that is away or refuses a letter.
MAIL_ERRORS = (OSError, SMTPException)


def send_letters(letters, **context):
    """Send all of them over one connection.

    letters: address -> name of a template in account/email/, whose first line is the subject.
    context: of the templates, which get the address of the site besides. Raises MAIL_ERRORS.
    """
    context["site"] = settings.SITE_URL
    messages = []
    for address, name in letters.items():
        subject, body = render_to_string(f"account/email/{name}.txt", context).split("\n", 1)
        messages.append(EmailMessage(subject, body.lstrip(), to=[address]))
    get_connection().send_messages(messages)
