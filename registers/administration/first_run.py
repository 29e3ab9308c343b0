"""The first run: an empty installation gets its administrator, an organisation and a register.

Whoever runs it adds further organisations, each with a register and an invited administrator.
"""

import base64
import hmac
import time
from itertools import chain, count

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from registers.accounts.set_up_state import is_installation_empty
from registers.administration.invitations import invite
from registers.administration.registers import propose_slug
from registers.administration.roles import give_role
from registers.models import (
    AuditChain,
    InvalidTransition,
    Invitation,
    Organisation,
    Register,
    Role,
)
from registers.models.people import User

# Seconds for which a code is shown; it works for one to two of these.
CODE_PERIOD = 60 * 60
CODE_LENGTH = 12  # letters and digits of base 32: 60 bits
FALLBACK_SLUG = "organisation"
RESERVED_SLUGS = ("new",)  # /organisations/new/ is a page


class NameTaken(ValueError):
    """Another organisation of the installation has that name."""


def setup_code(periods_ago: int = 0) -> str:
    """The code that lets somebody set up this installation, as ABCD-EFGH-JKLM.

    It follows from SECRET_KEY and the hour, so that every worker knows it and no row keeps it.
    """
    period = int(time.time()) // CODE_PERIOD - periods_ago
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"setup {period}".encode(), "sha256")
    code = base64.b32encode(digest).decode()[:CODE_LENGTH]
    return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def is_setup_code(text: str) -> bool:
    """Whether that is the code of this hour or the last, however it is spaced."""
    typed = "".join(filter(str.isalnum, text.upper())).encode()
    codes = [setup_code(periods_ago).replace("-", "").encode() for periods_ago in (0, 1)]
    return any(hmac.compare_digest(typed, code) for code in codes)


@transaction.atomic
def set_up(*, person, organisation, register, is_manager):
    """Add all of it, each with its audit entry, and return (the User, the Organisation).

    person: email, name and password. organisation, register: as add_organisation takes them.
    is_manager: whether the person runs the register too. Two at once make one: raises
    InvalidTransition for the second.
    """
    AuditChain.objects.get_or_create(organisation=None)
    AuditChain.objects.select_for_update().get(organisation=None)
    if not is_installation_empty():
        raise InvalidTransition("this installation is set up already")
    user = User.objects.create_superuser(**person)
    organisation = add_organisation(organisation, register, by=user)
    for role in (Role.ADMINISTRATOR, *[Role.MANAGER] * is_manager):
        give_role(user, organisation, role=role, until=None, by=user)
    return user, organisation


def invite_organisation(*, organisation, register, administrator, by, token):
    """Add a further organisation, invite its first administrator, and return the Organisation.

    organisation, register: as add_organisation takes them. administrator: name and email. The same
    token by the same person returns the organisation that it made. Raises NameTaken, and
    MAIL_ERRORS: then nothing was written.
    """

    def add():
        with transaction.atomic():
            invitations = Invitation.objects.filter(token=token, by=by)
            if invitation := invitations.select_related("organisation").first():
                return invitation.organisation
            if Organisation.objects.filter(name__iexact=organisation["name"]).exists():
                raise NameTaken(organisation["name"])
            row = add_organisation(organisation, register, by=by)
            roles = [(Role.ADMINISTRATOR, None)]
            invite(row, **administrator, roles=roles, by=by, token=token)
            return row

    try:
        return add()
    except IntegrityError:  # the same at once: it is there now
        return add()


def add_organisation(organisation, register, *, by):
    """Add an organisation and its first register, each with its audit entry.

    organisation: name, sector, nation and year_starts_in. register: name, prefix and scheme.
    """
    slug = _free_slug(organisation["name"])
    organisation = Organisation.objects.create(slug=slug, **organisation)
    organisation.enter("added", by=by)
    slug = propose_slug(register["name"], organisation) or "register"
    register = Register.objects.create(organisation=organisation, slug=slug, **register)
    register.enter("added", by=by)
    return organisation


def _free_slug(name):
    """An address for an organisation of that name that no other has."""
    first = slugify(name)[:50].strip("-") or FALLBACK_SLUG
    taken = {*Organisation.objects.values_list("slug", flat=True), *RESERVED_SLUGS}
    further = (f"{first[:45]}-{number}" for number in count(2))
    return next(slug for slug in chain([first], further) if slug not in taken)
