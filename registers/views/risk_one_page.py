"""A risk on one page: as a page, in Word and as PDF."""

from django.shortcuts import render
from django.urls import reverse

from registers.models import PaperFormat
from registers.papers.pango import is_available
from registers.papers.risk_one_page import OnePageRisk
from registers.permissions import Permission, can_on, get_risk_for
from registers.read_snapshot import read_snapshot
from registers.risk_page.page import risk_page_context
from registers.views.as_of import as_of_from, read_only
from registers.views.document_files import document_file, page_lines
from registers.views.risks import audit_read


@read_only
def risk_one_page(request, slug, number):
    risk, as_of, document = _read(request, slug, number)
    context = {
        "register": risk.register,
        "risk": risk,
        "as_of": as_of,
        "document": document,
        "lines": page_lines(document) if document else [],
        "has_pdf": is_available(),
    }
    audit_read(request, risk)
    return render(request, "risk_page/risk_one_page.html", context)


@read_only
def risk_one_page_docx(request, slug, number):
    return _file(request, slug, number, PaperFormat.WORD)


@read_only
def risk_one_page_pdf(request, slug, number):
    return _file(request, slug, number, PaperFormat.PDF)


def _read(request, slug, number):
    """(risk, day read, Document): None where the risk was not on the register that day."""
    with read_snapshot():
        risk = get_risk_for(request.user, slug, number)
        as_of = as_of_from(request, risk.register, is_compared=True)
        may_edit = can_on(request.user, Permission.EDIT_RISK, risk.register)
        shown = risk_page_context(request.user, risk, as_of, may_edit=may_edit)
        if shown["position"] is None:
            return risk, as_of, None
        return risk, as_of, OnePageRisk.of(request.user, risk, as_of, shown).document


def _file(request, slug, number, kind):
    risk, as_of, document = _read(request, slug, number)
    if document is None:
        return risk_one_page(request, slug, number)  # which says so
    audit_read(request, risk)
    stem = f"{risk.register.file_stem}-{risk.number:03}-one-page-{as_of.day.isoformat()}"
    back = reverse("risk_one_page", args=[risk.register.slug, risk.number]) + as_of.query
    suffix = "-exempt" if risk.is_exempt else ""
    return document_file(request, document, kind, f"{stem}{suffix}", back=back)
