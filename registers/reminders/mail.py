"""What the mail about things that fall due says: plain text, to be read on a telephone."""

import textwrap

from django.utils.formats import date_format

WIDTH = 72
NAMED = 100  # things that one mail names; it counts the others


def subject_of(dues, day):
    """How many, and nothing of what: subjects stand on locked screens."""
    late = sum(due.is_late(day) for due in dues)
    soon = len(dues) - late
    parts = [f"{late:,} late"] * bool(late) + [f"{soon:,} due soon"] * bool(soon)
    return f"Your risk registers: {' and '.join(parts)}"


def body_of(dues, *, name, day, site, choices):
    """The whole text. dues: by day; site: the address of this installation; choices: of the page to
    change it on.
    """
    named = dues[:NAMED]
    late = [due for due in named if due.is_late(day)]
    soon = [due for due in named if not due.is_late(day)]
    parts = [
        f"Hello {_plain(name)},",
        "This is what is late or falls due soon on your risk registers.",
    ]
    for title, group in (("Late", late), ("Due soon", soon)):
        if group:
            parts += [f"{title}\n{'-' * len(title)}", *(_entry(due, day, site) for due in group)]
    if more := len(dues) - len(named):
        parts.append(f"And {more:,} more: {site}/")
    if any(due.stands_in for due in named):
        parts.append(
            "To you as a risk manager: the post that owns it is vacant, or whoever holds it or raised the risk may not "
            "act on it today."
        )
    sent = date_format(day, "j F Y")
    parts.append(
        f"Sent on {sent}, at most once a day. Change or stop these e-mails, or see them in your calendar:"
    )
    wrapped = [
        part if "\n" in part else textwrap.fill(part, WIDTH, break_long_words=False)
        for part in parts
    ]
    return "\n\n".join(wrapped) + f"\n{site}{choices}\n"


def words_of(due, exempt="an exempt risk"):
    """One thing in one line; of an exempt risk nothing but its reference."""
    return f"{due.what} ({exempt})" if due.is_exempt else f"{due.what}: {_plain(due.title)}"


def _entry(due, day, site):
    """What, when and where: the address on a line of its own, never broken."""
    when = f"{due.when(day)}. {_plain(due.place)}."
    if due.stands_in:
        when += " To you as a risk manager."
    how = {"width": WIDTH, "break_long_words": False, "break_on_hyphens": False}
    what = textwrap.fill(words_of(due), **how, initial_indent="* ", subsequent_indent="  ")
    rest = textwrap.fill(when, **how, initial_indent="  ", subsequent_indent="  ")
    return f"{what}\n{rest}\n  {site}{due.path}"


def _plain(text):
    return " ".join(str(text).split())
