"""What each role may do: one table, and what it comes to for a person in an organisation today."""

from enum import Enum, auto
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef

from registers.models import (
    Assessment,
    Invitation,
    Membership,
    Organisation,
    Post,
    Risk,
    Role,
    User,
)


class Permission(Enum):
    VIEW_REGISTER = auto()
    # Every exempt risk of the organisation.
    SEE_EXEMPT = auto()
    # Exempt risks of the registers that a body they sit on oversees.
    SEE_OVERSEEN_EXEMPT = auto()
    # Exempt risks that they raised or whose post they hold.
    SEE_OWN_EXEMPT = auto()
    # Exempt risks by need to know.
    SEE_GRANTED_EXEMPT = auto()
    GRANT_NEED_TO_KNOW = auto()
    ASK_QUESTION = auto()
    # Questions that were put for any meeting, and answers that are not published.
    READ_QUESTIONS = auto()
    # Papers that are not published yet.
    READ_DRAFT_PAPERS = auto()
    # Log and edit risks; controls, actions, reviews.
    EDIT_RISK = auto()
    ASSESS_RISK = auto()
    ASSESS_INDEPENDENTLY = auto()
    # Import, close, reopen, escalate, settings, publish a paper.
    RUN_REGISTER = auto()
    # Meetings of the organisation's bodies, and late items.
    RUN_MEETINGS = auto()
    # The Word templates in which papers are made.
    MANAGE_PAPER_TEMPLATES = auto()
    ANSWER_CONCERNS = auto()
    # People, posts, bodies, registers and schemes of the organisation.
    ADMINISTER = auto()


class PermissionMissing(PermissionDenied):
    """Somebody of the organisation opened what their roles do not allow: answered 403."""

    def __init__(self, organisation):
        super().__init__()
        self.organisation = organisation


P = Permission
AUDIT = {
    P.VIEW_REGISTER,
    P.SEE_EXEMPT,
    P.ASK_QUESTION,
    P.READ_QUESTIONS,
    P.READ_DRAFT_PAPERS,
    P.ASSESS_INDEPENDENTLY,
}
PERMISSIONS = {
    Role.MEMBER: {
        P.VIEW_REGISTER,
        P.SEE_OVERSEEN_EXEMPT,
        P.SEE_GRANTED_EXEMPT,
        P.ASK_QUESTION,
    },
    Role.OFFICER: {
        P.VIEW_REGISTER,
        P.SEE_OWN_EXEMPT,
        P.SEE_GRANTED_EXEMPT,
        P.READ_QUESTIONS,
        P.READ_DRAFT_PAPERS,
        P.EDIT_RISK,
        P.ASSESS_RISK,
    },
    Role.MANAGER: {
        P.VIEW_REGISTER,
        P.SEE_EXEMPT,
        P.ASK_QUESTION,
        P.READ_QUESTIONS,
        P.READ_DRAFT_PAPERS,
        P.EDIT_RISK,
        P.ASSESS_RISK,
        P.RUN_REGISTER,
        P.RUN_MEETINGS,
        P.MANAGE_PAPER_TEMPLATES,
        P.ANSWER_CONCERNS,
    },
    Role.CLERK: {
        P.VIEW_REGISTER,
        P.SEE_GRANTED_EXEMPT,
        P.READ_QUESTIONS,
        P.READ_DRAFT_PAPERS,
        P.RUN_MEETINGS,
    },
    Role.MONITORING_OFFICER: {
        P.VIEW_REGISTER,
        P.SEE_EXEMPT,
        P.READ_QUESTIONS,
        P.READ_DRAFT_PAPERS,
        P.GRANT_NEED_TO_KNOW,
    },
    Role.SECTION_151_OFFICER: {
        P.VIEW_REGISTER,
        P.SEE_EXEMPT,
        P.READ_QUESTIONS,
        P.READ_DRAFT_PAPERS,
    },
    Role.INTERNAL_AUDITOR: AUDIT,
    Role.EXTERNAL_AUDITOR: AUDIT,
    Role.PEER: {
        P.VIEW_REGISTER,
        P.SEE_GRANTED_EXEMPT,
        P.ASK_QUESTION,
        P.ASSESS_INDEPENDENTLY,
    },
    Role.COMMISSIONER: {
        P.VIEW_REGISTER,
        P.SEE_EXEMPT,
        P.ASK_QUESTION,
        P.READ_QUESTIONS,
        P.READ_DRAFT_PAPERS,
    },
    # Sees no exempt risk, is granted none, and gives themselves no role that reads them all.
    Role.ADMINISTRATOR: {P.VIEW_REGISTER, P.ADMINISTER, P.MANAGE_PAPER_TEMPLATES},
}


