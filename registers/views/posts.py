"""Directorates and posts of an organisation, for its administrator."""

from operator import attrgetter

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from registers.administration import posts as post_records
from registers.forms.posts import (
    DirectorateForm,
    HolderForm,
    NewPostForm,
    PostForm,
    VacancyForm,
)
from registers.models import Directorate, InvalidTransition, Post
from registers.permissions import get_organisation_for
from registers.phrases.administration import holdings_in_words
from registers.views.as_of import page_of, read_only
from registers.views.form_flow import post_data
from registers.views.organisation_changes import atomic_post, organisation_to_change, save_or_show

PAGE = 100  # posts


def find_post(organisation, pk):
    """Post of the organisation, or 404."""
    post = get_object_or_404(organisation.posts.select_related("directorate", "holder"), pk=pk)
    post.organisation = organisation
    return post


def _find_directorate(organisation, pk):
    directorate = get_object_or_404(organisation.directorates, pk=pk)
    directorate.organisation = organisation
    return directorate


@read_only
def post_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    is_vacant = request.GET.get("vacant") == "yes"
    posts = organisation.posts.select_related("directorate", "holder")
    posts = posts.order_by("directorate__name", "directorate", "title")
    page = page_of(request, posts.filter(holder=None) if is_vacant else posts, PAGE)
    page.object_list = list(page.object_list)
    holdings = post_records.holdings_by_post(page.object_list)
    for post in page.object_list:
        post.holdings = holdings_in_words(**vars(holdings[post.pk]))
    context = {
        "organisation": organisation,
        "page": page,
        "is_vacant": is_vacant,
        "vacant_count": organisation.posts.filter(holder=None).count(),
        "directorates": organisation.directorates.annotate(post_count=Count("posts")),
    }
    return render(request, "administration/post_list.html", context)


@read_only
def post_detail(request, organisation, pk):
    organisation = get_organisation_for(request.user, organisation)
    post = find_post(organisation, pk)
    holdings = post_records.holdings_of(post)
    context = {
        "organisation": organisation,
        "post": post,
        "holdings": holdings,
        "holdings_in_words": holdings_in_words(**vars(holdings)),
    }
    return render(request, "administration/post_detail.html", context)


@atomic_post
def post_new(request, organisation):
    organisation = organisation_to_change(request, organisation)
    form = NewPostForm(post_data(request), instance=Post(organisation=organisation))
    to = ("post_detail", organisation.slug, attrgetter("pk"))
    return save_or_show(request, "post_new", form, _added, *to, organisation=organisation)


def _added(post):
    return f"Post added, held by {post.holder}." if post.holder else "Post added. It is vacant."


@atomic_post
def post_edit(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    post = find_post(organisation, pk)
    form = PostForm(post_data(request), instance=post)
    return _save_post(request, "post_edit", form, "Post saved.")


@atomic_post
def post_holder(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    form = HolderForm(post_data(request), instance=find_post(organisation, pk))
    return _save_post(request, "post_holder", form, "Holder saved.")


@atomic_post
def post_vacate(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    post = find_post(organisation, pk)
    if post.holder is None:
        return redirect("post_detail", organisation.slug, post.pk)
    initial = {"vacant_since": timezone.localdate()}
    form = VacancyForm(post_data(request), instance=post, initial=initial)
    message = f"{post.title} is vacant. What it owns stays with it."
    return _save_post(request, "post_vacate", form, message)


def _save_post(request, page, form, message):
    post = form.instance
    context = {"organisation": post.organisation, "post": post, "name": post.title}
    to = ("post_detail", post.organisation.slug, post.pk)
    return save_or_show(request, page, form, message, *to, **context)


@atomic_post
def post_delete(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    post, refusal = find_post(organisation, pk), ""
    if request.method == "POST":
        try:
            post_records.delete_post(post, by=request.user)
        except InvalidTransition as reason:
            refusal = str(reason)
        else:
            messages.success(request, f"{post.title} is deleted.")
            return redirect("post_list", organisation.slug)
    context = {"organisation": organisation, "post": post, "refusal": refusal}
    status = 409 if refusal else 200
    return render(request, "administration/post_delete.html", context, status=status)


@atomic_post
def post_directorate_new(request, organisation):
    organisation = organisation_to_change(request, organisation)
    form = DirectorateForm(post_data(request), instance=Directorate(organisation=organisation))
    context = {"organisation": organisation}
    to = ("post_list", organisation.slug)
    return save_or_show(request, "post_directorate_new", form, "Directorate added.", *to, **context)


@atomic_post
def post_directorate_edit(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    directorate = _find_directorate(organisation, pk)
    form = DirectorateForm(post_data(request), instance=directorate)
    context = {"organisation": organisation, "directorate": directorate, "name": directorate.name}
    to = ("post_list", organisation.slug)
    return save_or_show(
        request, "post_directorate_edit", form, "Directorate saved.", *to, **context
    )


@atomic_post
def post_directorate_delete(request, organisation, pk):
    organisation = organisation_to_change(request, organisation)
    directorate, refusal = _find_directorate(organisation, pk), ""
    if request.method == "POST":
        try:
            post_records.delete_directorate(directorate, by=request.user)
        except InvalidTransition as reason:
            refusal = str(reason)
        else:
            messages.success(request, f"{directorate} is deleted.")
            return redirect("post_list", organisation.slug)
    context = {"organisation": organisation, "directorate": directorate, "refusal": refusal}
    page = "administration/post_directorate_delete.html"
    return render(request, page, context, status=409 if refusal else 200)
