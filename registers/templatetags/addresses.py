from django import template

register = template.Library()


@register.filter
def parameters(query):
    """(name, values) of each parameter of an address.

    A template cannot call `query.lists`: it would read a parameter of that name.
    """
    return query.lists()
