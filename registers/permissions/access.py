"""The only ways by which a view reaches a register, a risk or what belongs to one."""

from functools import reduce
from operator import or_

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from registers.models import (
    GatheredQuestion,
    Membership,
    Organisation,
    Position,
    Precedent,
    Register,
    Risk,
    RiskRevision,
    SavedView,
)
from registers.permissions.roles import (
    READING,
    Permission,
    PermissionMissing,
    permissions_of,
)
from registers.permissions.visibility import (
    is_no_draft,
    is_own_risk,
    mark_visibility,
    sees_drafts,
    visible_rows,
)


class RegisterArchived(PermissionDenied):
    """Somebody would change something on an archived register."""

    def __init__(self, register):
        super().__init__(
            f"{register} is archived, so you can only read it. An administrator can bring it back."
        )


def registers_for(user):
    """The registers in use of every organisation the person belongs to today, parents first.

    Those of sandboxes are no work, and stand apart: sandbox_registers_for.
    """
    return _registers_of(user).filter(organisation__sandbox_of=None)


def sandbox_registers_for(user):
    """The registers in use of the sandboxes that the person may open today, parents first."""
    registers = _registers_of(user).filter(organisation__sandbox_of__isnull=False)
    return registers.select_related("organisation__sandbox_of")


def registers_in(user, organisation):
    """The registers in use of one organisation, or sandbox, that the person belongs to today."""
    return _registers_of(user).filter(organisation=organisation)


def _registers_of(user):
    organisations = Membership.objects.active().filter(user=user).order_by().values("organisation")
    registers = Register.objects.in_use().filter(organisation__in=organisations)
    registers = registers.select_related("organisation", "scheme")
    return registers.order_by("organisation__name", F("parent").asc(nulls_first=True), "name")


def get_register_for(user, slug, permission=Permission.VIEW_REGISTER, *, is_read=False):
    """The register; 404 for a stranger to its organisation, 403 without the permission.

    An archived one is only read: RegisterArchived, also answered 403, for any other permission.
    is_read: whether the page only reads, whatever permission it asks for.
    """
    registers = Register.objects.select_related("organisation", "scheme")
    register = get_object_or_404(registers, slug=slug)
    _refuse_without(permission, user, register.organisation)
    if not is_read:
        _refuse_archived(register, permission)
    return register


def get_organisation_for(user, slug, permission=Permission.ADMINISTER):
    """The organisation; 404 for a stranger to it, 403 without the permission."""
    organisation = get_object_or_404(Organisation, slug=slug)
    _refuse_without(permission, user, organisation)
    return organisation


def get_risk_for(user, slug, number, permission=Permission.VIEW_REGISTER, *alternatives):
    """The risk; 404 for a stranger and for what is exempt for this reader, 403 without permission.

    alternatives: permissions of which any one is enough as well.
    """
    register = get_register_for(user, slug)
    risks = risks_for(user, register).select_related("latest", "current")
    risk = get_object_or_404(risks, number=number)
    if not permissions_of(user, register.organisation) & {permission, *alternatives}:
        raise PermissionMissing(register.organisation)
    _refuse_archived(register, permission)
    risk.register = register
    return risk


def get_risk_record_for(user, slug, number, model, pk, permission=Permission.VIEW_REGISTER):
    """(the risk, a record that belongs to it), answered like get_risk_for.

    404 for a record of another risk. model: Control, Action, Assurance, Escalation or any other
    with a `risk`.
    """
    risk = get_risk_for(user, slug, number, permission)
    record = get_object_or_404(model, risk=risk, pk=pk)
    record.risk = risk
    return risk, record


def questions_for(user, register):
    """The person's own list of questions for that register: nobody reads another's."""
    questions = GatheredQuestion.objects.on_list().filter(by=user, register=register)
    return questions.select_related("register__organisation", "paper")


def get_question_for(user, slug, pk):
    """A question that this person gathered, whether or not it is still on their list.

    Answered like get_register_for; 404 for a question of somebody else or for another register.
    """
    register = get_register_for(user, slug, Permission.ASK_QUESTION)
    rows = GatheredQuestion.objects.select_related("paper")
    question = get_object_or_404(rows, by=user, register=register, pk=pk)
    question.register = register
    return question


def saved_views_for(user, register):
    """The person's own saved views of that register, and those that are shared on it."""
    return SavedView.objects.filter(Q(user=user) | Q(is_shared=True), register=register)


def get_saved_view_for(user, slug, pk):
    """One of saved_views_for, answered like get_register_for; 404 for another's private one."""
    register = get_register_for(user, slug)
    view = get_object_or_404(saved_views_for(user, register), pk=pk)
    view.register = register
    return view


def risks_for(user, register):
    """The register's risks that this reader may see, as they are today."""
    return risks_across(user, [register])


