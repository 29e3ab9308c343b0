"""Import a file: upload it, name its columns and words, stage and preview its rows, commit it."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from registers.forms.import_rows import RowRolesForm
from registers.forms.import_sheets import ImportSheetsForm
from registers.forms.import_values import ImportWordsForm
from registers.forms.imports import ImportColumnsForm, ImportFileForm, ImportStepForm
from registers.import_files import commit_import, problem_entry
from registers.imports.commit import ImportOutdated, staged_version
from registers.imports.file_sheets import file_sheets
from registers.imports.not_in_file import risks_not_in_file
from registers.imports.progress import (
    FILTERS,
    Preview,
    PreviewRow,
    completed_imports,
    imported_before,
    open_imports,
)
from registers.imports.propose_day import propose_day
from registers.imports.rejected_rows import rejected_rows_csv
from registers.imports.row_report import all_rows_csv
from registers.imports.sheet_rows import DECIDABLE, DECIDE, SheetRows
from registers.imports.sheet_rows import FILTERS as SHEET_FILTERS
from registers.imports.staging import (
    decide_rows,
    discard_import,
    match_words,
    name_columns,
    restart_staging,
    stage_rows,
)
from registers.json_file.parse import CannotRestore
from registers.models import BulkEditConflict, RegisterImport
from registers.permissions import Permission, get_register_for, risks_for
from registers.quality.worklist import Worklist
from registers.spreadsheet import BYTES
from registers.views.as_of import page_of, read_only
from registers.views.form_flow import post_data

Stage = RegisterImport.Stage
DECISIONS = 100  # rows of a page with a line for each
COUNTED = 2000  # rows up to which the last page counts the worklist


def get_import_for(user, slug, pk):
    """(register, its import). Raises like get_register_for, and Http404 for no such import."""
    register = get_register_for(user, slug, Permission.RUN_REGISTER)
    batch = get_object_or_404(register.imports.select_related("by"), pk=pk)
    batch.register = register
    batch.imported_before = imported_before(batch)
    return register, batch


def register_import(request, slug):
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    data = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ImportFileForm(*data, register=register, by=request.user)
    if form.is_valid():
        return redirect(form.batch)
    context = {
        "register": register,
        "form": form,
        "open_imports": open_imports(register),
        "completed_imports": completed_imports(register)[:20],
    }
    return render(request, "imports/register_import.html", context)


def import_detail(request, slug, pk):
    """The current step of the import. The form of another step redirects to the current one."""
    register, batch = get_import_for(request.user, slug, pk)
    step = request.POST.get("step", batch.stage)
    if step == "rows" and batch.stage == Stage.READY and not batch.is_ours:
        return import_row_roles(request, register, batch)
    if step in BACK:
        BACK[step](batch)
    return redirect(batch) if step != batch.stage else STEPS[batch.stage](request, register, batch)


def import_columns(request, register, batch):
    form = ImportColumnsForm(post_data(request), batch=batch)
    if form.is_valid():
        (name_columns if form.is_elsewhere else match_words)(batch, form.plan)
        return redirect(batch)
    today = timezone.localdate()
    batch.proposed_day = propose_day(batch.file_name, form.shown, form.before, today)
    context = {"register": register, "batch": batch, "form": form, "sheets": file_sheets(batch)}
    return render(request, "imports/import_columns.html", context)


def import_sheets(request, slug, pk):
    """Which other sheets of the file to read, each as an import of its own."""
    register, batch = get_import_for(request.user, slug, pk)
    form = ImportSheetsForm(post_data(request), batch=batch, by=request.user)
    if form.is_valid():
        return redirect(batch)
    context = {"register": register, "batch": batch, "form": form, "sheets": file_sheets(batch)}
    return render(request, "imports/import_sheets.html", context)


def import_words(request, register, batch):
    form = ImportWordsForm(post_data(request), batch=batch)
    if form.is_valid():
        match_words(batch, form.plan)
        return redirect(batch)
    return render(
        request, "imports/import_words.html", {"register": register, "batch": batch, "form": form}
    )


def import_rows(request, register, batch):
    if request.method == "POST":
        after = request.POST.get("after", "")
        if after.isascii() and after.isdecimal() and len(after) < 9:
            stage_rows(batch, after=int(after))
        return redirect(batch)
    return render(request, "imports/import_rows.html", {"register": register, "batch": batch})


def import_restore(request, register, batch):
    """A JSON file of this product is restored whole: there are no columns to name."""
    form = ImportStepForm(post_data(request), initial={"seen": staged_version(batch)})
    problems, status = batch.report["problems"], 200
    if form.is_valid():
        try:
            commit_import(batch, by=request.user, shown_version=form.cleaned_data["seen"])
            return redirect(batch)
        except CannotRestore as error:
            problems = [problem_entry(problem.path, problem.words) for problem in error.problems]
            status = 409
    context = {"register": register, "batch": batch, "form": form, "problems": problems}
    return render(request, "imports/import_restore.html", context, status=status)


def import_preview(request, register, batch):
    if batch.is_ours:
        return import_restore(request, register, batch)
    is_sent = request.POST.get("step") == "ready"
    form = ImportStepForm(
        request.POST if is_sent else None, initial={"seen": staged_version(batch)}
    )
    conflict = None
    if form.is_valid():
        try:
            commit_import(batch, by=request.user, shown_version=form.cleaned_data["seen"])
            return redirect(batch)
        except (ImportOutdated, BulkEditConflict) as error:
            conflict = error
    context = {"register": register, "batch": batch, "form": form, "conflict": conflict}
    status = 409 if conflict else 200
    return render(
        request,
        "imports/import_preview.html",
        context | rows_context(request, batch),
        status=status,
    )


def import_row_roles(request, register, batch):
    """What the user decided for the rows of one page of a list. Then the rows are read again."""
    form = rows_context(request, batch).get("row_form")
    if form and form.is_valid():
        decide_rows(batch, form.roles)
        return redirect(batch)
    return import_preview(request, register, batch)


def import_done(request, register, batch):
    context = {"register": register, "batch": batch, "sheets": file_sheets(batch)}
    context |= rows_context(request, batch)
    if context["preview"].total <= COUNTED:
        risks = risks_for(request.user, register)
        context["things"] = Worklist(
            register, risks, timezone.localdate(), reader=request.user
        ).count
    return render(request, "imports/import_done.html", context)


def rows_context(request, batch):
    """Template context: counts, and the page of rows that the address asks for."""
    show = request.GET.get("show", "")
    preview, sheet_rows = Preview(batch), SheetRows(batch)
    undecided = sheet_rows.counts[DECIDE]
    context = {"preview": preview, "undecided_rows": undecided, "show": show}
    context["decisions"] = undecided + preview.undecided
    context["filters"] = [*preview.filters, *sheet_rows.filters]
    risks = risks_for(request.user, batch.register)
    context["not_in_file"] = risks_not_in_file(batch, risks)
    if show in SHEET_FILTERS:
        page = page_of(request, sheet_rows.numbers(show), DECISIONS)
        form = RowRolesForm(
            post_data(request) if request.POST.get("step") == "rows" else None,
            accounts=sheet_rows.accounts_of(page.object_list),
            plan=batch.plan,
            lookalikes=sheet_rows.lookalikes,
        )
        is_open = show in DECIDABLE and not batch.is_done
        return context | {"page": page, "row_form": form, "can_decide": is_open}
    if show not in FILTERS:
        raise BadRequest("show takes the name of a list of rows, such as new, refused or below.")
    page = page_of(request, preview.rows(show))
    page.object_list = [PreviewRow(preview, row) for row in page.object_list]
    return context | {"page": page}


STEPS = {
    Stage.MAPPING: import_columns,
    Stage.WORDS: import_words,
    Stage.STAGING: import_rows,
    Stage.READY: import_preview,
    Stage.DONE: import_done,
}
BACK = {"name": name_columns, "read": restart_staging}  # step that a later one returns to


@read_only
def import_report(request, slug, pk):
    _, batch = get_import_for(request.user, slug, pk)
    is_whole = request.GET.get("rows") == "all"
    stem = slugify(batch.file_name.rpartition(".")[0])[:80] or "import"
    if batch.register.organisation.is_sandbox:
        stem = f"sandbox-{stem}"
    name = f"{stem}-rows.csv" if is_whole else f"{stem}-left-out.csv"
    content = all_rows_csv(batch) if is_whole else rejected_rows_csv(batch)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
def import_give_up(request, slug, pk):
    _, batch = get_import_for(request.user, slug, pk)
    if discard_import(batch):
        messages.success(
            request,
            f"You cancelled the import of {batch.file_name}. We kept nothing of it, and the "
            "register has not changed.",
        )
    return redirect("register_import", slug)


def may_send_workbook(user, slug):
    """Whether the user may upload a workbook to that register; checked before the body is read."""
    try:
        return bool(get_register_for(user, slug, Permission.RUN_REGISTER))
    except (Http404, PermissionDenied):
        return False


register_import.largest_body = BYTES + 100_000  # with the form around the file
register_import.may_send = may_send_workbook
