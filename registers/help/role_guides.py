"""Where each role begins on a register, for the guide of that role."""

from dataclasses import dataclass

from registers.models import Membership, Role
from registers.permissions import registers_for


@dataclass(frozen=True)
class StartPage:
    """A page of a register that a guide leads to. name: of its address."""

    label: str
    name: str


DASHBOARD, RISKS = StartPage("Dashboard", "dashboard"), StartPage("Risks", "risk_list")
AGREEMENTS = StartPage("Agreements", "agreement_list")
ASSURANCE = StartPage("Assurance", "assurance_map")
QUESTIONS = StartPage("My questions", "question_list")
START_PAGES = {
    Role.MEMBER: (DASHBOARD, RISKS, QUESTIONS),
    Role.OFFICER: (RISKS, StartPage("Actions", "action_list"), StartPage("Log a risk", "risk_new")),
    Role.MANAGER: (
        DASHBOARD,
        StartPage("Data quality", "worklist"),
        StartPage("Escalations", "escalation_list"),
        AGREEMENTS,
        StartPage("Import", "register_import"),
    ),
    Role.CLERK: (DASHBOARD, AGREEMENTS, StartPage("Actions", "action_list")),
    Role.MONITORING_OFFICER: (DASHBOARD, RISKS, AGREEMENTS),
    Role.SECTION_151_OFFICER: (DASHBOARD, RISKS, StartPage("Settings", "register_settings")),
    Role.INTERNAL_AUDITOR: (DASHBOARD, RISKS, ASSURANCE),
    Role.EXTERNAL_AUDITOR: (DASHBOARD, RISKS, ASSURANCE),
    Role.PEER: (DASHBOARD, RISKS, ASSURANCE),
    Role.COMMISSIONER: (DASHBOARD, RISKS, ASSURANCE, QUESTIONS),
    Role.ADMINISTRATOR: (DASHBOARD, StartPage("Settings", "register_settings")),
}


def roles_of(reader):
    """The roles that somebody has today, in any organisation. One query; none when signed out."""
    if not reader.is_authenticated:
        return set()
    return {Role(role) for role in _memberships(reader).values_list("role", flat=True)}


def registers_in_role(reader, role):
    """The registers of the organisations in which the reader has that role today."""
    if not reader.is_authenticated:
        return []
    organisations = _memberships(reader).filter(role=role).values("organisation")
    return list(registers_for(reader).filter(organisation__in=organisations))


def _memberships(reader):
    return Membership.objects.active().outside_sandboxes().filter(user=reader).order_by()
