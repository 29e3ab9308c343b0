"""Whether an installation is set up: whether it has people or organisations."""

from django.db import InterfaceError, OperationalError

from registers.models import Organisation, User

# Of this process. What is set up stays so, and the sign-in page asks no more.
_was_set_up = False


def is_installation_empty() -> bool:
    """Whether it has neither people nor organisations."""
    return not (User.objects.exists() or Organisation.objects.exists())


def is_set_up() -> bool:
    """Whether it has either. Queries until it has; without its database it counts as set up."""
    global _was_set_up
    try:
        _was_set_up = _was_set_up or not is_installation_empty()
    except (InterfaceError, OperationalError):
        return True
    return _was_set_up
