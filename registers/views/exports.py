"""A register to take away: as CSV, as a workbook, as open data, and as a summary in Word."""

import io

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from registers.exports import About, RegisterTable, csv, one_state, open_data, xlsx
from registers.exports.summary import summary_of
from registers.exports.summary_docx import write_docx
from registers.models import Tolerances
from registers.permissions import (
    Permission,
    counts_everything,
    course_for,
    get_register_for,
    known_otherwise_for,
    open_data_for,
    positions_for,
    risks_for,
)
from registers.views.as_of import read_only, reading_from
from registers.views.dashboard_filter import empty_narrowing
from registers.views.list_filter import narrowed_list

CSV = "text/csv; charset=utf-8"
CSVW = "application/csvm+json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@read_only
def export_csv(request, slug):
    about, table = listed(request, slug)
    return attached(about.file_name("csv"), CSV, lambda file: csv.write_csv(table, file))


@read_only
def export_xlsx(request, slug):
    about, table = listed(request, slug)
    return attached(about.file_name("xlsx"), XLSX, lambda file: xlsx.write_xlsx(table, about, file))


@read_only
def open_data_csv(request, slug):
    edition = edition_of(request, slug)
    return attached(edition.file_name, CSV, edition.write_csv)


@read_only
def open_data_metadata(request, slug):
    edition = edition_of(request, slug)
    return attached(f"{edition.file_name}-metadata.json", CSVW, edition.write_metadata)


@read_only
def register_summary(request, slug):
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    about = About.of(register, reading, everything=counts_everything(request.user, register))
    now, then = readable(request.user, register, reading)
    said = {
        "now": now,
        "previous": then,
        "unsaved": known_otherwise_for(request.user, reading.agreement),
        "narrowing": empty_narrowing(request, register, reading, now),
        "course": course_for(request.user, register),
        "risks": risks_for(request.user, register),
        "tolerances": Tolerances.of(register),
    }

    def write(file):
        write_docx(summary_of(about=about, reading=reading, **said), file)

    return attached(about.file_name("docx", "summary"), DOCX, write)


def readable(user, register, reading):
    """(positions on the day read, on the day compared with): none of a day to come."""
    now = positions_for(user, register, reading.day, reading.agreement)
    then = positions_for(user, register, reading.since)
    return now.none() if reading.is_future else now, then if reading.has_comparison else then.none()


def listed(request, slug):
    """(what the file says of itself, the table of the risks that the list shows at this address)."""
    register = get_register_for(request.user, slug)
    reading = reading_from(request, register)
    narrowed = narrowed_list(request, register, reading)
    if narrowed.form.errors:
        raise BadRequest("The address asks for something this register does not have.")
    everything = counts_everything(request.user, register)
    about = About.of(register, reading, everything=everything, is_narrowed=narrowed.is_narrowed)
    return about, RegisterTable(register, narrowed.qs, reading.day, reading.known_by)


def edition_of(request, slug):
    """The open-data edition of what was agreed last or, where nothing was, of today."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    agreement, today = register.agreements.first(), timezone.localdate()
    positions = open_data_for(
        request.user, register, agreement.on if agreement else today, agreement
    )
    return open_data.Edition(register, positions, today, agreement)


def attached(name, content_type, write):
    """A file to be kept, written as a whole before any of it is sent: of one state of the database,
    and never half.
    """
    file = io.BytesIO()
    with one_state():
        write(file)
    answer = HttpResponse(file.getvalue(), content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
