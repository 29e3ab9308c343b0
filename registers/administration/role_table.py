"""Who may do what, for the page that explains it: the table of roles and permissions in words."""

from dataclasses import dataclass

from registers.models import Role
from registers.models.people import DATED_ROLES
from registers.permissions import PERMISSIONS, Permission

P = Permission
# In the order of the page. Nothing can be done yet with a permission that is not here.
PERMISSION_WORDS = {
    P.VIEW_REGISTER: "Read registers, dashboards and reports",
    P.SEE_EXEMPT: "See every exempt risk",
    P.SEE_OVERSEEN_EXEMPT: "See exempt risks of registers that their body oversees",
    P.SEE_OWN_EXEMPT: "See exempt risks that they raised, or whose post they hold",
    P.SEE_GRANTED_EXEMPT: "See exempt risks that the monitoring officer granted them",
    P.GRANT_NEED_TO_KNOW: "Grant others sight of exempt risks",
    P.ASK_QUESTION: "Keep questions, and put them for a meeting",
    P.READ_QUESTIONS: "Read the questions of every body, and all answers",
    P.READ_DRAFT_PAPERS: "Read papers before they are published",
    P.EDIT_RISK: "Log and edit risks, controls, actions and reviews",
    P.ASSESS_RISK: "Rate risks for the organisation",
    P.ASSESS_INDEPENDENTLY: "Rate risks independently",
    P.RUN_REGISTER: "Import, close and reopen risks, decide on escalations, record agreements, and "
    "write papers",
    P.RUN_MEETINGS: "Run meetings, record what they decide and ask for, and publish papers",
    P.MANAGE_PAPER_TEMPLATES: "Upload and retire the Word templates of papers",
    P.ADMINISTER: "Look after people, posts, bodies, registers and scoring schemes",
}
ROLE_WORDS = {
    Role.MEMBER: "Sits on a committee or board. Reads what it was given, and asks.",
    Role.OFFICER: "Logs risks and keeps their ratings, controls and actions true.",
    Role.MANAGER: "Runs the registers, and gives them to each body.",
    Role.CLERK: "Serves the committee: its agenda, its papers and its questions.",
    Role.MONITORING_OFFICER: "Looks after lawfulness. Decides who may see exempt risks.",
    Role.SECTION_151_OFFICER: "The chief finance officer. Reads every risk.",
    Role.INTERNAL_AUDITOR: "Reads every risk, and rates risks as internal audit.",
    Role.EXTERNAL_AUDITOR: "Reads every risk, and rates risks as external audit.",
    Role.PEER: "Comes from another body or a regulator, reads, and rates independently.",
    Role.COMMISSIONER: "Was appointed to oversee the organisation. Reads every risk, and asks.",
    Role.ADMINISTRATOR: "Looks after accounts and settings. Sees no exempt risk.",
}


@dataclass(frozen=True)
class RoleWords:
    """is_own: whether the reader has it today. is_dated: whether it always ends on a day."""

    role: Role
    words: str
    is_own: bool
    is_dated: bool


@dataclass(frozen=True)
class PermissionRow:
    """roles: those that have it, in the order of Role. is_own: whether the reader has it."""

    words: str
    roles: tuple[Role, ...]
    is_own: bool

    @property
    def roles_in_words(self):
        """ "Officer, risk manager", or "Every role"."""
        if len(self.roles) == len(Role):
            return "Every role"
        labels = [role.label for role in self.roles]
        return ", ".join([*labels[:1], *(label.lower() for label in labels[1:])])


def roles_in_words(own_roles) -> list[RoleWords]:
    """Every role. own_roles: those of the reader."""
    return [
        RoleWords(role, ROLE_WORDS[role], role in own_roles, role in DATED_ROLES) for role in Role
    ]


def permission_rows(own_permissions) -> list[PermissionRow]:
    """A row for each permission that has words. own_permissions: those of the reader."""
    return [
        PermissionRow(
            words,
            tuple(role for role in Role if permission in PERMISSIONS[role]),
            permission in own_permissions,
        )
        for permission, words in PERMISSION_WORDS.items()
    ]
