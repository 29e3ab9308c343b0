"""Audit entries about reading: a register that was downloaded, an exempt risk or the Part B of a
paper that was opened, a page that was refused.

The only writes that a GET makes. docs/adr/0024-reading-in-the-audit-trail.md says why.
"""

from django.db import transaction
from django.utils import timezone

from registers.models import AuditChain, AuditEntry

EXPORTED = "register.exported"
INFORMATION_EXTRACT = "register.information-extract"
EXEMPT_READ, PART_B_READ = "risk.exempt-read", "part-b.read"
PAGE_REFUSED = "organisation.page-refused"
MOST_REFUSALS = 20  # entries of one person, organisation and day


@transaction.atomic
def record_export(register, *, by, file_format, facts=None, verb=EXPORTED, text=None):
    """Record that a person downloads the register, or the part of it that they see.

    facts, text: more of either. verb: EXPORTED, or INFORMATION_EXTRACT.
    """
    AuditEntry.record(
        organisation=register.organisation,
        by=by,
        verb=verb,
        subject=register,
        facts={"format": file_format, **(facts or {})},
        text={"register": str(register), "by": str(by), **(text or {})},
    )


def record_exempt_read(risk, *, by):
    """Record that a person opens the risk, if it is exempt: once for each person, risk and day.

    A query for an exempt risk, and none for others. Two requests at once make one entry.
    """
    if not risk.is_exempt:
        return
    text = {"reference": risk.reference}
    _record_read(EXEMPT_READ, risk, risk.register.organisation, by=by, text=text)


def record_part_b_read(paper, *, by):
    """Record that a person opens or downloads its Part B: once for each person, paper and day."""
    _record_read(PART_B_READ, paper, paper.organisation, by=by, text={"paper": paper.title})


def _record_read(verb, record, organisation, *, by, text):
    reads = _entries_of_today(verb, record, by)
    if reads.exists():
        return
    with transaction.atomic():
        AuditChain.objects.select_for_update().get(organisation=organisation)
        if not reads.all().exists():
            text = {**text, "by": str(by)}
            AuditEntry.record(
                organisation=organisation, by=by, verb=verb, subject=record, text=text
            )


def record_page_refusal(organisation, page, *, by):
    """Record that a person's roles do not allow a page: once for each page and day.

    page: the name of its address. At most MOST_REFUSALS entries a day, so that nobody floods the
    chain.
    """
    refusals = _entries_of_today(PAGE_REFUSED, organisation, by)
    if not _is_new_refusal(refusals, page):
        return
    with transaction.atomic():
        AuditChain.objects.select_for_update().filter(organisation=organisation).first()
        if _is_new_refusal(refusals.all(), page):
            AuditEntry.record(
                organisation=organisation,
                by=by,
                verb=PAGE_REFUSED,
                subject=organisation,
                facts={"page": page},
                text={"name": str(organisation), "by": str(by)},
            )


def _is_new_refusal(refusals, page):
    pages = [facts.get("page") for facts in refusals.values_list("facts", flat=True)]
    return page not in pages and len(pages) < MOST_REFUSALS


def _entries_of_today(verb, record, by):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    subject = f"{record._meta.model_name}:{record.pk}"
    return AuditEntry.objects.filter(subject=subject, verb=verb, by=by, at__gte=midnight)
