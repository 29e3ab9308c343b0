"""The text of a reminder mail: plain text, to be read on a telephone."""

import textwrap

from django.utils.formats import date_format

from registers.phrases.files import more_reminders, reminder_subject

WIDTH = 72
# Deadlines that one mail lists; it counts the others.
LISTED = 100


def subject_of(dues, day):
    late = sum(due.is_late(day) for due in dues)
    return reminder_subject(late, len(dues) - late)


def body_of(dues, *, name, day, site, choices):
    """The whole text.

    dues: by day. site: the address of this installation. choices: the path of the page to change
    it.
    """
    first_dues = dues[:LISTED]
    late = [due for due in first_dues if due.is_late(day)]
    soon = [due for due in first_dues if not due.is_late(day)]
    parts = [
        f"Hello {_plain(name)},",
        "This is what is late or falls due soon on your risk registers.",
    ]
    for title, group in (("Late", late), ("Due soon", soon)):
        if group:
            parts += [f"{title}\n{'-' * len(title)}", *(_entry(due, day, site) for due in group)]
    if more := len(dues) - len(first_dues):
        parts.append(more_reminders(more, f"{site}/"))
    if any(due.is_for_manager for due in first_dues):
        parts.append(
            "To you as a risk manager: the post that owns it is vacant, or whoever holds it or "
            "raised the risk may not act on it today."
        )
    sent = date_format(day, "j F Y")
    parts.append(
        f"Sent on {sent}, at most once a day. Change or stop these e-mails, or see them in your "
        "calendar:"
    )
    wrapped = [
        part if "\n" in part else textwrap.fill(part, WIDTH, break_long_words=False)
        for part in parts
    ]
    return "\n\n".join(wrapped) + f"\n{site}{choices}\n"


def words_of(due, exempt="an exempt risk"):
    """One deadline in one line; of an exempt risk nothing but its reference."""
    return f"{due.summary} ({exempt})" if due.is_exempt else f"{due.summary}: {_plain(due.title)}"


def _entry(due, day, site):
    """What, when and where: the address on a line of its own, never broken."""
    details = f"{due.describe(day)}. {_plain(due.place)}."
    if due.is_for_manager:
        details += " To you as a risk manager."
    options = {"width": WIDTH, "break_long_words": False, "break_on_hyphens": False}
    summary = textwrap.fill(words_of(due), **options, initial_indent="* ", subsequent_indent="  ")
    details_text = textwrap.fill(details, **options, initial_indent="  ", subsequent_indent="  ")
    return f"{summary}\n{details_text}\n  {site}{due.path}"


def _plain(text):
    return " ".join(str(text).split())
