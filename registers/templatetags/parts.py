from django import template
from django.template.loader_tags import IncludeNode

register = template.Library()


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
