"""The people of an organisation, as its administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from registers.accounts.letters import send_letters
from registers.administration.holders import posts_held_by
from registers.models import Invitation, Membership, Post, SavedView, Seat, User
from registers.permissions import get_organisation_for
from registers.phrases.people import saved_views_sentence

# Of the people whose roles have ended, folded away below the others; a search finds the rest.
MOST_FORMER = 50


def all_people(organisation) -> QuerySet[User]:
    """Everybody who has or had a role there, with the marks is_current and has_second_factor.

    is_current: whether a role of theirs holds today.
    """
    memberships = Membership.objects.filter(user=OuterRef("pk"), organisation=organisation)
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.filter(Exists(memberships.order_by())).annotate(
        is_current=Exists(memberships.active().order_by()), has_second_factor=Exists(factors)
    )


def find_people(people, words) -> QuerySet[User]:
    """Those with each of these words in their name or address."""
    for word in words.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return people


def with_roles_and_posts(people, organisation) -> QuerySet[User]:
    """The people with their roles and posts there as roles_here and posts_here: two queries."""
    return people.prefetch_related(
        Prefetch(
            "memberships",
            Membership.objects.filter(organisation=organisation).order_by("role"),
            to_attr="roles_here",
        ),
        Prefetch("posts", Post.objects.filter(organisation=organisation), to_attr="posts_here"),
    )


def get_person_for(user, slug, pk):
    """(the organisation, a person of it), answered like get_organisation_for.

    404 for somebody who never had a role there. The person has the marks of all_people.
    """
    organisation = get_organisation_for(user, slug)
    return organisation, get_object_or_404(all_people(organisation), pk=pk)


def is_shared_account(person, organisation) -> bool:
    """Whether the account is more than this organisation's: it opens others, or runs the site.

    Then an administrator of one of them changes neither its address nor its second factor: with
    either they would come into the others. In a sandbox every account is such: who may practise
    administration there does not reach the real organisation by it.
    """
    elsewhere = Membership.objects.active().outside_sandboxes().filter(user=person)
    elsewhere = elsewhere.exclude(organisation=organisation)
    return person.is_staff or person.is_superuser or elsewhere.exists()


@dataclass(frozen=True)
class PersonRecord:
    """What an organisation knows of a person there.

    invitation: the latest that was sent to their address, or None. views, shared_views: how many
    lists they saved on its registers.
    """

    roles: list[Membership]
    former_roles: list[Membership]
    posts: list[Post]
    seats: list[Seat]
    invitation: Invitation | None
    views: int
    shared_views: int

    @property
    def saved_views_sentence(self):
        return saved_views_sentence(self.views, self.shared_views)

    @property
    def is_leaving_today(self):
        """Whether all that they have here ends today."""
        today = timezone.localdate()
        last_days = {row.until for row in [*self.roles, *self.seats]}
        return bool(self.roles) and last_days == {today} and not self.posts

    @property
    def last_day(self):
        """The day to come on which the last of their roles ends; None where one has no end."""
        days = [row.until for row in self.roles]
        is_planned = days and None not in days and max(days) > timezone.localdate()
        return max(days) if is_planned else None

    @classmethod
    def of(cls, person, organisation):
        """Six queries, whatever the person has there."""
        memberships = organisation.memberships.filter(user=person).order_by("role")
        current = [row.pk for row in memberships.active()]
        seats = Seat.objects.filter(body__organisation=organisation, user=person)
        views = SavedView.objects.filter(user=person, register__organisation=organisation)
        invitations = organisation.invitations.filter(email=person.email).select_related("by")
        is_shared = list(views.values_list("is_shared", flat=True))
        today = timezone.localdate()
        return cls(
            roles=[row for row in memberships if row.pk in current],
            former_roles=[row for row in memberships if row.pk not in current],
            posts=list(posts_held_by(person, organisation)),
            seats=list(seats.filter(Q(until=None) | Q(until__gte=today)).select_related("body")),
            invitation=invitations.order_by("-sent_at").first(),
            views=len(is_shared),
            shared_views=sum(is_shared),
        )


@transaction.atomic
def remove_second_factor(person, organisation, *, by):
    """Remove a lost second factor and its recovery codes, and write to the person.

    Removing is audited by itself (accounts/audit.py). Raises MAIL_ERRORS: then nothing was removed.
    """
    for factor in Authenticator.objects.filter(user=person):
        factor.delete()
    letters = {person.email: "second_factor_removed"}
    send_letters(letters, user=person, by=by, organisation=organisation)
