from django import template

from registers.library_pages.date_ranges import known

register = template.Library()
register.filter("known_to", known)  # {{ row.start_on|known_to:row.start_precision }}
