from dataclasses import dataclass

from django.db.models import Count


@dataclass(frozen=True)
class RegisterCard:
    """A register in few numbers: risks on it, those above tolerance, those never scored."""

    register: object
    total: int
    above_tolerance: int
    unscored: int


def register_cards(registers, positions):
    """One card a register, in the order given. positions: of all these registers on one day. One query each."""
    counts = {}
    alike = positions.order_by().values_list("register", "band", "scheme").annotate(n=Count("pk"))
    for register, band, scheme, n in alike:
        counts.setdefault(register, {})[band, scheme] = n
    return [_card(register, counts.get(register.pk, {})) for register in registers]


def _card(register, by_band):
    above = {(band.slug, register.scheme_id) for band in register.scheme.rules.above_tolerance}
    return RegisterCard(
        register,
        total=sum(by_band.values()),
        above_tolerance=sum(n for band, n in by_band.items() if band in above),
        unscored=by_band.get(("", None), 0),
    )
