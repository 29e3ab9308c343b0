"""A register goes from one installation on PostgreSQL to another on SQLite and comes back: the same
file, to the byte.

.ci/run has its tests on PostgreSQL carry it; the SQLite file is made beside, by a process of its
own.
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
from test_restoring import assert_sound, elsewhere, rich_register

from registers.models import Role

SETTINGS = """
from failing_well.settings import *

class Untold(dict):  # tables as the models say: half a minute of migrations is tested elsewhere
    __contains__ = lambda self, app: True
    __getitem__ = lambda self, app: None

MIGRATION_MODULES = Untold()
"""
CARRIED = """
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
    ours = Organisation.objects.create(slug=%(organisation)r, name="Northmoor")
    membership = Membership.objects.create(user=manager, organisation=ours, role="manager")
    register = Register.objects.create(organisation=ours, scheme=scheme, slug="ours", name="Empty", prefix="NEW")
    for row in (ours, membership, register):
        row.enter("added")
call_command("import_register", %(there)r, register="ours", by=%(by)r)
call_command("export_register", register="ours", output=%(back)r)
call_command("verify_audit")
call_command("rebuild_positions", check=True)
"""


def exported(path):
    call_command("export_register", register="ours", output=str(path))
    return path.read_bytes()


@pytest.mark.django_db
def test_a_register_is_the_same_file_on_both_databases(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip(
            "it carries from PostgreSQL to SQLite and back: run the tests with DATABASE_URL=postgres://..."
        )
    register = rich_register()
    for title in ("Ängste am Morgen", "ängste", "Zoo", "anger", "\u200bhidden", "=1+1"):
        make_risk(
            register,
            title=title,
            owner=make_post(register.organisation, title.strip("\u200b")),
            assessed=(1, 5),
        )
    there, back = tmp_path / "there.json", tmp_path / "back.json"
    content = exported(there)
    by = register.organisation.memberships.get(role=Role.MANAGER).user
    named = {
        "organisation": register.organisation.slug,
        "by": by.email,
        "there": str(there),
        "back": str(back),
    }
    (tmp_path / "beside.py").write_text(SETTINGS)
    on_sqlite = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "beside",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(settings.BASE_DIR)]),
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", CARRIED % named],
        env=on_sqlite,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert back.read_bytes() == content
    elsewhere(register)
    call_command("import_register", str(back), register="ours", by=by.email, stdout=io.StringIO())
    assert exported(tmp_path / "again.json") == content
    assert_sound()
