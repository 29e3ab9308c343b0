# ruff: noqa: S608  (SQL of fixed table names)
import datetime
import hmac
import json
from io import StringIO

import pytest
from database import in_parallel
from django.core.management import CommandError, call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connection, models, transaction
from makers import make_organisation, make_register, make_revision, make_risk, make_user, seal_rows

from registers.history.audit_guard import guard_is_in_place, install_guard, remove_guard
from registers.models import AuditChain, AuditEntry, AuditText, Risk

pytestmark = pytest.mark.django_db

ENTRIES = AuditEntry._meta.db_table
TEXTS = AuditText._meta.db_table


def record(organisation, **entry):
    return AuditEntry.record(
        organisation=organisation,
        **{"by": None, "verb": "thing.done", "subject": "thing:1", **entry},
    )


@pytest.fixture
def chain():
    """Four entries of one organisation."""
    organisation, by = make_organisation(), make_user()
    for number in range(1, 5):
        record(organisation, by=by, facts={"n": number}, text={"name": f"Secret {number}"})
    return AuditChain.objects.get(organisation=organisation)


def problems(chain):
    return list(AuditChain.objects.get(pk=chain.pk).verify_signatures())


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# What an entry says


def test_a_chain_as_it_was_written_has_no_problems(chain):
    assert problems(chain) == []


def test_entries_count_up_from_one(chain):
    assert list(chain.entries.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_each_entry_signs_the_one_before(chain):
    entries = list(chain.entries.all())
    assert [e.previous_signature for e in entries] == ["", *(e.signature for e in entries[:-1])]


def test_the_head_is_the_last_entry(chain):
    last = chain.entries.last()
    assert (chain.last_number, chain.last_signature) == (last.number, last.signature)


def test_a_chain_that_grows_while_it_is_read_has_no_problems(chain):
    record(chain.organisation)
    assert list(chain.verify_signatures()) == []


def test_an_empty_chain_has_no_problems():
    assert problems(AuditChain.objects.create(organisation=make_organisation())) == []


def test_two_organisations_have_chains_of_their_own(chain):
    other = record(make_organisation())
    assert (other.number, other.previous_signature, other.chain != chain) == (1, "", True)


def test_the_installation_has_a_chain_of_its_own():
    assert record(None).chain.organisation is None


def test_the_installation_has_one_chain_only():
    record(None)
    with pytest.raises(DatabaseError):
        AuditChain.objects.create(organisation=None)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"text": "Zoë \u2028 \U0001f98a"},
        {"n": -(2**53), "list": [1, [2, {"a": None}]], "yes": True},
    ],
)
def test_facts_are_read_as_signed(facts):
    entry = record(make_organisation(), facts=facts, text=facts)
    assert problems(entry.chain) == []


def test_an_instant_is_read_as_signed(monkeypatch):
    summer = datetime.datetime(
        2026, 7, 1, 0, 30, 0, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))
    )
    monkeypatch.setattr("django.utils.timezone.now", lambda: summer)
    assert problems(record(make_organisation()).chain) == []


def test_another_key_signs_otherwise(chain, settings):
    settings.AUDIT_KEY = "another key"
    assert len(problems(chain)) == 4


def test_a_verb_writes_to_the_chain_of_the_registers_organisation():
    risk = make_risk()
    entry = AuditEntry.objects.get(subject=f"risk:{risk.pk}")
    assert entry.chain.organisation == risk.register.organisation


# Found out


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "thing.undone"),
        ("subject", "thing:2"),
        ("facts", json.dumps({"n": 3})),
        ("at", "2026-01-01 00:00:00+00:00"),
        ("by_id", None),
        ("text_digest", "0" * 64),
        ("previous_signature", "0" * 64),
        ("signature", "0" * 64),
    ],
)
def test_a_changed_entry_is_found(chain, column, value):
    remove_guard()
    run(f"UPDATE {ENTRIES} SET {column} = %s WHERE chain_id = %s AND number = 2", value, chain.pk)
    assert problems(chain)[0] == f"{chain}: entry 2 is not what was signed."


def test_an_entry_of_a_rolled_back_history_is_found(chain):
    """Signed with that number before a backup was restored; the entry after it signs another."""
    point = transaction.savepoint()
    former = record(chain.organisation, facts={"n": "former"})
    entry = {
        name: getattr(former, name)
        for name in ("at", "verb", "subject", "facts", "text_digest", "signature")
    }
    text = {"salt": former.text.salt, "content": former.text.content}
    transaction.savepoint_rollback(point)
    present = record(chain.organisation)
    record(chain.organisation)
    remove_guard()
    models.QuerySet(AuditEntry).filter(pk=present.pk).update(**entry)
    AuditText.objects.filter(entry=present).update(**text)
    assert problems(chain) == [f"{chain}: entry 6 is not what was signed."]


