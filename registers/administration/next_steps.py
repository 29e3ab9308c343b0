"""What an organisation is missing: posts, members of bodies, bodies of registers."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from registers.administration.bodies import bodies_with_seats
from registers.administration.posts import vacant_owners
from registers.phrases import administration as phrases


class NextStep(NamedTuple):
    """text: what is missing, in a sentence. action: the words of the link to href."""

    text: str
    action: str
    href: str


def next_steps(organisation) -> list[NextStep]:
    """What is missing, in the order in which it is made. As many queries whatever is there."""
    slug, steps = organisation.slug, []

    def add(text, action, address, *arguments):
        steps.append(NextStep(text, action, reverse(address, args=[slug, *arguments])))

    registers = list(organisation.registers.in_use().order_by("name"))
    bodies = list(bodies_with_seats(organisation, timezone.localdate()))
    if not organisation.directorates.exists():
        add("There are no directorates.", "Add a directorate", "post_directorate_new")
    if not organisation.posts.exists():
        add("There are no posts.", "Import posts from a file", "post_import")
    if count := vacant_owners(organisation):
        add(phrases.vacant_owners_in_words(count), "See vacant posts", "post_list")
        steps[-1] = steps[-1]._replace(href=f"{steps[-1].href}?vacant=yes")
    if not registers:
        add("There are no registers.", "Add a register", "register_new")
    if not bodies:
        add("There are no bodies.", "Add a body", "body_new")
    if empty := [body.name for body in bodies if not body.current_seats]:
        add(phrases.bodies_without_members(empty), "See the bodies", "body_list")
    overseen = {register.pk for body in bodies for register in body.registers.all()}
    left = [register.name for register in registers if register.pk not in overseen]
    if left and bodies:
        add(phrases.registers_without_body(left), "Choose registers for a body", "body_list")
    return steps
