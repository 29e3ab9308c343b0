"""Who holds a post: every change of that by an administrator of people goes through here."""

from typing import NamedTuple

from registers.models import Post, User


class Handover(NamedTuple):
    """What becomes of a post that somebody gives up. holder: None leaves it vacant."""

    post: Post
    holder: User | None = None
    is_interim: bool = False


def set_holder(post, *, holder, is_interim, on, by):
    """Name who holds the post from a day on, or nobody, with an audit entry.

    In the transaction of the caller, who has locked the post. on: the new holder's first day, or
    the first without one. Nothing is written where nothing changes.
    """
    if (post.holder, post.is_interim) == (holder, is_interim):
        return
    if holder:
        post.give_to(holder, by=by, is_interim=is_interim, since=on)
    else:
        post.vacate(by=by, since=on)


def posts_held_by(person, organisation):
    """The person's posts there, by title."""
    return organisation.posts.filter(holder=person).select_related("directorate", "holder")
