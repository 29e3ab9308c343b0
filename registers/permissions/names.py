"""By what name a reader is told of a person: posts for everybody, names for managers.

Who runs a register works with people; to all others it is the post, or the role, that answers.
What people wrote themselves stays as it is.
"""

from typing import NamedTuple

from django.db.models import CharField, Value

from registers.models import Capacity, Membership, Post, Role, Seat
from registers.permissions.roles import Permission, can
from registers.phrases.sectors import member_in_words

# Of somebody who holds no post: by the first of their roles in this order. A member is called by
# the word of their sector, or by that of an independent member.
ROLE_NAMES = {
    Role.MANAGER: "a risk manager",
    Role.MONITORING_OFFICER: "the monitoring officer",
    Role.SECTION_151_OFFICER: "the section 151 officer",
    Role.OFFICER: "an officer",
    Role.CLERK: "a clerk",
    Role.MEMBER: "{member}",
    Role.INTERNAL_AUDITOR: "an internal auditor",
    Role.EXTERNAL_AUDITOR: "an external auditor",
    Role.PEER: "a peer reviewer or inspector",
    Role.COMMISSIONER: "a commissioner",
    Role.ADMINISTRATOR: "an administrator",
}
NOBODY_KNOWN = "somebody who has left"


class PersonName(NamedTuple):
    """name: the person's, "" for a reader who is not told; post: what anybody may read."""

    name: str
    post: str

    def __str__(self):
        return self.name or self.post


def name_for(reader, person, organisation):
    """The PersonName of somebody who did something on a register of that organisation.

    One query for each reader, however many people are named and wherever.
    """
    titles, roles, capacities = _posts_for(reader)
    key = organisation.pk, person.pk
    is_independent = is_independent_member(capacities.get(key, ()))
    post = titles.get(key) or role_name(roles.get(key), organisation, is_independent)
    return PersonName(str(person) if may_read_names(reader, organisation) else "", post)


def role_name(roles, organisation, is_independent=False):
    """What somebody with these roles is called there: "an officer", "a councillor"."""
    names = (name for role, name in ROLE_NAMES.items() if role in (roles or ()))
    member = member_in_words(organisation.sector, is_independent)
    return next(names, NOBODY_KNOWN).format(member=member)


def is_independent_member(capacities):
    """Whether somebody sits, or sat, on bodies as an independent member and never as a member."""
    return Capacity.INDEPENDENT in capacities and Capacity.MEMBER not in capacities


def may_read_names(reader, organisation):
    return can(reader, Permission.RUN_REGISTER, organisation)


def _posts_for(reader):
    """(titles, roles, capacities): keys of an organisation of the reader's and of a person -> the
    title of the person's first post there, all their roles, and the capacities of all their seats.
    """
    if "_posts" not in reader.__dict__:
        reader.__dict__["_posts"] = _read_posts(reader)
    return reader.__dict__["_posts"]


def _read_posts(reader):
    organisations = Membership.objects.active().filter(user=reader).order_by()
    sources = {
        "titles": (Post.objects.filter(holder__isnull=False), "organisation", "holder", "title"),
        "roles": (Membership.objects.all(), "organisation", "user", "role"),
        "capacities": (Seat.objects.all(), "body__organisation", "user", "capacity"),
    }
    rows = [
        queryset.filter(**{f"{organisation}__in": organisations.values("organisation")})
        .order_by()
        .values_list(Value(kind, output_field=CharField()), organisation, person, words)
        for kind, (queryset, organisation, person, words) in sources.items()
    ]
    words_by_kind = {kind: {} for kind in sources}
    for kind, organisation, person, words in rows[0].union(*rows[1:], all=True):
        words_by_kind[kind].setdefault((organisation, person), []).append(words)
    titles = {key: min(person_titles) for key, person_titles in words_by_kind["titles"].items()}
    return titles, words_by_kind["roles"], words_by_kind["capacities"]
