"""Tags and filters of our own that pages are made with."""

import pytest
from django.http import QueryDict
from django.template import TemplateSyntaxError, engines
from page_space import collapse

from registers.templatetags.pages import (
    as_query,
    kind_in_words,
    other_parameters,
    query_without,
)


class Filter:
    fields = ("owner", "band")


def render(template, **context):
    return collapse(engines["django"].from_string(template).render(context))


def test_a_part_takes_the_names_it_is_given():
    text = '{% part "components/empty.html" title text=words %}'
    page = render(text, title="Nothing", words="Begin here", href="/elsewhere/", action="Go")
    assert "Nothing" in page and "Begin here" in page and "/elsewhere/" not in page


def test_a_part_has_the_csrf_token():
    text = '{% part "questions/keep_question.html" register text %}'
    register = {"slug": "ours"}
    page = render(text, register=register, text="Why?", csrf_token="abc")
    assert '<input type="hidden" name="csrfmiddlewaretoken" value="abc">' in page


def test_a_part_refuses_what_is_no_name():
    with pytest.raises(TemplateSyntaxError, match=r"row\.title"):
        render('{% part "components/empty.html" row.title %}')


def test_what_else_stands_in_an_address():
    query = QueryDict("owner=3&as_at=2026-01-05&page=2&sort=a&sort=b%26c")
    parameters = other_parameters(query, Filter)
    assert parameters == [("as_at", "2026-01-05"), ("sort", "a"), ("sort", "b&c")]
    assert as_query(parameters) == "as_at=2026-01-05&sort=a&sort=b%26c&"


def test_an_address_without_some_parameters():
    query = QueryDict("owner=3&since=2026-01-05")
    assert query_without(query, ("owner", "band")) == "since=2026-01-05"
    assert query["owner"] == "3"


@pytest.mark.parametrize(
    ("kind", "words"),
    [("peer-support", "Peer support"), ("structural", "Structural"), ("", "Not recorded yet")],
)
def test_a_kind_of_action_in_words(kind, words):
    assert kind_in_words(kind) == words
