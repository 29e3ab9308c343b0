"""Documents of the parts of papers as pages and as files to download."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from registers.models import PaperFormat
from registers.papers.formats import FILE_ERRORS, file_of
from registers.papers.placeholders import ABOVE_TITLE

CONTENT_TYPES = {
    PaperFormat.HTML: "text/html; charset=utf-8",
    PaperFormat.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    PaperFormat.PDF: "application/pdf",
}


def file_response(content, kind, name):
    return attachment(content, CONTENT_TYPES[kind], name)


def attachment(content, content_type, name):
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def document_file(request, document, kind, stem, *, back):
    """The document as a file; where none can be made, a message on the page at the address back."""
    try:
        content = file_of(document, kind)
    except FILE_ERRORS as problem:
        messages.error(request, str(problem))
        return redirect(back)
    return file_response(content, kind, f"{stem}.{kind}")


def page_lines(document):
    """(label, text) of the table at the top of its page: the page names the authority elsewhere."""
    return [line for name, line in document.front.items() if name not in ABOVE_TITLE]
