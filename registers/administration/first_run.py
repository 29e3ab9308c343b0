"""The first run: an empty installation gets its administrator, an organisation and a register."""

import base64
import hmac
import time

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from registers.accounts.set_up_state import is_installation_empty
from registers.administration.registers import propose_slug
from registers.models import AuditChain, InvalidTransition, Membership, Organisation, Register, Role
from registers.models.people import User

# Seconds for which a code is shown; it works for one to two of these.
CODE_PERIOD = 60 * 60
CODE_LENGTH = 12  # letters and digits of base 32: 60 bits
FALLBACK_SLUG = "organisation"


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

    person: email, name and password. organisation: name, sector and year_starts_in. register: name,
    prefix and scheme. is_manager: whether the person runs the register too. Two at once make one:
    raises InvalidTransition for the second.
    """
    AuditChain.objects.get_or_create(organisation=None)
    AuditChain.objects.select_for_update().get(organisation=None)
    if not is_installation_empty():
        raise InvalidTransition("this installation is set up already")
    user = User.objects.create_superuser(**person)
    slug = slugify(organisation["name"])[:50].strip("-") or FALLBACK_SLUG
    organisation = Organisation.objects.create(slug=slug, **organisation)
    organisation.enter("added", by=user)
    for role in (Role.ADMINISTRATOR, *[Role.MANAGER] * is_manager):
        membership = Membership.objects.create(user=user, organisation=organisation, role=role)
        membership.enter("added", by=user)
    slug = propose_slug(register["name"], organisation) or "register"
    register = Register.objects.create(organisation=organisation, slug=slug, **register)
    register.enter("added", by=user)
    return user, organisation
