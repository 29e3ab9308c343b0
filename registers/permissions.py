"""Who may. One table, and the only ways by which a view reaches a register or a risk."""

import datetime
from enum import Enum, auto
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, When
from django.http import Http404
from django.shortcuts import get_object_or_404

from registers.models import (
    Agreement,
    GatheredQuestion,
    Membership,
    Position,
    Precedent,
    Register,
    Risk,
    RiskRevision,
    Role,
    User,
)
from registers.models.agreement import positions_known


class Permission(Enum):
    VIEW_REGISTER = auto()
    SEE_EXEMPT = auto()  # every exempt risk of the organisation
    SEE_OWN_EXEMPT = auto()  # those they raised or whose post they hold
    ASK_QUESTION = auto()
    EDIT_RISK = auto()  # log and edit; controls, actions, reviews
    ASSESS_RISK = auto()
    ASSESS_INDEPENDENTLY = auto()
    RUN_REGISTER = auto()  # import, close, reopen, escalate, settings, publish a paper
    ANSWER_CONCERNS = auto()
    MANAGE_PEOPLE = auto()  # people and schemes of the organisation


P = Permission
PERMISSIONS = {
    Role.MEMBER: {P.VIEW_REGISTER, P.SEE_EXEMPT, P.ASK_QUESTION},
    Role.OFFICER: {P.VIEW_REGISTER, P.SEE_OWN_EXEMPT, P.EDIT_RISK, P.ASSESS_RISK},
    Role.MANAGER: {
        P.VIEW_REGISTER,
        P.SEE_EXEMPT,
        P.ASK_QUESTION,
        P.EDIT_RISK,
        P.ASSESS_RISK,
        P.RUN_REGISTER,
        P.ANSWER_CONCERNS,
    },
    Role.PEER: {P.VIEW_REGISTER, P.ASK_QUESTION, P.ASSESS_INDEPENDENTLY},
    Role.ADMINISTRATOR: {P.VIEW_REGISTER, P.MANAGE_PEOPLE},
}


def permissions_of(user, organisation):
    """What the person may in that organisation today, all their roles together. Asked of the
    database once for each user object, that is once a request.
    """
    known = user.__dict__.get("_permissions")
    if known is None:
        known = user.__dict__["_permissions"] = {}
        held = Membership.objects.active().filter(user=user).order_by()
        for organisation_id, role in held.values_list("organisation_id", "role"):
            known.setdefault(organisation_id, set()).update(PERMISSIONS[role])
    return known.get(organisation.pk, frozenset()) if user.is_active else frozenset()


def can(user, permission, organisation):
    return permission in permissions_of(user, organisation)


def may_close(user, risk):
    """Whether this person may take the risk off: whoever runs the register, and of a draft who
    wrote it.
    """
    allowed = permissions_of(user, risk.register.organisation)
    is_own_draft = risk.status == Risk.Status.DRAFT and risk.raised_by_id == user.pk
    return Permission.RUN_REGISTER in allowed or (Permission.EDIT_RISK in allowed and is_own_draft)


def may_work_on(user, register):
    """Whether what waits on that register can wait for this person: they may edit or assess its
    risks.
    """
    return bool(
        permissions_of(user, register.organisation) & {Permission.EDIT_RISK, Permission.ASSESS_RISK}
    )


def opens_as_agreed(user, register):
    """Whether this person opens the register as a body last agreed it, and not as it stands today:
    a member, unless another role of theirs works on it or rates it.
    """
    allowed = permissions_of(user, register.organisation)
    works = {Permission.EDIT_RISK, Permission.ASSESS_RISK, Permission.ASSESS_INDEPENDENTLY}
    return Permission.ASK_QUESTION in allowed and not allowed & works


def registers_for(user):
    """The registers of every organisation the person belongs to today, those above others first."""
    organisations = Membership.objects.active().filter(user=user).order_by().values("organisation")
    found = Register.objects.filter(organisation__in=organisations).select_related(
        "organisation", "scheme"
    )
    return found.order_by("organisation__name", F("parent").asc(nulls_first=True), "name")


