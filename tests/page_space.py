"""Pages as the test client reads them: white space as a browser shows it.

How a template is laid out in lines is nobody's business but its reader's, so no test depends on it.
"""

import re

import pytest
from django.test import Client

RAW = re.compile(r"(<(textarea|pre|script|style)\b.*?</\2>)", re.DOTALL)
TAG = re.compile(r"<[^<>]*>")
# Beside these a browser ignores white space.
BLOCK = re.compile(
    r" ?(</?(?:html|head|body|title|meta|link|script|style|header|footer|main|nav|section|article|"
    r"aside|div|p|h[1-6]|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tr|td|th|form|fieldset|legend|"
    r"figure|figcaption|details|summary|hr|br|option|optgroup|rect|path|circle|line)\b[^<>]*>) ?"
)


def collapse(html):
    """The page with each run of white space as one space, and none where a browser shows none."""
    parts = RAW.split(html)
    # Of three parts two are text and what stays as it is; the third is the latter's name.
    return "".join(
        BLOCK.sub(r"\1", TAG.sub(_tidy, re.sub(r"\s+", " ", text))) + "".join(raw[:1])
        for text, *raw in zip(parts[::3], [*parts[1::3], ""], strict=False)
    )


def _tidy(tag):
    return re.sub(r" (?=/?>$)", "", tag[0])


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