NOBODY = 0  # no row has that key

# What is left to do on an archived register.
READING = {P.VIEW_REGISTER, P.SEE_EXEMPT, P.SEE_OWN_EXEMPT}


def roles_with(permission):
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]


# Nobody gives themselves a role with one of these: another administrator does (ADR 26).
READS_EXEMPT = {P.SEE_EXEMPT, P.SEE_OVERSEEN_EXEMPT}


def reads_exempt(role):
    """Whether the role reads exempt risks that are not the person's own."""
    return not PERMISSIONS[Role(role)].isdisjoint(READS_EXEMPT)


def roles_in(user, organisation):
    """The roles that the person has in that organisation today.

    One query for each user object, that is one a request.
    """
    return _roles_by_organisation(user).get(organisation.pk, frozenset())


def permissions_of(user, organisation):
    """What the person may in that organisation today, all their roles together. See roles_in."""
    return _permissions_of_roles(roles_in(user, organisation))


def organisations_for(user, *permissions):
    """The organisations where the person has one of these today; a query where there are any.

    Without sandboxes.
    """
    keys = [
        key
        for key, roles in _roles_by_organisation(user).items()
        if not _permissions_of_roles(roles).isdisjoint(permissions)
    ]
    return list(Organisation.objects.filter(pk__in=keys, sandbox_of=None)) if keys else []


def reader_in_role(role, organisation):
    """Somebody with that role there alone, who is nobody: they hold no post, seat or grant.

    For documents that are made for readers of a kind, whoever makes them. Never saved.
    """
    reader = User(pk=NOBODY)
    reader.__dict__["_roles"] = {organisation.pk: frozenset({role})}
    return reader


def _roles_by_organisation(user):
    """Key of an organisation -> the person's roles in it today."""
    if not user.is_active:
        return {}
    if "_roles" not in user.__dict__:
        roles = Membership.objects.roles_by_organisation(user)
        user.__dict__["_roles"] = {key: frozenset(names) for key, names in roles.items()}
    return user.__dict__["_roles"]


@cache
def _permissions_of_roles(roles):
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def can(user, permission, organisation):
    return permission in permissions_of(user, organisation)


def can_on(user, permission, register):
    """Whether the person may do that on the register today: an archived one is only read."""
    if register.is_archived and permission not in READING:
        return False
    return can(user, permission, register.organisation)


def people_with(permission):
    """The people who are active and have that permission in some organisation today.

    A permission in a sandbox does not count.
    """
    memberships = Membership.objects.active().filter(
        user=OuterRef("pk"), role__in=roles_with(permission)
    )
    memberships = memberships.outside_sandboxes()
    return User.objects.filter(Exists(memberships), is_active=True)


def current_people(organisation):
    """The people who are active and have any role in the organisation today, by name."""
    memberships = Membership.objects.active().filter(user=OuterRef("pk"), organisation=organisation)
    return User.objects.filter(Exists(memberships.order_by()), is_active=True)


def can_somewhere(user, permission):
    return people_with(permission).filter(pk=user.pk).exists()