def get_register_for(user, slug, permission=Permission.VIEW_REGISTER):
    """The register, or 404 for a stranger to its organisation, or 403 for a member without the
    permission.
    """
    register = get_object_or_404(
        Register.objects.select_related("organisation", "scheme"), slug=slug
    )
    allowed = permissions_of(user, register.organisation)
    if not allowed:
        raise Http404("No register of that name for this reader.")
    if permission not in allowed:
        raise PermissionDenied
    return register


def assesses_as(user, register):
    """Whose view this person gives when they rate a risk of that register: "own", "independent", or
    "" where they rate none. Whoever works on a register speaks for the organisation there, whatever
    else they may.
    """
    allowed = permissions_of(user, register.organisation)
    if Permission.ASSESS_RISK in allowed:
        return "own"
    return "independent" if Permission.ASSESS_INDEPENDENTLY in allowed else ""


def get_risk_for(user, slug, number, permission=Permission.VIEW_REGISTER, *or_one_of):
    """The risk, or 404 for a stranger and for one exempt for this reader, or 403 without the
    permission (or any one of several).
    """
    register = get_register_for(user, slug)
    risk = get_object_or_404(risks_for(user, register).select_related("current"), number=number)
    if not permissions_of(user, register.organisation) & {permission, *or_one_of}:
        raise PermissionDenied
    risk.register = register
    return risk


def get_beside_risk_for(user, slug, number, model, pk, permission=Permission.VIEW_REGISTER):
    """(the risk, the record of that model which stands beside it), answered like get_risk_for; 404
    for a record of another risk. model: Control, Action, Assurance, Escalation or whatever else has
    a `risk`.
    """
    risk = get_risk_for(user, slug, number, permission)
    record = get_object_or_404(model, risk=risk, pk=pk)
    record.risk = risk
    return risk, record


def questions_for(user, register):
    """What stands on the person's own list of questions for that register: nobody reads another's."""
    return GatheredQuestion.objects.on_list().filter(by=user, register=register)


def get_question_for(user, slug, pk):
    """A question that this person gathered, still on their list or not: answered like
    get_register_for, and 404 for one of somebody else or for another register.
    """
    register = get_register_for(user, slug, Permission.ASK_QUESTION)
    question = get_object_or_404(GatheredQuestion, by=user, register=register, pk=pk)
    question.register = register
    return question


def risks_for(user, register):
    """The register's risks that this reader may see, as they stand today."""
    return risks_across(user, [register])


def risks_across(user, registers):
    """The same for several registers at once."""
    return Risk.objects.filter(
        _seen(
            user,
            registers,
            _is_theirs(user),
            _was_on_register("pk", Q(status__in=Risk.ON_REGISTER)),
        )
    )


def revisions_across(user, registers):
    """Every change of the risks on these registers that this reader may see: today's exempt flag
    decides, for what was changed before it too. Asked of one change after the other, so that the
    latest few are found without the rest.
    """
    seen = _seen(
        user, registers, _is_theirs(user), _was_on_register("pk", Q(status__in=Risk.ON_REGISTER))
    )
    of_risk = Risk.objects.filter(pk=OuterRef("risk")).order_by()
    drafts = Exists(
        of_risk.filter(
            register__in=[register.pk for register in registers if sees_drafts(user, register)]
        )
    )
    earlier = RiskRevision.objects.filter(risk=OuterRef("risk"), number__lt=OuterRef("number"))
    came_off = Q(status=Risk.Status.CLOSED) & Exists(
        earlier.filter(status__in=Risk.ON_REGISTER).order_by()
    )
    told = Q(status__in=Risk.ON_REGISTER) | came_off | drafts
    return RiskRevision.objects.filter(told, Exists(of_risk.filter(seen)))


def course_for(user, register):
    """All positions of the risks this reader may see, as known now, whatever the day: for counts
    over time. Today's permissions and today's exempt flag decide, for the past too.
    """
    return _readable(user, [register], Position.objects)


