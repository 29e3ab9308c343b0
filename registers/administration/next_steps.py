"""What an organisation is missing: posts, people, risks, bodies, their members and meetings."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from registers.administration.bodies import bodies_with_seats
from registers.administration.posts import vacant_owners
from registers.models import Meeting, Risk
from registers.permissions import Permission, can, current_people
from registers.phrases import administration as phrases


class NextStep(NamedTuple):
    """text: what is missing, in a sentence. links: (words, address) of the ways to mend it, the
    usual one first.
    """

    text: str
    links: tuple[tuple[str, str], ...]


def next_steps(organisation, reader) -> list[NextStep]:
    """What is missing, in the order in which it is made. As many queries whatever is there.

    reader: of the page; a first risk is for whoever may log it.
    """
    has_risks = Exists(Risk.objects.filter(register=OuterRef("pk")).order_by())
    in_use = organisation.registers.in_use().annotate(has_risks=has_risks)
    registers = list(in_use.order_by("name"))
    return [
        *_of_posts_and_people(organisation, reader),
        *_of_registers(organisation, reader, registers),
        *_of_bodies(organisation, reader, registers),
    ]


def _step(organisation, text, *links, query=""):
    """links: (words, name of an address below the organisation)."""
    return NextStep(
        text,
        tuple(
            (words, f"{reverse(name, args=[organisation.slug])}{query}") for words, name in links
        ),
    )


def _of_posts_and_people(organisation, reader):
    step = partial(_step, organisation)
    colleagues = current_people(organisation).exclude(pk=reader.pk)
    if not organisation.directorates.exists():
        text = "There are no directorates. A small organisation needs none."
        yield step(text, ("Add a directorate", "post_directorate_new"))
    if not organisation.posts.exists():
        text = "There are no posts. Posts own risks, controls and actions."
        by_file = ("import posts from a file", "post_import")
        yield step(text, ("Add a post", "post_new"), by_file)
    if not (colleagues.exists() or organisation.invitations.waiting().exists()):
        yield step("Nobody else has a role here.", ("Invite a person", "person_invite"))
    if count := vacant_owners(organisation):
        text = phrases.vacant_owners_in_words(count)
        yield step(text, ("See vacant posts", "post_list"), query="?vacant=yes")


def _of_registers(organisation, reader, registers):
    without_risks = [register for register in registers if not register.has_risks]
    if not registers:
        yield _step(organisation, "There are no registers.", ("Add a register", "register_new"))
    if without_risks and can(reader, Permission.EDIT_RISK, organisation):
        text = phrases.registers_without_risks([register.name for register in without_risks])
        href = reverse("risk_new", args=[without_risks[0].slug])
        yield NextStep(text, (("Log a risk", href),))


def _of_bodies(organisation, reader, registers):
    step = partial(_step, organisation)
    bodies = list(bodies_with_seats(organisation, timezone.localdate()))
    if not bodies:
        text = "There are no bodies. A committee or board looks at your risks."
        yield step(text, ("Add a body", "body_new"))
        return
    if empty := [body.name for body in bodies if not body.current_seats]:
        yield step(phrases.bodies_without_members(empty), ("See the bodies", "body_list"))
    overseen = {register.pk for body in bodies for register in body.registers.all()}
    if left := [register.name for register in registers if register.pk not in overseen]:
        text = phrases.registers_without_body(left)
        yield step(text, ("Choose registers for a body", "body_list"))
    meetings = Meeting.objects.filter(body__organisation=organisation)
    if can(reader, Permission.RUN_MEETINGS, organisation) and not meetings.exists():
        yield step("No meeting is planned.", ("Add a meeting", "meeting_new"))
