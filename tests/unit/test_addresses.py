"""Every address of ours has the name of its view. Templates: script/source_rules.py."""

from django.urls import get_resolver


def views_by_name(patterns):
    """The addresses that lead to views of ours: name -> view."""
    views = {}
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            views |= views_by_name(pattern.url_patterns)
        elif pattern.callback.__module__.startswith("registers.views"):
            views[pattern.name] = pattern.callback
    return views


def test_an_address_is_named_after_its_view():
    views = views_by_name(get_resolver().url_patterns)
    assert len(views) > 50
    assert {name: view.__name__ for name, view in views.items()} == {name: name for name in views}
