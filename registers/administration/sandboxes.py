"""Sandboxes: an organisation's people and posts again, beside made-up risks, for training."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from registers.administration.registers import LONGEST_SLUG
from registers.dates import instant_in_words
from registers.demo.sandbox import SandboxLoader, is_possible, register_fields
from registers.history.errors import InvalidTransition
from registers.history.seals import seals_of
from registers.models import (
    AuditEntry,
    Body,
    Directorate,
    Membership,
    Organisation,
    Post,
    Register,
    ScoringScheme,
    Seat,
    User,
)
from registers.models.scheme_draft import free_slug
from registers.permissions import schemes_for

CREATION, OPENING = "organisation.sandbox-made", "organisation.sandbox-opened"
HIDING = "organisation.sandbox-hidden"
PRESET = ("five-by-five", 1)  # where the organisation has no register yet
LONGEST_NAME = 200
SUFFIX = " (sandbox)"


class SandboxSendsNoMail(PermissionDenied):
    """Somebody would write to a person from a sandbox."""

    def __init__(self, sandbox):
        super().__init__(
            f"{sandbox} is a sandbox, which sends no e-mail and changes no account. Do this on the "
            f"pages of {sandbox.sandbox_of}."
        )


def refuse_in_sandbox(organisation):
    """Raise SandboxSendsNoMail for a sandbox."""
    if organisation.is_sandbox:
        raise SandboxSendsNoMail(organisation)


@dataclass(frozen=True)
class Making:
    """When a sandbox was made and by whom, from the audit trail."""

    at: datetime.datetime
    by: User

    @classmethod
    def of(cls, sandbox):
        entries = AuditEntry.objects.filter(chain__organisation=sandbox, verb=CREATION)
        entry = entries.select_related("by").earliest("number")
        return cls(entry.at, entry.by)


def make_sandbox(organisation, *, by, replaces=None):
    """Make a sandbox of the organisation and hide the one before it; return the new one.

    It stays hidden until its risks are written, so that nobody waits for a lock meanwhile. What a
    failure leaves stays hidden.

    replaces: key of the sandbox that the person saw in use, None for none. The same form, sent
    twice, returns the sandbox that it made. Raises InvalidTransition where somebody else made
    another meanwhile, for a sandbox of a sandbox, and before the library is loaded.
    """
    if organisation.is_sandbox:
        raise InvalidTransition("A sandbox has no sandbox of its own")
    if not is_possible():
        raise InvalidTransition("The library is not loaded yet, and the risks refer to it")
    with transaction.atomic():
        organisation.lock_for_update()
        if current := _made_meanwhile(organisation, by, replaces):
            return current
        sandbox, register = _copy(organisation, by)
    SandboxLoader(register, by=by).load()
    return _open(organisation, sandbox, by, replaces)


@transaction.atomic
def _open(organisation, sandbox, by, replaces):
    organisation.lock_for_update()
    if current := _made_meanwhile(organisation, by, replaces):
        return current
    if before := organisation.sandbox:
        _hide(before, by)
    sandbox.hidden_at = None
    sandbox.save(update_fields=["hidden_at"])
    _record(sandbox, by, OPENING, sandbox, seals=seals_of([sandbox]))
    # The chain of the organisation last: others wait for it.
    _record(organisation, by, CREATION, sandbox, facts={"replaces": before and before.pk})
    return sandbox


def _made_meanwhile(organisation, by, replaces):
    """The sandbox that the same person made since the form was shown, or None."""
    current = organisation.sandbox
    if not current or current.pk == replaces:
        return None
    making = Making.of(current)
    if making.by == by:
        return current
    instant = instant_in_words(making.at)
    raise InvalidTransition(f"{making.by} made a new sandbox ({instant}). Look at that one first")


def _record(organisation, by, verb, sandbox, **details):
    text = {"name": str(sandbox), "by": str(by)}
    AuditEntry.record(
        organisation=organisation, by=by, verb=verb, subject=sandbox, text=text, **details
    )


def _hide(sandbox, by):
    sandbox.hidden_at = timezone.now()
    sandbox.save(update_fields=["hidden_at"])
    _record(sandbox, by, HIDING, sandbox, seals=seals_of([sandbox]))


def _copy(organisation, by):
    """The new sandbox, hidden, with its people, and its register.

    An entry in its own chain seals what is copied.
    """
    sandbox = Organisation.objects.create(
        slug=_free_slug(Organisation, f"{organisation.slug[: LONGEST_SLUG - 12]}-sandbox"),
        name=f"{organisation.name[: LONGEST_NAME - len(SUFFIX)]}{SUFFIX}",
        sector=organisation.sector,
        nation=organisation.nation,
        year_starts_in=organisation.year_starts_in,
        sandbox_of=organisation,
        hidden_at=timezone.now(),
    )
    schemes = _copy_schemes(organisation, sandbox)
    register = Register.objects.create(
        organisation=sandbox,
        slug=_free_slug(Register, sandbox.slug),
        scheme=_scheme_of(organisation, schemes),
        **register_fields(),
    )
    rows = [sandbox, register, *schemes.values()]
    rows += [*_copy_memberships(organisation, sandbox), *_copy_posts(organisation, sandbox)]
    rows += _copy_bodies(organisation, sandbox, register)
    _record(sandbox, by, CREATION, sandbox, seals=seals_of(rows))
    return sandbox, register


def _free_slug(model, slug):
    taken = model.objects.filter(slug__startswith=slug).values_list("slug", flat=True)
    return free_slug(slug, {*taken})


def _copy_schemes(organisation, sandbox):
    """Slug of a scheme of the organisation's own -> a copy of its latest version."""
    copies = {}
    for scheme in schemes_for(organisation).filter(organisation=organisation):
        if scheme.slug not in copies:
            copies[scheme.slug] = ScoringScheme.objects.create(
                slug=_free_slug(ScoringScheme, f"{scheme.slug[: LONGEST_SLUG - 12]}-sandbox"),
                name=scheme.name,
                organisation=sandbox,
                **{part: getattr(scheme, part) for part in ScoringScheme.PARTS},
            )
    return copies