def positions_for(user, register, day, agreement=None):
    """What the register said on a day, as known now, of the risks that this reader may see; or what
    an agreement of the register keeps of them.
    """
    if agreement:
        return _readable(user, [register], Position.everything, agreement.on).filter(
            agreement=agreement
        )
    return _readable(user, [register], Position.objects, day).as_at(day)


def open_data_for(user, register, day, agreement=None):
    """What may be published of the register: what stands on it, and nothing that is exempt today or
    was on that day, whoever asks.
    """
    published = positions_for(user, register, day, agreement).on_register()
    return published.filter(is_exempt=False, revision__is_exempt=False)


def agreed_for(user, register):
    """What the agreements of the register keep of the risks that this reader may see today."""
    return _readable(user, [register], Position.everything).exclude(agreement=None)


def known_otherwise_for(user, agreement):
    """What was known by an agreement of the days until then, where more is known by now: positions,
    not saved, of the risks that this reader may see. Nothing without one.
    """
    if agreement is None:
        return []
    risks = risks_for(user, agreement.register).filter(pk__in=agreement.known_otherwise)
    return positions_known(risks, agreement.on, agreement.known_by)


def positions_across(user, registers, day):
    """The same for several registers at once."""
    return _readable(user, registers, Position.objects, day).as_at(day)


def people_who(permission):
    """The people who are active and have that permission in some organisation today."""
    held = Membership.objects.active().filter(user=OuterRef("pk"), role__in=roles_with(permission))
    return User.objects.filter(Exists(held), is_active=True)


def lacks_a_manager(user, register):
    """Whether nobody runs the organisation's registers today, said to those who can do something
    about it: who keeps them and who keeps its people.
    """
    allowed = permissions_of(user, register.organisation)
    if not allowed & {Permission.EDIT_RISK, Permission.MANAGE_PEOPLE}:
        return False
    held = Membership.objects.active().filter(
        organisation=register.organisation, user__is_active=True
    )
    return not held.filter(role__in=roles_with(Permission.RUN_REGISTER)).exists()


def can_somewhere(user, permission):
    return people_who(permission).filter(pk=user.pk).exists()


def roles_with(permission):
    return [role for role, allowed in PERMISSIONS.items() if permission in allowed]


def can_be_worked_on_by(person, risk=""):
    """The condition that a person named by the row (`person`: a field or annotation) may see its
    risk and edit it today: what _seen says of a reader, said of somebody in the row. risk: the way
    from the row to it, "risk__". True or False, never unknown, so that it can be negated.
    """
    held = Membership.objects.active().filter(
        user=OuterRef(person),
        user__is_active=True,
        organisation=OuterRef(f"{risk}register__organisation"),
    )
    is_theirs = Q(**{f"{risk}raised_by": F(person)}) | Q(**{f"{risk}owner__holder": F(person)})
    own = is_theirs & Exists(held.filter(role__in=roles_with(Permission.SEE_OWN_EXEMPT)))
    sees = (
        Q(**{f"{risk}is_exempt": False})
        | own
        | Exists(held.filter(role__in=roles_with(Permission.SEE_EXEMPT)))
    )
    works = Exists(held.filter(role__in=roles_with(Permission.EDIT_RISK)))
    return Case(When(works & sees, then=True), default=False, output_field=BooleanField())


class Cut(NamedTuple):
    """Up to when a reader is shown marks on warning signs. agreement: the one that sets it, if one
    does.
    """

    day: datetime.date
    known_by: datetime.datetime | None
    agreement: Agreement | None = None


def cuts_of_marks(user, registers, day, known_by=None):
    """register -> its Cut, or None where no mark is shown. Marks are officers' working notes until
    a body agrees the register: whoever may not edit its risks sees them as the latest agreement
    knew them. One query, if any.
    """
    read_only = [
        register
        for register in registers
        if not can(user, Permission.EDIT_RISK, register.organisation)
    ]
    agreed = Agreement.objects.filter(register__in=read_only).defer("note").order_by("on", "pk")
    latest = {agreement.register_id: agreement for agreement in agreed} if read_only else {}
    cuts = {register: Cut(day, known_by) for register in registers}
    for register in read_only:
        at = latest.get(register.pk)
        known = at and min(known_by or at.known_by, at.known_by)
        cuts[register] = at and Cut(min(day, at.on), known, at)
    return cuts