def test_one_changed_byte_is_found(chain):
    remove_guard()
    run(f"UPDATE {ENTRIES} SET verb = 'thing.donf' WHERE chain_id = %s AND number = 4", chain.pk)
    assert problems(chain) == [f"{chain}: entry 4 is not what was signed."]


def delete_entry(chain, number):
    entry = chain.entries.get(number=number)
    run(f"DELETE FROM {TEXTS} WHERE entry_id = %s", entry.pk)
    run(f"DELETE FROM {ENTRIES} WHERE id = %s", entry.pk)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_deleted_entry_is_found(chain, number):
    remove_guard()
    delete_entry(chain, number)
    assert f"{chain}: entry {number} is missing." in problems(chain)


def test_a_deleted_entry_whose_followers_were_renumbered_is_found(chain):
    remove_guard()
    delete_entry(chain, 2)
    for number in (3, 4):
        run(
            f"UPDATE {ENTRIES} SET number = {number - 1} WHERE chain_id = %s AND number = {number}",
            chain.pk,
        )
    run(f"UPDATE {AuditChain._meta.db_table} SET last_number = 3 WHERE id = %s", chain.pk)
    assert problems(chain)[0] == f"{chain}: entry 2 is not what was signed."


def test_a_tail_that_was_cut_off_is_found(chain):
    remove_guard()
    delete_entry(chain, 4)
    assert problems(chain) == [f"{chain}: ends at entry 3, not at 4 as its head says."]


def test_entries_that_were_all_deleted_are_found(chain):
    remove_guard()
    for number in range(1, 5):
        delete_entry(chain, number)
    assert problems(chain) == [f"{chain}: ends at entry 0, not at 4 as its head says."]


def test_swapped_entries_are_found(chain):
    remove_guard()
    for old, new in ((2, 99), (3, 2), (99, 3)):
        run(f"UPDATE {ENTRIES} SET number = {new} WHERE chain_id = %s AND number = {old}", chain.pk)
    assert f"{chain}: entry 2 is not what was signed." in problems(chain)


def forge(chain, **fields):
    """An entry inserted without the key: everything copied except the signature."""
    last = chain.entries.last()
    values = {
        f.attname: getattr(last, f.attname)
        for f in AuditEntry._meta.concrete_fields
        if not f.primary_key
    }
    AuditEntry.objects.create(
        **{**values, "number": 5, "previous_signature": last.signature, **fields}
    )


def test_an_entry_added_at_the_end_is_found(chain):
    forge(chain)
    assert f"{chain}: entry 5 is not what was signed." in problems(chain)


def test_an_entry_put_in_the_middle_is_found(chain):
    remove_guard()
    delete_entry(chain, 2)
    forge(chain, number=2)
    assert f"{chain}: entry 2 is not what was signed." in problems(chain)


def test_an_entry_of_another_chain_is_found(chain):
    other = record(make_organisation()).chain
    remove_guard()
    run(f"UPDATE {ENTRIES} SET chain_id = %s, number = 5 WHERE chain_id = %s", chain.pk, other.pk)
    assert f"{chain}: entry 5 is not what was signed." in problems(chain)


def test_an_entry_from_a_copy_of_the_installation_is_found(chain):
    """Signed with our key by a copy of the installation: its number fits, its predecessor not."""
    with transaction.atomic():
        copy = [record(chain.organisation, facts={"elsewhere": n}) for n in (5, 6)][1]
        values = {f.attname: getattr(copy, f.attname) for f in AuditEntry._meta.concrete_fields}
        transaction.set_rollback(True)
    entry = record(chain.organisation, facts={"here": 5})
    AuditEntry.objects.create(**{**values, "previous_signature": entry.signature})
    assert f"{chain}: entry 6 is not what was signed." in problems(chain)


def test_changed_text_is_found(chain):
    AuditText.objects.filter(entry__chain=chain, entry__number=2).update(
        content={"name": "Somebody else"}
    )
    assert problems(chain) == [f"{chain}: the text of entry 2 is not what was signed."]


def test_erasing_the_text_keeps_the_chain_valid(chain):
    AuditText.objects.filter(entry__chain=chain, entry__number=2).update(content=None)
    assert problems(chain) == []


def test_the_signature_does_not_reveal_the_text():
    """The same words twice have different digests, so erased words cannot be guessed at."""
    organisation = make_organisation()
    digests = {record(organisation, text={"name": "Robin"}).text_digest for _ in range(2)}
    assert len(digests) == 2


def test_the_command_prints_the_head_of_each_chain(chain):
    out = StringIO()
    seal_rows()
    call_command("verify_audit", stdout=out)
    assert f"{chain}: 4 entries, head {chain.last_signature}" in out.getvalue().splitlines()


def test_the_command_fails_when_anything_was_tampered_with(chain):
    forge(chain)
    with pytest.raises(CommandError, match="entry 5 is not what was signed"):
        call_command("verify_audit", stdout=StringIO())


