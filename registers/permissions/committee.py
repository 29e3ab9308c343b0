"""What a person reads of a committee's record, and what they may add to it."""

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404

from registers.models import (
    CommitteeAction,
    CommitteeActionRevision,
    Declaration,
    DeepDive,
    Membership,
    User,
)
from registers.models.meeting_attendance import members_of
from registers.models.meeting_record import seated_people
from registers.permissions.meetings import get_meeting_for
from registers.permissions.questions import about_visible_risks
from registers.permissions.roles import Permission, can, roles_with


def committee_actions_for(user, body):
    """The latest revision of each action of the body that the reader may see.

    Everybody in the organisation reads them, but none that is or was about a risk that they may not
    see.
    """
    revisions = _visible_revisions(user, body.organisation).filter(action__body=body)
    return revisions.select_related("action__meeting", "post", "risk__register", "risk__latest")


def open_committee_actions(user, organisation, **whose):
    """The open actions of its bodies that the reader may see, with what they say. Two queries.

    whose: `post`, which owns them.
    """
    revisions = _visible_revisions(user, organisation).open().filter(**whose)
    actions = CommitteeAction.objects.filter(organisation=organisation)
    actions = actions.filter(pk__in=revisions.order_by().values("action"))
    return actions.with_latest().select_related("body").order_by("year", "body", "number")


def _visible_revisions(user, organisation):
    """The latest of each action of the organisation no revision of which is hidden from them."""
    rows = CommitteeActionRevision.objects.filter(action=OuterRef("action"))
    visible = about_visible_risks(user, organisation, rows)
    hidden = rows.exclude(pk__in=visible.order_by().values("pk")).order_by()
    return CommitteeActionRevision.objects.in_force().filter(~Exists(hidden))


def get_committee_action_for(user, meeting, pk):
    """An action that the meeting agreed, with its latest revision; 404 for what is hidden."""
    meeting = get_meeting_for(user, meeting)
    revisions = committee_actions_for(user, meeting.body).filter(action__meeting=meeting)
    revision = get_object_or_404(revisions, action=pk)
    action = revision.action
    action.meeting, action.latest, action.body = meeting, revision, meeting.body
    action.organisation = meeting.body.organisation
    return action


def may_complete(user, action):
    """Who holds the post that owns it, and who runs the meetings."""
    organisation = action.organisation
    is_holder = action.latest.post.holder_id == user.pk
    return can(user, Permission.RUN_MEETINGS, organisation) or (
        is_holder and can(user, Permission.VIEW_REGISTER, organisation)
    )


def deep_dives_for(user, body):
    """The deep dives of the body's meetings into risks that the reader may see."""
    rows = DeepDive.objects.filter(meeting__body=body)
    rows = about_visible_risks(user, body.organisation, rows)
    return rows.select_related("meeting", "outcome", "risk__register__organisation", "risk__latest")


def get_deep_dive_for(user, meeting, pk):
    """(the meeting, the deep dive), for who runs the meetings; 404 for what they may not read."""
    meeting = get_meeting_for(user, meeting, Permission.RUN_MEETINGS)
    row = get_object_or_404(deep_dives_for(user, meeting.body).filter(meeting=meeting), pk=pk)
    row.meeting = meeting
    return meeting, row


def declarations_for(user, meeting):
    """The declarations of the meeting, without those about a risk that the reader may not see.

    One's own is always among them.
    """
    rows = Declaration.objects.in_force().filter(meeting=meeting)
    visible = about_visible_risks(user, meeting.body.organisation, rows)
    rows = rows.filter(pk__in=visible.values("pk")) | rows.filter(person=user)
    return rows.select_related("person", "register", "risk__register", "risk__latest")


def sits_at(user, meeting):
    """Whether the person sits on the body on the day of the meeting, as a substitute too."""
    return seated_people(meeting).filter(user=user).exists()


def may_declare(user, meeting):
    """Who runs the meetings, for everybody; whoever sits there, for themselves."""
    return can(user, Permission.RUN_MEETINGS, meeting.body.organisation) or sits_at(user, meeting)


def may_send_apologies(user, meeting):
    """Who runs the meetings, for everybody; a member of the body, for themselves."""
    is_member = members_of(meeting).filter(user=user).exists()
    return is_member or can(user, Permission.RUN_MEETINGS, meeting.body.organisation)


def possible_substitutes(meeting):
    """The members of the organisation's bodies who do not sit at the meeting."""
    memberships = Membership.objects.active(meeting.on).filter(
        organisation=meeting.body.organisation, role__in=roles_with(Permission.SEE_OVERSEEN_EXEMPT)
    )
    people = User.objects.filter(pk__in=memberships.order_by().values("user"), is_active=True)
    return people.exclude(pk__in=members_of(meeting).order_by().values("user")).order_by("name")