def marks_across(user, registers, day, known_by=None):
    """The marks on warning signs that stood on a day, as far as this reader is shown them, on the
    risks that they may see of these registers.
    """
    alike = {}
    for register, cut in cuts_of_marks(user, registers, day, known_by).items():
        if cut:
            alike.setdefault(cut[:2], []).append(register.pk)
    known = (
        Q(risk__register__in=pks) & Precedent.objects.stands(*cut) for cut, pks in alike.items()
    )
    seen = risks_across(user, registers).filter(pk=OuterRef("risk"))
    return Precedent.objects.filter(reduce(or_, known, Q(pk__in=())), Exists(seen.order_by()))


def marks_of(user, risk, day, known_by=None):
    """(the marks that stood on a risk which this reader may see, the Cut of its register)."""
    cut = cuts_of_marks(user, [risk.register], day, known_by)[risk.register]
    return (risk.precedents.standing(*cut[:2]) if cut else risk.precedents.none()), cut


def counts_everything(user, register):
    """False where exempt risks may be left out of this reader's numbers: the page then says so."""
    return can(user, Permission.SEE_EXEMPT, register.organisation)


def sees_drafts(user, register):
    """Drafts are working papers of those who edit risks; for others they do not exist."""
    return can(user, Permission.EDIT_RISK, register.organisation)


def would_see_exempt(user, risk):
    """Whether this reader still sees the risk once it is marked as exempt."""
    allowed = permissions_of(user, risk.register.organisation)
    is_theirs = user.pk in (risk.raised_by_id, risk.owner and risk.owner.holder_id)
    return Permission.SEE_EXEMPT in allowed or (Permission.SEE_OWN_EXEMPT in allowed and is_theirs)


def _readable(user, registers, positions, day=None):
    """risks_for, said of positions: only exempt ones and those off the register are looked up, so
    that most rows are decided from the index. day: the one they speak of; what was still a draft
    then is not seen by who sees none.
    """
    theirs = Exists(Risk.objects.filter(_is_theirs(user), pk=OuterRef("risk")).order_by())
    return positions.filter(
        _seen(user, registers, theirs, _was_on_register("risk", Q(is_on_register=True), day))
    )


def _is_theirs(user):
    """What SEE_OWN_EXEMPT speaks of: a risk that they raised or whose post they hold."""
    return Q(raised_by=user) | Q(owner__holder=user)


def _was_on_register(key, is_now, day=None):
    """That a risk is or has been on its register, by the end of that day where one is given:
    neither a draft nor one closed as a draft. key: what names the risk in the rows; is_now: what
    says of most that they are on it.
    """
    ever = RiskRevision.objects.filter(risk=OuterRef(key), status__in=Risk.ON_REGISTER)
    return is_now | Exists((ever.filter(effective_on__lte=day) if day else ever).order_by())


def _seen(user, registers, is_theirs, was_on_register):
    """What of these registers this reader may see. is_theirs: the condition that an exempt risk is
    one of their own; was_on_register: that it is more than a draft.
    """
    alike = {}
    for register in registers:
        allowed = permissions_of(user, register.organisation)
        if Permission.VIEW_REGISTER in allowed:
            asked = tuple(p in allowed for p in (P.SEE_EXEMPT, P.SEE_OWN_EXEMPT, P.EDIT_RISK))
            alike.setdefault(asked, []).append(register.pk)
    seen = Q(pk__in=())
    for (every_exempt, own_exempt, drafts), pks in alike.items():
        exempt = (
            Q()
            if every_exempt
            else Q(is_exempt=False) | is_theirs
            if own_exempt
            else Q(is_exempt=False)
        )
        seen |= Q(register__in=pks) & exempt & (Q() if drafts else was_on_register)
    return seen