# Refused by the database

FORBIDDEN = [
    f"UPDATE {ENTRIES} SET verb = 'other'",
    f"UPDATE {ENTRIES} SET verb = verb",
    f"DELETE FROM {ENTRIES}",
    *{
        "sqlite": [f"REPLACE INTO {ENTRIES} SELECT * FROM {ENTRIES}"],
        "postgresql": [
            f"TRUNCATE {ENTRIES} CASCADE",
            f"TRUNCATE {AuditChain._meta.db_table} CASCADE",
        ],
    }[connection.vendor],
]


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_the_database_refuses(chain, sql):
    connection.check_constraints()  # PostgreSQL truncates no table that has checks to come
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        run(sql)
    assert problems(chain) == []


def test_the_database_refuses_what_bypasses_the_models(chain):
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        models.QuerySet(AuditEntry).filter(chain=chain).update(verb="other")


def test_the_guard_is_in_place_from_the_start():
    assert guard_is_in_place()


def test_the_guard_can_be_put_in_place_twice():
    install_guard()
    install_guard()
    assert guard_is_in_place()


def test_a_missing_guard_is_reported():
    remove_guard()
    assert not guard_is_in_place()


def test_half_a_guard_is_missed():
    place = f" ON {ENTRIES}" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER {ENTRIES}_no_delete{place}")
    assert not guard_is_in_place()


def test_a_missing_guard_is_restored():
    remove_guard()
    install_guard()
    assert guard_is_in_place()


@pytest.fixture
def rebuilt_table(transactional_db):
    """What a later migration does to the table; SQLite builds it anew and forgets its triggers."""
    narrow = AuditEntry._meta.get_field("verb")
    wide = models.CharField(max_length=61)
    wide.set_attributes_from_name("verb")
    wide.model = AuditEntry
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEntry, narrow, wide)
    yield
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEntry, wide, narrow)


def test_a_rebuilt_table_has_its_guard_again_after_migrating(rebuilt_table):
    assert guard_is_in_place() == (connection.vendor != "sqlite")
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert guard_is_in_place()


@pytest.mark.django_db(transaction=True)
def test_migrating_again_puts_the_guard_back():
    remove_guard()
    call_command("migrate", verbosity=0)
    assert guard_is_in_place()


# In one transaction with what it records


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused():
    before = AuditEntry.objects.count()
    with pytest.raises(transaction.TransactionManagementError):
        record(None)
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_entry():
    register, by, before = make_register(), make_user(), AuditEntry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        make_risk(register, by=by)
        raise RuntimeError
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_change_is_rolled_back_when_its_entry_cannot_be_written(monkeypatch):
    register, by = make_register(), make_user()
    monkeypatch.setattr("registers.history.audit.signature_of", lambda content: None)
    with pytest.raises(DatabaseError):
        make_risk(register, by=by)
    assert not Risk.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_gap_in_the_chain():
    risk = make_risk()
    with pytest.raises(RuntimeError), transaction.atomic():
        make_revision(risk, title="Not to be")
        raise RuntimeError
    make_revision(risk, title="To be")
    chain = AuditChain.objects.get(organisation=risk.register.organisation)
    assert (chain.last_number, problems(chain)) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_parallel_writers_leave_a_chain_without_gaps():
    organisation = make_organisation()

    def write(number):
        for _ in range(5):
            with transaction.atomic():
                record(organisation, facts={"writer": number})

    in_parallel(8, write)
    chain = AuditChain.objects.get(organisation=organisation)
    assert (chain.last_number, problems(chain)) == (40, [])


def test_the_signature_covers_the_json_of_the_whole_entry(settings):
    organisation, by = make_organisation(), make_user()
    facts = {"z": 1, "a": 'Two "quoted"\u2028', "seal": None}
    for facts_or_none in (None, facts):
        with transaction.atomic():
            AuditEntry.record(
                organisation=organisation,
                by=by,
                verb="a.verb",
                subject='risk:"\u00fc\\',
                facts=facts_or_none,
            )
    first, second = AuditEntry.objects.filter(chain__organisation=organisation).order_by("number")
    for entry, before in ((first, ""), (second, first.signature)):
        signed = {
            "chain": str(entry.chain_id),
            "number": entry.number,
            "at": entry.at.isoformat(),
            "by": by.pk,
        }
        signed |= {
            "verb": "a.verb",
            "subject": 'risk:"\u00fc\\',
            "facts": entry.facts,
            "text": entry.text_digest,
        }
        text = json.dumps(signed | {"previous": before}, sort_keys=True, separators=(",", ":"))
        assert (
            entry.signature
            == hmac.digest(settings.AUDIT_KEY.encode(), text.encode(), "sha256").hex()
        )
    assert (first.facts, second.facts) == ({}, facts)
