"""Saved views of a register's list: opened, saved, listed, deleted."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from registers.forms.list_view import ColumnsForm, ListQuery, SavedViewForm
from registers.models import SavedView, TooManyViews
from registers.permissions import (
    Permission,
    can_on,
    get_register_for,
    get_saved_view_for,
    saved_views_for,
)
from registers.views.as_of import as_of_from, read_only
from registers.views.filters import filter_positions
from registers.views.form_flow import post_data


@read_only
def saved_view_list(request, slug):
    register = get_register_for(request.user, slug)
    views = list(saved_views_for(request.user, register).select_related("user"))
    context = {
        "register": register,
        "own_views": [view for view in views if view.user_id == request.user.pk],
        "shared_views": [view for view in views if view.user_id != request.user.pk],
        "may_run": can_on(request.user, Permission.RUN_REGISTER, register),
    }
    return render(request, "registers/saved_view_list.html", context)


@read_only
def saved_view(request, slug, pk):
    """Leads to the list, with those of the view's filters that still exist."""
    view = get_saved_view_for(request.user, slug, pk)
    list_query = stored_query(request, view, as_of_from(request, view.register))
    query = f"{list_query.query}&" if list_query.query else ""
    return redirect(f"{view.register.get_absolute_url()}?{query}view={view.pk}")


def stored_query(request, view, as_of):
    """The ListQuery of a saved view, for this reader."""
    query_params = QueryDict(view.query)
    return ListQuery(query_params, filter_positions(request, view.register, as_of, query_params))


def saved_views_context(request, register, as_of, list_filter):
    """The reader's saved views beside the list, and which of them it shows.

    missing: what the view that is shown asked for and no longer exists.
    """
    views = list(saved_views_for(request.user, register))
    query = ListQuery(request.GET, list_filter).query
    opened = next((view for view in views if str(view.pk) == request.GET.get("view")), None)
    missing = []
    if opened:
        opened.register = register
        stored = stored_query(request, opened, as_of)
        missing, opened = (stored.missing, opened) if stored.query == query else ([], None)
    return {"saved_views": views, "opened": opened, "missing": missing, "list_query": query}


def saved_view_new(request, slug):
    register = get_register_for(request.user, slug)
    list_filter = filter_positions(request, register, as_of_from(request, register))
    columns = ColumnsForm(request.GET)
    if list_filter.form.errors or columns.errors:
        raise BadRequest("The address asks for something this register does not have.")
    may_share = can_on(request.user, Permission.RUN_REGISTER, register)
    form = SavedViewForm(post_data(request), may_share=may_share)
    query = ListQuery(request.GET, list_filter).query
    if form.is_valid():
        try:
            view = SavedView.save_as(register, by=request.user, query=query, **form.cleaned_data)
        except TooManyViews as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The view “{view.name}” is saved.")
            return redirect("saved_view", slug, view.pk)
    context = {
        "register": register,
        "form": form,
        "filter": list_filter,
        "columns": columns,
        "list_href": f"{register.get_absolute_url()}?{query}",
    }
    return render(request, "registers/saved_view_new.html", context)


@require_POST
def saved_view_delete(request, slug, pk):
    """Deletes a view of one's own; one that somebody else shared, a manager stops sharing."""
    view = get_saved_view_for(request.user, slug, pk)
    if view.user_id == request.user.pk:
        view.delete()
        messages.success(request, f"The view “{view.name}” is deleted.")
    else:
        get_register_for(request.user, slug, Permission.RUN_REGISTER)
        view.share(is_shared=False)
        messages.success(request, f"The view “{view.name}” is no longer shared.")
    return redirect(reverse("saved_view_list", args=[slug]))
