"""Seals and their versions: added, renamed and removed columns, and erased texts."""

import pytest
from audit_check import verify
from django.core.management import call_command
from django.db import models, transaction
from makers import make_action, make_membership, make_revision, make_risk, make_user, seal_rows

from registers.history import seals as seals
from registers.history.audit import as_json
from registers.history.erasure import erase
from registers.history.seals import (
    Seal,
    install_versions,
    sealed_models,
    version_digest,
    version_of,
)
from registers.models import (
    Assessment,
    AuditEntry,
    AuditText,
    HistoryIsAppendOnly,
    RiskRevision,
    SealVersion,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def versions_anew():
    """Versions are worked out once a process; these tests pretend to be of several releases."""
    yield
    version_of.cache_clear()


def before_it_had(monkeypatch, model, *names):
    """A release in which the model had not these columns, as far as seals go."""
    monkeypatch.setattr(model, "SEAL_EXCLUDES", (*model.SEAL_EXCLUDES, *names))
    version_of.cache_clear()
    install_versions()


def release_now(monkeypatch):
    monkeypatch.undo()
    version_of.cache_clear()
    install_versions()


def seal_by(row, model_name, names, values):
    """An entry with a seal of the row as an earlier release would have made it."""
    digest = version_digest(model_name, names)
    SealVersion.objects.create(model=model_name, names=names, digest=digest)
    seal = Seal(f"{model_name}:{row.pk}", digest, as_json(values))
    AuditEntry.record(organisation=None, by=None, verb="rows.added", subject="tests", seals=[seal])


def spoil(row, **fields):
    models.QuerySet(type(row)).filter(pk=row.pk).update(**fields)


# Versions


def test_each_sealed_model_has_a_version_from_the_start():
    versions = set(SealVersion.objects.values_list("model", "digest"))
    assert versions == {
        (model._meta.model_name, version_of(model).digest) for model in sealed_models()
    }


def test_a_version_is_written_once():
    count = SealVersion.objects.count()
    install_versions()
    assert SealVersion.objects.count() == count


def test_a_version_is_neither_changed_nor_deleted():
    for change in (
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: SealVersion.objects.update(names=[]),
    ):
        with pytest.raises(HistoryIsAppendOnly):
            change(SealVersion.objects.first())


def test_an_older_seal_holds_after_a_column_was_added(monkeypatch):
    before_it_had(monkeypatch, Assessment, "evidence", "impact_high")
    older = make_risk(assessed=(3, 4)).current
    release_now(monkeypatch)
    newer = make_risk(assessed=(3, 4)).current
    seal_rows()
    assert verify() == ""
    spoil(older, evidence="Of a column that its seal does not name.")
    assert verify() == ""
    spoil(newer, evidence="Of one that its seal names.")
    spoil(older, rationale="Of one that both name.")
    problems = verify()
    assert all(
        f"the assessment {row.pk} is not what was sealed" in problems for row in (older, newer)
    )


def test_a_new_column_is_sealed_with_the_next_change_of_the_row(monkeypatch):
    membership = make_membership()
    before_it_had(monkeypatch, type(membership), "until")
    membership.enter("added")
    release_now(monkeypatch)
    seal_rows()
    spoil(membership, until="2031-03-27")
    assert verify() == ""
    membership.enter("changed")
    spoil(membership, until="2032-03-27")
    assert f"the membership {membership.pk} is not what was sealed (until)" in verify()


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_adds_a_column_makes_a_version(monkeypatch):
    """Signalled at the end of `migrate`, whether there was anything to migrate or not."""
    monkeypatch.setattr(Assessment, "SEAL_EXCLUDES", ())
    version_of.cache_clear()
    count = SealVersion.objects.count()
    call_command("migrate", verbosity=0)
    assert SealVersion.objects.count() == count + 1


# Names that changed


def test_a_renamed_field_is_read_by_the_map(monkeypatch):
    risk = make_risk(assessed=(3, 4))
    row = risk.current
    seal_by(row, "assessment", ["id", "reasoning"], [row.pk, row.rationale])
    seal_rows()
    assert f"the assessment {row.pk} is not what was sealed" in verify()
    monkeypatch.setitem(seals.RENAMED_FIELDS, "assessment", {"reasoning": "rationale"})
    assert verify() == ""
    spoil(row, rationale="All is well")
    assert f"the assessment {row.pk} is not what was sealed" in verify()


def test_a_renamed_model_is_read_by_the_map(monkeypatch):
    row = make_risk(assessed=(3, 4)).current
    seal_by(row, "judgement", ["id", "rationale"], [row.pk, row.rationale])
    seal_rows()
    monkeypatch.setitem(seals.RENAMED_MODELS, "judgement", "assessment")
    assert verify() == ""
    spoil(row, rationale="All is well")
    assert f"the assessment {row.pk} is not what was sealed" in verify()


def test_a_removed_field_is_a_note_where_it_is_declared(monkeypatch, capsys):
    row = make_risk(assessed=(3, 4)).current
    seal_by(row, "assessment", ["colour", "id"], ["red", row.pk])
    seal_rows()
    assert f"the assessment {row.pk} is not what was sealed" in verify()
    monkeypatch.setitem(seals.REMOVED_FIELDS, "assessment", {"colour"})
    call_command("verify_audit")
    assert (
        "Assessment: 1 sealed with columns that are no longer kept (colour) cannot be checked."
        in capsys.readouterr().out
    )


def test_a_replaced_version_is_found():
    row = make_risk(assessed=(3, 4)).current
    seal_rows()
    version = SealVersion.objects.get(model="assessment")
    models.QuerySet(SealVersion).filter(pk=version.pk).update(
        names=[n for n in version.names if n != "rationale"]
    )
    spoil(row, rationale="All is well")
    problems = verify()
    assert f"Seal version {version} does not list the fields that were sealed" in problems
    assert f"the assessment {row.pk} is not what was sealed" in problems


def test_a_forged_version_does_not_fit_the_seals():
    row = make_risk(assessed=(3, 4)).current
    seal_rows()
    version = SealVersion.objects.get(model="assessment")
    names = [name for name in version.names if name != "rationale"]
    digest = version.digest[:16] + version_digest("assessment", names)[16:]
    models.QuerySet(SealVersion).filter(pk=version.pk).update(names=names, digest=digest)
    assert f"the assessment {row.pk} is not what was sealed" in verify()


def test_a_missing_version_is_found_unless_it_is_todays(monkeypatch):
    before_it_had(monkeypatch, Assessment, "evidence")
    make_risk(assessed=(3, 4))
    release_now(monkeypatch)
    seal_rows()
    versions = models.QuerySet(SealVersion).filter(model="assessment").order_by("-pk")
    versions.filter(digest=version_of(Assessment).digest).delete()
    assert verify() == ""
    versions.all().delete()
    assert "the list of what it sealed of the assessment" in verify()


# Erasure


def entries_of(row):
    return AuditEntry.objects.filter(facts__seals__has_key=row.seal_name).order_by("pk")


def test_an_erased_text_is_sealed_again_by_its_own_entry():
    risk, by = make_risk(assessed=(3, 4), cause="Robin Ash forgot."), make_user()
    revision = risk.revisions.get()
    entry = erase(revision, by=by, reason="Asked for by Robin Ash.", cause="[erased]")
    revision.refresh_from_db()
    risk.refresh_from_db()
    assert (revision.cause, risk.cause) == ("[erased]", "[erased]")
    assert (entry.verb, entry.by, entry.facts["fields"]) == ("riskrevision.erased", by, ["cause"])
    assert entry.chain.organisation == risk.register.organisation
    seal_rows()
    assert verify() == ""


def test_the_seal_of_an_erasure_holds():
    risk = make_risk(assessed=(3, 4), cause="Robin Ash forgot.")
    erase(risk.revisions.get(), by=None, reason="x", cause="[erased]")
    seal_rows()
    spoil(risk.current, rationale="All is well")  # of the same entry
    spoil(risk.revisions.get(), event="Nothing")
    problems = verify()
    assert "riskrevision.erased" in problems
    assert problems.count("is not what was sealed") == 2


def test_no_digest_of_an_erased_text_is_left_to_guess_from():
    risk = make_risk(cause="Robin Ash forgot.")
    revision = risk.revisions.get()
    (entry,) = entries_of(revision)
    erase(revision, by=None, reason="x", cause="")
    text = AuditText.objects.get(entry=entry)
    assert (text.content, text.salt) == (None, "")


def test_only_the_copy_of_the_latest_revision_is_erased_with_it():
    risk = make_risk(cause="Robin Ash forgot.")
    make_revision(risk, cause="It was forgotten.")
    erase(risk.revisions.get(number=1), by=None, reason="x", cause="")
    risk.refresh_from_db()
    seal_rows()
    assert (risk.cause, verify()) == ("It was forgotten.", "")


def test_the_latest_copy_of_an_action_equals_its_erased_revision():
    action = make_action(make_risk(), detail="Ask Robin Ash.")
    erase(action.revisions.get(), by=None, reason="x", detail="[erased]")
    action.refresh_from_db()
    seal_rows()
    assert (action.detail, verify()) == ("[erased]", "")


def test_a_persons_name_is_erased_from_the_entries_that_sealed_it():
    person = make_user("Robin Ash")
    for verb in ("added", "changed"):
        person.enter(verb)
    erase(person, by=None, reason="x", name="[erased]")
    seal_rows()
    assert verify() == ""
    texts = AuditText.objects.filter(entry__in=entries_of(person))
    assert "Robin Ash" not in str(list(texts.values_list("content")))


@pytest.mark.parametrize(
    "texts", [{"number": "2"}, {"is_exempt": ""}, {"token": ""}, {"nonsense": ""}, {"owner": ""}]
)
def test_a_text_without_a_seal_is_not_erased(texts):
    revision = make_risk().revisions.get()
    with pytest.raises(ValueError, match="no sealed text"):
        erase(revision, by=None, reason="x", **texts)


def test_an_erasure_that_fails_leaves_the_text():
    revision = make_risk(cause="Robin Ash forgot.").revisions.get()
    with pytest.raises(RuntimeError), transaction.atomic():
        erase(revision, by=None, reason="x", cause="")
        raise RuntimeError
    assert RiskRevision.objects.get(pk=revision.pk).cause == "Robin Ash forgot."
