"""Registers of an organisation: their number of risks, their schemes and their addresses."""

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils.text import slugify

from registers.models import Register, Risk, ScoringScheme

LONGEST_SLUG = 50


def registers_with_counts(organisation):
    """The organisation's registers, those in use first, each with `risk_count` on the register."""
    on_register = Q(risks__latest__status__in=Risk.ON_REGISTER)
    registers = organisation.registers.select_related("directorate", "parent", "scheme")
    counted = registers.annotate(risk_count=Count("risks", filter=on_register))
    return counted.order_by("archived_on", "name")


def latest_schemes_for(organisation):
    """The latest version of each preset and of each scheme of the organisation's own."""
    schemes = ScoringScheme.objects.filter(Q(organisation=None) | Q(organisation=organisation))
    latest = schemes.filter(slug=OuterRef("slug")).order_by().values("slug")
    newest = latest.annotate(newest=Max("version")).values("newest")
    return schemes.filter(version=Subquery(newest)).order_by("organisation", "name")


def propose_slug(name, organisation):
    """An address for a register of that name that no register of the installation has; "" if its
    name has no letters for one.
    """
    first = slugify(name)[:LONGEST_SLUG].strip("-")
    if not first:
        return ""
    second = f"{organisation.slug}-{first}"[:LONGEST_SLUG].strip("-")
    proposals = [first, second, *(f"{second[: LONGEST_SLUG - 4]}-{n}" for n in range(2, 100))]
    taken = {*Register.objects.filter(slug__in=proposals).values_list("slug", flat=True)}
    return next((slug for slug in proposals if slug not in taken), "")
