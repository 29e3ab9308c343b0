"""A test database that holds the library and the preset schemes from the start, also after a test that empties it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from registers.models import LIBRARY_MODELS, ScoringScheme, Source
from registers.transfer.library import load_library

_kept = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Loads the library once a session, outside every test's transaction."""
    with django_db_blocker.unblock():
        load_library()
        _kept[:] = [(model, list(model._base_manager.all())) for model in library_tables()]


def library_tables():
    """The models of the library, the links between them, and the schemes: in an order that can be filled."""
    links = [f.remote_field.through for model in LIBRARY_MODELS for f in model._meta.many_to_many]
    return [*LIBRARY_MODELS, ScoringScheme, *(link for link in links if link._meta.auto_created)]


@pytest.fixture(autouse=True)
def library_after_a_flush(request):
    """A test with real transactions ends in a flush of all tables: the next one finds the library put back."""
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")
        if not Source.objects.exists():
            for model, rows in _kept:
                model._base_manager.bulk_create(rows)


def in_parallel(count, work):
    """What work(0) to work(count - 1) return, all begun at the same moment, each with a connection of its own."""
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait(timeout=10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