def runs_installation(user):
    """Whether the person looks after the whole installation, its accounts and organisations."""
    return user.is_active and user.is_staff and user.is_superuser


def has_left(user):
    """Whether every role that the person had, in any organisation, has ended.

    Not of somebody who is invited again, who never had a role, or who runs the installation.
    """
    if user.is_staff or not user.memberships.exists():
        return False
    is_invited = Invitation.objects.usable().filter(email=user.email).exists()
    return not (user.memberships.active().exists() or is_invited)


def has_no_manager(user, register):
    """Whether nobody runs the organisation's registers today.

    False for people who can do nothing about it: only those who edit risks or manage people can.
    """
    if not permissions_of(user, register.organisation) & {P.EDIT_RISK, P.ADMINISTER}:
        return False
    memberships = Membership.objects.active().filter(
        organisation=register.organisation, user__is_active=True
    )
    return not memberships.filter(role__in=roles_with(P.RUN_REGISTER)).exists()


def may_close(user, risk):
    """Whether this person may close the risk: who runs the register, and the author of a draft."""
    if risk.register.is_archived:
        return False
    permissions = permissions_of(user, risk.register.organisation)
    is_own_draft = risk.status == Risk.Status.DRAFT and risk.raised_by_id == user.pk
    return P.RUN_REGISTER in permissions or (P.EDIT_RISK in permissions and is_own_draft)


def may_work_on(user, register):
    """Whether this person may edit or assess the register's risks."""
    return any(can_on(user, permission, register) for permission in (P.EDIT_RISK, P.ASSESS_RISK))


def directorates_of(user, organisation):
    """The directorates of the posts that the person holds there."""
    return organisation.directorates.filter(posts__holder=user).distinct()


def defaults_to_agreed(user, register):
    """Whether this person's pages open on what their body was given, not on today's position.

    True for those who sit on bodies, unless another role of theirs works on the register or rates
    its risks. A clerk prepares the next meeting, and a commissioner acts on what is true now: both
    open on today.
    """
    permissions = permissions_of(user, register.organisation)
    return P.SEE_OVERSEEN_EXEMPT in permissions and not permissions & {
        P.EDIT_RISK,
        P.ASSESS_RISK,
        P.ASSESS_INDEPENDENTLY,
    }


def assesses_as(user, register):
    """Whose view this person's ratings on the register are: "own", "independent", or "" for none.

    Whoever works on a register speaks for the organisation there, whatever else they may.
    """
    if register.is_archived:
        return ""
    permissions = permissions_of(user, register.organisation)
    if P.ASSESS_RISK in permissions:
        return "own"
    return "independent" if P.ASSESS_INDEPENDENTLY in permissions else ""


def independent_perspective(user, organisation):
    """The Assessment.Perspective of this person's independent ratings in an organisation.

    That of their role: internal or external audit. A peer reviewer or inspector keeps the one of
    their latest rating there, or has that of a post they hold: internal audit by its title, or from
    outside, as any other auditor or inspector. Everybody else is a peer. Two queries at most.
    """
    perspective = Assessment.Perspective
    roles = roles_in(user, organisation)
    if Role.INTERNAL_AUDITOR in roles:
        return perspective.INTERNAL_AUDIT
    if Role.EXTERNAL_AUDITOR in roles:
        return perspective.EXTERNAL
    ratings = Assessment.objects.filter(by=user, risk__register__organisation=organisation)
    latest = ratings.exclude(perspective=perspective.ORGANISATION).order_by("-recorded_at", "-pk")
    if earlier := latest.values_list("perspective", flat=True).first():
        return perspective(earlier)
    posts = Post.objects.filter(organisation=organisation, holder=user)
    titles = " ".join(posts.values_list("title", flat=True)).lower()
    if "internal audit" in titles:
        return perspective.INTERNAL_AUDIT
    return perspective.EXTERNAL if "audit" in titles or "inspect" in titles else perspective.PEER
