"""By what name a reader is told of a person: posts for everybody, names for managers.

Who runs a register works with people; to all others it is the post, or the role, that answers.
What people wrote themselves stays as it is.
"""

from typing import NamedTuple

from django.db.models import CharField, Value

from registers.models import Membership, Post, Role
from registers.permissions.roles import Permission, can

# Of somebody who holds no post: by the first of their roles in this order.
ROLE_NAMES = {
    Role.MANAGER: "a risk manager",
    Role.OFFICER: "an officer",
    Role.MEMBER: "a committee member",
    Role.PEER: "a peer reviewer or auditor",
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
    post = _posts_for(reader).get((organisation.pk, person.pk), NOBODY_KNOWN)
    return PersonName(str(person) if may_read_names(reader, organisation) else "", post)


def may_read_names(reader, organisation):
    return can(reader, Permission.RUN_REGISTER, organisation)


def _posts_for(reader):
    """Keys of an organisation of the reader's and of a person -> what the person is there.

    The title of their first post or, without one, their role.
    """
    if "_posts" not in reader.__dict__:
        reader.__dict__["_posts"] = _read_posts(reader)
    return reader.__dict__["_posts"]


def _read_posts(reader):
    organisations = Membership.objects.active().filter(user=reader).order_by()
    posts = Post.objects.filter(holder__isnull=False)
    titles, roles = {}, {}
    rows = [
        queryset.filter(organisation__in=organisations.values("organisation"))
        .order_by()
        .values_list(
            Value(queryset.model.__name__, output_field=CharField()), "organisation", person, words
        )
        for queryset, person, words in (
            (posts, "holder", "title"),
            (Membership.objects.all(), "user", "role"),
        )
    ]
    for kind, organisation, person, words in rows[0].union(rows[1], all=True):
        words_by_key = titles if kind == Post.__name__ else roles
        words_by_key.setdefault((organisation, person), []).append(words)
    names = {
        key: next(name for role, name in ROLE_NAMES.items() if role in person_roles)
        for key, person_roles in roles.items()
    }
    return names | {key: min(person_titles) for key, person_titles in titles.items()}
