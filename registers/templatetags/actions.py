from django import template

from registers.phrases import times_in_words

register = template.Library()
register.filter("times", times_in_words)  # {{ action.redated|times }}: once, twice, three times
