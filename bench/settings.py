"""Those of the application, with two addresses more."""

from failing_well.settings import *  # noqa: F403 (all of them)

ROOT_URLCONF = "bench.urls"
