"""What a manager decides of a whole import: its day, which rows are risks of the register, undo."""

from datetime import date

from django.contrib import messages
from django.shortcuts import redirect, render

from registers.forms.import_decisions import ImportAsAtForm, LookalikesForm, UndoImportForm
from registers.imports.commit import ImportOutdated
from registers.imports.staging import decide_lookalikes, set_as_at
from registers.imports.undo import plan_undo, undo_import
from registers.models import BulkEditConflict, RegisterImport
from registers.permissions import risks_for
from registers.views.form_flow import post_data
from registers.views.imports import get_import_for


def import_as_at(request, slug, pk):
    register, batch = get_import_for(request.user, slug, pk)
    if batch.is_done or batch.is_ours:
        return redirect(batch)
    initial = {"as_at": batch.as_at or _day(request.GET.get("day", ""))}
    form = ImportAsAtForm(post_data(request), initial=initial)
    if form.is_valid():
        set_as_at(batch, form.cleaned_data["as_at"])
        return redirect(batch)
    context = {"register": register, "batch": batch, "form": form}
    return render(request, "imports/import_as_at.html", context)


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def import_lookalikes(request, slug, pk):
    register, batch = get_import_for(request.user, slug, pk)
    if batch.stage != RegisterImport.Stage.READY or batch.is_ours:
        return redirect(batch)
    risks = risks_for(request.user, register)
    form = LookalikesForm(post_data(request), batch=batch, risks=risks)
    if form.is_valid():
        decide_lookalikes(batch, form.decisions)
        return redirect(batch)
    context = {"register": register, "batch": batch, "form": form}
    return render(request, "imports/import_lookalikes.html", context)


def import_undo(request, slug, pk):
    register, batch = get_import_for(request.user, slug, pk)
    if not batch.is_done or batch.is_ours or batch.is_undone:
        return redirect(batch)
    plan = plan_undo(batch)
    form, status = UndoImportForm(post_data(request), initial={"version": plan.version}), 200
    if form.is_valid():
        reason, version = (form.cleaned_data[name] for name in ("reason", "version"))
        try:
            undo_import(batch, by=request.user, reason=reason, shown_version=version)
            messages.success(request, f"You undid the import of {batch.file_name}.")
            return redirect(batch)
        except (ImportOutdated, BulkEditConflict):
            plan, status = plan_undo(batch), 409
            form.data = form.data.copy()
            form.data["version"] = plan.version
    context = {"register": register, "batch": batch, "form": form, "plan": plan, "status": status}
    return render(request, "imports/import_undo.html", context, status=status)
