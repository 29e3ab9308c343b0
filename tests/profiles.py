"""How many examples a property is asked for: few each day, many where CI=true."""

import os

from hypothesis import HealthCheck, settings

CI = os.environ.get("CI") == "true"

settings.register_profile(
    "ci", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("day", settings.get_profile("ci"), max_examples=20)
settings.load_profile("ci" if CI else "day")


def examples(count):
    """That many examples in CI; a fifth of them, and five at least, each day."""
    return settings(max_examples=count if CI else max(5, count // 5))
