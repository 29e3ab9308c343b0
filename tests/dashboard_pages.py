"""What a dashboard page counts, and where its numbers lead."""

import html
import re


def numbers(page):
    """href -> count of every number with a link; one address never has two counts."""
    links = [
        (html.unescape(href), n)
        for href, n in re.findall(r'href="([^"]*)"[^>]*data-count="(\d+)"', page)
    ]
    assert len(dict(links)) == len(set(links))
    return dict(links)


def led_to(client, links):
    """href -> how many are behind it, as its page says."""
    pages = {href: re.search(r'data-total="(\d+)"', client.get(href).text) for href in links}
    return {href: match and match[1] for href, match in pages.items()}
