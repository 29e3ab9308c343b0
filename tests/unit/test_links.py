"""Web addresses in what people typed: links to http and https, and nothing else."""

import html
import re

import pytest
from django.utils.safestring import mark_safe

from registers.templatetags.links import link_addresses


def linked(text):
    """(address, text) of each link."""
    links = re.findall(r'<a class="govuk-link app-wrap" href="([^"]*)"[^>]*>(.*?)</a>', text)
    return [(html.unescape(address), html.unescape(shown)) for address, shown in links]


def visible(text):
    """What a reader sees of it."""
    return html.unescape(re.sub(r"<a [^>]*>|</a>", "", text))


@pytest.mark.parametrize(
    ("typed", "addresses"),
    [
        ("See https://example.org/a?b=1&c=2#d", ["https://example.org/a?b=1&c=2#d"]),
        ("HTTP://EXAMPLE.ORG/A", ["HTTP://EXAMPLE.ORG/A"]),
        ("https://example.org.", ["https://example.org"]),
        ("(see https://example.org/a_(b)), and", ["https://example.org/a_(b)"]),
        ("“https://example.org/”", ["https://example.org/"]),
        ('"https://example.org/"onmouseover="alert(1)"', ["https://example.org/"]),
        ("<https://example.org/><b>", ["https://example.org/"]),
        ("https://a.example, https://b.example!", ["https://a.example", "https://b.example"]),
        ("https://exämple.org/straße", ["https://exämple.org/straße"]),
        ("https://example.org/\u202egpj.exe", ["https://example.org/"]),
        ("https://[2001:db8::1]/x", ["https://[2001:db8::1]/x"]),
        ("https://bank.example@evil.example/", []),
        ("https://", []),
        ("https://...", []),
        ("https://[bad", []),
        ("xhttps://example.org", []),
        ("javascript:alert(1)", []),
        ("data:text/html,<script>alert(1)</script>", []),
        ("ftp://example.org www.example.org a@example.org", []),
        ("https://example.org/" + "a" * 3000, []),
        ("javascript://https://example.org", ["https://example.org"]),
    ],
)
def test_only_web_addresses_become_links_that_show_themselves(typed, addresses):
    assert linked(link_addresses(typed)) == [(row, row) for row in addresses]


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script> https://example.org/<script> & 'x'",
        "https://example.org/?a='><img src=x onerror=alert(1)>",
        mark_safe("<b>https://example.org</b>"),
        "line one\nhttps://example.org\nline three",
    ],
)
def test_everything_else_is_escaped_and_nothing_is_lost(typed):
    text = link_addresses(typed)
    assert visible(text) == str(typed)
    assert set(re.findall(r"<(\w+)", text)) <= {"a"}


def test_a_link_tells_the_other_site_nothing():
    assert 'rel="noreferrer noopener"' in link_addresses("https://example.org")


@pytest.mark.parametrize(
    "typed", ["https://" * 12_500, "https://a" + ")" * 100_000, "https:/" * 14_000]
)
def test_a_hundred_thousand_characters_are_read_once(typed):
    assert visible(link_addresses(typed)) == typed
