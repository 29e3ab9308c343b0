"""The text of a reminder mail: plain text, to be read on a telephone."""

import textwrap
from collections import Counter

from django.urls import reverse
from django.utils.formats import date_format

from registers.phrases.files import more_reminders, reminder_subject
from registers.tasks.task import Urgency

WIDTH = 72
# Tasks that one mail lists; it counts the others.
LISTED = 100


TITLES = {
    Urgency.OVERDUE: "Overdue",
    Urgency.SOON: "Due soon",
    Urgency.WAITING: "Waiting",
}


def subject_of(tasks, day):
    counts = Counter(task.urgency(day) for task in tasks)
    return reminder_subject(*(counts[urgency] for urgency in Urgency))


def body_of(tasks, *, name, day, site, choices):
    """The whole text.

    tasks: by urgency. site: the address of this installation. choices: the path of the page to
    change it.
    """
    first_tasks = tasks[:LISTED]
    parts = [
        f"Hello {one_line(name)},",
        "These are your tasks on your risk registers: overdue, due soon, and waiting for you.",
    ]
    for urgency, title in TITLES.items():
        group = [task for task in first_tasks if task.urgency(day) == urgency]
        if group:
            parts += [f"{title}\n{'-' * len(title)}", *(_entry(task, day, site) for task in group)]
    if more := len(tasks) - len(first_tasks):
        parts.append(more_reminders(more, f"{site}{reverse('tasks')}"))
    if any(task.is_for_manager for task in first_tasks):
        parts.append(
            "Some tasks come to you as a risk manager, because the post that owns them is vacant, "
            "or because nobody who owns or raised them may act on them today."
        )
    sent = date_format(day, "j F Y")
    parts.append(
        f"We sent this on {sent}. We write at most once a day. To change or stop these e-mails, or "
        "to see your tasks in a calendar:"
    )
    return f"{wrap(parts)}\n{site}{choices}\n"


def wrap(parts):
    """Paragraphs of a mail. One that has lines already keeps them."""
    return "\n\n".join(
        part if "\n" in part else textwrap.fill(part, WIDTH, break_long_words=False)
        for part in parts
    )


def words_of(task, exempt="an exempt risk"):
    """One task in one line; of an exempt risk nothing but its reference."""
    if task.is_exempt:
        return f"{task.summary} ({exempt})"
    return f"{task.summary}: {one_line(task.title)}"


def _entry(task, day, site):
    """What, when and where: the address on a line of its own, never broken."""
    details = " ".join(f"{one_line(words)}." for words in (task.describe(day), task.place) if words)
    if task.is_for_manager:
        details += " To you as a risk manager."
    options = {"width": WIDTH, "break_long_words": False, "break_on_hyphens": False}
    summary = textwrap.fill(words_of(task), **options, initial_indent="* ", subsequent_indent="  ")
    details_text = textwrap.fill(details, **options, initial_indent="  ", subsequent_indent="  ")
    return f"{summary}\n{details_text}\n  {site}{task.path}"


def one_line(text):
    """What somebody typed, which cannot pretend to be another line of the mail."""
    return " ".join(str(text).split())
