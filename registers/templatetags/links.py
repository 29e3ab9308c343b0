"""Web addresses in what people typed, as links."""

import re
from urllib.parse import urlsplit

from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

# An address ends at white space, at quotes and brackets that no address has, and at characters that
# would turn round or hide what stands after them.
QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
INVISIBLE = "\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f"
ADDRESS = re.compile(rf"(?<!\w)https?://[^\s<>{{}}|\\^{QUOTES}{INVISIBLE}]+", re.IGNORECASE)
# Characters; browsers take no more.
LONGEST = 2000
BRACKETS = {")": "(", "]": "["}
LINK = '<a class="govuk-link app-wrap" href="{0}" rel="noreferrer noopener">{0}</a>'


def link_addresses(text):
    """The text as safe HTML, each address of http or https in it a link that shows itself.

    All else is escaped. No link leads to a host that the address hides behind a name and "@".
    """
    text, parts, end = str(text), [], 0
    for match in ADDRESS.finditer(text):
        address = without_punctuation(match[0])
        if is_web_address(address):
            parts += [escape(text[end : match.start()]), format_html(LINK, address)]
            end = match.start() + len(address)
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - each part is escaped


def is_web_address(address):
    if len(address) > LONGEST:
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.hostname[0] not in ".-" and "@" not in parts.netloc
    except ValueError:
        return False


def without_punctuation(address):
    """Without the punctuation of the sentence after it; a bracket that it opens itself stays."""
    unclosed = {
        closing: address.count(closing) - address.count(opening)
        for closing, opening in BRACKETS.items()
    }
    end = len(address)
    while end:
        last = address[end - 1]
        if last in BRACKETS and unclosed[last] > 0:
            unclosed[last] -= 1
        elif last not in ".,:;!?…*_~":
            break
        end -= 1
    return address[:end]
