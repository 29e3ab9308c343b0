"""The sections of a page that are expanded: worked out only where the address asks (`more=`)."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest

# The filters; how sure the order of a matrix is; more ways to count.
NARROW, ORDER, WAYS = SECTIONS = ("narrow", "order", "ways")


@dataclass(frozen=True)
class ExpandedSections:
    """names: of the sections that are expanded.

    other_*: the values of `more` in an address that toggles that section and leaves the rest.
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
        return self._toggled(NARROW)

    @property
    def other_order(self):
        return self._toggled(ORDER)

    @property
    def other_ways(self):
        return self._toggled(WAYS)

    def _toggled(self, name):
        return [section for section in SECTIONS if (section in self.names) != (section == name)]


def expanded_sections_from(request):
    names = request.GET.getlist("more")
    if not set(names) <= set(SECTIONS):
        raise BadRequest(f"more takes {', '.join(SECTIONS)}.")
    return ExpandedSections(tuple(name for name in SECTIONS if name in names))
