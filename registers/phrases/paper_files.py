"""Sentences of papers as files, and of the templates that councils upload for them."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registers.charts import NO_RISKS
from registers.phrases.numbers import figures, number_in_words


def count_in_words(count: int, before: int | None) -> str:
    """A cell of the matrix: "Now 2, then 1", or "2" without a day to compare with."""
    if not count and not before:
        return NO_RISKS
    if before is None:
        return figures(count)
    return gettext("Now %(count)s, then %(before)s") % {
        "count": figures(count),
        "before": figures(before),
    }


def part_in_words(part: str) -> str:
    """What the head of each page says of it; part: "A", "B" or ""."""
    words = {
        "A": gettext("Part A: for publication"),
        "B": gettext("Part B: exempt, not for publication"),
    }
    return words.get(part, "")


def file_in_words(part: str, label: str) -> str:
    """ "Part B, Word". part: "A", "B" or ""."""
    return gettext("Part %(part)s, %(label)s") % {"part": part, "label": label} if part else label


def place_in_words(part: str, text: str) -> str:
    """Where a placeholder stands. part: "word/document.xml". text: of its paragraph."""
    if part.startswith("word/header"):
        place = gettext("In a header")
    elif part.startswith("word/footer"):
        place = gettext("In a footer")
    elif part == "docProps/core.xml":
        place = gettext("In the properties of the document")
    elif part.startswith(("word/footnotes", "word/endnotes")):
        place = gettext("In a note")
    else:
        place = gettext("In the text")
    return f"{place}: “{text}”" if text else place


def problems_found(count: int) -> str:
    return ngettext(
        "Correct %(count)s problem in the template, then upload it again",
        "Correct %(count)s problems in the template, then upload it again",
        count,
    ) % {"count": number_in_words(count)}


def template_finding(kind: str, subject: str) -> str:
    """What is wrong with a template, and what to do. kind: see template_process.py."""
    words = FINDINGS.get(kind) or FINDINGS["not-filled"]
    return words % {"subject": subject}


# Kind -> the sentence. The subject is a name, a part or a text of the file.
FINDINGS = {
    "no-document": _(
        "The file is no Word document that we can fill. Open it in Word and save it as “Word "
        "document (.docx)”, not as a template, with macros or as “Strict Open XML”."
    ),
    "broken": _("A part of the file is damaged. Open it in Word and save it again."),
    "macros": _("The file has macros. Save it as “Word document (.docx)”, which has none."),
    "objects": _(
        "The file has an embedded object, such as a spreadsheet. Delete it, or paste it as a "
        "picture."
    ),
    "alternative": _(
        "The file inserts another file when it is opened. Open it in Word and save it again."
    ),
    "external": _(
        "The file is linked to something outside it (%(subject)s). Break the link, or insert a "
        "copy of the picture. For a linked template, select Normal in the options of Word, under "
        "Add-ins."
    ),
    "field": _("A field fetches something from outside the file: %(subject)s. Delete the field."),
    "place": _("We fill no placeholder in this place. Move it to the text, a header or a footer."),
    "syntax": _(
        "A placeholder is not complete. Check its brackets, and that each for and if ends."
    ),
    "name": _("“%(subject)s” is not the name of a placeholder. Check how it is spelt."),
    "field-name": _("“%(subject)s” is not the name of a placeholder. Check what follows the dot."),
    "list": _("“%(subject)s” is a list. Put “for” before it, or name what you want of it."),
    "no-list": _("“%(subject)s” is not a list, so “for” cannot go through it."),
    "depth": _("There are more than five loops inside each other. Use fewer."),
    "statement": _("Only “for” and “if” can stand in a template, not “%(subject)s”."),
    "expression": _(
        "A placeholder can hold only a name. It cannot calculate, call or filter anything."
    ),
    "alone": _("A placeholder with p needs a paragraph of its own. Move the other text."),
    "needs-p": _("Write {{p %(subject)s }}, in a paragraph of its own."),
    "needs-no-p": _("Write {{ %(subject)s }} without p, or %(subject)s.content with it."),
    "not-filled": _(
        "The filled template would be no Word document. Check that each loop begins and ends in "
        "the same table, row or paragraph."
    ),
    "limit": _(
        "It took too long or too much memory to fill the template. Use fewer loops inside loops, "
        "and smaller pictures."
    ),
    # Notes
    "no-mark": _("The template has no {{ mark }}: drafts do not say that they are drafts."),
    "missing": _("The template has no place for: %(subject)s."),
    "comments": _("The template has comments. They will be in every paper."),
    "changes": _("The template has tracked changes. They will be in every paper."),
}
