"""What an organisation is missing: posts, people, risks, bodies, their members and meetings."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from registers.administration.bodies import bodies_with_seats
from registers.administration.posts import vacant_owners
from registers.models import Meeting, Risk, Role
from registers.models.body import name_in_sentence
from registers.models.committee_action import MUNICIPAL
from registers.permissions import Permission, can, current_people
from registers.phrases import administration as phrases

STATUTORY = (Role.MONITORING_OFFICER, Role.SECTION_151_OFFICER)
is_chair = attrgetter("is_chair")


class NextStep(NamedTuple):
    """text: what is missing, in a sentence. links: (words, address) of the ways to mend it, the
    usual one first. is_optional: whether an organisation may well do without.
    """

    text: str
    links: tuple[tuple[str, str], ...]
    is_optional: bool = False


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
        *_of_roles(organisation),
    ]


def _step(organisation, text, *links, query="", is_optional=False):
    """links: (words, name of an address below the organisation)."""
    return NextStep(
        text,
        tuple(
            (words, f"{reverse(name, args=[organisation.slug])}{query}") for words, name in links
        ),
        is_optional,
    )


def _of_posts_and_people(organisation, reader):
    step = partial(_step, organisation)
    colleagues = current_people(organisation).exclude(pk=reader.pk)
    if not organisation.directorates.exists():
        text = "There are no directorates. A small organisation needs none."
        yield step(text, ("Add a directorate", "post_directorate_new"), is_optional=True)
    if not organisation.posts.exists():
        text = "There are no posts. Posts own risks, controls and actions."
        by_file = ("import posts from a file", "post_import")
        yield step(text, ("Add a post", "post_new"), by_file)
    if not (colleagues.exists() or organisation.invitations.waiting().exists()):
        yield step("Nobody else has a role here.", ("Invite a person", "person_invite"))
    if titles := [*organisation.posts.filter(holder=None).values_list("title", flat=True)]:
        text = phrases.vacant_posts_in_words(titles, vacant_owners(organisation))
        link = ("See vacant posts", "post_list")
        yield step(text, link, query="?vacant=yes", is_optional=True)


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
    if empty := [body for body in bodies if not body.current_seats]:
        text = phrases.bodies_without_members([body.name for body in empty])
        words = f"Add members to {name_in_sentence(empty[0].name)}"
        yield _of_body(organisation, text, (words, "body_seat_new"), empty[0])
    overseen = {register.pk for body in bodies for register in body.registers.all()}
    if left := [register.name for register in registers if register.pk not in overseen]:
        text = phrases.registers_without_body(left)
        yield step(text, ("Choose registers for a body", "body_list"))
    meetings = Meeting.objects.filter(body__organisation=organisation)
    if can(reader, Permission.RUN_MEETINGS, organisation) and not meetings.exists():
        yield step("No meeting is planned.", ("Add a meeting", "meeting_new"))
    seated = (body for body in bodies if body.current_seats)
    if led_by_nobody := [body for body in seated if not any(map(is_chair, body.current_seats))]:
        text = phrases.bodies_without_chair([body.name for body in led_by_nobody])
        link = ("Choose the chair", "body_chair")
        yield _of_body(organisation, text, link, led_by_nobody[0], is_optional=True)


def _of_body(organisation, text, link, body, *, is_optional=False):
    words, name = link
    href = reverse(name, args=[organisation.slug, body.pk])
    return NextStep(text, ((words, href),), is_optional)


def _of_roles(organisation):
    """The officers whom the law wants a council or its like to have."""
    if organisation.sector not in MUNICIPAL:
        return
    rows = organisation.memberships.active().filter(role__in=STATUTORY).order_by()
    present = set(rows.values_list("role", flat=True))
    if missing := [role.label.lower() for role in STATUTORY if role not in present]:
        text = f"Nobody has the role of {' or '.join(missing)}."
        yield _step(organisation, text, ("See the people", "person_list"), is_optional=True)
