"""Django's loaddata takes in all files of the library as `load_library` does."""

import pytest
from django.core.management import call_command
from library_files import empty_library, library_rows

from registers.library_loading.load import default_paths, load_library

pytestmark = pytest.mark.django_db


def counts():
    return {model: len(rows) for model, rows in library_rows().items()}


def test_an_empty_library_is_filled_and_the_second_time_nothing_changes():
    before = counts()
    empty_library()
    call_command("loaddata", *map(str, default_paths()), verbosity=0)
    assert (load_library().has_changes, counts()) == (False, before)
    rows = library_rows()
    call_command("loaddata", *map(str, default_paths()), verbosity=0)
    assert library_rows() == rows
