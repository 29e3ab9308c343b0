"""A register goes from PostgreSQL to SQLite and back: the same file, to the byte.

.ci/run tests it on PostgreSQL; a process of its own fills the SQLite file.
"""

import io
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from makers import make_post, make_risk
from rich_register import assert_sound, empty_twin, rich_register

from registers.models import Role

SETTINGS = """
from failing_well.settings import *

class NoMigrations(dict):  # another file tests the migrations
    __contains__ = lambda self, app: True
    __getitem__ = lambda self, app: None

MIGRATION_MODULES = NoMigrations()
"""
IMPORT_AND_EXPORT = """
import django
django.setup()
from django.core.management import call_command
from django.db import transaction
from registers.models import Membership, Organisation, Register, ScoringScheme, User
call_command("migrate", run_syncdb=True, verbosity=0)
call_command("load_library", verbosity=0)
manager = User.objects.create_user(email=%(by)r, name="Manager")
scheme = ScoringScheme.objects.get(slug="five-by-five", version=1)
with transaction.atomic():
    organisation = Organisation.objects.create(slug=%(organisation)r, name="Northmoor")
    membership = Membership.objects.create(user=manager, organisation=organisation, role="manager")
    register = Register.objects.create(
        organisation=organisation, scheme=scheme, slug="ours", name="Empty", prefix="NEW"
    )
    for row in (organisation, membership, register):
        row.enter("added")
call_command("import_register", %(source_path)r, register="ours", by=%(by)r)
call_command("export_register", register="ours", output=%(return_path)r)
call_command("verify_audit")
call_command("rebuild_positions", check=True)
"""


def export(path):
    call_command("export_register", register="ours", output=str(path))
    return path.read_bytes()


@pytest.mark.database
@pytest.mark.django_db
def test_a_register_is_the_same_file_on_both_databases(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: run the tests with DATABASE_URL=postgres://...")
    register = rich_register()
    for title in ("Ängste am Morgen", "ängste", "Zoo", "anger", "\u200bhidden", "=1+1"):
        make_risk(
            register,
            title=title,
            owner=make_post(register.organisation, title.strip("\u200b")),
            assessed=(1, 5),
        )
    source_path, return_path = tmp_path / "source.json", tmp_path / "return.json"
    content = export(source_path)
    by = register.organisation.memberships.get(role=Role.MANAGER).user
    values = {
        "organisation": register.organisation.slug,
        "by": by.email,
        "source_path": str(source_path),
        "return_path": str(return_path),
    }
    (tmp_path / "sqlite_settings.py").write_text(SETTINGS)
    on_sqlite = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "sqlite_settings",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(settings.BASE_DIR)]),
    }
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-c", IMPORT_AND_EXPORT % values],
        env=on_sqlite,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert return_path.read_bytes() == content
    empty_twin(register)
    call_command(
        "import_register", str(return_path), register="ours", by=by.email, stdout=io.StringIO()
    )
    assert export(tmp_path / "again.json") == content
    assert_sound()
