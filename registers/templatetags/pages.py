"""The tags and filters of our own: every template has them without {% load %}."""

from functools import lru_cache
from urllib.parse import quote

from django import template
from django.template.loader import render_to_string
from django.template.loader_tags import IncludeNode

from registers.library_pages.timeline import partial_date
from registers.phrases.bands import possible_bands_in_words
from registers.phrases.numbers import times_in_words
from registers.phrases.register import days_old

register = template.Library()
# {{ assessment|could_be }}: where its range reaches another band
register.filter("could_be", possible_bands_in_words)
register.filter("days_old", days_old)  # {{ as_of.age|days_old }}: 68 days ago
register.filter("times", times_in_words)  # {{ action.redated|times }}: once, twice, three times
register.filter("known_to", partial_date)  # {{ row.start_on|known_to:row.start_precision }}


@register.tag
def part(parser, token):
    """{% part "risk_page/status.html" risk words may_run=False %}: a part of a page.

    Short for an include with `only`: a name stands for itself (risk=risk), and the CSRF token goes
    along.
    """
    _, name, *arguments = token.split_contents()
    values = {"csrf_token": parser.compile_filter("csrf_token")}
    for argument in arguments:
        key, _, value = argument.partition("=")
        if not key.isidentifier():
            raise template.TemplateSyntaxError(f"part takes names and name=value: {argument!r}")
        values[key] = parser.compile_filter(value or key)
    return IncludeNode(parser.compile_filter(name), extra_context=values, isolated_context=True)


@register.inclusion_tag("components/form.html", takes_context=True)
def form(context, form=None, **buttons):
    """The form with its token and buttons, for instance {% form submit="Save" cancel=address %}.

    Without `form`, the page's own. What the buttons may be, components/form.html says. A tag,
    because an include with `only` would have to be given the CSRF token on every page.
    """
    return {
        "form": context["form"] if form is None else form,
        "request": context.get("request"),
        **buttons,
    }


@register.simple_tag
@lru_cache(maxsize=256)
def band_tag(band):
    """The band's name, colour and mark; None: not scored.

    A list shows hundreds of the same few, so each is rendered once.
    """
    return render_to_string("components/band_tag.html", {"band": band})


@register.filter
def kind_in_words(kind):
    """A kind of action in a word or two; what it means stands in the form."""
    return kind.replace("-", " ").capitalize() if kind else "Not said yet"


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
