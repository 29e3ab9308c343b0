"""Links in the messages that pages show after saving: to what comes next."""

from django.urls import reverse
from django.utils.html import format_html

from registers.administration.next_steps import next_steps
from registers.permissions import Permission, can


def message_link(words, address):
    return format_html(
        '<a class="govuk-notification-banner__link" href="{}">{}</a>', address, words
    )


def with_next_step(message, reader, organisation):
    """The message, and for an administrator what their organisation is missing next, if anything.

    What it may well do without is advice of its own page, and no next step.
    """
    if not can(reader, Permission.ADMINISTER, organisation):
        return message
    steps = [step for step in next_steps(organisation, reader) if not step.is_optional]
    if not steps:
        return message
    address = reverse("organisation_detail", args=[organisation.slug])
    missing = message_link("what is missing", f"{address}#missing")
    words = "{} Next: {}. Or see {}."
    return format_html(words, message, message_link(*steps[0].links[0]), missing)
