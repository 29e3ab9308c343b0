"""What a dashboard page counts, and where its numbers lead."""

import html
import re
from urllib.parse import urlsplit

from django.test import RequestFactory

from registers.views.as_of import as_of_from
from registers.views.filters import filter_positions


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


def positions_behind(href, register, person):
    """What the list of the register at that address holds for this person, without its page."""
    request = RequestFactory().get(href)
    request.user = person
    return filter_positions(request, register, as_of_from(request, register)).qs


def counts_behind(links, registers, client, person):
    """href -> how many are behind it: a list of one of the registers is counted, not rendered.

    That the count is the total on the page: test_dashboard_filter.py. Pages of other records are
    read.
    """
    counts, by_path = {}, {register.get_absolute_url(): register for register in registers}
    for href in links:
        if register := by_path.get(urlsplit(href).path):
            counts[href] = str(positions_behind(href, register, person).count())
    return counts | led_to(client, set(links) - counts.keys())
