"""Where each role begins on a register, for the guide of that role."""

from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from registers.dates import days_later
from registers.models import Membership, Role
from registers.permissions import registers_for, roles_in


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

# What somebody does here, in a sentence: the first of their guide, and of their first home page.
LEADS = {
    Role.MEMBER: (
        "You read what your body was given, see what has changed since, and prepare the "
        "questions that you will ask."
    ),
    Role.OFFICER: (
        "You log risks, keep their ratings, controls and actions true, and review them on time."
    ),
    Role.MANAGER: (
        "You run the registers: what comes in, what is reviewed, what is escalated, and "
        "what each body is given."
    ),
    Role.CLERK: (
        "You serve the committee: you read what it will be given, and what it agreed before."
    ),
    Role.MONITORING_OFFICER: (
        "You see every risk, and decide who else needs to know of the exempt ones."
    ),
    Role.SECTION_151_OFFICER: "You see every risk, and what each could cost.",
    Role.INTERNAL_AUDITOR: (
        "You read every risk, and give a rating that stands as that of internal audit."
    ),
    Role.EXTERNAL_AUDITOR: (
        "You read every risk until your access ends, and give a rating that stands as that "
        "of external audit."
    ),
    Role.PEER: (
        "You read a register from outside, give your own rating of a risk and ask questions."
    ),
    Role.COMMISSIONER: (
        "You oversee the organisation for a time: you read every risk as it stands today, and ask."
    ),
    Role.ADMINISTRATOR: (
        "You look after people, posts, bodies and registers, so that the right people see them."
    ),
}
# What they do first: of a register, of an organisation (ORGANISATION_STARTS), or of neither.
FIRST_STEPS = {
    Role.MEMBER: StartPage("Read the dashboard", "dashboard"),
    Role.OFFICER: StartPage("Log a risk", "risk_new"),
    Role.MANAGER: StartPage("Check what is missing on the register", "worklist"),
    Role.CLERK: StartPage("Open the meetings", "meeting_list"),
    Role.MONITORING_OFFICER: StartPage("See who needs to know", "need_to_know_list"),
    Role.SECTION_151_OFFICER: StartPage("Read the dashboard", "dashboard"),
    Role.INTERNAL_AUDITOR: StartPage("Read the dashboard", "dashboard"),
    Role.EXTERNAL_AUDITOR: StartPage("Read the dashboard", "dashboard"),
    Role.PEER: StartPage("Read the dashboard", "dashboard"),
    Role.COMMISSIONER: StartPage("Read the dashboard", "dashboard"),
    Role.ADMINISTRATOR: StartPage("See what your organisation is missing", "organisation_detail"),
}
ORGANISATION_STARTS = ("need_to_know_list", "organisation_detail")
NEWCOMER_DAYS = 30


class Introduction(NamedTuple):
    """What a newcomer does in one role. href, label: of what they do first."""

    role: Role
    lead: str
    label: str
    href: str


def introductions(reader, registers, day):
    """An Introduction for each role that the reader has, in their first month; later none.

    registers: those that the reader may read. No query.
    """
    if timezone.localdate(reader.date_joined) < days_later(day, -NEWCOMER_DAYS):
        return []
    first = {}
    for register in registers:
        for role in roles_in(reader, register.organisation):
            first.setdefault(Role(role), register)
    return [_introduction(role, first[role]) for role in FIRST_STEPS if role in first]


def _introduction(role, register):
    step = FIRST_STEPS[role]
    if step.name == "meeting_list":
        href = reverse(step.name)
    else:
        is_above = step.name in ORGANISATION_STARTS
        href = reverse(step.name, args=[(register.organisation if is_above else register).slug])
    return Introduction(role, LEADS[role], step.label, href)


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
