"""An exported file that is imported again equals the register."""

import datetime

import pytest
from makers import (
    failure_type,
    impact,
    make_action,
    make_assessment,
    make_control,
    make_person,
    make_post,
    make_register,
    make_revision,
    make_risk,
)
from reimport import assert_export_equals_register, assert_reimport_is_unchanged, export

from registers.models import (
    Role,
)

pytestmark = pytest.mark.django_db
RUN = ("=1+1", "+44 20", "-x", "@SUM(A1)", "\t=1", "\r-1", "'=x", "''@x", "\uff1d1", "Cafe\u0301")


ENDINGS = ("csv", "xlsx")
AMBIGUOUS = ("=1+1", "+44 20", "-x", "@SUM", "'=x", "''-x", "\uff1d1", "#N/A", "1. One\n2. Two (x)")


def test_formulas_and_exempt_risks_reimport_unchanged():
    register = make_register(slug="ours", prefix="C")
    manager, officer = (
        make_person(register.organisation, role) for role in (Role.MANAGER, Role.OFFICER)
    )
    for at, text in enumerate(RUN):
        risk = make_risk(
            register, title=f"{text} title", cause=text, notes=f"{text}\n{text}", assessed=(3, 4)
        )
        make_revision(
            risk, portfolio=text.strip(), event=f"{text}\n\nIt goes on.", is_exempt=at % 3 == 0
        )
        make_control(risk, title=f"{text.strip()} control")
        make_action(risk, title=f"{text.strip()} action")
    references = {risk.reference for risk in register.risks.all()}
    visible = {risk.reference for risk in register.risks.filter(is_exempt=False)}
    assert visible < references
    for ending, reader, readable in (("csv", officer, visible), ("xlsx", manager, references)):
        content = export(register, reader, ending)
        unchanged = assert_reimport_is_unchanged(register, content, manager, ending)
        assert unchanged == readable


def make_ambiguous(register, owner, text):
    risk = make_risk(
        register,
        assessed=(3, 4),
        title=text.replace("\n", " "),
        cause=text,
        notes=f"{text}\n\n2. Third",
        owner=owner,
        adverse_impacts=[impact(), impact("disruption")],
        other_failure_types=[failure_type("policy-and-politics"), failure_type("external")],
    )
    make_assessment(risk, (1, 2), kind="target", rationale=text)
    for title in (text.replace("\n", " "), "Look (monthly)", "2. Second"):
        make_control(risk, title=title)
        make_action(risk, title=title, owner=owner, due_on=datetime.date(2031, 2, 28))
    make_action(risk, title="One 2. Two (phase 2)")
    make_revision(
        risk, category="legal", proximity="three-years", told_by="press", told_on=risk.raised_on
    )


def test_ambiguous_texts_are_read_back_as_they_were():
    register = make_register(slug="ours", prefix="C")
    title = "Head of Place, Housing and Growth (interim arrangements)"
    owner = make_post(register.organisation, title)
    for text in AMBIGUOUS:
        make_ambiguous(register, owner, text)
    manager = make_person(register.organisation, Role.MANAGER)
    for ending in ENDINGS:
        assert_export_equals_register(register, export(register, manager, ending), ending)


def test_one_control_with_numbers_in_it_stays_one():
    register = make_register(slug="ours", prefix="C")
    make_control(make_risk(register), title="Follow section 2. The board decides")
    content = export(register, make_person(register.organisation, Role.MANAGER), "csv")
    assert_export_equals_register(register, content, "csv")
