"""The application's settings, with two more addresses."""

from failing_well.settings import *  # noqa: F403 (all of them)

ROOT_URLCONF = "bench.urls"
