"""Pages as the test client reads them: white space as a browser shows it.

How a template is laid out in lines is nobody's business but its reader's, so no test depends on it.
"""

import re

import pytest
from django.test import Client

RAW = re.compile(r"(<(textarea|pre|script|style)\b.*?</\2>)", re.DOTALL)
# Within their edges and beside them a browser shows no white space.
NAMES = (
    "html|head|body|title|header|footer|main|nav|section|article|aside|div|p|h[1-6]|ul|ol|li|dl|dt|"
    "dd|table|caption|thead|tbody|tr|td|th|form|fieldset|legend|figure|figcaption|details|summary|"
    "option|optgroup"
)
TAG = re.compile(r"<[^<>]*>")
VALUE = re.compile(r'("[^"]*")')
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
    tags = [_collapse_tag(tag) for tag in TAG.findall(text)]
    words = [re.sub(r"\s+", " ", between) for between in TAG.split(text)]
    text = "".join(word + tag for word, tag in zip(words, [*tags, ""], strict=True))
    for edge, replacement in EDGES:
        text = edge.sub(replacement, text)
    return text


def _collapse_tag(tag):
    parts = VALUE.split(tag)
    for position, part in enumerate(parts):
        is_value = position % 2 == 1 and not parts[position - 1].endswith("class=")
        if not is_value:  # what was typed into a value stays as it is
            parts[position] = re.sub(r"\s+", " ", part)
    return re.sub(r" (?=/?>$)", "", "".join(parts))


@pytest.fixture(scope="session", autouse=True)
def collapsed_pages():
    """Each page that the test client gets, collapsed."""
    send = Client.request

    def request(self, **environ):
        answer = send(self, **environ)
        if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
            answer.content = collapse(answer.text)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", request)
        yield
