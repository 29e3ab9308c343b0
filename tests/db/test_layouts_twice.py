"""Registers in many layouts come in once, though they are brought in twice."""

from dataclasses import replace

import pytest
from makers import make_person, make_register
from register_layouts import ALL, READ

from registers.import_files import begin_import, commit_import
from registers.imports.mapping import Plan
from registers.imports.staging import restart_staging, stage_rows
from registers.models import RegisterImport, Role

pytestmark = pytest.mark.django_db


def bring_in(register, by, layout, *, has_references=True):
    """Import the file as the command does: what a page would ask about stays undecided."""
    content = {"file_name": layout.file_name, "content": layout.content}
    batch = begin_import(register, by=by, is_fresh=True, **content)
    plan = Plan.from_json(batch.plan)
    if not has_references:
        plan = replace(plan, columns=["notes" if c == "reference" else c for c in plan.columns])
    restart_staging(batch, plan)
    batch.refresh_from_db()
    while batch.stage == RegisterImport.Stage.STAGING:
        batch = stage_rows(batch, after=batch.rows_read)
    return commit_import(batch, by=by)


@pytest.mark.parametrize("make", ALL, ids=[make.__name__ for make in ALL])
def test_the_same_rows_without_references_double_nothing(make):
    register, layout = make_register(), make()
    by = make_person(register.organisation, Role.MANAGER)
    bring_in(register, by, layout)
    assert register.risks.count() == len(layout.numbers(READ))
    bring_in(register, by, layout, has_references=False)
    assert register.risks.count() == len(layout.numbers(READ))