def risks_across(user, registers):
    """The risks of several registers that this reader may see, as they are today."""
    return Risk.objects.filter(_visible_risks(user, registers))


def revisions_across(user, registers):
    """Every change of the risks of these registers that this reader may see, earlier ones included.

    Today's exempt flag decides. The conditions are evaluated revision by revision, so that the
    database finds the latest few without reading the rest.
    """
    risks = Risk.objects.filter(pk=OuterRef("risk")).order_by()
    visible = Exists(risks.filter(_visible_risks(user, registers)))
    drafts = Exists(
        risks.filter(
            register__in=[register.pk for register in registers if sees_drafts(user, register)]
        )
    )
    earlier = RiskRevision.objects.filter(risk=OuterRef("risk"), number__lt=OuterRef("number"))
    came_off = Q(status=Risk.Status.CLOSED) & Exists(
        earlier.filter(status__in=Risk.ON_REGISTER).order_by()
    )
    is_public = Q(status__in=Risk.ON_REGISTER) | came_off | drafts
    return RiskRevision.objects.filter(is_public, visible)


def position_history_for(user, register, recorded_by=None):
    """The positions of all days of the risks this reader may see: for counts over time.

    Today's permissions and exempt flag decide, for the past too. recorded_by: as on record at that
    instant.
    """
    return _visible_positions(user, [register]).on_record(recorded_by)


def positions_for(user, register, day, recorded_by=None):
    """The register's positions on a day, of the risks that this reader may see.

    recorded_by: as on record at that instant; without one, as on record now.
    """
    return positions_across(user, [register], day, recorded_by)


def positions_across(user, registers, day, recorded_by=None):
    """The same for several registers."""
    return _visible_positions(user, registers, day).as_at(day, recorded_by)


def agreed_positions_for(user, agreements):
    """The positions that these agreements hold, one of a register, as far as the reader may see."""
    rows = (
        positions_for(user, agreement.register, agreement.on, agreement.recorded_by)
        for agreement in agreements
    )
    return reduce(or_, rows, Position.objects.none())


def open_data_for(user, register, day, recorded_by=None):
    """The positions that may be published: on the register, and not exempt today or on that day.

    The same for every reader.
    """
    published = positions_for(user, register, day, recorded_by).on_register()
    return published.filter(is_exempt=False, revision__is_exempt=False)


def marks_across(user, registers, day, recorded_by=None):
    """The marks on warning signs on a day, as far as this reader is shown them.

    On the risks of these registers that the reader may see.
    """
    registers_by_cut_off = {}
    for register, cut_off in mark_visibility(user, registers, day, recorded_by).items():
        if cut_off:
            key = (cut_off.day, cut_off.recorded_by)
            registers_by_cut_off.setdefault(key, []).append(register.pk)
    marks = (
        Precedent.objects.latest_per("risk", "sign", day=day, recorded_by=recorded_by).filter(
            risk__register__in=pks
        )
        for (day, recorded_by), pks in registers_by_cut_off.items()
    )
    visible = risks_across(user, registers).filter(pk=OuterRef("risk")).order_by()
    return reduce(or_, marks, Precedent.objects.none()).filter(Exists(visible))


def marks_of(user, risk, day, recorded_by=None):
    """(the latest mark on each sign that this reader may see, the register's VisibilityCutOff).

    The marks come with their words. As many queries whatever their number.
    """
    cut_off = mark_visibility(user, [risk.register], day, recorded_by)[risk.register]
    if cut_off is None:
        return [], None
    marks = risk.precedents.as_at(cut_off.day, cut_off.recorded_by).with_words()
    latest = {mark.sign_id: mark for mark in marks.order_by("effective_on", "pk")}
    return [*latest.values()], cut_off


def _refuse_without(permission, user, organisation):
    permissions = permissions_of(user, organisation)
    if not permissions:
        raise Http404("Nothing of that name for this reader.")
    if permission not in permissions:
        raise PermissionMissing(organisation)


def _refuse_archived(register, permission):
    if register.is_archived and permission not in READING:
        raise RegisterArchived(register)


def _visible_risks(user, registers):
    is_on_register = Q(latest__status__in=Risk.ON_REGISTER)
    return visible_rows(
        user, registers, lambda: is_own_risk(user), lambda: is_no_draft("pk", is_on_register)
    )


def _visible_positions(user, registers, day=None):
    """The positions that the reader may see, of any time. day: the one they speak of.

    Only exempt ones and those off the register are looked up, so that most rows are decided from
    the index. What was still a draft on that day stays hidden from whoever sees no drafts.
    """

    def is_own():
        return Exists(Risk.objects.filter(is_own_risk(user), pk=OuterRef("risk")).order_by())

    def is_more_than_draft():
        return is_no_draft("risk", Q(is_on_register=True), day)

    return Position.objects.filter(
        visible_rows(user, registers, is_own, is_more_than_draft, risk="risk")
    )
