"""What of a page is opened: what few need is worked out and sent only where the address asks for it
(`more=`).
"""

from dataclasses import dataclass

from django.core.exceptions import BadRequest

NARROW, ORDER, WAYS = (
    "narrow",
    "order",
    "ways",
)  # the filters; how sure a matrix's order is; more ways to count
KNOWN = (NARROW, ORDER, WAYS)


@dataclass(frozen=True)
class Opened:
    """names: of what is opened. The others are what `more` becomes in an address that opens or
    closes one of them.
    """

    names: tuple[str, ...] = ()

    @property
    def narrow(self):
        return NARROW in self.names

    @property
    def order(self):
        return ORDER in self.names

    @property
    def ways(self):
        return WAYS in self.names

    @property
    def other_narrow(self):
        return self._other(NARROW)

    @property
    def other_order(self):
        return self._other(ORDER)

    @property
    def other_ways(self):
        return self._other(WAYS)

    def _other(self, name):
        """With it where it is closed, without it where it is open."""
        return [one for one in KNOWN if (one in self.names) != (one == name)]


def opened_from(request):
    asked = request.GET.getlist("more")
    if not set(asked) <= set(KNOWN):
        raise BadRequest(f"more takes {', '.join(KNOWN)}.")
    return Opened(tuple(name for name in KNOWN if name in asked))
