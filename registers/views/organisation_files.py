"""Import posts or bodies from a file: what it would change, then the change."""

from django.contrib import messages
from django.shortcuts import redirect, render

from registers.administration import body_file, meeting_file, post_file
from registers.administration.file_plan import PlanOutdated
from registers.forms.organisation_files import OrganisationFileForm, OrganisationImportForm
from registers.permissions import Permission, get_organisation_for
from registers.phrases.administration import rows_in_words
from registers.views.organisation_changes import announce


def post_import(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    verbs = (post_file.plan_posts, post_file.import_posts)
    return _import(request, organisation, "post", post_file, *verbs)


def body_import(request, organisation):
    organisation = get_organisation_for(request.user, organisation)
    verbs = (body_file.plan_bodies, body_file.import_bodies)
    return _import(request, organisation, "body", body_file, *verbs)


def meeting_import(request, organisation):
    organisation = get_organisation_for(request.user, organisation, Permission.RUN_MEETINGS)
    verbs = (meeting_file.plan_meetings, meeting_file.import_meetings)
    return _import(request, organisation, "meeting", meeting_file, *verbs, to=("meeting_list",))


def _import(request, organisation, subject, source, make_plan, write, to=None):
    """The upload, then the preview, then the import. Nothing is stored in between.

    to: where the import leads, as redirect() takes it; by default to the list of the subject.
    """
    context = {"organisation": organisation, "labels": source.LABELS, "lost": ()}
    context["to"] = to or (f"{subject}_list", organisation.slug)
    page = f"administration/{subject}_import.html"
    fields = {"organisation": organisation, "source": source}
    if "rows" in request.POST:
        form = OrganisationImportForm(request.POST, **fields)
        if form.is_valid():
            return _write(request, subject, form, make_plan, write, context)
        context |= {"form": OrganisationFileForm(**fields), "lost": form.non_field_errors()}
        return render(request, page, context, status=409)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = OrganisationFileForm(*data, **fields)
    if form.is_valid():
        plan = make_plan(organisation, form.table)
        return _preview(request, subject, form.table, plan, form.rows, context)
    return render(request, page, context | {"form": form})


def _write(request, subject, form, make_plan, write, context):
    organisation, values = context["organisation"], form.cleaned_data
    try:
        plan = write(organisation, form.table, by=request.user, state=values["state"])
    except PlanOutdated:
        plan = make_plan(organisation, form.table)
        return _preview(request, subject, form.table, plan, values["rows"], context, 409)
    if plan.writes:
        added, changed = rows_in_words(len(plan.added)), rows_in_words(len(plan.changed))
        announce(request, organisation, f"File imported: {added} added, {changed} changed.")
    else:
        messages.success(request, "Nothing to change: the file says what is here already.")
    return redirect(*context["to"])


def _preview(request, subject, table, plan, rows, context, status=200):
    """What the file would change. status: 409 where it is not what an earlier preview showed."""
    labels = context["labels"]
    context |= {
        "columns": [(heading, labels[name]) for _, heading, name in table.columns],
        "table": table,
        "plan": plan,
        "rows": rows,
        "is_outdated": status == 409,
    }
    page = f"administration/{subject}_import_preview.html"
    return render(request, page, context, status=status)
