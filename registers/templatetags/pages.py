"""The tags and filters of our own: every template has them without {% load %}."""

from functools import lru_cache
from urllib.parse import quote

from django import template
from django.contrib.messages import get_messages
from django.template.loader import render_to_string
from django.template.loader_tags import IncludeNode
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from registers.dates import instant_in_words
from registers.library_pages.timeline import partial_date
from registers.models.committee_action import year_in_words
from registers.navigation import (
    is_of_meetings,
    organisation_pages,
    organisations_run_by,
    pages_below,
    tabs_of,
)
from registers.permissions import name_for
from registers.phrases.bands import possible_bands_in_words
from registers.phrases.numbers import times_in_words
from registers.phrases.register import days_old
from registers.tasks.task_list import task_count as count_tasks
from registers.templatetags.links import link_addresses
from registers.views.form_flow import return_address

register = template.Library()
# {{ assessment|could_be }}: where its range reaches another band
# {% for heading, text in row|under:block.headings %}: each cell of a row with its heading
register.filter("under", lambda row, headings: zip(headings, row, strict=True))
register.filter("could_be", possible_bands_in_words)
register.filter("days_old", days_old)  # {{ as_of.age|days_old }}: 68 days ago
register.filter("instant", instant_in_words)  # {{ row.recorded_at|instant }}: 3 May 2026, 6:30pm
register.filter("times", times_in_words)  # {{ action.redated|times }}: once, twice, three times
register.filter("municipal_year", year_in_words)  # {{ year|municipal_year }}: 2026/27
register.filter("known_to", partial_date)  # {{ row.start_on|known_to:row.start_precision }}
# {{ assessment.evidence|links|linebreaks }}: escaped, with its web addresses as links
register.filter("links", link_addresses)


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
    because an include with `only` would have to be given the CSRF token on every page. Who came
    from a list of tasks cancels back to it.
    """
    request = context.get("request")
    if request and (address := return_address(request)):
        buttons["cancel"] = address
    return {
        "form": context["form"] if form is None else form,
        "request": request,
        **buttons,
    }


@register.inclusion_tag("registers/register_navigation.html", takes_context=True)
def register_navigation(context):
    """The tabs of the register that a page is about, as at the day that the page is read."""
    name, register = context["request"].resolver_match.url_name, context["register"]
    as_of = context.get("as_of")
    query = as_of.query if as_of else ""
    return {
        "register": register,
        "tabs": tabs_of(context["request"].user, register, name, query),
        "pages": pages_below(context["request"].user, register, name, query),
    }


@register.inclusion_tag("administration/organisation_navigation.html", takes_context=True)
def organisation_navigation(context):
    """The pages of the organisation that a page is about, as far as the reader may open them."""
    request, organisation = context["request"], context["organisation"]
    name = request.resolver_match.url_name
    return {
        "organisation": organisation,
        "pages": organisation_pages(request.user, organisation, name),
    }


@register.inclusion_tag("administration/sandbox_banner.html", takes_context=True)
def sandbox_banner(context):
    """Marks a page of a sandbox: one about its register, or about the organisation itself."""
    about = getattr(context.get("register"), "organisation", None) or context.get("organisation")
    return {"sandbox": about if getattr(about, "is_sandbox", False) else None}


@register.simple_tag(takes_context=True)
def organisation_address(context, organisation):
    """The address of the first page of an organisation that the reader may open."""
    return organisation_pages(context["request"].user, organisation)[0].href


# {% run_by user as organisations %}: (organisation, address) of those that the reader runs
register.simple_tag(organisations_run_by, name="run_by")


@register.simple_tag(takes_context=True)
def in_meetings(context):
    """Whether the menu marks Meetings on the page that is read."""
    request = context.get("request")
    match = request and request.resolver_match
    return bool(match) and is_of_meetings(request.path, match.url_name or "")


@register.simple_tag(takes_context=True)
def task_count(context):
    """How many tasks the reader has, the same as the rows of the page "My tasks"; None: not known.

    Pages that list tasks say it themselves. A page that tells of a save counts them. Other pages
    leave it to static/js/task_count.js: it would cost them more than all else on them (bench/).
    """
    request = context["request"]
    if hasattr(request, "task_count"):
        return request.task_count
    if not len(get_messages(request)):
        return None
    return count_tasks(request.user, timezone.localdate())


@register.filter
def describe(task, day):
    """When the task is due, or why it waits."""
    return task.describe(day)


@register.filter
def with_return(path, address):
    """The path of a task's page, which leads back to an address of ours after saving."""
    return f"{path}{'&' if '?' in path else '?'}next={quote(address)}"


@register.simple_tag
@lru_cache(maxsize=256)
def band_tag(band):
    """The band's name, colour and mark; None: not scored.

    A list shows hundreds of the same few, so each is rendered once.
    """
    return render_to_string("components/band_tag.html", {"band": band})


@register.simple_tag(takes_context=True)
def person(context, user, register, at_start=False):
    """{% person entry.by register %}: whoever did it, as this reader is told (name_for).

    A manager's page shows the name, and prints the post. at_start: of a sentence or a cell.
    """
    name, post = name_for(context.request.user, user, register.organisation)
    post = capfirst(post) if at_start else post
    if not name:
        return post
    words = '<span class="app-name">{}</span><span class="app-post">{}</span>'
    return format_html(words, name, post)


@register.simple_tag(takes_context=True)
def people(context, users, register):
    """Several people as `person` has them, each post once."""
    names = dict.fromkeys(person(context, user, register) for user in users)
    return format_html_join(" and ", "{}", ((name,) for name in names)) or "somebody"


@register.filter
def kind_in_words(kind):
    """A kind of action in a word or two; what it means stands in the form."""
    return kind.replace("-", " ").capitalize() if kind else "Not recorded yet"


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


@register.simple_tag(takes_context=True)
def query_at(context, **day):
    """{% query_at as_at=today %}: what the address says, from page 1, of that day in place of its
    own. A day of None is the reader's default.
    """
    query = context.request.GET.copy()
    for name in ("as_at", "agreed", "page"):
        query.pop(name, None)
    query.update({name: value for name, value in day.items() if value})
    return f"?{query.urlencode()}" if query else ""


@register.filter
def query_without(query, names):
    """The parameters of an address without these: {% querystring %} takes no list of names."""
    query = query.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
