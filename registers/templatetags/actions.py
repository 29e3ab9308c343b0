from django import template

from registers.actions import times

register = template.Library()
register.filter("times", times)  # {{ action.redated|times }}: once, twice, three times
