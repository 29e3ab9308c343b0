"""An organisation's scoring schemes: its administrator reads, copies, edits and publishes them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from registers.administration.schemes import (
    PublishPreview,
    SchemeList,
    registers_to_adopt,
    registers_using,
)
from registers.forms.scheme_drafts import SchemeCopyForm, SchemeDraftForm, SchemeVersionForm
from registers.models import SchemeDraft
from registers.permissions import (
    Permission,
    can_on,
    get_organisation_for,
    get_scheme_draft_for,
    get_scheme_for,
)
from registers.views.as_of import read_only
from registers.views.form_flow import post_data, response_status, submit
from registers.views.message_links import message_link


@read_only
def scheme_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    context = {"organisation": organisation, "schemes": SchemeList(organisation)}
    return render(request, "administration/scheme_list.html", context)


@read_only
def scheme_detail(request, organisation, pk):
    organisation, scheme = get_scheme_for(request.user, organisation, pk)
    context = {
        "organisation": organisation,
        "scheme": scheme,
        "rules": scheme.rules,
        "registers": registers_using(scheme, organisation),
    }
    return render(request, "administration/scheme_detail.html", context)


def scheme_copy(request, organisation, pk):
    organisation, scheme = get_scheme_for(request.user, organisation, pk)
    form = SchemeCopyForm(post_data(request), source=scheme)
    arguments = {"by": request.user, "organisation": organisation}
    if form.is_valid():
        draft = submit(form, SchemeDraft.copy, scheme, **arguments, **form.cleaned_data)
        if draft:
            return redirect("scheme_edit", organisation.slug, draft.pk)
    context = {"organisation": organisation, "scheme": scheme, "form": form}
    page = "administration/scheme_copy.html"
    return render(request, page, context, status=response_status(form))


def scheme_edit(request, organisation, pk):
    draft = get_scheme_draft_for(request.user, organisation, pk)
    if draft.published:
        return redirect("scheme_detail", draft.organisation.slug, draft.published.pk)
    form = SchemeDraftForm(post_data(request), draft=draft)
    if form.is_valid():
        arguments = {"version": form.cleaned_data["version"], **form.content}
        if submit(form, draft.revise, by=request.user, **arguments):
            messages.success(request, "Draft saved.")
            return redirect("scheme_publish", draft.organisation.slug, draft.pk)
    context = {"organisation": draft.organisation, "draft": draft, "form": form}
    page = "administration/scheme_edit.html"
    return render(request, page, context, status=response_status(form))


def scheme_publish(request, organisation, pk):
    draft = get_scheme_draft_for(request.user, organisation, pk)
    if draft.published:
        return redirect("scheme_detail", draft.organisation.slug, draft.published.pk)
    form = SchemeVersionForm(post_data(request), draft=draft)
    if form.is_valid() and (scheme := submit(form, publish, draft, request.user, form)):
        messages.success(request, published_message(request.user, draft, scheme))
        return redirect("scheme_detail", draft.organisation.slug, scheme.pk)
    context = {
        "organisation": draft.organisation,
        "draft": draft,
        "preview": PublishPreview(draft, request.user, timezone.localdate()),
        "form": form,
    }
    page = "administration/scheme_publish.html"
    return render(request, page, context, status=response_status(form))


def published_message(reader, draft, scheme):
    """That it is published, and where each register that may take it adopts it."""
    registers = registers_to_adopt(scheme, draft.organisation)
    if not registers:
        return f"{scheme} is published. Choose it when you add a register."
    run = [row for row in registers if can_on(reader, Permission.RUN_REGISTER, row)]
    if not run:
        page = "under Settings, Scoring scheme, of each register"
        return f"{scheme} is published. A risk manager adopts it {page}."
    addresses = (reverse("register_scheme", args=[row.slug]) for row in run)
    links = map(message_link, run, (f"{address}?to={scheme.pk}" for address in addresses))
    words = "{} is published. Preview and adopt it on {}."
    return format_html(words, scheme, format_html_join(", ", "{}", zip(links, strict=True)))


def publish(draft, user, form):
    """Publish the draft at the version of the form; None where its matrix has problems."""
    try:
        return draft.publish(by=user, version=form.cleaned_data["version"])
    except ValidationError as error:
        form.add_error(None, error)
        return None


def scheme_discard(request, organisation, pk):
    draft = get_scheme_draft_for(request.user, organisation, pk)
    if draft.published:
        return redirect("scheme_detail", draft.organisation.slug, draft.published.pk)
    form = SchemeVersionForm(post_data(request), draft=draft)
    if form.is_valid():
        name = submit(form, draft.discard, by=request.user, version=form.cleaned_data["version"])
        if name:
            messages.success(request, f"The draft “{name}” is deleted.")
            return redirect("scheme_list", draft.organisation.slug)
    context = {"organisation": draft.organisation, "draft": draft, "form": form}
    page = "administration/scheme_discard.html"
    return render(request, page, context, status=response_status(form))
