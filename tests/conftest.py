"""Settings that suit tests, and the Chromium that browser tests drive."""

import gc
import os
import shutil
from collections import Counter
from pathlib import Path

import profiles  # noqa: F401  (loads the profile of the day or of CI before any test is read)
import pytest
from database import django_db_keepdb, django_db_setup  # noqa: F401  (fixtures for every test)
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import TransactionTestCase, override_settings

from registers.history.audit_guard import remove_guard

# Playwright keeps an event loop in the thread that the tests run in, and Django would refuse the
# database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CI = os.environ.get("CI") == "true"
LONGEST = ("test_two_years",)  # twenty seconds before its first test
GARBAGE = 200_000  # objects made and not yet gone: some 30 MB
VENDORED = Path(django_settings.BASE_DIR, "static", "vendor", "govuk-frontend.min.css")


@pytest.fixture(scope="session", autouse=True)
def test_settings():
    """Static files by their plain names (nothing collected), passwords hashed fast, no second
    factor unless asked.

    WhiteNoise looks for a file when one is asked for: otherwise each client of each test reads the
    whole folder.
    """
    storages = {**django_settings.STORAGES}
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    fast = {"PASSWORD_HASHERS": hashers, "WHITENOISE_AUTOREFRESH": True, "CACHES": caches}
    with override_settings(STORAGES=storages, REQUIRE_MFA=False, **fast):
        yield


@pytest.fixture(autouse=True)
def nobody_counted():
    """The rate limits count sign-ins by address, and all tests have one: each begins with none
    counted.
    """
    cache.clear()


def find_chromium():
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def what_browsers_lack():
    if not find_chromium():
        return "no Chromium: install it (Debian: apt install chromium) or name it in CHROMIUM"
    if not VENDORED.exists():
        return "no front-end files in static/vendor: run script/assets"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What thousands of tests are made of stays: to look through it for garbage again and again is
    a sixth of the time. So none is looked for while they are collected, and afterwards among what
    came since, more seldom.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(GARBAGE, 5, 5)
        gc.enable()


def pytest_addoption(parser):
    said = "of a test that is asked for many values only so many, the first: for a second database"
    parser.addoption("--values", type=int, default=None, metavar="N", help=said)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    """Before -m chooses, each test is marked by what it asks for; of those chosen --values takes
    the first. What takes longest comes first, lest it is all that one core does at the end while
    the other has nothing left.
    """
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):  # page and context lead to it
            item.add_marker("browser")
        if not asks_the_database(item):  # which pytest-django then refuses it
            item.add_marker("look")
    answer = yield
    if (most := config.getoption("--values")) is not None:
        places = count_within([item.nodeid.partition("[")[0] for item in items])
        items[:] = [item for item, place in zip(items, places, strict=True) if place < most]
    return answer


def count_within(names):
    """For each name, how often it came before."""
    seen = Counter()
    for name in names:
        yield seen[name]
        seen[name] += 1


def asks_the_database(item):
    if item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & set(
        item.fixturenames
    ):
        return True
    return item.cls is not None and issubclass(item.cls, TransactionTestCase)


def pytest_runtest_setup(item):
    """A machine without Chromium skips what needs one; where CI=true that would hide untested
    pages, so it fails.
    """
    if item.get_closest_marker("browser") and (lack := what_browsers_lack()):
        (pytest.fail if CI else pytest.skip)(lack)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A test with real transactions ends in a flush, which the audit's triggers refuse; the flush
    puts them back.
    """
    try:
        return (yield)
    finally:
        marker = item.get_closest_marker("django_db")
        asked = marker and marker.kwargs.get("transaction")
        if asked or {"transactional_db", "live_server"} & set(item.fixturenames):
            remove_guard()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The machine's own Chromium, never one that Playwright downloads, and nothing it would call
    home for.
    """
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
        ],
    }


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def either(request, browser):
    """A page in a browser that runs our scripts, then in one that runs none."""
    context = browser.new_context(java_script_enabled=request.param)
    page = context.new_page()
    page.set_default_timeout(5_000)
    page.has_script = request.param
    yield page
    context.close()