def _scheme_of(organisation, copies):
    """The scheme of the organisation's first register, or its copy."""
    registers = organisation.registers.in_use().select_related("scheme")
    first = registers.order_by(F("parent").asc(nulls_first=True), "pk").first()
    scheme = first.scheme if first else ScoringScheme.objects.get_by_natural_key(*PRESET)
    return copies.get(scheme.slug, scheme)


def _copy_memberships(organisation, sandbox):
    """The roles that hold today."""
    rows = organisation.memberships.active().filter(user__is_active=True).order_by("pk")
    return Membership.objects.bulk_create(
        Membership(user_id=row.user_id, organisation=sandbox, role=row.role, until=row.until)
        for row in rows
    )


def _copy_posts(organisation, sandbox):
    """The directorates, and the posts with who holds them."""
    directorates = {
        row.pk: Directorate(organisation=sandbox, name=row.name)
        for row in organisation.directorates.order_by("pk")
    }
    Directorate.objects.bulk_create(directorates.values())
    names = ("title", "holder_id", "is_interim", "held_since", "vacant_since")
    posts = [
        Post(
            organisation=sandbox,
            directorate=directorates.get(row.directorate_id),
            **{name: getattr(row, name) for name in names},
        )
        for row in organisation.posts.order_by("pk")
    ]
    return [*directorates.values(), *Post.objects.bulk_create(posts)]


def _copy_body(body, sandbox):
    names = ("name", "kind", "clear_days")
    return Body(organisation=sandbox, **{name: getattr(body, name) for name in names})


def _copy_bodies(organisation, sandbox, register):
    """The bodies with who sits on them today; those that oversee a register oversee this one."""
    originals = organisation.bodies.prefetch_related("registers").order_by("pk")
    bodies = {row.pk: _copy_body(row, sandbox) for row in originals}
    Body.objects.bulk_create(bodies.values())
    overseeing = [bodies[row.pk] for row in originals if row.registers.all()]
    links = Body.registers.through
    links.objects.bulk_create(links(body=body, register=register) for body in overseeing)
    names = ("user_id", "from_day", "until", "is_chair", "capacity", "is_voting")
    ended = Q(until__lt=timezone.localdate())
    seats = Seat.objects.filter(body__in=bodies).exclude(ended).order_by("pk")
    copies = [
        Seat(body=bodies[row.body_id], **{name: getattr(row, name) for name in names})
        for row in seats
    ]
    return [*bodies.values(), *Seat.objects.bulk_create(copies)]
