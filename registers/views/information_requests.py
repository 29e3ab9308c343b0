"""An extract of a register as at a day, for who answers a request for information."""

import hashlib
import io

from django.core.exceptions import BadRequest
from django.shortcuts import render

from registers.exports.csv import write_csv
from registers.forms.information_requests import InformationRequestForm, names_a_field
from registers.models import PaperFormat
from registers.papers.formats import file_of
from registers.papers.information_request import usual_extract
from registers.permissions import Permission, get_register_for
from registers.read_audit import INFORMATION_EXTRACT, record_export
from registers.read_snapshot import read_snapshot
from registers.views.as_of import read_only
from registers.views.document_files import attachment, file_response
from registers.views.exports import CSV


@read_only
def information_request(request, slug):
    """Choose the day and the fields, and see what will be left out and why."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER, is_read=True)
    form = InformationRequestForm(request.GET)
    context = {"register": register, "form": form}
    if form.is_valid():
        with read_snapshot():
            extract = form.extract_of(register)
            context |= {"note": extract.note, "query": request.GET.urlencode()}
    return render(request, "registers/information_request.html", context)


@read_only
def information_request_docx(request, slug):
    extract = _extract(request, slug)
    with read_snapshot():
        document = extract.document
    content = file_of(document, PaperFormat.WORD)
    _record(request, extract, "docx", content)
    return file_response(content, PaperFormat.WORD, _name(extract, "docx"))


@read_only
def information_request_csv(request, slug):
    extract, file = _extract(request, slug), io.BytesIO()
    with read_snapshot():
        write_csv(extract, file)
    content = file.getvalue()
    _record(request, extract, "csv", content)
    return attachment(content, CSV, _name(extract, "csv"))


def _extract(request, slug):
    """An address that names no day means today and the usual fields."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER, is_read=True)
    if not names_a_field(request.GET):
        return usual_extract(register)
    form = InformationRequestForm(request.GET)
    if not form.is_valid():
        raise BadRequest("The address needs a day that has come, and fields of the list.")
    return form.extract_of(register)


def _record(request, extract, file_format, content):
    if request.method != "GET":
        return
    facts = {
        "day": extract.day.isoformat(),
        "fields": list(extract.groups),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    record_export(
        extract.register,
        by=request.user,
        file_format=file_format,
        facts=facts,
        verb=INFORMATION_EXTRACT,
        text={"request": extract.request},
    )


def _name(extract, ending):
    return f"{extract.register.file_stem}-extract-as-at-{extract.day.isoformat()}.{ending}"
