"""Pages as the test client reads them: white space as a browser shows it.

How a template is laid out in lines is nobody's business but its reader's, so no test depends on it.
"""

import re

import pytest
from django.http import HttpResponse
from django.utils.functional import cached_property

RAW = re.compile(r"(<(textarea|pre|script|style)\b.*?</\2>)", re.DOTALL)
# Within their edges and beside them a browser shows no white space.
NAMES = (
    "html|head|body|title|header|footer|main|nav|section|article|aside|div|p|h[1-6]|ul|ol|li|dl|dt|"
    "dd|table|caption|thead|tbody|tr|td|th|form|fieldset|legend|figure|figcaption|details|summary|"
    "option|optgroup"
)
TAG = re.compile(r"<[^<>]*>")
VALUE = re.compile(r'("[^"]*")')
# A value that was typed over several lines or with several spaces, which stays as it is.
TYPED_VALUE = re.compile(r'(?<!class)="[^"<>]*(?:\s\s|[\n\r\t])[^"<>]*"')
EDGES = (
    (re.compile(rf" (</(?:{NAMES}|svg)>)"), r"\1"),
    (re.compile(rf"(<(?:{NAMES}|svg)\b[^<>]*>) "), r"\1"),
    (re.compile(rf"(</(?:{NAMES})>) (?=<)"), "\\1\n"),
    (re.compile(rf" (<(?:{NAMES})\b)"), "\n\\1"),
)


def collapse(html):
    """The page with each run of white space as one space, none inside the edges of a block-level
    element and a line's end between two.
    """
    parts = RAW.split(html)  # in turn: text, what stays as it is, and the name of its element
    for position in range(0, len(parts), 3):
        parts[position] = _collapse_text(parts[position])
    del parts[2::3]
    return "".join(parts)


def _collapse_text(text):
    if not TYPED_VALUE.search(text):
        text = _squeeze(text).replace(" >", ">").replace(" />", "/>")
    else:
        text = _collapse_tags(text)
    for edge, replacement in EDGES:
        text = edge.sub(replacement, text)
    return text


def _squeeze(text):
    """Each run of white space as one space."""
    words = " ".join(text.split())
    if not words:
        return text and " "
    return f"{' ' * text[0].isspace()}{words}{' ' * text[-1].isspace()}"


def _collapse_tags(text):
    tags = [_collapse_tag(tag) for tag in TAG.findall(text)]
    words = [re.sub(r"\s+", " ", between) for between in TAG.split(text)]
    return "".join(word + tag for word, tag in zip(words, [*tags, ""], strict=True))


def _collapse_tag(tag):
    parts = VALUE.split(tag)
    for position, part in enumerate(parts):
        is_value = position % 2 == 1 and not parts[position - 1].endswith("class=")
        if not is_value:  # what was typed into a value stays as it is
            parts[position] = re.sub(r"\s+", " ", part)
    return re.sub(r" (?=/?>$)", "", "".join(parts))


def _text(answer):
    text = answer.content.decode(answer.charset or "utf-8")
    return (
        collapse(text) if answer.headers.get("Content-Type", "").startswith("text/html") else text
    )


@pytest.fixture(scope="session", autouse=True)
def collapsed_pages():
    """The text of each page, collapsed when a test reads it; its content stays as it is."""
    collapsed_text = cached_property(_text)
    collapsed_text.__set_name__(HttpResponse, "text")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpResponse, "text", collapsed_text)
        yield
