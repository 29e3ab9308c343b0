"""The Word templates of an organisation: upload, download, retire, and what they can say."""

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from registers.forms.paper_templates import PaperTemplateForm, RetirementForm
from registers.models import PaperTemplate
from registers.papers.placeholders import GROUPS, WAYS
from registers.papers.starter import write_starter
from registers.papers.template import BYTES
from registers.permissions import Permission, get_organisation_for
from registers.phrases.paper_files import template_finding
from registers.views.as_of import page_of, read_only
from registers.views.exports import DOCX
from registers.views.form_flow import post_data, response_status, submit

PERMISSION = Permission.MANAGE_PAPER_TEMPLATES
STARTER = "paper-template.docx"


@read_only
def paper_template_list(request, organisation):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    related = organisation.paper_templates.select_related("by", "retirement__by")
    templates = related.defer("content")
    in_use = templates.in_use()
    earlier = templates.exclude(pk__in=in_use.order_by().values("pk"))
    context = {
        "organisation": organisation,
        "in_use": in_use,
        "page": page_of(request, earlier.order_by("name", "-version")),
    }
    return render(request, "administration/paper_template_list.html", context)


def paper_template_new(request, organisation):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PaperTemplateForm(*data, name=request.GET.get("name", "")[:100])
    if form.is_valid():
        arguments = {"by": request.user, **form.template}
        if template := submit(form, PaperTemplate.upload, organisation, **arguments):
            messages.success(request, f"Template uploaded: {template}.")
            return redirect("paper_template_detail", organisation.slug, template.pk)
    cancel = reverse("paper_template_list", args=[organisation.slug])
    context = {"organisation": organisation, "form": form, "cancel_href": cancel}
    page = "administration/paper_template_new.html"
    return render(request, page, context, status=response_status(form))


def may_send_template(user, organisation):
    """Asked before any of a file is read."""
    try:
        get_organisation_for(user, organisation, PERMISSION)
        return True
    except (Http404, PermissionDenied):
        return False


paper_template_new.largest_body = BYTES + 100_000  # with the form around the file
paper_template_new.may_send = may_send_template


@read_only
def paper_template_detail(request, organisation, pk):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    templates = organisation.paper_templates.select_related("by", "retirement__by")
    template = get_object_or_404(templates.defer("content"), pk=pk)
    context = {
        "organisation": organisation,
        "template": template,
        "is_in_use": template.is_in_use,
        "notes": [template_finding(kind, subject) for kind, subject in template.notes],
    }
    return render(request, "administration/paper_template_detail.html", context)


@read_only
def paper_template_file(request, organisation, pk):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    template = get_object_or_404(organisation.paper_templates, pk=pk)
    return _word_file(organisation, template.file_name, bytes(template.content))


def paper_template_retire(request, organisation, pk):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    templates = organisation.paper_templates.select_related("organisation").defer("content")
    template = get_object_or_404(templates, pk=pk)
    form = RetirementForm(post_data(request))
    if form.is_valid() and submit(form, template.retire, by=request.user, **form.cleaned_data):
        messages.success(request, f"Retired: {template}.")
        return redirect("paper_template_list", organisation.slug)
    context = {"organisation": organisation, "template": template, "form": form}
    context["is_in_use"] = template.is_in_use
    page = "administration/paper_template_retire.html"
    return render(request, page, context, status=response_status(form))


@read_only
def paper_template_names(request, organisation):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    context = {"organisation": organisation, "ways": WAYS, "groups": GROUPS}
    return render(request, "administration/paper_template_names.html", context)


@read_only
def paper_template_starter(request, organisation):
    organisation = get_organisation_for(request.user, organisation, PERMISSION)
    file = io.BytesIO()
    write_starter(file)
    return _word_file(organisation, STARTER, file.getvalue())


def _word_file(organisation, name, content):
    name = f"sandbox-{name}" if organisation.is_sandbox else name
    response = HttpResponse(content, content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
