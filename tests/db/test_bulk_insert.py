"""Rows built and inserted in bulk equal those that Django builds and inserts."""

import datetime
import gc
import json
import uuid

import pytest
from django.db import DataError, transaction
from django.utils import timezone
from makers import make_assessment, make_post, make_risk

from registers.bulk_spool import LaidAside
from registers.history.bulk_insert import (
    Encoded,
    array_literals,
    build_row,
    garbage_collection_paused,
    keys_of,
    put,
    set_one,
    to_put,
    values_of,
    write,
)
from registers.history.seals import version_of
from registers.history.versioned import VersionedRevision
from registers.models import (
    Action,
    Assessment,
    AuditEntry,
    AuditText,
    Control,
    ImportedRow,
    Position,
    Post,
    Risk,
    RiskRevision,
    User,
)

REVISIONS = VersionedRevision.__subclasses__()
INSTANT = timezone.now()


def attributes(row):
    """All attributes of a row, with its cached relations."""
    return {
        **vars(row),
        "_state": (row._state.adding, row._state.db, dict(row._state.fields_cache)),
    }


@pytest.mark.parametrize(
    "model",
    [Risk, RiskRevision, Assessment, Control, Action, Position, ImportedRow, Post, *REVISIONS],
)
def test_a_built_row_equals_the_models_own(model):
    records = {
        "risk": Risk(pk=7, number=1),
        "owner": Post(pk=3),
        "assessment": None,
        "by": User(pk=5, name="Robin Ash"),
    }
    fields = {f.name for f in model._meta.concrete_fields}
    defaults = {f.name: uuid.UUID(int=5) for f in model._meta.concrete_fields if f.name == "token"}
    defaults |= {"recorded_at": INSTANT} if "recorded_at" in fields else {}
    field_values = (
        {name: other for name, other in records.items() if name in fields} | defaults | {"pk": 12}
    )
    assert attributes(build_row(model, **field_values)) == attributes(model(**field_values))


def test_a_foreign_key_can_be_given_by_its_column():
    assert attributes(build_row(Position, risk_id=4, scheme_id=None)) == attributes(
        Position(risk_id=4, scheme_id=None)
    )


def test_each_row_gets_its_own_token_and_default_values():
    first, second = build_row(Assessment), build_row(Assessment)
    assert first.token != second.token and first.token.version == 4
    assert timezone.now() - first.recorded_at < datetime.timedelta(minutes=1)
    assert build_row(ImportedRow).problems is not build_row(ImportedRow).problems


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="Risk has no colour"):
        build_row(Risk, colour="red")


