"""An exported file read and imported again, compared with its register."""

from django.test import Client
from django.utils import timezone
from workbooks import take_in, to_preview

from registers.imports.mapping import ReferenceData, guess_plan, likeliest_sheet, unmapped_words
from registers.imports.row_parser import RowParser
from registers.imports.upload import read_sheets
from registers.models import (
    Action,
    AdverseImpact,
    Assessment,
    AuditEntry,
    Control,
    FailureType,
    Position,
    Post,
    Risk,
    RiskRevision,
)
from registers.risk_fields import Sort, names_of


def import_context(register):
    return ReferenceData(
        scheme=register.scheme.rules,
        prefix=register.prefix,
        posts=tuple(register.organisation.posts.values_list("title", flat=True)),
        choices={
            name: dict(RiskRevision._meta.get_field(name).choices) for name in names_of(Sort.CHOICE)
        },
        library={
            "failure_types": dict(FailureType.objects.values_list("slug", "name")),
            "adverse_impacts": dict(AdverseImpact.objects.values_list("slug", "name")),
        },
        today=timezone.localdate(),
    )


def export(register, user, ending):
    """The file that this person exports, in bytes."""
    address = f"{register.get_absolute_url()}export.{ending}?status=all"
    return client_of(user).get(address).content


def read_back(register, content, ending):
    """reference -> its row in an exported file, read by the import's own guess."""
    sheets, context = read_sheets(f"export.{ending}", content), import_context(register)
    sheet = sheets[likeliest_sheet(sheets, context)]
    plan = guess_plan(sheet, context)
    assert unmapped_words(sheet, plan, context) == {}
    parser = RowParser(plan, context)
    rows = [parser.parse(line) for line in sheet.rows if line.number >= plan.first_line]
    return {row.values["reference"]: row for row in rows}


def risk_values(risk):
    """The risk's fields by the names of ReadRow.values, without empty ones."""
    names = names_of(is_imported=True, is_many=False)
    fields = {name: getattr(risk, name) for name in names}
    fields |= {
        "reference": risk.reference,
        "raised_on": risk.raised_on,
        "owner": risk.owner and risk.owner.title,
    }
    fields["primary_failure_type"] = risk.primary_failure_type and risk.primary_failure_type.slug
    for name in ("other_failure_types", "adverse_impacts"):
        fields[name] = sorted(row.slug for row in getattr(risk, name).all())
    return {name: value for name, value in fields.items() if value}


def row_values(row):
    """The row's values, without those derived for a new risk."""
    values = {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in row.values.items()
        if name not in row.derived
    }
    return {name: value for name, value in values.items() if value}


def latest_ratings(risk):
    latest = {}
    for assessment in risk.assessments.filter(
        perspective=Assessment.Perspective.ORGANISATION
    ).order_by("effective_on", "pk"):
        driver = assessment.driver.slug if assessment.driver else ""
        latest[assessment.kind] = (
            assessment.kind,
            assessment.likelihood,
            assessment.impact,
            assessment.effective_on,
            assessment.rationale,
            driver,
        )
    return set(latest.values())


def controls_and_actions(risk):
    """(controls in place, actions that were not dropped), as the import names them."""
    actions = risk.actions.exclude(latest__status="dropped")
    return (
        [control.title for control in risk.controls.filter(latest__status="in-place")],
        [
            (a.title, a.owner.title if a.owner else "", a.due_on, a.status == "done")
            for a in actions
        ],
    )


def assert_export_equals_register(register, content, ending):
    rows = read_back(register, content, ending)
    risks = {risk.reference: risk for risk in register.risks.all()}
    assert set(rows) == set(risks)
    for reference, row in rows.items():
        risk = risks[reference]
        assert row.problems == []
        assert row_values(row) == risk_values(risk)
        ratings = {
            (j.kind, j.likelihood, j.impact, j.on, j.rationale, j.driver) for j in row.ratings
        }
        assert ratings == latest_ratings(risk)
        actions = [(a.title, a.owner, a.due_on, a.is_done) for a in row.actions]
        assert ([title for title, _ in row.controls], actions) == controls_and_actions(risk)
        assert all(detail == "" for _, detail in row.controls)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def history():
    """Every row that an import may write, except the record of the import itself."""
    models = (Risk, RiskRevision, Assessment, Position, Control, Action, Post)
    rows = {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}
    return rows | {
        "AuditEntry": list(AuditEntry.objects.exclude(verb="register.imported").values_list("pk"))
    }


def assert_reimport_is_unchanged(register, content, manager, ending):
    """Import an exported file as a manager, who gets no button and sends the form all the same.

    Returns the references in the file.
    """
    client, before = client_of(manager), history()
    batch = to_preview(client, register, content, f"export.{ending}")
    rows = list(batch.rows.order_by("number"))
    odd = [row for row in rows if row.problems or row.outcome != "unchanged"]
    assert [(row.reference, row.outcome, row.problems, row.reads["held"]) for row in odd] == []
    page = client.get(batch.get_absolute_url()).text
    assert ("There is nothing to import" in page, 'value="ready"' in page) == (True, False)
    take_in(client, batch)
    assert history() == before
    return {row.reference for row in rows}
