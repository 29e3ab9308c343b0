"""Settings for all tests, and the Chromium that browser tests drive."""

import gc
import os
import shutil
from collections import Counter
from copy import copy
from pathlib import Path

import profiles  # noqa: F401  (loads the profile of the day or of CI before any test is read)
import pytest
from database import (  # noqa: F401  (fixtures)
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
    module_db,
    preparation,
    time_limits,
)
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import client, override_settings
from django.test.utils import ContextList
from page_space import collapsed_pages  # noqa: F401  (a fixture)

from registers.accounts import set_up_state
from registers.history.audit_guard import remove_guard

# Playwright keeps an event loop in the thread that the tests run in, and Django would refuse the
# database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CI = os.environ.get("CI") == "true"
# Seconds before their first test. They go first: the rest is shared out late, and a file in two
# processes makes its records twice.
LONGEST = ("test_two_years", "test_value_ends", "test_form_extremes", "test_other_organisations")
GARBAGE = 200_000  # live objects before a collection: some 30 MB
VENDORED = Path(django_settings.BASE_DIR, "static", "vendor", "govuk-frontend.min.css")


@pytest.fixture(scope="session", autouse=True)
def test_settings(tmp_path_factory):
    """Static files by their plain names, fast password hashes, no second factor, and set up.

    WhiteNoise has an empty folder to serve: each test client reads it, or asks for a file in it on
    each request.
    """
    storages = {**django_settings.STORAGES}
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    fast = {"PASSWORD_HASHERS": hashers, "CACHES": caches}
    fast["STATIC_ROOT"] = tmp_path_factory.mktemp("static")
    set_up_state._was_set_up = True  # a sign-in page is asked for where nobody was made
    with override_settings(STORAGES=storages, REQUIRE_MFA=False, **fast):
        yield


@pytest.fixture(autouse=True)
def reset_rate_limits():
    """Sign-ins are counted by address, and all tests share one: each test starts at zero."""
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def outermost_contexts():
    """An answer keeps the context of a page, and not of each template that the page includes.

    Copying those took a twentieth of the time of all tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", _store_outermost)
        yield


def _store_outermost(store, signal, sender, template, context, **options):
    store.setdefault("templates", []).append(template)
    contexts = store.setdefault("context", ContextList())
    if context.template is template:
        contexts.append(copy(context))


def find_chromium():
    path = os.environ.get("CHROMIUM")
    names = [path] if path else ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def missing_browser_files():
    if not find_chromium():
        return "no Chromium: install it (Debian: apt install chromium) or name it in CHROMIUM"
    if not VENDORED.exists():
        return "no front-end files in static/vendor: run script/assets"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect no garbage while tests are collected, and less often afterwards.

    The objects of thousands of tests stay alive, and scanning them took a sixth of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(GARBAGE, 5, 5)
        gc.enable()


def pytest_addoption(parser):
    help_text = "run only the first N values of each parametrised test, for a second database"
    parser.addoption("--values", type=int, default=None, metavar="N", help=help_text)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    """Mark each test by its folder before -m selects, then keep the first --values of each.

    The longest tests come first.
    """
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    for item in items:
        if (folder := item.path.parent.name) in ("browser", "slow"):
            item.add_marker(folder)
        if folder == "db" or (folder != "browser" and is_transactional(item)):
            item.add_marker("database")
    answer = yield
    if (most := config.getoption("--values")) is not None:
        places = count_within([item.nodeid.partition("[")[0] for item in items])
        items[:] = [item for item, place in zip(items, places, strict=True) if place < most]
    return answer


def count_within(names):
    """Yield, for each name, how many times it came before."""
    counts = Counter()
    for name in names:
        yield counts[name]
        counts[name] += 1


def is_transactional(item):
    """Whether a test commits, and the tables are emptied after it."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server"} & set(item.fixturenames)
    )


def pytest_runtest_setup(item):
    """Skip browser tests on a machine without Chromium; in CI, fail them.

    A test that commits cannot share a module with rows of a transaction that is still open.
    """
    if item.get_closest_marker("browser") and (problem := missing_browser_files()):
        (pytest.fail if CI else pytest.skip)(problem)
    if is_transactional(item) and connection.in_atomic_block:
        pytest.fail("module_db is open: move this test, which commits, to a module of its own")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Remove the audit triggers before the flush that ends a test with real transactions.

    The triggers would refuse the flush, and the flush puts them back.
    """
    try:
        return (yield)
    finally:
        if is_transactional(item):
            remove_guard()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The machine's own Chromium, with its background requests switched off."""
    return {
        **browser_type_launch_args,
        "executable_path": find_chromium(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--renderer-process-limit=1",  # a new page starts no process
        ],
    }
