from django import template

from registers.phrases import times_in_words

register = template.Library()
register.filter("times", times_in_words)  # {{ action.redated|times }}: once, twice, three times


@register.filter
def kind_in_words(kind):
    """A kind of action in a word or two; what it means stands in the form."""
    return kind.replace("-", " ").capitalize() if kind else "Not said yet"
