"""Django's loaddata takes in all files of the library as `load_library` does."""

import pytest
from django.core.management import call_command
from library_files import empty_library, library_rows

from registers.library_loading.load import default_paths, load_library

pytestmark = pytest.mark.django_db


def counts():
    return {model: len(rows) for model, rows in library_rows().items()}


def load_all():
    call_command("loaddata", *map(str, default_paths()), verbosity=0)


def test_an_empty_library_is_filled():
    before = counts()
    empty_library()
    load_all()
    assert (load_library().has_changes, counts()) == (False, before)


def test_the_second_time_nothing_changes():
    before = library_rows()
    load_all()
    assert library_rows() == before
