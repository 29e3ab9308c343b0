from functools import lru_cache

from django import template
from django.template.loader import render_to_string

from registers.phrases import possible_bands_in_words

register = template.Library()
# {{ assessment|could_be }}: where its range reaches another band
register.filter("could_be", possible_bands_in_words)


@register.simple_tag
@lru_cache(maxsize=256)
def band_tag(band):
    """The band's name, colour and mark; None: not scored.

    A list shows hundreds of the same few, so each is rendered once.
    """
    return render_to_string("components/band_tag.html", {"band": band})
