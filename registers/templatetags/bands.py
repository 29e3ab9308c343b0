from functools import lru_cache

from django import template
from django.template.loader import render_to_string

from registers.phrases import possible_bands_in_words

register = template.Library()
register.filter(
    "could_be", possible_bands_in_words
)  # {{ assessment|could_be }}: where its range reaches another band


@register.simple_tag
@lru_cache(maxsize=256)
def band_tag(band):
    """The band's word, colour and mark; a list shows hundreds of the same few, so each is rendered
    once. None: not scored.
    """
    return render_to_string("components/band_tag.html", {"band": band})
