from urllib.parse import quote

from django import template

register = template.Library()


@register.filter
def other_parameters(query, form):
    """(name, value) of each parameter of an address that the form has no field for.

    The page of a list is left out: filtered anew, a list begins at its first.
    """
    return [
        (name, value)
        for name, values in query.lists()
        if name not in form.fields and name != "page"
        for value in values
    ]


@register.filter
def as_query(parameters):
    """The parameters as they stand in an address, each followed by "&"."""
    return "".join(f"{quote(name, safe='')}={quote(value, safe='')}&" for name, value in parameters)


@register.filter
def query_without(query, names):
    """The parameters of an address without these: {% querystring %} takes no list of names."""
    query = query.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
