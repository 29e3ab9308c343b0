from django import template

from registers.library_pages.date_ranges import partial_date

register = template.Library()
register.filter("known_to", partial_date)  # {{ row.start_on|known_to:row.start_precision }}
