from django import template

register = template.Library()


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
