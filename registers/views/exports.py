"""Downloads of a register: CSV, workbook, JSON, open data, and a summary in Word."""

import io
import logging
from functools import partial

from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from registers.exports import csv, open_data, xlsx
from registers.exports.metadata import ExportMetadata
from registers.exports.table import RegisterTable
from registers.json_file.write import write_file
from registers.models import Tolerances
from registers.permissions import (
    Permission,
    can,
    counts_everything,
    get_register_for,
    open_data_for,
    position_history_for,
    positions_for,
    risks_for,
)
from registers.read_audit import record_export
from registers.read_snapshot import read_snapshot
from registers.summary import write_summary
from registers.views.as_of import as_of_from, read_only
from registers.views.filters import empty_narrowing, filter_positions

CSV = "text/csv; charset=utf-8"
CSVW = "application/csvm+json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@read_only
def export_csv(request, slug):
    metadata, table = list_export(request, slug)
    return download(
        request, table.register, metadata.file_name("csv"), CSV, partial(csv.write_csv, table)
    )


@read_only
def export_xlsx(request, slug):
    metadata, table = list_export(request, slug)
    write = partial(xlsx.write_xlsx, table, metadata)
    return download(request, table.register, metadata.file_name("xlsx"), XLSX, write)


@read_only
def open_data_csv(request, slug):
    edition = open_data_edition(request, slug)
    return download(request, edition.register, edition.file_name, CSV, edition.write_csv)


@read_only
def open_data_metadata(request, slug):
    edition = open_data_edition(request, slug)
    name = f"{edition.file_name}-metadata.json"
    return download(request, edition.register, name, CSVW, edition.write_metadata)


@read_only
def register_summary(request, slug):
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register, is_compared=True)
    metadata = ExportMetadata.of(
        register, as_of, sees_all_exempt=counts_everything(request.user, register)
    )
    positions, earlier_positions = positions_on_both_days(request.user, register, as_of)
    inputs = {
        "metadata": metadata,
        "as_of": as_of,
        "positions": positions,
        "previous": earlier_positions,
        "narrowing": empty_narrowing(request, register, as_of, positions),
        "history": position_history_for(request.user, register, as_of.recorded_by),
        "risks": risks_for(request.user, register),
        "tolerances": Tolerances.of(register),
    }
    name = metadata.file_name("docx", "summary")
    return download(request, register, name, DOCX, partial(write_summary, **inputs))


def positions_on_both_days(user, register, as_of):
    """(positions on the day read, on the day compared with): none of a day to come."""
    positions = positions_for(user, register, as_of.day, as_of.recorded_by)
    earlier = positions_for(user, register, as_of.since, as_of.since_recorded_by)
    return (
        positions.none() if as_of.is_future else positions,
        earlier if as_of.has_comparison else earlier.none(),
    )


def list_export(request, slug):
    """(ExportMetadata, RegisterTable) of the risks that the list shows at this address."""
    register = get_register_for(request.user, slug)
    as_of = as_of_from(request, register)
    narrowed = filter_positions(request, register, as_of)
    if narrowed.form.errors:
        raise BadRequest("This register does not have what the address asks for.")
    metadata = ExportMetadata.of(
        register,
        as_of,
        sees_all_exempt=counts_everything(request.user, register),
        is_narrowed=narrowed.is_narrowed,
    )
    drafts = can(request.user, Permission.EDIT_RISK, register.organisation)
    table = RegisterTable(register, narrowed.qs, as_of.day, as_of.recorded_by, drafts=drafts)
    return metadata, table


def open_data_edition(request, slug):
    """The open data of the last agreement or, without one, of today."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER, is_read=True)
    agreement, today = register.agreements.in_force().first(), timezone.localdate()
    day, recorded_by = (agreement.on, agreement.recorded_by) if agreement else (today, None)
    positions = open_data_for(request.user, register, day, recorded_by)
    return open_data.Edition(register, positions, today, agreement)


def download(request, register, name, content_type, write):
    """A response with a file, which is complete before it is sent, and of one database state.

    With an audit entry. write: a function that writes the file.
    """
    file = io.BytesIO()
    with read_snapshot():
        write(file)
    if request.method == "GET":
        record_export(register, by=request.user, file_format=name.partition(".")[2])
    response = HttpResponse(file.getvalue(), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


log = logging.getLogger("registers.exports")


@read_only
def export_json(request, slug):
    """The whole register with its history, which the server's log and the audit trail record."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER, is_read=True)
    as_of = as_of_from(request, register)
    if as_of.agreement:
        raise BadRequest("The history goes up to a day: use as_at, not agreed.")
    day = as_of.day if as_of.day < as_of.today else None
    file, digest = write_file(register, reader=request.user, day=day)
    name = f"{register.file_stem}{f'-{day.isoformat()}' if day else ''}.json"
    log.info(
        "register.exported register=%s by=%s as_at=%s sha256=%s",
        register.slug,
        request.user.pk,
        day,
        digest,
    )
    if request.method == "GET":
        facts = {"day": day and day.isoformat(), "sha256": digest}
        record_export(register, by=request.user, file_format="json", facts=facts)
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/json")
