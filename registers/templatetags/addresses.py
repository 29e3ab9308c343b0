from django import template

register = template.Library()


@register.filter
def parameters(query):
    """(name, values) of each parameter of an address: `query.lists` would be the parameter of that
    name, if there is one.
    """
    return query.lists()
