"""Which papers and parts of papers a person reads, and for which readers a part is made."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404

from registers.models import (
    ClearanceKind,
    Paper,
    PublishedPaper,
    RiskRevision,
    Role,
)
from registers.permissions.access import get_register_for, risks_across
from registers.permissions.exempt import sees_all_exempt
from registers.permissions.roles import (
    Permission,
    can,
    permissions_of,
    reader_in_role,
    roles_in,
)

# Who gives a clearance themselves. Who runs the register records those of all.
CLEARING_ROLES = {
    ClearanceKind.FINANCE: Role.SECTION_151_OFFICER,
    ClearanceKind.MONITORING_OFFICER: Role.MONITORING_OFFICER,
    ClearanceKind.COMMISSIONERS: Role.COMMISSIONER,
}


def papers_for(user, register):
    """The register's papers that the person may read: those not published by permission only.

    Each with `is_published`.
    """
    published = PublishedPaper.objects.filter(paper=OuterRef("pk")).order_by()
    papers = register.papers.annotate(is_published=Exists(published))
    if not can(user, Permission.READ_DRAFT_PAPERS, register.organisation):
        papers = papers.filter(is_published=True)
    return papers.select_related("meeting__body", "officer")


def papers_of_meeting(user, meeting):
    """The papers for a meeting that the person may read, each with `is_published`."""
    organisation = meeting.body.organisation
    published = PublishedPaper.objects.filter(paper=OuterRef("pk")).order_by()
    papers = Paper.objects.filter(meeting=meeting).annotate(is_published=Exists(published))
    if not can(user, Permission.READ_DRAFT_PAPERS, organisation):
        papers = papers.filter(is_published=True)
    return papers.select_related("register", "organisation").order_by("pk")


def get_paper_for(user, slug, pk, permission=Permission.VIEW_REGISTER):
    """The paper; 404 for a stranger and for one that the person may not read, 403 without the
    permission.
    """
    register = get_register_for(user, slug)
    paper = get_object_or_404(papers_for(user, register), pk=pk)
    if permission not in permissions_of(user, register.organisation):
        raise PermissionDenied
    get_register_for(user, slug, permission)  # refuses an archived register
    paper.register = register
    paper.organisation = paper.meeting.body.organisation = register.organisation
    return paper


def may_read_part_b(user, paper):
    """Whether they see every exempt risk of its registers."""
    return all(sees_all_exempt(user, register) for register in paper.registers)


def clearances_of(user, organisation):
    """The ClearanceKinds that the person may give or record there."""
    if can(user, Permission.RUN_REGISTER, organisation):
        return list(ClearanceKind)
    roles = roles_in(user, organisation)
    return [kind for kind, role in CLEARING_ROLES.items() if role in roles]


def public_reader(organisation):
    """For whom a Part A is made: they see no exempt risk and no draft, and read every question."""
    return reader_in_role(Role.CLERK, organisation)


def exempt_reader(organisation):
    """For whom a Part B is made: they see every exempt risk, and no draft."""
    return reader_in_role(Role.MONITORING_OFFICER, organisation)


def drafting_reader(organisation):
    """To count drafts, which exempt risks may be among: they see everything."""
    return reader_in_role(Role.MANAGER, organisation)


def marking_reader(organisation):
    """For whom marks on warning signs are no secret: as a public_reader, with officers' marks."""
    return reader_in_role(Role.OFFICER, organisation)


def exempt_risks_of(registers):
    """The exempt risks that are or were on these registers of one organisation, as of today."""
    reader = exempt_reader(registers[0].organisation)
    return risks_across(reader, registers).filter(is_exempt=True)


def exempt_risks_in(organisation):
    """Those of all its registers: no Part A may name one, whichever register it reports."""
    registers = organisation.registers.all()
    for register in registers:
        register.organisation = organisation
    risks = exempt_risks_of(list(registers))
    return risks.select_related("register", "latest")


def exempt_since(paper, instant):
    """Those of the paper's registers that were open to all at an instant or at any time since.

    So that somebody may have written of them meanwhile: also of a risk that was raised since, or
    that was exempt at the instant, open for a while and is exempt again.
    """
    revisions = RiskRevision.objects.filter(risk=OuterRef("pk")).order_by()
    before = revisions.filter(recorded_at__lte=instant).order_by("-number")
    was_open = Exists(revisions.filter(recorded_at__gt=instant, is_exempt=False))
    risks = exempt_risks_of(paper.registers)
    risks = risks.annotate(was_exempt=before.values("is_exempt")[:1])
    return risks.filter(Q(was_exempt=False) | was_open)