def values(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


@pytest.mark.django_db
def test_an_inserted_row_has_the_values_given():
    risk = make_risk(assessed=(2, 3))
    assessment = Assessment.objects.get()
    expected = values(assessment) | {"id": next(keys_of(Assessment)), "token": uuid.uuid4()}
    write(Assessment, [expected])
    assert values(Assessment.objects.get(pk=expected["id"])) == expected
    expected |= {
        "risk_id": risk.pk,
        "kind": Assessment.Kind.TARGET,
        "effective_on": datetime.date(2026, 2, 1),
    }
    expected |= {"id": next(keys_of(Assessment)), "token": uuid.uuid4(), "driver_id": None}
    put(Assessment, values_of(Assessment, [expected]))
    assert values(Assessment.objects.get(pk=expected["id"])) == expected


@pytest.mark.django_db
def test_an_existing_row_is_updated_in_the_named_fields_only():
    risk, other = make_risk(title="Before"), make_risk(title="Other")
    new_values = values(risk.latest) | {"title": "After", "notes": "Not named"}
    put(RiskRevision, values_of(RiskRevision, [new_values]), instead=["title", "owner"])
    assert list(RiskRevision.objects.order_by("pk").values_list("title", "notes")) == [
        ("After", ""),
        (other.title, ""),
    ]


HOSTILE = (
    *(
        "\\N",
        "\\",
        "a\\nb",
        "tab\there",
        "two\nlines",
        "\r\n",
        "\\.",
        " ",
        "'; --",
        "NULL",
        "é👩🏽‍🚒\u202e",
    ),
    *(
        '"',
        '\\"',
        '","',
        "{a,b}",
        '{"a":"b"}',
        ",",
        "{}",
        "null",
        "%s",
        "100 %",
        "%(a)s",
        "$1",
        "\u2028",
    ),
)


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_text_with_database_syntax_is_stored_as_it_is(text):
    risk = make_risk()
    row = build_row(
        RiskRevision,
        pk=next(keys_of(RiskRevision)),
        risk=risk,
        number=99,
        by=risk.raised_by,
        effective_on=risk.raised_on,
        title=text,
    )
    row.cause, row.event, row.notes = text, text * 2, f"{text}x"
    write(RiskRevision, [vars(row)])
    stored = RiskRevision.objects.get(pk=row.pk)
    assert (stored.title, stored.cause, stored.event, stored.notes) == (
        text,
        text,
        text * 2,
        f"{text}x",
    )


def put_as_values(model, rows):
    put(model, values_of(model, rows))


def put_as_text(model, rows):
    put(model, to_put(values_of(model, rows)))


@pytest.mark.django_db
@pytest.mark.parametrize("put_rows", [put_as_values, put_as_text])
def test_rows_with_different_fields_are_each_stored_as_they_are(put_rows):
    """Some texts need escaping among plain ones, and some rows lack a value that others have."""
    risk, owner = make_risk(), make_post()
    texts = ["plain", *HOSTILE, "plain"]
    keys = keys_of(RiskRevision)
    constants = {"risk": risk, "by": risk.raised_by, "effective_on": risk.raised_on}
    contents = [
        {"title": text, "cause": "alike", "owner_id": owner.pk if n % 2 else None}
        for n, text in enumerate(texts)
    ]
    days = [
        {"target_on": risk.raised_on if n % 3 else None, "number": 900 + n}
        for n in range(len(texts))
    ]
    rows = [
        vars(build_row(RiskRevision, pk=next(keys), **constants, **a, **b))
        for a, b in zip(contents, days, strict=True)
    ]
    put_rows(RiskRevision, rows)
    stored = list(RiskRevision.objects.filter(number__gte=900).order_by("number"))
    assert [{name: getattr(row, name) for name in (*contents[0], *days[0])} for row in stored] == [
        a | b for a, b in zip(contents, days, strict=True)
    ]


@pytest.mark.django_db
def test_every_row_is_inserted_as_text():
    make_risk()
    entry, keys = AuditEntry.objects.order_by("pk").last(), keys_of(Post)
    rows = [
        vars(
            build_row(Post, pk=next(keys), organisation=entry.chain.organisation, title=f"Post {n}")
        )
        for n in range(1201)
    ]
    put_as_text(Post, rows)
    assert Post.objects.filter(title__startswith="Post ").count() == 1201


@pytest.mark.django_db
@pytest.mark.parametrize("put_rows", [put_as_values, put_as_text])
def test_a_text_that_is_too_long_is_never_cut(put_rows):
    """PostgreSQL refuses it, SQLite keeps it whole."""
    title = "t" * (Post._meta.get_field("title").max_length + 1)
    row = values(make_post()) | {"id": next(keys_of(Post)), "title": title}
    try:
        with transaction.atomic():
            put_rows(Post, [row])
    except DataError:
        assert not Post.objects.filter(pk=row["id"]).exists()
    else:
        assert Post.objects.get(pk=row["id"]).title == title


def test_bytes_are_refused_where_rows_become_text():
    with pytest.raises(TypeError, match="Bytes"):
        array_literals([(1, b"a")])


@pytest.mark.django_db
def test_one_column_is_set_in_the_rows_that_are_named():
    rows = [make_post(title=f"Post {n}") for n in range(3)]
    set_one(Post, "title", [(rows[0].pk, "One"), (rows[2].pk, "Three")])
    assert list(Post.objects.order_by("pk").values_list("title", flat=True)) == [
        "One",
        "Post 1",
        "Three",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE)
def test_a_column_is_set_to_a_text_that_means_something_to_a_database(text):
    post = make_post()
    set_one(Post, "title", [(post.pk, text)])
    assert Post.objects.get().title == text


@pytest.mark.django_db
@pytest.mark.parametrize("content", [{"a": "\u00fc\u2028", "b": [1, None]}, None])
def test_json_text_is_stored_as_json(content):
    make_risk()
    entry = AuditEntry.objects.order_by("pk").last()
    AuditText.objects.filter(entry=entry).delete()
    text = None if content is None else Encoded(json.dumps(content))
    write(
        AuditText,
        [{"id": next(keys_of(AuditText)), "entry_id": entry.pk, "salt": "s", "content": text}],
    )
    assert AuditText.objects.get(entry=entry).content == content


@pytest.mark.django_db
def test_reserved_keys_are_not_reused():
    risk = make_risk()
    keys = keys_of(Assessment)
    reserved = [next(keys) for _ in range(1200)]
    assert len(set(reserved)) == 1200 and reserved == sorted(reserved)
    assert make_assessment(risk).pk not in reserved
    assert next(keys_of(Assessment)) > reserved[-1]


@pytest.mark.django_db(transaction=True)
def test_keys_of_a_failed_transaction_are_skipped():
    reserved = next(keys_of(Post))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        next(keys_of(Post))
        1 / 0  # noqa: B018
    assert make_post().pk > reserved


def test_a_spool_can_be_read_repeatedly_in_order(monkeypatch):
    monkeypatch.setattr("registers.bulk_spool.IN_MEMORY", 100)
    aside = LaidAside()
    for first in range(0, 90, 30):
        aside.add([f"thing {n}" for n in range(first, first + 30)])
    assert len(aside) == 90
    assert [list(aside), list(aside)] == [[f"thing {n}" for n in range(90)]] * 2
    aside.close()


def test_garbage_is_looked_for_again_afterwards_whatever_happens():
    with pytest.raises(ZeroDivisionError), garbage_collection_paused():
        assert not gc.isenabled()
        1 / 0  # noqa: B018
    assert gc.isenabled()


@pytest.mark.parametrize("model", REVISIONS)
def test_the_seal_of_an_inserted_revision_covers_all_fields(model):
    columns = {f.attname for f in model._meta.concrete_fields}
    assert set(version_of(model).names) == columns
