"""A file that was exported and comes back says what the register says: nothing more, nothing less,
nothing else.
"""

import datetime

import pytest
from django.test import Client
from django.utils import timezone
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
from workbooks import take_in, to_preview

from registers import demo
from registers.imports.mapping import ReferenceData, guess_plan, likeliest_sheet, unmapped_words
from registers.imports.read_file import read_sheets
from registers.imports.row_parser import RowParser
from registers.models import (
    Action,
    AdverseImpact,
    Assessment,
    AuditEntry,
    Control,
    FailureType,
    Position,
    Post,
    Register,
    Risk,
    RiskRevision,
    Role,
    User,
)

pytestmark = pytest.mark.django_db
RUN = ("=1+1", "+44 20", "-x", "@SUM(A1)", "\t=1", "\r-1", "'=x", "''@x", "\uff1d1", "Cafe\u0301")
TEXTS = "title cause event consequence objective portfolio response_reason committee_position definition_of_good notes"
CHOICES = "category proximity status response told_by"
DAYS = "tolerated_until target_on next_review_on told_on"


def known_of(register):
    return ReferenceData(
        scheme=register.scheme.rules,
        prefix=register.prefix,
        posts=tuple(register.organisation.posts.values_list("title", flat=True)),
        choices={name: dict(Risk._meta.get_field(name).choices) for name in CHOICES.split()},
        library={
            "failure_types": dict(FailureType.objects.values_list("slug", "name")),
            "adverse_impacts": dict(AdverseImpact.objects.values_list("slug", "name")),
        },
        today=timezone.localdate(),
    )


def read_back(register, user, ending):
    """Reference -> what the file that this person exports says, by the import's own guess."""
    answer = signed_in(user).get(f"{register.get_absolute_url()}export.{ending}?status=all")
    sheets, known = read_sheets(f"export.{ending}", answer.content), known_of(register)
    sheet = sheets[likeliest_sheet(sheets, known)]
    plan = guess_plan(sheet, known)
    assert unmapped_words(sheet, plan, known) == {}
    parser = RowParser(plan, known)
    rows = [parser.parse(line) for line in sheet.rows if line.number >= plan.first_line]
    return {row.values["reference"]: row for row in rows}


def said_by(risk):
    """What the risk says, by the names of ReadRow.values: what is empty is no value."""
    said = {name: getattr(risk, name) for name in f"{TEXTS} {CHOICES} {DAYS}".split()}
    said |= {
        "reference": risk.reference,
        "raised_on": risk.raised_on,
        "owner": risk.owner and risk.owner.title,
    }
    said["primary_failure_type"] = risk.primary_failure_type and risk.primary_failure_type.slug
    for name in ("other_failure_types", "adverse_impacts"):
        said[name] = sorted(row.slug for row in getattr(risk, name).all())
    return {name: value for name, value in said.items() if value}


def read_of(row):
    """What the row says, without what a new risk would be given and nobody wrote."""
    values = {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in row.values.items()
        if name not in row.derived
    }
    return {name: value for name, value in values.items() if value}


def judged_of(risk):
    latest = {}
    for one in risk.assessments.filter(perspective=Assessment.Perspective.ORGANISATION).order_by(
        "effective_on", "pk"
    ):
        driver = one.driver.slug if one.driver else ""
        latest[one.kind] = (
            one.kind,
            one.likelihood,
            one.impact,
            one.effective_on,
            one.rationale,
            driver,
        )
    return set(latest.values())


def beside(risk):
    """(controls in place, actions that were not dropped), as the import names them."""
    actions = risk.actions.exclude(status="dropped")
    return (
        [control.title for control in risk.controls.filter(status="in-place")],
        [
            (a.title, a.owner.title if a.owner else "", a.due_on, a.status == "done")
            for a in actions
        ],
    )


def assert_says_the_same(register, user, ending):
    found = read_back(register, user, ending)
    risks = {risk.reference: risk for risk in register.risks.all()}
    assert set(found) == set(risks)
    for reference, row in found.items():
        risk = risks[reference]
        assert row.problems == []
        assert read_of(row) == said_by(risk)
        judged = {
            (j.kind, j.likelihood, j.impact, j.on, j.rationale, j.driver) for j in row.ratings
        }
        assert judged == judged_of(risk)
        actions = [(a.title, a.owner, a.due_on, a.is_done) for a in row.actions]
        assert ([title for title, _ in row.controls], actions) == beside(risk)
        assert all(detail == "" for _, detail in row.controls)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def history():
    """Every row that taking a workbook in may write, but for those that say that it was
    taken in.
    """
    models = (Risk, RiskRevision, Assessment, Position, Control, Action, Post)
    rows = {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}
    return rows | {
        "AuditEntry": list(AuditEntry.objects.exclude(verb="register.imported").values_list("pk"))
    }


def assert_comes_back_through_the_pages_unchanged(register, reader, manager, ending):
    """Exported by the page as the reader gets it, brought in step by step by a manager, and taken
    in against the page, which offers no button for it. The references that came in.
    """
    answer = signed_in(reader).get(f"{register.get_absolute_url()}export.{ending}?status=all")
    client, before = signed_in(manager), history()
    batch = to_preview(client, register, answer.content, f"export.{ending}")
    found = list(batch.rows.order_by("number"))
    odd = [row for row in found if row.problems or row.outcome != "unchanged"]
    assert [(row.reference, row.outcome, row.problems, row.reads["held"]) for row in odd] == []
    page = client.get(batch.get_absolute_url()).text
    assert ("There is nothing to take in" in page, "Take in" in page) == (True, False)
    take_in(client, batch)
    assert history() == before
    return {row.reference for row in found}


def test_the_demo_comes_back_as_it_was():
    demo.load()
    for user in User.objects.filter(
        email__in=("manager@northmoor.example", "manager@eastvale.example")
    ):
        for register in Register.objects.filter(organisation__memberships__user=user):
            all_of_it = {risk.reference for risk in register.risks.all()}
            for ending in ("csv", "xlsx"):
                assert_says_the_same(register, user, ending)
                assert (
                    assert_comes_back_through_the_pages_unchanged(register, user, user, ending)
                    == all_of_it
                )


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_texts_that_would_run_and_exempt_risks_come_back_through_the_pages_unchanged(ending):
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
    everything = {risk.reference for risk in register.risks.all()}
    seen = {risk.reference for risk in register.risks.filter(is_exempt=False)}
    back = assert_comes_back_through_the_pages_unchanged
    assert back(register, manager, manager, ending) == everything
    assert back(register, officer, manager, ending) == seen < everything


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "text",
    ["=1+1", "+44 20", "-x", "@SUM", "'=x", "''-x", "＝1", "#N/A", "1. One\n2. Two (x)"],  # noqa: RUF001
)
def test_texts_that_could_be_taken_for_something_else_come_back(ending, text):
    register = make_register(slug="ours", prefix="C")
    owner = make_post(
        register.organisation, "Head of Place, Housing and Growth (interim arrangements)"
    )
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
    assert_says_the_same(register, make_person(register.organisation, Role.MANAGER), ending)


def test_one_control_with_numbers_in_it_stays_one():
    register = make_register(slug="ours", prefix="C")
    make_control(make_risk(register), title="Follow section 2. The board decides")
    assert_says_the_same(register, make_person(register.organisation, Role.MANAGER), "csv")
